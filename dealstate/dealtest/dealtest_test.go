package dealtest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/dealtest"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

func TestScenariosOfAStranger(t *testing.T) { dealtest.RunFile(t, "testdata/*.scenario") }

func TestTheDocumentedScenarioGoesAsTold(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(doc), "//\tscenario ")
	require.True(t, ok)
	rest, _, ok = strings.Cut("//\tscenario "+rest, "//\n")
	require.True(t, ok)
	f, err := scenario.Parse("doc.go", strings.NewReader(strings.ReplaceAll(rest, "//\t", "")))
	require.NoError(t, err)
	require.True(t, dealtest.Run(t, f.Scenarios[0], uschina.London()).OK())
}

// recorder is a test that can be asked what it was told.
type recorder struct {
	helped bool
	failed bool
	text   strings.Builder
}

func (r *recorder) Helper() { r.helped = true }

func (r *recorder) FailNow() {
	r.failed = true
	runtime.Goexit()
}

func (r *recorder) Errorf(format string, args ...any) {
	r.failed = true
	r.text.WriteString(message(fmt.Sprintf(format, args...)))
}

// message takes from testify's report what a helper said.
func message(report string) string {
	_, text, ok := strings.Cut(report, "Error:      \t")
	if !ok {
		return report
	}
	return strings.ReplaceAll(text, "\t            \t", "")
}

// watch runs a helper as a test of its own would.
func watch(f func(t dealtest.TB)) *recorder {
	r := &recorder{}
	var done sync.WaitGroup
	done.Go(func() { f(r) })
	done.Wait()
	return r
}

func day(n int) time.Time { return time.Date(2025, 6, n, 0, 0, 0, 0, time.UTC) }

func event(id string, kind dealstate.Kind, party string, at time.Time) dealstate.Event {
	return dealstate.Event{ID: id, Deal: uschina.London().ID, Kind: kind, Party: party, By: scenario.NewVoices(uschina.London()).Speaker(party), Role: dealstate.Approver, At: at}
}

// halfway is London with China's approval, an implementation too early, and a
// negotiator's word for the United States.
func halfway(t testing.TB) *dealstate.Deal {
	t.Helper()
	d, err := dealstate.New(uschina.London(), dealstate.Strict)
	require.NoError(t, err)
	word := event("bessent", dealstate.Approve, "us", day(22))
	word.By, word.Role, word.Recorded = "Bessent", dealstate.Negotiator, day(25)
	dealtest.Record(t, d, event("xi", dealstate.Approve, "china", day(20)), event("early", dealstate.Implement, "", day(21)), word)
	return d
}

var now dealstate.View

// failing are calls that fail; the golden file of each name holds what it says.
var failing = map[string]func(t dealtest.TB, d *dealstate.Deal){
	"state": func(t dealtest.TB, d *dealstate.Deal) { dealtest.State(t, d, now, dealstate.StateApproved) },
	"state_unknown": func(t dealtest.TB, d *dealstate.Deal) {
		dealtest.State(t, d, now, "awaiting_trumps_approval")
	},
	"state_known_by": func(t dealtest.TB, d *dealstate.Deal) {
		dealtest.State(t, d, dealstate.View{KnownBy: day(24), Policy: dealstate.Reported}, dealstate.StateApproved)
	},
	"awaiting": func(t dealtest.TB, d *dealstate.Deal) { dealtest.Awaiting(t, d, now, "us", "chian") },
	"awaiting_nobody": func(t dealtest.TB, d *dealstate.Deal) {
		dealtest.Awaiting(t, d, now)
	},
	"approved": func(t dealtest.TB, d *dealstate.Deal) { dealtest.Approved(t, d, now, "us") },
	"verdict":  func(t dealtest.TB, d *dealstate.Deal) { dealtest.Verdict(t, d, now, condition.Met) },
	"revision": func(t dealtest.TB, d *dealstate.Deal) { dealtest.Revision(t, d, now, 2) },
	"next": func(t dealtest.TB, d *dealstate.Deal) {
		dealtest.Next(t, d, now, &dealstate.ClockStatus{Clock: dealstate.Deadline, Due: day(30)})
	},
	"warned": func(t dealtest.TB, d *dealstate.Deal) { dealtest.Warned(t, d, now, "contradiction") },
	"history": func(t dealtest.TB, d *dealstate.Deal) {
		dealtest.History(t, d, now, dealstate.StateNegotiated, dealstate.StateApproved)
	},
	"applied":        func(t dealtest.TB, d *dealstate.Deal) { dealtest.Applied(t, d, now, "early") },
	"applied_noted":  func(t dealtest.TB, d *dealstate.Deal) { dealtest.Applied(t, d, now, "bessent") },
	"applied_absent": func(t dealtest.TB, d *dealstate.Deal) { dealtest.Applied(t, d, now, "trump") },
	"refused_reason": func(t dealtest.TB, d *dealstate.Deal) { dealtest.Refused(t, d, now, "early", "china has not approved") },
	"refused_unseen": func(t dealtest.TB, d *dealstate.Deal) {
		dealtest.Refused(t, d, dealstate.View{AsOf: day(20)}, "early")
	},
	"noted": func(t dealtest.TB, d *dealstate.Deal) { dealtest.Noted(t, d, now, "xi", "policy") },
	"refuses_applied": func(t dealtest.TB, d *dealstate.Deal) {
		dealtest.Refuses(t, d, event("trump", dealstate.Approve, "us", day(26)))
	},
	"refuses_reason": func(t dealtest.TB, d *dealstate.Deal) {
		dealtest.Refuses(t, d, event("again", dealstate.Implement, "", day(26)), "stale")
	},
	"refuses_error": func(t dealtest.TB, d *dealstate.Deal) {
		dealtest.Refuses(t, d, event("odd", dealstate.Approve, "cn", day(26)))
	},
	"unchanged_by": func(t dealtest.TB, d *dealstate.Deal) {
		dealtest.UnchangedBy(t, d, now, event("trump", dealstate.Approve, "us", day(26)))
	},
	"record":         func(t dealtest.TB, d *dealstate.Deal) { dealtest.Record(t, d, dealstate.Event{ID: "empty"}) },
	"signed":         func(t dealtest.TB, d *dealstate.Deal) { dealtest.Signed(t, d, now, "us", "cina") },
	"leaves":         func(t dealtest.TB, d *dealstate.Deal) { dealtest.Leaves(t, d, now, "us", day(26)) },
	"leaves_unknown": func(t dealtest.TB, d *dealstate.Deal) { dealtest.Leaves(t, d, now, "u", time.Time{}) },
	"overdue":        func(t dealtest.TB, d *dealstate.Deal) { dealtest.Overdue(t, d, now, "us-eda-licences") },
	"tester_applied": func(t dealtest.TB, d *dealstate.Deal) {
		dealtest.Continue(t, d).On("2025-06-26").By("Trump").Implement(dealtest.AllSides).Applied()
	},
	"tester_revised": func(t dealtest.TB, d *dealstate.Deal) {
		dealtest.Continue(t, d).On("2025-06-19").By("Trump").Known("2025-06-27").Approve("us").Revised()
	},
	"tester_known_by": func(t dealtest.TB, d *dealstate.Deal) {
		dealtest.Continue(t, d).Under(dealstate.Reported).KnownBy("2025-06-24").State(dealstate.StateApproved)
	},
	"tester_role": func(t dealtest.TB, d *dealstate.Deal) {
		dealtest.Continue(t, d).On("2025-06-26").By("Bessent").Approve("us")
	},
	"tester_instant": func(t dealtest.TB, d *dealstate.Deal) { dealtest.Continue(t, d).On("26 June").Approve("us") },
	"run": func(t dealtest.TB, d *dealstate.Deal) {
		f, _ := scenario.Parse("", strings.NewReader("scenario a\ndeal london\n2025-06-20 approve us\n  state approved\n  applied\n  awaiting nobody"))
		dealtest.Run(t, f.Scenarios[0], uschina.London())
	},
	"run_error": func(t dealtest.TB, d *dealstate.Deal) {
		f, _ := scenario.Parse("", strings.NewReader("scenario a\ndeal london\n2025-06-20 approve cn"))
		dealtest.Run(t, f.Scenarios[0], uschina.London())
	},
}

func TestEveryFailureSaysWhyAndWhatWasNeeded(t *testing.T) {
	t.Parallel()
	for name, call := range failing {
		r := watch(func(tb dealtest.TB) { call(tb, halfway(t)) })
		require.True(t, r.failed, name)
		require.True(t, r.helped, "%s does not call Helper", name)
		golden(t, name, r.text.String())
	}
	files, err := filepath.Glob("testdata/*.golden")
	require.NoError(t, err)
	require.Len(t, files, len(failing), "a golden file belongs to no call")
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if dealtest.Updating() {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got, name)
}

// holding are calls that pass.
var holding = map[string]func(t dealtest.TB, d *dealstate.Deal){
	"state":    func(t dealtest.TB, d *dealstate.Deal) { dealtest.State(t, d, now, "awaiting_trump_approval") },
	"awaiting": func(t dealtest.TB, d *dealstate.Deal) { dealtest.Awaiting(t, d, now, "us") },
	"reported": func(t dealtest.TB, d *dealstate.Deal) {
		dealtest.Awaiting(t, d, dealstate.View{Policy: dealstate.Reported})
	},
	"approved": func(t dealtest.TB, d *dealstate.Deal) { dealtest.Approved(t, d, now, "china") },
	"verdict":  func(t dealtest.TB, d *dealstate.Deal) { dealtest.Verdict(t, d, now, condition.Pending) },
	"revision": func(t dealtest.TB, d *dealstate.Deal) { dealtest.Revision(t, d, now, 1) },
	"next":     func(t dealtest.TB, d *dealstate.Deal) { dealtest.Next(t, d, now, nil) },
	"warned":   func(t dealtest.TB, d *dealstate.Deal) { dealtest.Warned(t, d, now) },
	"standing": func(t dealtest.TB, d *dealstate.Deal) {
		dealtest.Signed(t, d, now)
		dealtest.Standing(t, d, now, dealstate.StandingApproved, "china")
		dealtest.Standing(t, d, now, dealstate.StandingOutstanding, "us")
		dealtest.Standing(t, d, now, dealstate.StandingStale)
		dealtest.Disputed(t, d, now)
		dealtest.Fired(t, d, now)
		dealtest.Provisional(t, d, now)
		dealtest.InForce(t, d, now)
		dealtest.Leaves(t, d, now, "us", time.Time{})
		dealtest.Suspended(t, d, now)
		dealtest.Performed(t, d, now)
		dealtest.Overdue(t, d, now)
		dealtest.Breached(t, d, now)
	},
	"history": func(t dealtest.TB, d *dealstate.Deal) {
		dealtest.History(t, d, now, dealstate.StateNegotiated, "awaiting_trump_approval")
	},
	"applied": func(t dealtest.TB, d *dealstate.Deal) { dealtest.Applied(t, d, now, "xi") },
	"refused": func(t dealtest.TB, d *dealstate.Deal) {
		dealtest.Refused(t, d, now, "early", "us has not approved", "not_approved")
	},
	"noted": func(t dealtest.TB, d *dealstate.Deal) { dealtest.Noted(t, d, now, "bessent", "policy") },
	"refuses": func(t dealtest.TB, d *dealstate.Deal) {
		dealtest.Refuses(t, d, event("again", dealstate.Implement, "", day(26)), "us has not approved")
	},
	"unchanged": func(t dealtest.TB, d *dealstate.Deal) {
		e := event("press", dealstate.Approve, "us", day(26))
		e.Role = dealstate.Press
		dealtest.UnchangedBy(t, d, now, e)
	},
	"unchanged by nothing": func(t dealtest.TB, d *dealstate.Deal) { dealtest.UnchangedBy(t, d, now) },
}

func TestAssertionsThatHoldSayNothing(t *testing.T) {
	t.Parallel()
	for name, call := range holding {
		r := watch(func(tb dealtest.TB) { call(tb, halfway(t)) })
		require.False(t, r.failed, "%s: %s", name, r.text.String())
		require.True(t, r.helped, "%s does not call Helper", name)
	}
}

func TestUnchangedByLeavesTheDealAsItIs(t *testing.T) {
	t.Parallel()
	d := halfway(t)
	before, err := json.Marshal(d.Latest())
	require.NoError(t, err)
	watch(func(tb dealtest.TB) {
		dealtest.UnchangedBy(tb, d, now, event("trump", dealstate.Approve, "us", day(26)))
	})
	after, err := json.Marshal(d.Latest())
	require.NoError(t, err)
	require.Equal(t, string(before), string(after))
}

func TestATesterCanTellEveryKindOfAct(t *testing.T) {
	t.Parallel()
	a := uschina.London()
	a.Deadline = day(30)
	s := dealtest.Begin(t, a)
	s.On("2025-06-10").By("Lutnick").As(dealstate.Negotiator).Negotiate(dealtest.AllSides).Applied()
	s.On("2025-06-10T12:00:00Z").By("Lutnick").As(dealstate.Negotiator).Submit("us").Applied().State(dealstate.StateAwaitingApprovals)
	s.On("2025-06-11").By("Trump").Hedged(dealstate.Conditional).Approve("us").Noted("it is conditional, not asserted").Awaiting("us", "china")
	s.On("2025-06-12").Amend(dealtest.AllSides).Applied()
	s.On("2025-06-13").OfRevision(1).Approve("us").Refused("revision_mismatch")
	s.On("2025-06-13").OfRevision(2).ID("yes").Approve("us").Applied().Verdict(condition.Pending)
	s.On("2025-06-14").Withdraw("us").Applied()
	s.On("2025-06-15").Extend(dealtest.AllSides, "2025-07-15").Applied()
	s.On("2025-06-16").Dispute("us").Applied()
	s.On("2025-06-17").About("09-dispute-us").Settle(dealtest.AllSides).Refused("nothing_to_settle")
	s.On("2025-06-17").About("009-dispute-us").Settle(dealtest.AllSides).Applied()
	s.On("2025-06-18").Perform("us-eda-licences").Applied()
	s.On("2025-06-19").Note("nothing").Noted("note")
	s.On("2025-06-20").Retract("008-extend").Applied().Revised("008-extend")
	s.TimePasses("2025-06-30").State(dealstate.StateLapsed)
	s.On("2025-06-29").Known("2025-07-01").Reject("china").Applied().Revised("deadline").State(dealstate.StateLapsed) // "the deadline runs and lapses the deal"
	s.KnownBy("2025-06-30").State(dealstate.StateLapsed).Verdict(condition.Pending)
	s.AsOf("2025-06-10").History(dealstate.StateNegotiated, dealstate.StateAwaitingApprovals)
	require.Equal(t, dealstate.StateLapsed, s.Snapshot().State)
	require.Equal(t, s.Deal().Latest().State, s.Snapshot().State)
}

func TestEachSideDoesTheSameActByItself(t *testing.T) {
	t.Parallel()
	a := uschina.London()
	s := dealtest.Begin(t, a)
	s.On("2025-06-10").Sign(dealtest.EachSide).Applied().Signed("us", "china")
	s.On("2025-06-12").ID("yes").Approve(dealtest.EachSide).Applied().Approved("us", "china").State(dealstate.StateApproved)
	dealtest.Applied(t, s.Deal(), now, "yes-us")
	s.On("2025-06-13").Approve(dealtest.EachSide).Noted()
	s.On("2025-06-14").Implement(dealtest.AllSides)
	var owed []string
	for _, c := range a.Commitments {
		owed = append(owed, c.ID)
	}
	s.On("2025-06-15").Perform(dealtest.EachSide).Applied().Performed(owed...)
	s.On("2025-06-16").Dispute(dealtest.EachSide).Disputed("012-dispute-us", "013-dispute-china")
}

func TestEachSidesActIsAskedForEverySide(t *testing.T) {
	t.Parallel()
	r := try(func(tb dealtest.TB) {
		s := dealtest.Begin(tb, uschina.London())
		s.On("2025-06-10").Approve("us")
		s.On("2025-06-11").Approve(dealtest.EachSide).Applied()
	})
	require.Len(t, r.errors, 1)
	require.Contains(t, r.errors[0], "002-approve-us applied")
	require.Equal(t, []string{"dealtest_test.go"}, r.lines)
	a := uschina.London()
	a.Commitments, a.Approval = nil, condition.Condition{}
	r = try(func(tb dealtest.TB) { dealtest.Begin(tb, a).On("2025-06-10").Perform(dealtest.EachSide) })
	require.Contains(t, r.errors[0], "the agreement has no commitment")
}

func TestATesterAsksForClocksWarningsAndRevisions(t *testing.T) {
	t.Parallel()
	a := uschina.London()
	a.Deadline = day(30)
	s := dealtest.Begin(t, a)
	s.On("2025-06-20").Approve("us").Next("deadline", "2025-06-30").Fired().Revision(1).Standing(dealstate.StandingApproved, "us")
	s.On("2025-06-21").Amend(dealtest.AllSides).Revision(2).Standing(dealstate.StandingStale, "us")
	s.TimePasses("2025-07-01").Fired("deadline").Next("", "").Warned("record_ends")
}

func TestATesterGoesOnAfterEntryIntoForce(t *testing.T) {
	t.Parallel()
	s := dealtest.BeginUnder(t, uschina.London(), dealstate.Official)
	s.On("2025-06-20").Approve("us")
	s.On("2025-06-20").By("MOFCOM").As(dealstate.Government).Approve("china")
	s.On("2025-06-21").Implement(dealtest.AllSides)
	s.On("2025-06-22").Suspend("us").State(dealstate.StateSuspended)
	s.On("2025-06-23").Resume("us").State(dealstate.StateImplemented)
	s.On("2025-06-24").Terminate("us").State(dealstate.StateTerminated)
}

func TestAStoryTellsWhatPartiesAndCommitmentsComeTo(t *testing.T) {
	t.Parallel()
	a := uschina.London()
	a.Notice, a.Effect = &dealstate.NoticePeriod{Delay: dealstate.Delay{Months: 12}}, &dealstate.Delay{Days: 1}
	a.Commitments[0].Within = &dealstate.Delay{Days: 30}
	s, owed := dealtest.Begin(t, a), a.Commitments[0].ID
	s.On("2025-06-10").Sign(dealtest.AllSides).Signed("us", "china")
	s.On("2025-06-11").Apply("us").Applied().Provisional("us")
	s.On("2025-06-20").Approve("us")
	s.On("2025-06-20").Approve("china")
	s.TimePasses("2025-06-21").InForce("us", "china").Provisional().Leaves("us", "")
	s.On("2025-06-22").Perform(owed).Performed(owed)
	s.On("2025-06-23").Breach(owed).Performed().Breached(owed).Overdue()
	s.On("2025-06-24").OfCommitment(owed).Suspend(dealtest.AllSides).Suspended(owed).State(dealstate.StateImplemented)
	s.On("2025-06-25").Suspend("us").Suspended(owed, "us").State(dealstate.StateSuspended)
	s.On("2025-07-01").Withdraw("us").Leaves("us", "2026-07-01").InForce("us", "china").AsOf("2025-06-30").Leaves("us", "")
	s.On("2025-07-02").Until("2027-01-01").Withdraw("us").Leaves("us", "2027-01-01")
	s.TimePasses("2025-08-01").Overdue(owed)
	s.TimePasses("2027-01-01").State(dealstate.StateTerminated).InForce()
	s.On("2026-12-31").Known("2027-01-02").Approve("us").Revised("notice of us").State(dealstate.StateSuspended)
}

func TestDealsAreKnownByTheirShortNames(t *testing.T) {
	t.Parallel()
	for name, id := range map[string]string{"london": "us-china-london-2025", "geneva": "us-china-geneva-2025", "busan": "us-china-busan-2025",
		"us-china-madrid-2025": "us-china-madrid-2025", "stockholm": "us-china-stockholm-2025"} {
		a, err := dealtest.Resolve(scenario.Ref{Deal: name}, "")
		require.NoError(t, err)
		require.Equal(t, id, a.ID)
	}
	own := dealstate.Agreement{ID: "mine"}
	a, err := dealtest.Resolve(scenario.Ref{Deal: "mine"}, "", own)
	require.NoError(t, err)
	require.Equal(t, own, a)
	_, err = dealtest.Resolve(scenario.Ref{Deal: "china"}, "", own)
	require.EqualError(t, err, `no deal is called "china"; want mine, geneva, london, stockholm, madrid, busan; or a line such as: agreement treaty.json`)
	_, err = dealtest.Resolve(scenario.Ref{File: "absent.json"}, "testdata")
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = dealtest.Resolve(scenario.Ref{File: "stranger.scenario"}, "testdata")
	require.ErrorContains(t, err, "stranger.scenario: ")
	abs, err := filepath.Abs("testdata/truce.json")
	require.NoError(t, err)
	a, err = dealtest.Resolve(scenario.Ref{File: abs}, "elsewhere")
	require.NoError(t, err)
	require.Equal(t, "truce", a.ID)
}

// The tests below run this test binary again, on a file that fails.

const again = "DEALTEST_AGAIN"

func TestAgain(t *testing.T) {
	pattern := os.Getenv(again)
	if pattern == "" {
		t.Skip("only for the tests that run it with a file")
	}
	dealtest.RunFile(t, pattern)
}

func runAgain(t *testing.T, pattern string, flags ...string) (string, error) {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"-test.run=^TestAgain$", "-test.v"}, flags...)...)
	cmd.Env = append(os.Environ(), again+"="+pattern)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.scenario")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestRunFileFailsAtTheLineAndUpdateMendsIt(t *testing.T) {
	t.Parallel()
	path := write(t, "# mine\nscenario one\ndeal london\n2025-06-20 approve us\n  state ?\n\nscenario two\ndeal geneva\n  state negotiated\n")
	out, err := runAgain(t, path)
	require.Error(t, err)
	require.Contains(t, out, path+":5: the scenario does not go as told")
	require.Contains(t, out, "got: state awaiting_xi_approval")
	require.Contains(t, out, "--- PASS: TestAgain/a.scenario/two")
	out, err = runAgain(t, path, "-update")
	require.NoError(t, err, out)
	require.Contains(t, out, "1 expectations rewritten")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "# mine\nscenario one\ndeal london\n2025-06-20 approve us\n  state awaiting_xi_approval\n\nscenario two\ndeal geneva\n  state negotiated\n", string(text))
	out, err = runAgain(t, path)
	require.NoError(t, err, out)
}

func TestRunFileNamesTheFileInEveryError(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"scenario a\ndeal london\n2025-06-20 aprove us":  "a.scenario:3:12: \"aprove\" is no kind of act",
		"scenario a\ndeal london\n2025-06-20 approve cn": "a.scenario:3:20: party: \"cn\" is not a party",
		"scenario a\ndeal paris\n":                       "no deal is called \"paris\"",
		"# nothing\n":                                    "holds no scenario",
	} {
		out, err := runAgain(t, write(t, text))
		require.Error(t, err)
		require.Contains(t, out, want)
	}
	out, err := runAgain(t, filepath.Join(t.TempDir(), "*.scenario"))
	require.Error(t, err)
	require.Contains(t, out, "no file matches")
}

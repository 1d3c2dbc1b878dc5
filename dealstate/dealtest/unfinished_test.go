package dealtest_test

import (
	"fmt"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/dealtest"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// tester is a test as package testing has it, as far as helpers and the end of
// the test go: it reports an error on the line of the innermost function that
// did not call Helper.
type tester struct {
	helpers map[string]bool
	ends    []func()
	errors  []string
	lines   []string // file:line of each error
	failed  bool
}

func (r *tester) Helper() {
	pc := make([]uintptr, 1)
	runtime.Callers(2, pc)
	frame, _ := runtime.CallersFrames(pc).Next()
	if r.helpers == nil {
		r.helpers = map[string]bool{}
	}
	r.helpers[frame.Function] = true
}

func (r *tester) Errorf(format string, args ...any) {
	r.failed = true
	r.errors = append(r.errors, message(fmt.Sprintf(format, args...)))
	pc := make([]uintptr, 50)
	frames := runtime.CallersFrames(pc[:runtime.Callers(2, pc)])
	for more := true; more; {
		var frame runtime.Frame
		if frame, more = frames.Next(); !r.helpers[frame.Function] {
			r.lines = append(r.lines, filepath.Base(frame.File))
			return
		}
	}
}

func (r *tester) FailNow()         { runtime.Goexit() }
func (r *tester) Failed() bool     { return r.failed }
func (r *tester) Cleanup(f func()) { r.ends = append(r.ends, f) }

// try runs a test to its end.
func try(f func(t dealtest.TB)) *tester {
	r := &tester{}
	var done sync.WaitGroup
	done.Go(func() { f(r) })
	done.Wait()
	for _, end := range r.ends {
		end()
	}
	return r
}

// act is one that the deal cannot mean, whatever the verb: its id is not
// well-formed.
func badAct(s *dealtest.Tester) *dealtest.EventBuilder { return s.On("2025-06-20").ID("a b") }

// wrong are calls that fail, for each method that can.
var wrong = map[string]func(s *dealtest.Tester){
	"EventBuilder.Negotiate": func(s *dealtest.Tester) { badAct(s).Negotiate(dealtest.AllSides) },
	"EventBuilder.Sign":      func(s *dealtest.Tester) { badAct(s).Sign("us") },
	"EventBuilder.Submit":    func(s *dealtest.Tester) { badAct(s).Submit("us") },
	"EventBuilder.Approve":   func(s *dealtest.Tester) { badAct(s).Approve("us") },
	"EventBuilder.Reject":    func(s *dealtest.Tester) { badAct(s).Reject("us") },
	"EventBuilder.Withdraw":  func(s *dealtest.Tester) { badAct(s).Withdraw("us") },
	"EventBuilder.Amend":     func(s *dealtest.Tester) { badAct(s).Amend(dealtest.AllSides) },
	"EventBuilder.Apply":     func(s *dealtest.Tester) { badAct(s).Apply("us") },
	"EventBuilder.Implement": func(s *dealtest.Tester) { badAct(s).Implement(dealtest.AllSides) },
	"EventBuilder.Dispute":   func(s *dealtest.Tester) { badAct(s).Dispute("us") },
	"EventBuilder.Settle":    func(s *dealtest.Tester) { badAct(s).Settle(dealtest.AllSides) },
	"EventBuilder.Suspend":   func(s *dealtest.Tester) { badAct(s).Suspend("us") },
	"EventBuilder.Resume":    func(s *dealtest.Tester) { badAct(s).Resume("us") },
	"EventBuilder.Terminate": func(s *dealtest.Tester) { badAct(s).Terminate("us") },
	"EventBuilder.Note":      func(s *dealtest.Tester) { badAct(s).Note("x") },
	"EventBuilder.Perform":   func(s *dealtest.Tester) { badAct(s).Perform("us-eda-licences") },
	"EventBuilder.Breach":    func(s *dealtest.Tester) { badAct(s).Breach("us-eda-licences") },
	"EventBuilder.Until":     func(s *dealtest.Tester) { s.On("2025-06-20").Until("soon") },
	"EventBuilder.Extend":    func(s *dealtest.Tester) { badAct(s).Extend("us", "2026-01-01") },
	"EventBuilder.Retract":   func(s *dealtest.Tester) { badAct(s).Retract("x") },
	"EventBuilder.Known":     func(s *dealtest.Tester) { s.On("2025-06-20").Known("soon") },

	"RecordedEvent.Applied": func(s *dealtest.Tester) { s.On("2025-06-20").Implement(dealtest.AllSides).Applied() },
	"RecordedEvent.Refused": func(s *dealtest.Tester) { s.On("2025-06-20").Approve("us").Refused() },
	"RecordedEvent.Noted":   func(s *dealtest.Tester) { s.On("2025-06-20").Approve("us").Noted() },
	"RecordedEvent.Revised": func(s *dealtest.Tester) { s.On("2025-06-20").Approve("us").Revised("x") },
	"ViewedDeal.State":      func(s *dealtest.Tester) { s.State("x") },
	"ViewedDeal.Verdict":    func(s *dealtest.Tester) { s.Verdict(condition.Met) },
	"ViewedDeal.History":    func(s *dealtest.Tester) { s.History() },
	"ViewedDeal.Awaiting": func(s *dealtest.Tester) {
		s.Awaiting()
	},
	"ViewedDeal.Approved":    func(s *dealtest.Tester) { s.Approved("us") },
	"ViewedDeal.Revision":    func(s *dealtest.Tester) { s.Revision(2) },
	"ViewedDeal.Next":        func(s *dealtest.Tester) { s.Next("deadline", "2025-07-01") },
	"ViewedDeal.Fired":       func(s *dealtest.Tester) { s.Fired("deadline") },
	"ViewedDeal.Warned":      func(s *dealtest.Tester) { s.Warned("early") },
	"ViewedDeal.Standing":    func(s *dealtest.Tester) { s.Standing(dealstate.StandingRejected, "us") },
	"ViewedDeal.Disputed":    func(s *dealtest.Tester) { s.Disputed("x") },
	"ViewedDeal.Signed":      func(s *dealtest.Tester) { s.Signed("us") },
	"ViewedDeal.Provisional": func(s *dealtest.Tester) { s.Provisional("us") },
	"ViewedDeal.InForce":     func(s *dealtest.Tester) { s.InForce("us") },
	"ViewedDeal.Leaves":      func(s *dealtest.Tester) { s.Leaves("us", "2025-07-01") },
	"ViewedDeal.Suspended":   func(s *dealtest.Tester) { s.Suspended("us") },
	"ViewedDeal.Performed":   func(s *dealtest.Tester) { s.Performed("us-eda-licences") },
	"ViewedDeal.Overdue":     func(s *dealtest.Tester) { s.Overdue("us-eda-licences") },
	"ViewedDeal.Breached":    func(s *dealtest.Tester) { s.Breached("us-eda-licences") },
	"ViewedDeal.AsOf":        func(s *dealtest.Tester) { s.AsOf("soon") },
	"ViewedDeal.KnownBy":     func(s *dealtest.Tester) { s.KnownBy("soon") },
	"ViewedDeal.Snapshot":    func(s *dealtest.Tester) { s.On("2025-06-20"); s.Snapshot() },
	"Tester.TimePasses":      func(s *dealtest.Tester) { s.TimePasses("soon") },
	"Tester.On":              func(s *dealtest.Tester) { s.On("soon") },
}

// cannotFail are the methods that only say more about an act, or a look.
var cannotFail = []string{"EventBuilder.By", "EventBuilder.As", "EventBuilder.Hedged", "EventBuilder.OfRevision", "EventBuilder.OfCommitment", "EventBuilder.ID", "EventBuilder.About", "ViewedDeal.Under", "Tester.Deal"}

func TestEveryFailureIsReportedOnTheLineOfTheTest(t *testing.T) {
	t.Parallel()
	for name, call := range wrong {
		r := try(func(tb dealtest.TB) { call(dealtest.Begin(tb, uschina.London())) })
		require.Equal(t, []string{"unfinished_test.go"}, r.lines, "%s: the failure is reported elsewhere", name)
	}
}

func TestEveryMethodOfATesterIsTriedOrCannotFail(t *testing.T) {
	t.Parallel()
	promoted := reflect.TypeFor[dealtest.ViewedDeal]()
	for _, of := range []reflect.Type{reflect.TypeFor[*dealtest.EventBuilder](), reflect.TypeFor[*dealtest.RecordedEvent](), promoted, reflect.TypeFor[*dealtest.Tester]()} {
		for i := range of.NumMethod() {
			name := of.Method(i).Name
			if _, is := promoted.MethodByName(name); is && of != promoted {
				continue
			}
			full := strings.TrimPrefix(strings.TrimPrefix(of.String(), "*"), "dealtest.") + "." + name
			_, tried := wrong[full]
			require.NotEqual(t, tried, contains(cannotFail, full), "%s stands in one of wrong and cannotFail", full)
		}
	}
}

func contains(all []string, one string) bool {
	return strings.Contains(" "+strings.Join(all, " ")+" ", " "+one+" ")
}

func TestWhatIsLeftHalfSaidFailsTheTest(t *testing.T) {
	t.Parallel()
	const noVerb = `has no verb, so nothing was recorded; want one at its end, such as Approve("china")`
	const unasked = `looks at the deal, but nothing is asked there; want an expectation behind it, such as State("approved")`
	for name, c := range map[string]struct {
		want string
		tell func(s *dealtest.Tester)
	}{
		"last act":         {`On("2025-06-20") ` + noVerb, func(s *dealtest.Tester) { s.On("2025-06-20").By("Xi") }},
		"act before":       {`On("2025-06-20") ` + noVerb, func(s *dealtest.Tester) { s.On("2025-06-20"); s.On("2025-06-21").Approve("us") }},
		"act, then a look": {`On("2025-06-20") ` + noVerb, func(s *dealtest.Tester) { s.On("2025-06-20").By("Xi"); s.State(dealstate.StateNegotiated) }},
		"act, then time":   {`On("2025-06-20") ` + noVerb, func(s *dealtest.Tester) { s.On("2025-06-20").By("Xi"); s.TimePasses("2025-06-21") }},
		"look as of":       {`AsOf("2025-06-20") ` + unasked, func(s *dealtest.Tester) { s.AsOf("2025-06-20") }},
		"look known by":    {`KnownBy("2025-06-20") ` + unasked, func(s *dealtest.Tester) { s.AsOf("2025-06-21").KnownBy("2025-06-20") }},
		"look under":       {`Under(official) ` + unasked, func(s *dealtest.Tester) { s.On("2025-06-20").Approve("us").Applied().Under(dealstate.Official) }},
	} {
		r := try(func(tb dealtest.TB) { c.tell(dealtest.Begin(tb, uschina.London())) })
		require.Len(t, r.errors, 1, name)
		require.Regexp(t, `^unfinished_test.go:\d+: `, r.errors[0])
		require.Contains(t, r.errors[0], c.want, name)
	}
}

func TestAnActWithoutAVerbFailsWhereNothingRunsAtTheEnd(t *testing.T) {
	t.Parallel()
	r := watch(func(tb dealtest.TB) {
		s := dealtest.Begin(tb, uschina.London())
		s.On("2025-06-20").By("Xi")
		s.State(dealstate.StateNegotiated)
	})
	require.True(t, r.failed)
	require.Contains(t, r.text.String(), `On("2025-06-20") has no verb`)
}

func TestALookMayBeKeptAndUsedLater(t *testing.T) {
	t.Parallel()
	r := try(func(tb dealtest.TB) {
		s := dealtest.Begin(tb, uschina.London())
		then := s.AsOf("2025-06-19")
		official := then.Under(dealstate.Official)
		s.On("2025-06-20").Approve("us").Applied().State("awaiting_xi_approval")
		then.State(dealstate.StateNegotiated)
		then.Awaiting("us", "china")
		official.State(dealstate.StateNegotiated)
	})
	require.Empty(t, r.errors)
}

func TestAnUnknownDealIsToldTheNearest(t *testing.T) {
	t.Parallel()
	_, err := dealtest.Resolve(scenario.Ref{Deal: "lodnon"}, "")
	require.ErrorContains(t, err, `; did you mean "london"?`)
}

func TestAnUnknownReasonCodeIsCalledUnknown(t *testing.T) {
	t.Parallel()
	const want = `No reason has the code "not_aproved"; did you mean "not_approved"?`
	for name, call := range map[string]func(tb dealtest.TB, d *dealstate.Deal){
		"refused": func(tb dealtest.TB, d *dealstate.Deal) { dealtest.Refused(tb, d, now, "early", "not_aproved") },
		"noted":   func(tb dealtest.TB, d *dealstate.Deal) { dealtest.Noted(tb, d, now, "bessent", "not_aproved") },
		"warned":  func(tb dealtest.TB, d *dealstate.Deal) { dealtest.Warned(tb, d, now, "not_aproved") },
		"refuses": func(tb dealtest.TB, d *dealstate.Deal) {
			dealtest.Refuses(tb, d, event("again", dealstate.Implement, "", day(26)), "not_aproved")
		},
		"did": func(tb dealtest.TB, d *dealstate.Deal) {
			dealtest.Continue(tb, d).On("2025-06-26").Implement(dealtest.AllSides).Refused("not_aproved")
		},
	} {
		r := watch(func(tb dealtest.TB) { call(tb, halfway(t)) })
		require.True(t, r.failed, name)
		require.Contains(t, r.text.String(), want, name)
	}
	r := watch(func(tb dealtest.TB) { dealtest.Refused(tb, halfway(t), now, "early", "stale", "far_away") })
	require.NotContains(t, r.text.String(), `the code "stale"`)
	require.Contains(t, r.text.String(), `No reason has the code "far_away".`)
}

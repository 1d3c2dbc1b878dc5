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
func badAct(s *dealtest.Story) *dealtest.Act { return s.On("2025-06-20").ID("a b") }

// wrong are calls that fail, for each method that can.
var wrong = map[string]func(s *dealtest.Story){
	"Act.Negotiate": func(s *dealtest.Story) { badAct(s).Negotiate(dealtest.AllSides) },
	"Act.Sign":      func(s *dealtest.Story) { badAct(s).Sign("us") },
	"Act.Submit":    func(s *dealtest.Story) { badAct(s).Submit("us") },
	"Act.Approve":   func(s *dealtest.Story) { badAct(s).Approve("us") },
	"Act.Reject":    func(s *dealtest.Story) { badAct(s).Reject("us") },
	"Act.Withdraw":  func(s *dealtest.Story) { badAct(s).Withdraw("us") },
	"Act.Amend":     func(s *dealtest.Story) { badAct(s).Amend(dealtest.AllSides) },
	"Act.Apply":     func(s *dealtest.Story) { badAct(s).Apply("us") },
	"Act.Implement": func(s *dealtest.Story) { badAct(s).Implement(dealtest.AllSides) },
	"Act.Dispute":   func(s *dealtest.Story) { badAct(s).Dispute("us") },
	"Act.Settle":    func(s *dealtest.Story) { badAct(s).Settle(dealtest.AllSides) },
	"Act.Suspend":   func(s *dealtest.Story) { badAct(s).Suspend("us") },
	"Act.Resume":    func(s *dealtest.Story) { badAct(s).Resume("us") },
	"Act.Terminate": func(s *dealtest.Story) { badAct(s).Terminate("us") },
	"Act.Note":      func(s *dealtest.Story) { badAct(s).Note("x") },
	"Act.Perform":   func(s *dealtest.Story) { badAct(s).Perform("us-eda-licences") },
	"Act.Breach":    func(s *dealtest.Story) { badAct(s).Breach("us-eda-licences") },
	"Act.Until":     func(s *dealtest.Story) { s.On("2025-06-20").Until("soon") },
	"Act.Extend":    func(s *dealtest.Story) { badAct(s).Extend("us", "2026-01-01") },
	"Act.Retract":   func(s *dealtest.Story) { badAct(s).Retract("x") },
	"Act.Known":     func(s *dealtest.Story) { s.On("2025-06-20").Known("soon") },

	"Did.Applied":  func(s *dealtest.Story) { s.On("2025-06-20").Implement(dealtest.AllSides).Applied() },
	"Did.Refused":  func(s *dealtest.Story) { s.On("2025-06-20").Approve("us").Refused() },
	"Did.Noted":    func(s *dealtest.Story) { s.On("2025-06-20").Approve("us").Noted() },
	"Did.Revised":  func(s *dealtest.Story) { s.On("2025-06-20").Approve("us").Revised("x") },
	"Look.State":   func(s *dealtest.Story) { s.State("x") },
	"Look.Verdict": func(s *dealtest.Story) { s.Verdict(condition.Met) },
	"Look.History": func(s *dealtest.Story) { s.History() },
	"Look.Awaiting": func(s *dealtest.Story) {
		s.Awaiting()
	},
	"Look.Signed":      func(s *dealtest.Story) { s.Signed("us") },
	"Look.Provisional": func(s *dealtest.Story) { s.Provisional("us") },
	"Look.InForce":     func(s *dealtest.Story) { s.InForce("us") },
	"Look.Leaves":      func(s *dealtest.Story) { s.Leaves("us", "2025-07-01") },
	"Look.Suspended":   func(s *dealtest.Story) { s.Suspended("us") },
	"Look.Performed":   func(s *dealtest.Story) { s.Performed("us-eda-licences") },
	"Look.Overdue":     func(s *dealtest.Story) { s.Overdue("us-eda-licences") },
	"Look.Breached":    func(s *dealtest.Story) { s.Breached("us-eda-licences") },
	"Look.AsOf":        func(s *dealtest.Story) { s.AsOf("soon") },
	"Look.KnownBy":     func(s *dealtest.Story) { s.KnownBy("soon") },
	"Look.Snapshot":    func(s *dealtest.Story) { s.On("2025-06-20"); s.Snapshot() },
	"Story.TimePasses": func(s *dealtest.Story) { s.TimePasses("soon") },
	"Story.On":         func(s *dealtest.Story) { s.On("soon") },
}

// cannotFail are the methods that only say more about an act, or a look.
var cannotFail = []string{"Act.By", "Act.As", "Act.Hedged", "Act.OfRevision", "Act.OfCommitment", "Act.ID", "Act.About", "Look.Under", "Story.Deal"}

func TestEveryFailureIsReportedOnTheLineOfTheTest(t *testing.T) {
	t.Parallel()
	for name, call := range wrong {
		r := try(func(tb dealtest.TB) { call(dealtest.Begin(tb, uschina.London())) })
		require.Equal(t, []string{"loose_test.go"}, r.lines, "%s: the failure is reported elsewhere", name)
	}
}

func TestEveryMethodOfAStoryIsTriedOrCannotFail(t *testing.T) {
	t.Parallel()
	promoted := reflect.TypeFor[dealtest.Look]()
	for _, of := range []reflect.Type{reflect.TypeFor[*dealtest.Act](), reflect.TypeFor[*dealtest.Did](), promoted, reflect.TypeFor[*dealtest.Story]()} {
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
		tell func(s *dealtest.Story)
	}{
		"last act":         {`On("2025-06-20") ` + noVerb, func(s *dealtest.Story) { s.On("2025-06-20").By("Xi") }},
		"act before":       {`On("2025-06-20") ` + noVerb, func(s *dealtest.Story) { s.On("2025-06-20"); s.On("2025-06-21").Approve("us") }},
		"act, then a look": {`On("2025-06-20") ` + noVerb, func(s *dealtest.Story) { s.On("2025-06-20").By("Xi"); s.State(dealstate.StateNegotiated) }},
		"act, then time":   {`On("2025-06-20") ` + noVerb, func(s *dealtest.Story) { s.On("2025-06-20").By("Xi"); s.TimePasses("2025-06-21") }},
		"look as of":       {`AsOf("2025-06-20") ` + unasked, func(s *dealtest.Story) { s.AsOf("2025-06-20") }},
		"look known by":    {`KnownBy("2025-06-20") ` + unasked, func(s *dealtest.Story) { s.AsOf("2025-06-21").KnownBy("2025-06-20") }},
		"look under":       {`Under(official) ` + unasked, func(s *dealtest.Story) { s.On("2025-06-20").Approve("us").Applied().Under(dealstate.Official) }},
	} {
		r := try(func(tb dealtest.TB) { c.tell(dealtest.Begin(tb, uschina.London())) })
		require.Len(t, r.errors, 1, name)
		require.Regexp(t, `^loose_test.go:\d+: `, r.errors[0])
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

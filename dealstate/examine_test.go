package dealstate_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// small is the least lifecycle that holds together; each case breaks one thing
// in it.
func small() dealstate.Agreement {
	a := pair()
	a.Commitments = []dealstate.Commitment{{ID: "c", Party: "a"}}
	a.Lifecycle = &dealstate.Lifecycle{
		Initial: "open",
		States:  []dealstate.State{"open", "done"},
		Final:   []dealstate.State{"done"},
		Rules:   []dealstate.Rule{{ID: "finish", On: dealstate.Approve, From: []dealstate.State{"open"}, To: "done", When: condition.ApprovalMet()}},
	}
	return a
}

func from(states ...dealstate.State) []dealstate.State { return states }

func TestSmallestLifecycleCompiles(t *testing.T) {
	t.Parallel()
	_, err := dealstate.Compile(small())
	require.NoError(t, err)
}

func TestBrokenLifecycleIsRefusedByName(t *testing.T) {
	t.Parallel()
	type lifecycle = *dealstate.Lifecycle
	add := func(r dealstate.Rule) func(lifecycle) {
		return func(l lifecycle) { l.Rules = append(l.Rules, r) }
	}
	for name, c := range map[string]struct {
		breaks func(lifecycle)
		field  string
		says   string // in the problem
	}{
		"no states":       {func(l lifecycle) { l.States = nil }, "lifecycle.states", "1 to 250"},
		"too many states": {func(l lifecycle) { l.States = make([]dealstate.State, 251) }, "lifecycle.states", "250"},
		"too many rules":  {func(l lifecycle) { l.Rules = make([]dealstate.Rule, 2001) }, "lifecycle.rules", "2000"},
		"state twice":     {func(l lifecycle) { l.States = append(l.States, "open") }, "lifecycle.states[2]", "twice"},
		"state unnamed":   {func(l lifecycle) { l.States = append(l.States, "") }, "lifecycle.states[2]", "missing"},
		"initial missing": {func(l lifecycle) { l.Initial = "" }, "lifecycle.initial", "not among"},
		"initial unknown": {func(l lifecycle) { l.Initial = "x" }, "lifecycle.initial", `"x"`},
		"final unknown":   {func(l lifecycle) { l.Final = from("done", "x") }, "lifecycle.final[1]", `"x"`},

		"unreachable state": {func(l lifecycle) { l.States = append(l.States, "lost") }, "lifecycle.states[2]", `"lost"`},
		"unreachable island": {func(l lifecycle) {
			l.States = append(l.States, "i1", "i2")
			l.Rules = append(l.Rules, dealstate.Rule{ID: "ferry", On: dealstate.Submit, From: from("i1"), To: "i2"})
		}, "lifecycle.states[2]", `"i1"`},
		"undeclared source":             {add(dealstate.Rule{ID: "r", On: dealstate.Submit, From: from("open", "x"), To: "done"}), "lifecycle.rules[r].from[1]", `"x"`},
		"undeclared target":             {add(dealstate.Rule{ID: "r", On: dealstate.Submit, From: from("open"), To: "x"}), "lifecycle.rules[r].to", `"x"`},
		"source twice":                  {add(dealstate.Rule{ID: "r", On: dealstate.Submit, From: from("open", "open"), To: "done"}), "lifecycle.rules[r].from[1]", "twice"},
		"no source":                     {add(dealstate.Rule{ID: "r", On: dealstate.Submit, To: "done"}), "lifecycle.rules[r].from", "never fire"},
		"final yet left":                {add(dealstate.Rule{ID: "r", On: dealstate.Submit, From: from("done"), To: "open"}), "lifecycle.rules[r].from[0]", "final"},
		"no kind":                       {add(dealstate.Rule{ID: "r", From: from("open"), To: "done"}), "lifecycle.rules[r].on", "missing"},
		"unknown kind":                  {add(dealstate.Rule{ID: "r", On: dealstate.Timed + 1, From: from("open"), To: "done"}), "lifecycle.rules[r].on", ""},
		"every timer":                   {add(dealstate.Rule{ID: "r", On: dealstate.Timed, From: from("open"), To: "done"}), "lifecycle.rules[r].on", "want the id of one"},
		"misspelt kind":                 {add(dealstate.Rule{ID: "r", On: dealstate.Timer("aprove"), From: from("open"), To: "done"}), "lifecycle.rules[r].on", `"aprove" is neither a kind of event, a clock nor a timer of this agreement; did you mean "approve"?`},
		"undeclared timer":              {add(dealstate.Rule{ID: "r", On: dealstate.Timer("snapback"), From: from("open"), To: "done"}), "lifecycle.rules[r].on", `"snapback" is neither`},
		"on a retract":                  {add(dealstate.Rule{ID: "r", On: dealstate.Retract, From: from("open"), To: "done"}), "lifecycle.rules[r].on", "never"},
		"on a note":                     {add(dealstate.Rule{ID: "r", On: dealstate.Note, From: from("open"), To: "done"}), "lifecycle.rules[r].on", "never"},
		"on an effect that is not set":  {add(dealstate.Rule{ID: "r", On: dealstate.Effect, From: from("open"), To: "done"}), "lifecycle.rules[r].on", "no effect"},
		"rule without id":               {add(dealstate.Rule{On: dealstate.Submit, From: from("open")}), "lifecycle.rules[1].id", "missing"},
		"rule twice":                    {add(dealstate.Rule{ID: "finish", On: dealstate.Submit, From: from("open")}), "lifecycle.rules[finish]", "another rule"},
		"rule with a blank":             {add(dealstate.Rule{ID: "r 1", On: dealstate.Submit, From: from("open")}), "lifecycle.rules[r 1].id", "white space"},
		"rule named like a state":       {add(dealstate.Rule{ID: "done", On: dealstate.Submit, From: from("open")}), "lifecycle.rules[done].id", "state"},
		"competing, both unconditional": {add(dealstate.Rule{ID: "r", On: dealstate.Approve, From: from("open")}), "lifecycle.rules[r]", "finish"},
		"competing, one implies other": {func(l lifecycle) {
			l.Rules = append(l.Rules, dealstate.Rule{ID: "r", On: dealstate.Approve, From: from("open"), When: condition.Approved("a")})
		}, "lifecycle.rules[r]", "finish"},
		"competing by performance": {func(l lifecycle) {
			l.Rules = append(l.Rules,
				dealstate.Rule{ID: "r1", On: dealstate.Perform, From: from("open"), When: condition.Performed("c")},
				dealstate.Rule{ID: "r2", On: dealstate.Perform, From: from("open"), To: "done", When: condition.Not(condition.Due("term"))})
		}, "lifecycle.rules[r2]", "r1"},
		"competing by actor": {func(l lifecycle) {
			l.Rules = append(l.Rules,
				dealstate.Rule{ID: "r1", On: dealstate.Submit, From: from("open"), When: condition.ActOf("a")},
				dealstate.Rule{ID: "r2", On: dealstate.Submit, From: from("open"), To: "done", When: condition.Not(condition.ActOf("b"))})
		}, "lifecycle.rules[r2]", "r1"},
		"guard never met":         {add(dealstate.Rule{ID: "r", On: dealstate.Submit, From: from("open"), When: condition.Any()}), "lifecycle.rules[r].when.any", "never be met"},
		"guard contradicts":       {add(dealstate.Rule{ID: "r", On: dealstate.Submit, From: from("open"), When: condition.All(condition.Approved("a"), condition.Not(condition.Approved("a")))}), "lifecycle.rules[r]", "never fire"},
		"two actors at once":      {add(dealstate.Rule{ID: "r", On: dealstate.Submit, From: from("open"), When: condition.All(condition.ActOf("a"), condition.ActOf("b"))}), "lifecycle.rules[r]", "never fire"},
		"effect that is not set":  {add(dealstate.Rule{ID: "r", On: dealstate.Submit, From: from("open"), When: condition.Due("effect")}), "lifecycle.rules[r]", "never fire"},
		"met and lost at once":    {add(dealstate.Rule{ID: "r", On: dealstate.Submit, From: from("open"), When: condition.All(condition.ApprovalMet(), condition.ApprovalLost())}), "lifecycle.rules[r]", "never fire"},
		"a clock is nobody's act": {add(dealstate.Rule{ID: "r", On: dealstate.Deadline, From: from("open"), When: condition.ActOf("a")}), "lifecycle.rules[r]", "never fire"},
		"shadowed by an unconditional rule": {func(l lifecycle) {
			l.Rules = append(l.Rules, dealstate.Rule{ID: "r1", On: dealstate.Submit, From: from("open")}, dealstate.Rule{ID: "r2", On: dealstate.Submit, From: from("open"), To: "done", Order: 1})
		}, "lifecycle.rules[r2]", "never fire"},
		"shadowed by two that share the ground": {func(l lifecycle) {
			l.Rules = append(l.Rules, dealstate.Rule{ID: "r1", On: dealstate.Submit, From: from("open"), When: condition.Approved("a")},
				dealstate.Rule{ID: "r2", On: dealstate.Submit, From: from("open"), When: condition.Not(condition.Approved("a"))},
				dealstate.Rule{ID: "r3", On: dealstate.Submit, From: from("open"), To: "done", Order: 1})
		}, "lifecycle.rules[r3]", "never fire"},
		"unknown party":             {add(dealstate.Rule{ID: "r", On: dealstate.Submit, From: from("open"), When: condition.Approved("x")}), "lifecycle.rules[r].when.approved", `"x"`},
		"unknown actor":             {add(dealstate.Rule{ID: "r", On: dealstate.Submit, From: from("open"), When: condition.Any(condition.All(), condition.ActOf("x"))}), "lifecycle.rules[r].when.any[1].act_of", `"x"`},
		"unknown commitment":        {add(dealstate.Rule{ID: "r", On: dealstate.Submit, From: from("open"), When: condition.Not(condition.Performed("x"))}), "lifecycle.rules[r].when.not.performed", `"x"`},
		"unknown group":             {add(dealstate.Rule{ID: "r", On: dealstate.Submit, From: from("open"), When: condition.Count(condition.AtLeast(1), "x")}), "lifecycle.rules[r].when.count.group", `"x"`},
		"no clock":                  {add(dealstate.Rule{ID: "r", On: dealstate.Submit, From: from("open"), When: condition.Due(dealstate.Approve.String())}), "lifecycle.rules[r].when.due", "deadline, effect or term"},
		"zero condition in a guard": {add(dealstate.Rule{ID: "r", On: dealstate.Submit, From: from("open"), When: condition.Not(condition.Condition{})}), "lifecycle.rules[r].when.not", "zero"},
		"threshold out of reach":    {add(dealstate.Rule{ID: "r", On: dealstate.Submit, From: from("open"), When: condition.Count(condition.AtLeast(3), "")}), "lifecycle.rules[r].when.count.min", "3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := small()
			c.breaks(a.Lifecycle)
			_, err := dealstate.Compile(a)
			require.Contains(t, fieldErr(t, err, c.field).Problem, c.says)
		})
	}
}

func TestNameThatLooplabWouldMisreadIsRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"before_open", "after_x", "enter_open", "leave_state", "event", "state"} {
		a := small()
		a.Lifecycle.Rules[0].ID = name
		_, err := dealstate.Compile(a)
		fieldErr(t, err, "lifecycle.rules["+name+"].id")

		a = small()
		a.Lifecycle.States[1], a.Lifecycle.Final[0], a.Lifecycle.Rules[0].To = dealstate.State(name), dealstate.State(name), dealstate.State(name)
		_, err = dealstate.Compile(a)
		fieldErr(t, err, "lifecycle.states[1]")
	}
}

func TestNeverMetGuardOnAnEffectRuleIsFound(t *testing.T) {
	t.Parallel()
	a := small()
	a.Effect = &dealstate.Delay{Days: 1}
	a.Lifecycle.Rules = append(a.Lifecycle.Rules, dealstate.Rule{ID: "r", On: dealstate.Effect, From: from("open"), To: "done",
		When: condition.All(condition.Approved("a"), condition.Not(condition.Approved("a")))})
	_, err := dealstate.Compile(a)
	fieldErr(t, err, "lifecycle.rules[r]")
}

func TestMachineHasNothingBesidesItsError(t *testing.T) {
	t.Parallel()
	a := small()
	a.Lifecycle.Rules = append(a.Lifecycle.Rules, dealstate.Rule{ID: "r", On: dealstate.Submit, From: from("open"), When: condition.Any()})
	m, err := dealstate.Compile(a)
	require.Error(t, err)
	require.Nil(t, m, "a machine beside an error would be used")
}

func TestOrderMayBeAnyInteger(t *testing.T) {
	t.Parallel()
	a := small()
	a.Lifecycle.Rules = append(a.Lifecycle.Rules,
		dealstate.Rule{ID: "second", On: dealstate.Submit, From: from("open"), To: "done", Order: math.MaxInt},
		dealstate.Rule{ID: "first", On: dealstate.Submit, From: from("open"), When: condition.Approved("a"), Order: math.MinInt})
	if _, err := dealstate.Compile(a); err != nil {
		fieldErr(t, err, "lifecycle.rules[second].order") // a bound would do as well
		return
	}
	_, decisions := told(t, a, "", "06-01 approve a\n06-02 submit a")
	require.Equal(t, "first", decisions[1].Rule)
}

func TestCompetitionAmongManyPartiesIsFoundWhereEverybodyApproves(t *testing.T) {
	t.Parallel()
	a := club(40, condition.Count(condition.AtLeast(20), ""))
	a.Lifecycle = &dealstate.Lifecycle{Initial: "open", States: from("open", "done"), Rules: []dealstate.Rule{
		{ID: "r1", On: dealstate.Approve, From: from("open"), To: "done", When: condition.ApprovalMet()},
		{ID: "r2", On: dealstate.Approve, From: from("open"), When: condition.Approved("p7")},
	}}
	_, err := dealstate.Compile(a)
	fieldErr(t, err, "lifecycle.rules[r2]")
}

func TestPartiesWhoseNamesMakeOneSlugStillHaveALifecycle(t *testing.T) {
	t.Parallel()
	for name, p := range map[string][2]dealstate.Party{
		"ids of one slug":           {{ID: "a-b"}, {ID: "a_b"}},
		"ids of two cases":          {{ID: "US"}, {ID: "us"}},
		"approvers of two dots":     {{ID: "a", Approver: "D. Roe"}, {ID: "b", Approver: "D Roe"}},
		"approvers without letters": {{ID: "x", Approver: "---"}, {ID: "y", Approver: "***"}},
		"Chinese":                   {{ID: "北京"}, {ID: "Washington"}},
		"long approver":             {{ID: "a", Approver: strings.Repeat("n", 128)}, {ID: "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := dealstate.Compile(dealstate.Agreement{ID: "d", Parties: p[:]})
			require.NoError(t, err)
		})
	}
}

// A machine is shared by goroutines: it must not change with the value that it
// was compiled from.
func TestMachineKeepsItsOwnCopyOfTheAgreement(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Effect = &dealstate.Delay{Days: 1}
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	a.Parties[0].ID, a.Effect.Days = "mallory", 9
	m.Lifecycle().Rules[0].ID = "mallory"
	require.Equal(t, "a", m.Agreement().Parties[0].ID)
	require.Equal(t, 1, m.Agreement().Effect.Days)
	require.NotEqual(t, "mallory", m.Lifecycle().Rules[0].ID)
}

// Whoever wants one rule more begins with the standard ones.
func TestStandardLifecycleIsAStartForAnAgreementsOwn(t *testing.T) {
	t.Parallel()
	for name, approval := range map[string]condition.Condition{
		"everyone": {}, "nobody": condition.All(), "count": condition.Count(condition.AtLeast(1), ""), "one": condition.Approved("p0"),
	} {
		for _, effect := range []*dealstate.Delay{nil, {Days: 30}} {
			t.Run(fmt.Sprintf("%s, effect %v", name, effect), func(t *testing.T) {
				t.Parallel()
				a := club(2, approval)
				a.Effect = effect
				l := a.StandardLifecycle()
				a.Lifecycle = &l
				_, err := dealstate.Compile(a)
				require.NoError(t, err)
			})
		}
	}
}

func TestDisputeMayMoveADealOfItsOwnRules(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Effect = &dealstate.Delay{Days: 30}
	l := a.StandardLifecycle()
	l.States = append(l.States, "contested")
	for i := range l.Rules {
		if l.Rules[i].ID == "dispute" {
			l.Rules[i].To = "contested"
			l.Rules[i].From = from(dealstate.StateImplemented)
		}
		if l.Rules[i].ID == "settle" {
			l.Rules[i].To = dealstate.StateImplemented
			l.Rules[i].From = from("contested")
		}
	}
	a.Lifecycle = &l
	s, decisions := told(t, a, "", `
		06-01 approve a
		06-02 approve b
		06-03 implement
		06-04 dispute a
		06-05 settle`)
	require.Equal(t, lines(`
		approve-a-06-01 applied negotiated>awaiting_b_approval
		approve-b-06-02 applied awaiting_b_approval>approved
		implement-06-03 applied approved>implemented
		dispute-a-06-04 applied implemented>contested
		settle-06-05 applied contested>implemented`), summaries(decisions))
	require.Empty(t, s.Disputes)
}

func TestRatificationInThreeStagesRuns(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Deadline = date(t, "12-31")
	a.Lifecycle = &dealstate.Lifecycle{
		Initial: "draft",
		States:  from("draft", "signed", "ratified", "exchanged", "dead"),
		Final:   from("exchanged", "dead"),
		Rules: []dealstate.Rule{
			{ID: "sign", On: dealstate.Negotiate, From: from("draft"), To: "signed"},
			{ID: "ratify", On: dealstate.Approve, From: from("signed"), To: "ratified", When: condition.ApprovalMet(), Order: 1},
			{ID: "ratify_first", On: dealstate.Approve, From: from("signed"), Order: 2},
			{ID: "exchange", On: dealstate.Implement, From: from("ratified"), To: "exchanged", When: condition.ApprovalMet()},
			{ID: "die", On: dealstate.Deadline, From: from("draft", "signed", "ratified"), To: "dead"},
		},
	}
	_, decisions := told(t, a, "2026-01-02", `
		06-01 approve a
		06-02 negotiate
		06-03 approve a
		06-04 implement
		06-05 approve b
		06-06 implement
		06-07 negotiate`)
	require.Equal(t, lines(`
		approve-a-06-01 refused: no_rule
		negotiate-06-02 applied draft>signed
		approve-a-06-03 applied
		implement-06-04 refused: no_rule
		approve-b-06-05 applied signed>ratified
		implement-06-06 applied ratified>exchanged
		negotiate-06-07 refused: no_rule`), summaries(decisions))
	s, _ := told(t, a, "2026-01-02", `06-02 negotiate`)
	require.Equal(t, dealstate.State("dead"), s.State)
	require.Equal(t, "deadline", s.By)
}

func TestRuleMayTellWhoseActItIs(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Lifecycle = &dealstate.Lifecycle{Initial: "open", States: from("open", "a_out", "b_out"), Rules: []dealstate.Rule{
		{ID: "a_leaves", On: dealstate.Terminate, From: from("open"), To: "a_out", When: condition.ActOf("a")},
		{ID: "b_leaves", On: dealstate.Terminate, From: from("open"), To: "b_out", When: condition.ActOf("b")},
	}}
	for party, want := range map[string]dealstate.State{"a": "a_out", "b": "b_out", "": "open"} {
		s, _ := told(t, a, "", fmt.Sprintf("06-01 terminate %s", party))
		require.Equal(t, want, s.State, "party %q", party)
	}
	_, decisions := told(t, a, "", "06-01 terminate")
	require.Equal(t, "terminate-06-01 refused: guard guard", summaries(decisions))
}

func TestComingBackToTheFirstStateBeginsANewRound(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Lifecycle = &dealstate.Lifecycle{Initial: "talks", States: from("talks", "agreed"), Rules: []dealstate.Rule{
		{ID: "one", On: dealstate.Approve, From: from("talks"), Order: 2},
		{ID: "both", On: dealstate.Approve, From: from("talks"), To: "agreed", When: condition.ApprovalMet(), Order: 1},
		{ID: "again", On: dealstate.Withdraw, From: from("agreed"), To: "talks"},
	}}
	s, _ := told(t, a, "", `
		06-01 approve a
		06-02 approve b
		06-03 withdraw b
		06-04 approve b id=second`)
	require.Equal(t, dealstate.State("talks"), s.State)
	require.Equal(t, 2, s.Revision)
	require.Equal(t, []string{"a"}, s.Awaiting)
}

package dealstate_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// An agreement's own clocks and parts: what is wrong with them, and their text.

func TestBadTermsAreRefusedByName(t *testing.T) {
	t.Parallel()
	snapback := `"timers":[{"id":"snapback","after":{"days":30}}]`
	extends := func(more string) string {
		return `"lifecycle":{"extends":"standard","states":["review"],"rules":[{"id":"go","on":"dispute","from":["implemented"],"to":"review","order":-1},` +
			`{"id":"back","on":"snapback","from":["review"],"to":"implemented"}]` + more + `}`
	}
	for name, c := range map[string]struct{ more, field, says string }{
		"a timer no rule uses":              {snapback, "timers[0].id", `no rule waits for "snapback"; want one in lifecycle.rules with "on":"snapback"`},
		"a rule on an undeclared timer":     {extends(""), "lifecycle.rules[back].on", `"snapback" is neither a kind of event, a clock nor a timer of this agreement`},
		"a timer misspelt in its rule":      {`"timers":[{"id":"snap_back","after":{"days":30}},{"id":"snapback2","after":{"days":30}}],` + extends(""), "timers[0].id", `no rule waits for "snap_back"`},
		"a timer named after a kind":        {`"timers":[{"id":"approve","after":{"days":30}}]`, "timers[0].id", "a kind of event or a clock already; want another name"},
		"a timer named after a clock":       {`"timers":[{"id":"notice","after":{"days":30}}]`, "timers[0].id", "a kind of event or a clock already; want another name"},
		"a timer twice":                     {`"timers":[{"id":"snapback","after":{"days":30}},{"id":"snapback","after":{"days":3}}],` + extends(""), "timers[1].id", "twice"},
		"a timer of no time":                {`"timers":[{"id":"snapback","after":{}}],` + extends(""), "timers[0].after", "no time at all"},
		"a timer that is only a date":       {`"timers":[{"id":"snapback","after":{"not_before":"2025-07-01T00:00:00Z"}}],` + extends(""), "timers[0].after", "only a date; want days, months or first_of_month"},
		"a timer without id":                {`"timers":[{"after":{"days":30}}]`, "timers[0].id", "missing"},
		"renewal without a term":            {`"renew":{"days":120}`, "renew", "there is no term that could run again; want a term beside it"},
		"renewal for no time":               {`"term":{"days":120},"renew":{}`, "renew", "would never end; want days, months or first_of_month"},
		"renewal out of range":              {`"term":{"days":120},"renew":{"days":-1}`, "renew.days", "out of range"},
		"a notice of no time":               {`"notice":{}`, "notice", "no time at all; leave it out where a party leaves at once"},
		"a notice on a day without by":      {`"notice":{"on":"06-30"}`, "notice", `on and by go together, such as {"on":"06-30","by":"01-01"}`},
		"a notice by a day without on":      {`"notice":{"by":"01-01"}`, "notice", "on and by go together"},
		"a notice of a delay and a day":     {`"notice":{"days":1,"on":"06-30","by":"01-01"}`, "notice", "either a delay, or on and by; not both"},
		"a notice on no day of the year":    {`"notice":{"on":"06-31","by":"01-01"}`, "notice.on", "want month and day, such as 06-30"},
		"a notice on a leap day":            {`"notice":{"on":"02-29","by":"01-01"}`, "notice.on", "want month and day"},
		"a notice in no state that is left": {`"notice":{"days":1},"lifecycle":{"initial":"s","states":["s"],"rules":[{"id":"r","on":"approve","from":["s"]}]}`, "notice", `want a rule in lifecycle.rules with "on":"notice"`},
		"joining from elsewhere":            {`"join":{"days":30,"from":"signature"}`, "join.from", "want one of trigger, force"},
		"joining before the past":           {`"join":{"days":-30}`, "join.days", "out of range"},
		"a deadline given twice":            {`"commitments":[{"id":"c","party":"a","deadline":"2025-07-10T00:00:00Z","deadline":{"days":30}}]`, "commitments[0].deadline", "twice"},
		"a deadline that is no instant":     {`"commitments":[{"id":"c","party":"a","deadline":"soon"}]`, "commitments[0].deadline", "want RFC 3339"},
		"a deadline out of range":           {`"commitments":[{"id":"c","party":"a","deadline":{"days":-1}}]`, "commitments[0].deadline.days", "out of range"},
		"a rule that is not there dropped":  {`"lifecycle":{"extends":"standard","rules":[],"drop":["terminate","disptue"]}`, "lifecycle.drop[1]", `has no rule "disptue"; did you mean "dispute"?`},
		"a rule dropped from nothing":       {`"lifecycle":{"initial":"s","states":["s"],"rules":[],"drop":["dispute"]}`, "lifecycle.drop", `want "extends":"standard" beside it`},
		"an extension of something else":    {`"lifecycle":{"extends":"default","rules":[]}`, "lifecycle.extends", `"default" is unknown; want standard`},
		"an extension that repeats a rule":  {`"lifecycle":{"extends":"standard","rules":[{"id":"dispute","on":"dispute","from":["implemented"]}]}`, "lifecycle.rules[dispute]", "another rule of this id"},
		"an extension that repeats a state": {`"lifecycle":{"extends":"standard","states":["implemented"],"rules":[]}`, "lifecycle.states[0]", "twice"},
		"an added state out of reach":       {`"lifecycle":{"extends":"standard","states":["review"],"rules":[]}`, "lifecycle.states[0]", `no rule leads to "review"`},
		"in force in a state not declared":  {`"lifecycle":{"extends":"standard","states":["review"],"in_force":["revue"],"rules":[]}`, "lifecycle.in_force[0]", `"revue" is not among the declared states; did you mean "review"?`},
		"an instant that is none":           {`"approval":{"reached":"soon"}`, "approval.reached", "want RFC 3339"},
		"a signature of nobody":             {`"approval":{"signed":"x"}`, "approval.signed", "want one of a, b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := dealstate.ReadMachine(strings.NewReader(`{"id":"d","parties":[{"id":"a"},{"id":"b"}],` + c.more + `}`))
			require.Contains(t, fieldErr(t, err, c.field).Problem, c.says)
		})
	}
}

// Whoever drops the rule that leads to a standard state does without the state.
func TestAnExtensionMayDropTheOnlyWayToAStandardState(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Lifecycle = &dealstate.Lifecycle{Extends: "standard", Drop: []string{"suspend", "dispute"}}
	_, decisions := told(t, a, "", inForceOfTwo+"06-10 suspend\n06-11 dispute a")
	require.Equal(t, "suspend-06-10 refused: no_rule", summary(find(t, decisions, "suspend-06-10")))
	require.Equal(t, "dispute-a-06-11 refused: no_rule", summary(find(t, decisions, "dispute-a-06-11")))
}

func TestACommitmentHasOneDeadline(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Commitments = []dealstate.Commitment{{ID: "c", Party: "a", Deadline: time.Date(2025, 7, 10, 0, 0, 0, 0, time.UTC), Within: days(30)}}
	_, err := dealstate.Compile(a)
	require.Contains(t, fieldErr(t, err, "commitments[0].deadline").Problem, "both an instant and a delay from entry into force; want one of them")
}

func TestMoreInstantsThanADealCanWaitForAreRefused(t *testing.T) {
	t.Parallel()
	many := func(n int) dealstate.Agreement {
		parts := []condition.Condition{condition.Approved("a")}
		for i := range n {
			parts = append(parts, condition.Reached(time.Date(2025, 1, 1, 0, 0, i, 0, time.UTC)))
		}
		a := pair()
		a.Approval = condition.All(parts...)
		return a
	}
	_, err := dealstate.Compile(many(1_000))
	require.NoError(t, err)
	_, err = dealstate.Compile(many(1_001))
	require.Contains(t, fieldErr(t, err, "approval").Problem, "1001 instants; want at most 1000")
}

// A guard may ask whom the deal binds only in a state in which it is in force; elsewhere
// the rule could never fire, and with approvals it must not trip over them.
func TestAGuardOnWhoIsBoundIsTriedInTheStateThatItLeaves(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Lifecycle = &dealstate.Lifecycle{Initial: "s", States: []dealstate.State{"s", "t"}, Rules: []dealstate.Rule{
		{ID: "approve", On: dealstate.Approve, From: []dealstate.State{"s"}},
		{ID: "r", On: dealstate.Submit, From: []dealstate.State{"s"}, To: "t", When: condition.All(condition.Bound("a"), condition.Not(condition.Bound("b")), condition.Approved("a"))}}}
	_, err := dealstate.Compile(a)
	require.Contains(t, fieldErr(t, err, "lifecycle.rules[r]").Problem, "can never fire")
	a.Lifecycle.InForce = []dealstate.State{"s"}
	s, _ := told(t, a, "", "06-01 approve a\n06-02 submit")
	require.Equal(t, dealstate.State("t"), s.State)
}

func TestAgreementsOfEveryNewKeyAreKeptByteForByte(t *testing.T) {
	t.Parallel()
	for _, more := range []string{
		`"term":{"days":90},"join":{"days":30},"notice":{"months":12},"renew":{"days":120}`,
		`"join":{"days":90,"from":"force"},"notice":{"on":"06-30","by":"01-01"}`,
		`"join":{"from":"trigger"},"notice":{"months":3,"first_of_month":1}`,
		`"approval":{"all":[{"reached":"2024-10-16T00:00:00Z"},{"signed":"a"},{"count":{"min":2,"of":"signed"}}]}`,
		`"commitments":[{"id":"c","party":"a","deadline":"2025-07-10T00:00:00Z"},{"id":"d","party":"b","deadline":{"days":30}}]`,
		`"timers":[{"id":"snapback","after":{"days":30}}],"lifecycle":{"extends":"standard","states":["review"],"in_force":["review"],"final":["review"],` +
			`"rules":[{"id":"go","on":"dispute","from":["implemented"],"to":"review","when":{"concerns":"whole"}},{"id":"back","on":"snapback","from":["implemented"]}],"drop":["dispute"]}`,
		`"lifecycle":{"extends":"standard","initial":"awaiting_approvals","rules":[]}`,
	} {
		text := `{"id":"d","parties":[{"id":"a"},{"id":"b"}],` + more + `}`
		same[dealstate.Agreement](t, text)
		var a dealstate.Agreement
		require.NoError(t, json.Unmarshal([]byte(text), &a))
		roundTrip(t, a)
	}
}

func TestAWithdrawalMayHaveAnUntilAndNoOtherActBesidesAnExtension(t *testing.T) {
	t.Parallel()
	same[dealstate.Event](t, `{"id":"e","deal":"d","kind":"withdraw","party":"a","role":"instrument","at":"2025-06-27T00:00:00Z","until":"2025-12-31T00:00:00Z"}`)
	var e dealstate.Event
	err := e.UnmarshalJSON([]byte(`{"id":"e","deal":"d","kind":"approve","party":"a","role":"instrument","at":"2025-06-27T00:00:00Z","until":"2025-12-31T00:00:00Z"}`))
	require.Contains(t, fieldErr(t, err, "until").Problem, "only an extend or a withdraw has one")
}

func TestSnapshotsOfEveryNewPartComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	for _, m := range meanings {
		for _, asOf := range []string{"06-02", "06-10", "06-15", "07-01"} {
			s, decisions := told(t, m.of, asOf, keepEvents(m.story))
			roundTrip(t, s)
			for _, d := range decisions {
				roundTrip(t, d)
			}
		}
	}
}

func keepEvents(story string) string {
	var kept []string
	for _, line := range strings.Split(lines(story), "\n") {
		if !strings.HasPrefix(line, "? ") && !strings.HasPrefix(line, "! ") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

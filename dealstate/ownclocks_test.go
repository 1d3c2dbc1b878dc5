package dealstate_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/badinput"
)

// An agreement's own clocks and parts: what is wrong with them, and their text.

func TestBadTermsAreRefusedByName(t *testing.T) {
	t.Parallel()
	for name, c := range badinput.Terms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := dealstate.ReadMachine(strings.NewReader(c.Text))
			require.Contains(t, fieldErr(t, err, c.Field).Problem, c.Says)
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

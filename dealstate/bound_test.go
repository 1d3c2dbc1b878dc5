package dealstate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// withRule is a deal of three with one rule more than the standard ones.
func withRule(r dealstate.Rule) dealstate.Agreement {
	return dealstate.Agreement{ID: "d", Parties: []dealstate.Party{{ID: "a"}, {ID: "b"}, {ID: "c"}}, Effect: &dealstate.Delay{},
		Lifecycle: &dealstate.Lifecycle{Extends: "standard", Rules: []dealstate.Rule{r}}}
}

// A participant may trigger what one that has left may not (Security Council
// resolution 2231, paragraph 11).
func TestRuleMayAskWhetherTheActorIsBound(t *testing.T) {
	t.Parallel()
	actorIsBound := condition.Any(condition.All(condition.ActOf("a"), condition.Bound("a")), condition.All(condition.ActOf("b"), condition.Bound("b"), condition.Not(condition.Bound("a"))))
	rule := dealstate.Rule{ID: "r", On: dealstate.Dispute, From: []dealstate.State{dealstate.StateImplemented}, To: dealstate.StateExpired, When: actorIsBound, Order: -1}
	_, err := dealstate.Compile(withRule(rule))
	require.NoError(t, err)
	rule.When = condition.Bound("")
	_, err = dealstate.Compile(withRule(rule))
	require.NoError(t, err)
}

func TestRuleThatAsksWhoIsBoundBeforeEntryIntoForceCanNeverFire(t *testing.T) {
	t.Parallel()
	rule := dealstate.Rule{ID: "r", On: dealstate.Dispute, From: []dealstate.State{dealstate.StateApproved}, To: dealstate.StateExpired, When: condition.Bound("a"), Order: -1}
	_, err := dealstate.Compile(withRule(rule))
	require.Contains(t, fieldErr(t, err, "lifecycle.rules[r]").Problem, "never fire")
}

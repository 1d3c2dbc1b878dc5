package dealstate_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// Of many parties, none can end or suspend the deal for all: not one that has
// approved, let alone one that has not. DESIGN: a suspend by one party of many concerns
// "that party's part only".
func TestOnePartyOfManyCannotActForAll(t *testing.T) {
	t.Parallel()
	a := club(5, condition.Count(condition.AtLeast(2), ""))
	first, second, last := a.Parties[0].ID, a.Parties[1].ID, a.Parties[4].ID
	for _, by := range []string{first, last} {
		s, decisions := told(t, a, "", "06-01 approve "+first+"\n06-03 approve "+second+
			"\n06-04 implement\n06-05 suspend "+by+"\n06-06 terminate "+by)
		require.Equal(t, "suspend_part", decisions[3].Rule, decisions[3])
		require.Equal(t, dealstate.Refused, decisions[4].Outcome, decisions[4])
		require.Equal(t, "it is not an act of all sides", decisions[4].Reasons[0].String())
		require.Equal(t, dealstate.StateImplemented, decisions[4].To)
		for _, p := range s.Parties {
			require.Equal(t, p.Party == by, p.Suspended, p.Party)
		}
	}
}

func TestAllSidesOfManyCanSuspendResumeAndEndTheDeal(t *testing.T) {
	t.Parallel()
	a := club(5, condition.Count(condition.AtLeast(1), ""))
	_, decisions := told(t, a, "", "06-01 approve "+a.Parties[0].ID+"\n06-02 implement\n06-03 suspend\n06-04 resume\n06-05 terminate")
	var states []dealstate.State
	for _, d := range decisions[2:] {
		states = append(states, d.To)
	}
	require.Equal(t, []dealstate.State{"suspended", "implemented", "terminated"}, states)
}

// An extension after the term's end must not count an approval that was taken
// back in the meantime.
func TestApprovalTakenBackAfterExpiryDoesNotRevive(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Term = &dealstate.Delay{Days: 10}
	s, _ := told(t, a, "07-01", "06-01 approve a\n06-02 approve b\n06-03 implement\n06-20 withdraw a\n06-21 extend until=08-01")
	require.Equal(t, dealstate.StateExpired, s.State)
}

func TestAnotherAccountOfTheTalksIsOldNewsOnceTheyBoreFruit(t *testing.T) {
	t.Parallel()
	_, decisions := told(t, pair(), "", "06-01 approve a\n06-02 approve b\n06-03 negotiate\n06-04 implement\n06-05 submit a")
	for _, i := range []int{2, 4} {
		require.Equal(t, dealstate.Noted, decisions[i].Outcome, decisions[i])
		require.Equal(t, dealstate.ReasonAlready, decisions[i].Reasons[0].Code)
	}
}

// Two clocks due at one instant: entry into force comes before the deadline.
func TestOfTwoClocksAtOneInstantEffectComesBeforeDeadline(t *testing.T) {
	t.Parallel()
	due := time.Date(2025, 6, 11, 0, 0, 0, 0, time.UTC)
	a := pair()
	a.Effect, a.Deadline = &dealstate.Delay{Days: 10}, due
	a.Lifecycle = &dealstate.Lifecycle{Initial: "open", States: []dealstate.State{"open", "done", "late"}, Rules: []dealstate.Rule{
		{ID: "sign", On: dealstate.Approve, From: []dealstate.State{"open"}},
		{ID: "finish", On: dealstate.Effect, From: []dealstate.State{"open"}, To: "done"},
		{ID: "miss", On: dealstate.Deadline, From: []dealstate.State{"open"}, To: "late"},
	}}
	s, _ := told(t, a, "06-30", "06-01 approve a\n06-01 approve b id=2")
	require.Equal(t, dealstate.State("done"), s.State)
	require.Equal(t, due, s.Since)
}

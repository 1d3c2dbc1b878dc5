package dealstate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// What is planned for December says nothing of how late it is.
func TestPlanForLaterDoesNotLetTheClocksRun(t *testing.T) {
	t.Parallel()
	deal := dated(t)
	m, err := dealstate.Compile(deal)
	require.NoError(t, err)
	d := m.NewDeal(dealstate.Strict)
	plan := dealstate.Event{ID: "plan", Deal: deal.ID, Kind: dealstate.Implement, Role: dealstate.Press, Modality: dealstate.Planned,
		At: date(t, "12-01"), Recorded: date(t, "06-02")}
	act := dealstate.Event{ID: "act", Deal: deal.ID, Kind: dealstate.Approve, Party: "a", Role: dealstate.Instrument, At: date(t, "06-01")}
	for _, e := range []dealstate.Event{act, plan} {
		decision, err := d.Record(e)
		require.NoError(t, err)
		require.Empty(t, decision.Revised)
	}
	require.Equal(t, dealstate.State("awaiting_b_approval"), d.Latest().State)
	require.Equal(t, date(t, "06-02"), d.Latest().AsOf)
	later := act
	later.ID, later.Party, later.At = "later", "b", date(t, "06-20")
	decision, err := d.Record(later)
	require.NoError(t, err)
	require.Equal(t, dealstate.StateApproved, decision.To)
}

// A list that is known to be short cannot make a threshold impossible, nor the
// condition lost.
func TestShortListIsWarnedOfAndNotRefused(t *testing.T) {
	t.Parallel()
	a := club(3, condition.Count(condition.AtLeast(5), ""))
	_, err := dealstate.Compile(a)
	fieldErr(t, err, "approval.count.min")
	a.Incomplete = "two states have dissolved"
	s, _ := told(t, a, "06-30", "06-01 approve p0\n06-02 reject p1\n06-03 reject p2")
	require.Equal(t, condition.Pending, s.Approval.Verdict)
	require.Equal(t, dealstate.ReasonIncomplete, s.Warnings[0].Code)
}

func TestDealInForceEarlyBindsAtOnceWhoeverHadApproved(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Effect = &dealstate.Delay{Days: 5}
	s, _ := told(t, a, "06-30", "06-02 approve a\n06-03 approve b\n06-06 implement")
	for _, p := range s.Parties {
		require.Equal(t, date(t, "06-06"), p.InForce, p.Party)
	}
}

func TestTwoPartiesKeepTheirStatesHoweverTheConditionIsWritten(t *testing.T) {
	t.Parallel()
	for _, c := range []condition.Condition{
		condition.Count(condition.AtLeast(2), ""), condition.Count(condition.Percent(51), ""),
		condition.All(condition.Count(condition.Fraction(2, 2), "")), condition.All(condition.Approved("b"), condition.Approved("a")),
	} {
		a := pair()
		a.Approval = c
		s, _ := told(t, a, "", "06-01 approve a")
		require.Equal(t, dealstate.State("awaiting_b_approval"), s.State, c)
	}
}

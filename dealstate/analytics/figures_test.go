package analytics_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

const day = 24 * 60 * 60.0

func TestADwellHasEachFigureInItsPlace(t *testing.T) {
	t.Parallel()
	require.Equal(t, analytics.Dwell{N: 11, Mean: 6, Min: 1, Q25: 3.5, Median: 6, Q75: 8.5, P90: 10, Max: 11},
		sample(t, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1).Dwell())
}

// The US approves after two days, an amendment makes that stale, and the deadline
// ends what both still owe.
func TestWaitsThatADeadlineEndedAreNoApprovals(t *testing.T) {
	t.Parallel()
	d := recordedDeal(t, withDeadline(), act(dealstate.Negotiate, "", "2025-06-10T00:00:00Z"), act(dealstate.Approve, "us", "2025-06-12T00:00:00Z"),
		act(dealstate.Amend, "", "2025-06-15T00:00:00Z"), act(dealstate.Note, "", "2025-07-02T00:00:00Z"))
	w := analytics.NewWaits(d.Machine())
	for dec := range d.Decisions() {
		require.NoError(t, w.Add(dec))
	}
	id := d.Machine().Deal()
	require.Equal(t, []analytics.Lifetime{{Deal: id, Time: 2 * day, Reached: true}, {Deal: id, Time: 16 * day}}, w.Lifetimes("us", time.Time{}))
	require.Equal(t, []analytics.Lifetime{{Deal: id, Time: 21 * day}}, w.Lifetimes("china", time.Time{}))
	rows := slices.Collect(w.ByParty(time.Time{}))
	two := 2 * day
	require.Equal(t, []analytics.PartyWait{
		{Party: "us", Approver: rows[0].Approver, Waits: 2, Approved: 1, Total: 18 * day,
			Ended: analytics.Dwell{N: 1, Mean: two, Min: two, Q25: two, Median: two, Q75: two, P90: two, Max: two}},
		{Party: "china", Approver: rows[1].Approver, Waits: 1, Total: 21 * day},
	}, rows)
}

func TestAFunnelsSharesAreOfTheWholeAndOfTheStageBefore(t *testing.T) {
	t.Parallel()
	start, us := act(dealstate.Negotiate, "", "2025-06-10T00:00:00Z"), act(dealstate.Approve, "us", "2025-06-11T00:00:00Z")
	china, implement := act(dealstate.Approve, "china", "2025-06-12T00:00:00Z"), act(dealstate.Implement, "", "2025-06-13T00:00:00Z")
	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	f, err := analytics.NewFunnel(analytics.StandardStages(m.Lifecycle())...)
	require.NoError(t, err)
	for i, acts := range [][]dealstate.Event{{start}, {start, us}, {start, us, china}, {start, us, china, implement}} {
		a := uschina.London()
		a.ID = string(rune('a' + i))
		for dec := range recordedDeal(t, a, acts...).Decisions() {
			require.NoError(t, f.Add(dec))
		}
	}
	require.Equal(t, []analytics.FunnelStage{
		{Stage: "negotiated", Deals: 4, Share: 1, Passed: 1},
		{Stage: "awaiting", Deals: 3, Share: 0.75, Passed: 0.75},
		{Stage: "approved", Deals: 2, Share: 0.5, Passed: 2.0 / 3},
		{Stage: "implemented", Deals: 1, Share: 0.25, Passed: 0.5},
	}, slices.Collect(f.All()))
}

func TestAPolicysChangesAreSharesOfItsComparisons(t *testing.T) {
	t.Parallel()
	var p analytics.PolicyChanges
	for i, state := range []dealstate.State{"approved", "implemented", "implemented", "implemented"} {
		at := at("2025-06-10T00:00:00Z").AddDate(0, 0, i)
		require.NoError(t, p.Add(dealstate.Snapshot{Deal: "d", AsOf: at, Policy: "strict", State: "approved"}, dealstate.Snapshot{Deal: "d", AsOf: at, Policy: "reported", State: state}))
	}
	require.Equal(t, []analytics.PolicyChange{
		{PolicyA: "strict", PolicyB: "reported", StateA: "approved", StateB: "implemented", Count: 3, Share: 0.75},
		{PolicyA: "strict", PolicyB: "reported", StateA: "approved", StateB: "approved", Count: 1, Share: 0.25},
	}, slices.Collect(p.All()))
	compared, changed := p.Compared("strict", "reported")
	require.Equal(t, []int{4, 3}, []int{compared, changed})
}

package analytics_test

import (
	"math"
	"slices"
	"strconv"
	"strings"
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
		{Party: "us", Approver: rows[0].Approver, Waits: 2, Approved: 1, Total: 18 * day, Median: two,
			Ended: analytics.Dwell{N: 1, Mean: two, Min: two, Q25: two, Median: two, Q75: two, P90: two, Max: two}},
		{Party: "china", Approver: rows[1].Approver, Waits: 1, Total: 21 * day, Median: math.Inf(1)},
	}, rows)
}

// Of three deals, the US approves one after 4 days and one after 10, and not the third in 20:
// half its approvals have come after 10 days, whatever China does meanwhile, and though the
// median of those that came is 7.
func TestTheMedianWaitKnowsOfThoseWhoStillWait(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	w, start := analytics.NewWaits(m), at("2025-06-01T00:00:00Z")
	on := func(n int) string { return start.AddDate(0, 0, n).Format(time.RFC3339) }
	for i, acts := range [][]dealstate.Event{
		{act(dealstate.Approve, "us", on(4)), act(dealstate.Approve, "china", on(5))},
		{act(dealstate.Approve, "china", on(1)), act(dealstate.Approve, "us", on(10))},
		{act(dealstate.Approve, "china", on(2))},
	} {
		a := uschina.London()
		a.ID = string(rune('a' + i))
		for dec := range recordedDeal(t, a, append([]dealstate.Event{act(dealstate.Submit, "", on(0))}, acts...)...).Decisions() {
			require.NoError(t, w.Add(dec))
		}
	}
	rows := slices.Collect(w.ByParty(start.AddDate(0, 0, 20)))
	require.Equal(t, 10*day, rows[0].Median)
	require.Equal(t, 7*day, rows[0].Ended.Median)
	require.Equal(t, 2*day, rows[1].Median)
	require.Equal(t, 10.0, analytics.Days(rows[0].Median))
	// Where fewer than half have approved, there is no median, and its cell is empty.
	early := slices.Collect(w.ByParty(start.AddDate(0, 0, 4)))
	require.Equal(t, math.Inf(1), early[0].Median)
	require.Equal(t, "median_seconds", early[0].Columns()[6])
	require.Empty(t, early[0].Cells()[6])
	require.Equal(t, strconv.Itoa(10*24*3600), rows[0].Cells()[6])
	var lines strings.Builder
	require.NoError(t, analytics.WriteJSONLines(&lines, slices.Values([]analytics.PartyWait{rows[0], early[0]})))
	require.Contains(t, lines.String(), `"median_seconds":864000,"ended":{"n":2,"mean_seconds":604800,`)
	require.Equal(t, 1, strings.Count(lines.String(), `,"median_seconds":864000`))
	require.NotContains(t, lines.String(), "Inf")
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

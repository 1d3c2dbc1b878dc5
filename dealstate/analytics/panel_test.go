package analytics_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/dealtest"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// Whatever is recorded after a date, late reports and retractions included, no
// cell of that date moves.
func TestNoCellOfThePanelMovesWhenLaterEventsAreAdded(t *testing.T) {
	t.Parallel()
	days := analytics.EachDay(at("2025-06-09T00:00:00Z"), at("2025-08-20T00:00:00Z"))
	moved := false
	for _, a := range []dealstate.Agreement{uschina.London(), withDeadline(), many()} {
		for seed := range proof.Times(8, 3) {
			log, err := dealtest.Log(a, dealtest.Dirty, uint64(seed), 20)
			require.NoError(t, err)
			whole, err := load(a, dealstate.Strict, log)
			require.NoError(t, err)
			end := whole.At(dealstate.View{})
			for i := 0; i < len(days); i += 6 {
				day := days[i]
				known, err := load(a, dealstate.Strict, knownBy(log, day))
				require.NoError(t, err)
				dates := days[:i+1]
				require.Equal(t, slices.Collect(analytics.Panel(slices.Values([]*dealstate.Deal{known}), dates, dealstate.Reported)),
					slices.Collect(analytics.Panel(slices.Values([]*dealstate.Deal{whole}), dates, dealstate.Reported)))
				moved = moved || known.At(dealstate.View{}).State != end.State
			}
		}
	}
	require.True(t, moved, "the later events would have changed something")
}

func knownBy(log []dealstate.Event, day time.Time) []dealstate.Event {
	return slices.DeleteFunc(slices.Clone(log), func(e dealstate.Event) bool {
		if e.Recorded.IsZero() {
			e.Recorded = e.At
		}
		return e.Recorded.After(day)
	})
}

func TestACellSaysWhatWasKnown(t *testing.T) {
	t.Parallel()
	d := london(t, dealstate.Reported)
	before := analytics.CellAt(d, at("2025-01-01T00:00:00Z"), dealstate.Policy{})
	require.Equal(t, analytics.Cell{Deal: "us-china-london-2025", Date: at("2025-01-01T00:00:00Z"), Policy: "reported"}, before, "nobody knew of it")
	for _, day := range analytics.EachDay(at("2025-06-10T00:00:00Z"), at("2025-07-05T00:00:00Z")) {
		cell := analytics.CellAt(d, day, dealstate.Policy{})
		snap := d.At(dealstate.View{AsOf: day, KnownBy: day})
		if cell.State == "" {
			continue
		}
		require.Equal(t, snap.State, cell.State)
		require.Equal(t, snap.Awaiting, cell.Awaiting)
		require.False(t, cell.Since.IsZero())
		require.Equal(t, int(day.Sub(cell.Since).Hours()/24), cell.Days)
	}
}

// A float of seconds has no room for a last nanosecond after some months.
func TestDaysAreWholeOnesHoweverManyTheyAre(t *testing.T) {
	t.Parallel()
	d := recordedDeal(t, uschina.London(), act(dealstate.Negotiate, "", "2025-01-01T00:00:00Z"))
	for i, day := range analytics.EachDay(at("2025-01-01T00:00:00Z"), at("2028-12-31T00:00:00Z")) {
		require.Equal(t, i, analytics.CellAt(d, day, dealstate.Policy{}).Days, day)
	}
	require.Equal(t, 1, analytics.CellAt(d, at("2025-01-02T00:00:00Z"), dealstate.Policy{}).Days)
}

func TestEachDayEndsDays(t *testing.T) {
	t.Parallel()
	days := analytics.EachDay(at("2025-06-29T23:30:00-05:00"), at("2025-07-01T00:00:00Z"))
	want, err := dealstate.ParseMoment("2025-06-30")
	require.NoError(t, err)
	require.Equal(t, []time.Time{want, want.AddDate(0, 0, 1)}, days)
	require.Empty(t, analytics.EachDay(at("2025-07-02T00:00:00Z"), at("2025-07-01T00:00:00Z")))
}

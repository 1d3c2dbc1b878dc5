package tracker_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// open gives a tracker over a journal, by a clock that is moved by hand.
func open(t *testing.T, j journal.Journal, clock tracker.Clock, o tracker.Options) *tracker.Tracker {
	t.Helper()
	o.Clock = clock
	tr, err := tracker.Open(t.Context(), j, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, tr.Close()) })
	return tr
}

// agreementOf is one of the standard agreements with every clock, under an id.
func agreementOf(id string) dealstate.Agreement {
	a := dirtylog.Standard[1]
	a.ID = id
	return a
}

func approval(id, deal, party string, at time.Time) dealstate.Event {
	return dealstate.Event{ID: id, Deal: deal, Kind: dealstate.Approve, Party: party, Role: dealstate.Instrument, At: at}
}

// take gives the next n changes.
func take(t *testing.T, tr *tracker.Tracker, f tracker.Filter, n int) []tracker.Change {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var all []tracker.Change
	for c, err := range tr.Watch(ctx, f) {
		require.NoError(t, err, "after %d changes", len(all))
		if all = append(all, c); len(all) == n {
			break
		}
	}
	return all
}

// read gives what there is after a place, up to another.
func read(t *testing.T, tr *tracker.Tracker, f tracker.Filter, to tracker.Place) []tracker.Change {
	t.Helper()
	var all []tracker.Change
	last := f.From
	for _, c := range tracker.ReadOn(t.Context(), tr, f) {
		require.Positive(t, c.Place.Compare(last), "in order: %v after %v", c.Place, last)
		if last = c.Place; last.Compare(to) <= 0 {
			all = append(all, c)
		}
	}
	return all
}

func TestADealIsRecordedWatchedAndFiresItsClocks(t *testing.T) {
	t.Parallel()
	clock := tracker.NewManual(dirtylog.OnDay(0))
	tr := open(t, &journal.Memory{}, clock, tracker.Options{})
	ctx := journal.WithRecorder(t.Context(), "desk")
	_, err := tr.Add(ctx, agreementOf("london"))
	require.NoError(t, err)
	begun := tr.Place()
	_, err = tr.Record(ctx, dealstate.Event{ID: "e1", Deal: "london", Kind: dealstate.Negotiate, Role: dealstate.Instrument, At: dirtylog.OnDay(0)})
	require.NoError(t, err)
	clock.Advance(24 * time.Hour)
	all, err := tr.Record(ctx, approval("e2", "london", "us", dirtylog.OnDay(1)), approval("e3", "london", "china", dirtylog.OnDay(1)))
	require.NoError(t, err)
	require.Equal(t, dealstate.Applied, all[1].Decision.Outcome)
	clock.Advance(5 * 24 * time.Hour)
	changes := take(t, tr, tracker.Filter{From: begun}, 4)
	require.Equal(t, "desk", changes[0].Entry.By)
	require.Equal(t, dealstate.Effect, changes[3].Decisions[0].Clock)
	require.Equal(t, dealstate.StateImplemented, changes[3].To)
	require.Equal(t, tracker.Place{Position: 4, Instant: dirtylog.OnDay(4), Deal: 1}, changes[3].Place)
	s, err := tr.At(ctx, "london", dealstate.View{})
	require.NoError(t, err)
	require.Equal(t, dealstate.StateImplemented, s.State)
}

package tracker_test

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

func requireOnceInOrder(t *testing.T, told []tracker.Place) {
	t.Helper()
	for i := 1; i < len(told); i++ {
		require.Negative(t, told[i-1].Compare(told[i]), "%v, then %v", told[i-1], told[i])
	}
}

// requireNoGoroutineLeft waits until there are no more than before.
func requireNoGoroutineLeft(t *testing.T, before int) {
	t.Helper()
	for range 1_000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
		time.Sleep(time.Millisecond)
	}
	stacks := make([]byte, 1<<20)
	t.Fatalf("%d goroutines are left of %d:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
}

func TestWatchingEndsWithTheContextAndWithTheTrackerAndLeavesNoGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	tr, err := tracker.Open(t.Context(), &journal.Memory{}, tracker.Options{})
	require.NoError(t, err)
	_, err = tr.Add(t.Context(), agreementOf("london"))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	results := make(chan error, 3)
	watch := func(ctx context.Context, f tracker.Filter) {
		var last error
		for _, last = range tr.Watch(ctx, f) {
		}
		results <- last
	}
	go watch(ctx, tracker.Filter{})
	cancel()
	require.ErrorIs(t, <-results, context.Canceled)
	go watch(t.Context(), tracker.Filter{})
	go watch(t.Context(), tracker.Filter{Policy: dealstate.Reported, Deal: "london", From: tr.Place()})
	for !tr.Watching(dealstate.Reported) {
		runtime.Gosched()
	}
	require.NoError(t, tr.Close())
	require.ErrorIs(t, <-results, tracker.ErrClosed)
	require.ErrorIs(t, <-results, tracker.ErrClosed)
	require.False(t, tr.Watching(dealstate.Reported), "what was kept for its watchers is given back")
	require.NoError(t, tr.Close(), "twice does no harm")
	requireNoGoroutineLeft(t, before)
	_, err = tr.Record(t.Context(), approval("e1", "london", "us", dirtylog.OnDay(1)))
	require.ErrorIs(t, err, tracker.ErrClosed)
}

func TestAWatcherMayStopByItself(t *testing.T) {
	t.Parallel()
	tr := open(t, &journal.Memory{}, tracker.NewManual(dirtylog.OnDay(0)), tracker.Options{})
	for _, id := range []string{"a", "b", "c"} {
		_, err := tr.Add(t.Context(), agreementOf(id))
		require.NoError(t, err)
	}
	require.Len(t, take(t, tr, tracker.Filter{}, 2), 2)
	require.Equal(t, "c", take(t, tr, tracker.Filter{Deal: "c"}, 1)[0].Deal)
	require.Equal(t, "c", take(t, tr, tracker.Filter{Deal: "c", Policy: dealstate.Official}, 1)[0].Deal)
}

func TestAClockFiresForAWatcherWithoutAnybodyAskingUnderEveryPolicy(t *testing.T) {
	t.Parallel()
	for _, p := range dealstate.Policies() {
		clock := tracker.NewManual(dirtylog.OnDay(0))
		tr := open(t, &journal.Memory{}, clock, tracker.Options{})
		_, err := tr.Add(t.Context(), agreementOf("london"))
		require.NoError(t, err)
		_, err = tr.Record(t.Context(), dealstate.Event{ID: "e1", Deal: "london", Kind: dealstate.Negotiate, Role: dealstate.Instrument, At: dirtylog.OnDay(0)})
		require.NoError(t, err)
		told, begun := make(chan tracker.Change), tr.Place()
		go func() {
			defer close(told)
			for c, err := range tr.Watch(t.Context(), tracker.Filter{From: begun, Policy: p}) {
				if err != nil {
					return
				}
				told <- c
				return
			}
		}()
		for p != dealstate.Strict && !tr.Watching(p) {
			runtime.Gosched()
		}
		clock.Advance(10 * 24 * time.Hour) // the deadline is day 9
		c := <-told
		require.Equal(t, dealstate.StateLapsed, c.To, p.Name)
		require.Equal(t, dirtylog.OnDay(9), c.Place.Instant)
		require.Equal(t, dealstate.Deadline, c.Decisions[0].Clock)
		require.Zero(t, c.Entry.Position)
	}
}

func TestAPlaceBeyondTheJournalIsRefusedAndSaysSo(t *testing.T) {
	t.Parallel()
	tr := open(t, &journal.Memory{}, tracker.NewManual(dirtylog.OnDay(0)), tracker.Options{})
	for _, err := range tr.Watch(t.Context(), tracker.Filter{From: tracker.Place{Position: 9, Instant: dirtylog.OnDay(0)}}) {
		var beyond *tracker.PlaceError
		require.ErrorAs(t, tr.Reach(t.Context(), tracker.Place{Position: 1 << 40}), &beyond)
		require.ErrorAs(t, err, &beyond)
		require.Equal(t, int64(0), beyond.Last)
		require.EqualError(t, err, "place: 9@2025-06-10T00:00:00Z lies beyond the journal, which ends at position 0: it is a place of another journal")
	}
}

func TestAPlaceWithoutAnInstantIsThatOfItsEntry(t *testing.T) {
	t.Parallel()
	clock := tracker.NewManual(dirtylog.OnDay(0))
	tr := open(t, &journal.Memory{}, clock, tracker.Options{Recent: 1})
	_, err := tr.Add(t.Context(), agreementOf("london"))
	require.NoError(t, err)
	r, err := tr.Record(t.Context(), dealstate.Event{ID: "e1", Deal: "london", Kind: dealstate.Negotiate, Role: dealstate.Instrument, At: dirtylog.OnDay(0)})
	require.NoError(t, err)
	clock.Advance(10 * 24 * time.Hour)
	want := take(t, tr, tracker.Filter{From: r[0].Place}, 1)
	require.Equal(t, want, take(t, tr, tracker.Filter{From: tracker.Place{Position: 2}}, 1))
	require.Equal(t, want[0], take(t, tr, tracker.Filter{From: tracker.Place{Position: 1}}, 2)[1])
}

func TestPlacesAreWrittenReadAndCompared(t *testing.T) {
	t.Parallel()
	day := dirtylog.OnDay(0)
	places := []tracker.Place{{}, {Position: 3}, {Position: 3, Instant: day, Deal: 1}, {Position: 3, Instant: day, Deal: 2}, {Position: 3, Instant: day},
		{Position: 3, Instant: day.Add(1), Deal: 1}, {Position: 4, Instant: day}}
	for i, p := range places {
		again, err := tracker.ParsePlace(p.String())
		require.NoError(t, err)
		require.Equal(t, p, again)
		text, err := p.MarshalText()
		require.NoError(t, err)
		var read tracker.Place
		require.NoError(t, read.UnmarshalText(text))
		require.Equal(t, p, read)
		for k, o := range places {
			require.Equal(t, i < k, p.Compare(o) < 0, "%v and %v", p, o)
			require.Equal(t, i == k, p.Compare(o) == 0)
		}
	}
	require.Equal(t, "3@2025-06-10T00:00:00Z/2", places[3].String())
	for _, bad := range []string{"x", "-1", "03", "3@", "3@yesterday", "3@2025-06-10", "3/2", "3@2025-06-10T00:00:00Z/0", "3@2025-06-10T00:00:00Z/x", "3@2025-06-10T00:00:00Z/1/2", strings.Repeat("9", 30)} {
		p := tracker.Place{Position: 7}
		var field *dealstate.FieldError
		require.ErrorAs(t, p.UnmarshalText([]byte(bad)), &field, bad)
		require.Equal(t, "place", field.Field)
		require.Equal(t, tracker.Place{Position: 7}, p, "nothing is written")
	}
}

// The computer's clock serves as well, and its places come back from their text.
func TestTheComputersClockFiresAndItsPlacesComeBackFromTheirText(t *testing.T) {
	t.Parallel()
	tr := started(t, &journal.Memory{}, tracker.System{}, tracker.Options{})
	a := agreementOf("soon")
	a.Deadline = tr.Now().Add(50 * time.Millisecond)
	_, err := tr.Add(t.Context(), a)
	require.NoError(t, err)
	place := tr.Place()
	again, err := tracker.ParsePlace(place.String())
	require.NoError(t, err)
	require.Equal(t, place, again)
	for c, err := range tr.Watch(t.Context(), tracker.Filter{Deal: "soon", From: place}) {
		require.NoError(t, err)
		require.Equal(t, dealstate.StateLapsed, c.To)
		require.True(t, a.Deadline.Equal(c.Place.Instant))
		break
	}
}

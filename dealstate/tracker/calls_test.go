package tracker_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// gate is a journal whose appends wait until they are let through, and whose readings fail
// when they are told to.
type gate struct {
	*journal.Memory
	begun, pass chan struct{} // nil: nothing waits
	broken      func() error  // nil: nothing fails
}

func (g *gate) Append(ctx context.Context, entries []journal.Entry, on ...journal.Version) ([]int64, error) {
	if g.begun != nil {
		g.begun <- struct{}{}
		<-g.pass
	}
	return g.Memory.Append(ctx, entries, on...)
}

func (g *gate) ReadDeal(ctx context.Context, deal string, after int64) iter.Seq2[journal.Entry, error] {
	if g.broken != nil {
		if err := g.broken(); err != nil {
			return func(yield func(journal.Entry, error) bool) { yield(journal.Entry{}, err) }
		}
	}
	return g.Memory.ReadDeal(ctx, deal, after)
}

// late is a journal in which an append goes on when its context ends, as in a File.
type late struct {
	journal.Memory
	held        chan struct{} // nil: nothing is held up
	begun, kept chan struct{} // closed when something is held up, and when it is kept
	first, then sync.Once     // begun and kept are closed once
}

func (l *late) Append(ctx context.Context, entries []journal.Entry, on ...journal.Version) ([]int64, error) {
	if l.held == nil {
		return l.Memory.Append(ctx, entries, on...)
	}
	done := make(chan struct{})
	l.first.Do(func() { close(l.begun) })
	go func() {
		defer close(done)
		<-l.held
		_, _ = l.Memory.Append(context.WithoutCancel(ctx), entries, on...)
		l.then.Do(func() { close(l.kept) })
	}()
	select {
	case <-done:
		return l.Memory.Append(ctx, entries, on...)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Whoever records may leave; what he left behind still comes before the clocks that are due
// after it was accepted.
func TestTimeWaitsForWhatWasAcceptedThoughTheCallerIsGone(t *testing.T) {
	t.Parallel()
	clock := tracker.NewManual(dirtylog.OnDay(1))
	j := &late{begun: make(chan struct{}), kept: make(chan struct{})}
	tr := started(t, j, clock, tracker.Options{})
	j.held = make(chan struct{})
	ctx, leave := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		_, err := tr.Record(ctx, approval("e2", "london", "us", dirtylog.OnDay(1)))
		gone <- err
	}()
	<-j.begun
	leave()
	require.ErrorIs(t, <-gone, context.Canceled)
	clock.Advance(30 * 24 * time.Hour)
	tr.Place() // time passes as far as it may
	close(j.held)
	<-j.kept
	fresh := open(t, j, clock, tracker.Options{})
	want := take(t, fresh, tracker.Filter{}, 4)
	require.Equal(t, want, take(t, tr, tracker.Filter{}, 4))
	require.Equal(t, "e2", want[2].Entry.Event.ID)
}

// An entry that was accepted before a clock was due is told before the clock fires, however
// long the journal takes to make it durable.
func TestAClockWaitsForWhatWasAcceptedBeforeIt(t *testing.T) {
	t.Parallel()
	g := &gate{Memory: &journal.Memory{}}
	clock := tracker.NewManual(dirtylog.OnDay(8))
	tr := started(t, g, clock, tracker.Options{})
	_, err := tr.Record(t.Context(), approval("e2", "london", "us", dirtylog.OnDay(1)))
	require.NoError(t, err)
	begun := tr.Place()
	g.begun, g.pass = make(chan struct{}), make(chan struct{})
	recorded := make(chan error)
	go func() {
		_, err := tr.Record(t.Context(), approval("e3", "london", "china", dirtylog.OnDay(2)))
		recorded <- err
	}()
	<-g.begun
	clock.Set(dirtylog.OnDay(10)) // the deadline is day 9, and nobody knows yet of the second approval
	require.Empty(t, read(t, tr, tracker.Filter{From: begun}, tr.Place()))
	close(g.pass)
	require.NoError(t, <-recorded)
	live := read(t, tr, tracker.Filter{From: begun}, tr.Place())
	require.Len(t, live, 1, "the deadline does nothing to a deal that was approved in time")
	require.Equal(t, dealstate.StateImplemented, live[0].To)
	g.begun = nil
	again := open(t, g, clock, tracker.Options{Recent: 1})
	require.Equal(t, live, read(t, again, tracker.Filter{From: begun}, again.Place()))
}

// What fails in the middle of following is tried again, and nothing is told twice or left
// out.
func TestAJournalThatFailsForAWhileLosesNothing(t *testing.T) {
	t.Parallel()
	failing := false
	g := &gate{Memory: &journal.Memory{}}
	clock := tracker.NewManual(dirtylog.OnDay(1))
	tr := open(t, g, clock, tracker.Options{Hot: 1}) // so that each deal is read when it is needed
	for i := range 5 {
		id := fmt.Sprintf("deal-%d", i)
		_, err := tr.Add(t.Context(), agreementOf(id))
		require.NoError(t, err)
		_, err = tr.Record(t.Context(), negotiated("e1", id))
		require.NoError(t, err)
	}
	tr.Place()
	tr.Locked(func() { failing = true })
	g.broken = func() error {
		if failing {
			return errors.New("the disk is away")
		}
		return nil
	}
	clock.Set(dirtylog.OnDay(20))
	_, err := tr.Deals(t.Context(), tracker.Query{})
	require.EqualError(t, err, "the disk is away")
	tr.Locked(func() { failing = false })
	told := read(t, tr, tracker.Filter{}, tr.Place())
	require.Len(t, told, 15, "five agreements, five events, five deadlines")
	again := open(t, g.Memory, clock, tracker.Options{})
	require.Equal(t, told, read(t, again, tracker.Filter{}, again.Place()))
}

// A late report costs what it costs a Deal, and one at the tail no more in a long deal than
// in a short one. It counts what is allocated, by all goroutines; the least of a few
// readings is what recording allocates, without what ends beside it. Not parallel.
func TestRecordingAtTheTailCostsTheSameHoweverLongTheDeal(t *testing.T) {
	allocated := func(n int) float64 {
		clock := tracker.NewManual(dirtylog.OnDay(5))
		tr := started(t, &journal.Memory{}, clock, tracker.Options{})
		next := 0
		record := func() {
			next++
			e := approval(fmt.Sprintf("a%d", next), "london", "us", dirtylog.OnDay(1).Add(time.Duration(next)*time.Second))
			e.Kind = []dealstate.Kind{dealstate.Approve, dealstate.Withdraw}[next%2]
			_, err := tr.Record(t.Context(), e)
			require.NoError(t, err)
		}
		for range n {
			record()
		}
		least := testing.AllocsPerRun(50, record)
		for range 4 {
			least = min(least, testing.AllocsPerRun(50, record))
		}
		return least
	}
	short, long := allocated(50), allocated(2_000)
	require.Less(t, long, 1.5*short+10, "of a deal of 2,000 events, beside one of 50")
}

// sleeping is a clock that nobody is woken by.
type sleeping struct{ *tracker.Manual }

func (sleeping) Wait(ctx context.Context, _ time.Time) error {
	<-ctx.Done()
	return ctx.Err()
}

// Of an instant at which time comes to many deals, a watcher may see the middle. He is told
// the rest later, also where an entry comes in between that another process accepted before.
func TestAWatcherInTheMiddleOfAnInstantIsToldTheRest(t *testing.T) {
	t.Parallel()
	for _, recent := range []int{1, 1_000} {
		j := &journal.Memory{}
		clock := tracker.NewManual(dirtylog.OnDay(1))
		tr := open(t, j, sleeping{clock}, tracker.Options{Recent: recent})
		for i := range 6 {
			id := fmt.Sprintf("deal-%d", i)
			_, err := tr.Add(t.Context(), agreementOf(id))
			require.NoError(t, err)
		}
		clock.Set(dirtylog.OnDay(2))
		begun := tr.Place()
		r, err := tr.Record(t.Context(), negotiated("e0", "deal-4")) // of which a watcher who comes from the beginning needs the entries
		require.NoError(t, err)
		clock.Set(dirtylog.OnDay(20))
		tr.PassSome(2)
		require.Equal(t, []string{"deal-4", "deal-0", "deal-1"}, dealsOf(tracker.ReadOn(t.Context(), tr, tracker.Filter{From: begun})))
		begun = r[0].Place
		told := tracker.ReadOn(t.Context(), tr, tracker.Filter{From: begun})
		require.Len(t, told, 2, "so far")
		tr.PassSome(2)
		told = append(told, tracker.ReadOn(t.Context(), tr, tracker.Filter{From: told[1].Place})...)
		require.Len(t, told, 4)
		_, err = j.Append(t.Context(), []journal.Entry{{Accepted: dirtylog.OnDay(2), Event: negotiated("e1", "deal-5")}})
		require.NoError(t, err)
		told = append(told, take(t, tr, tracker.Filter{From: told[3].Place}, 3)...)
		require.Equal(t, []string{"deal-0", "deal-1", "deal-2", "deal-3", "deal-4", "deal-5", "deal-5"}, dealsOf(told))
		require.Zero(t, told[5].Entry.Position, "the instant is told to its end first")
		require.Equal(t, "e1", told[6].Entry.Event.ID)
		var places []tracker.Place
		for _, c := range told {
			places = append(places, c.Place)
		}
		requireOnceInOrder(t, places)
	}
}

func dealsOf(changes []tracker.Change) (ids []string) {
	for _, c := range changes {
		ids = append(ids, c.Deal)
	}
	return ids
}

package tracker_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/looplab/fsm"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// eightEvents is a deal of eight events, which comes into force and is carried out.
func eightEvents(deal string) []dealstate.Event {
	of := func(id string, day int, kind dealstate.Kind, party, commitment string) dealstate.Event {
		return dealstate.Event{ID: id, Deal: deal, Kind: kind, Party: party, Commitment: commitment, Role: dealstate.Instrument,
			At: dirtylog.OnDay(day).Add(time.Hour), Recorded: dirtylog.OnDay(day).Add(2 * time.Hour),
			Source: dealstate.Source{Publisher: "a wire", URL: "https://example.org/reports/" + id}}
	}
	return []dealstate.Event{
		of("e1", 0, dealstate.Negotiate, "", ""), of("e2", 1, dealstate.Submit, "", ""), of("e3", 2, dealstate.Approve, "us", ""),
		of("e4", 3, dealstate.Approve, "china", ""), of("e5", 7, dealstate.Perform, "us", "pledge-1"), of("e6", 8, dealstate.Perform, "china", "pledge-2"),
		of("e7", 9, dealstate.Dispute, "us", ""), of("e8", 10, dealstate.Settle, "", ""),
	}
}

// layout is in which order of the deals the events of one day come. Those of one deal lie far
// from one another in each.
type layout func(day, deals int) []int

// inOrder has the events of deals that began together lie together; mixed has none lie
// together, which is the worst for who reads deal by deal.
func inOrder(_, deals int) (order []int) {
	for i := range deals {
		order = append(order, i)
	}
	return order
}

func mixed(day, deals int) []int { return rand.New(rand.NewPCG(1, uint64(day))).Perm(deals) }

// fill appends so many deals of eight events.
func fill(tb testing.TB, j journal.Journal, deals int, of layout) {
	tb.Helper()
	put := func(day int, make func(i int) journal.Entry) {
		for chunk := range slices.Chunk(of(day, deals), 1_000) {
			var entries []journal.Entry
			for _, i := range chunk {
				e := make(i)
				e.Accepted = dirtylog.OnDay(day).Add(2 * time.Hour)
				entries = append(entries, e)
			}
			_, err := j.Append(context.Background(), entries)
			require.NoError(tb, err)
		}
	}
	id := func(i int) string { return fmt.Sprintf("deal-%07d", i) }
	put(0, func(i int) journal.Entry {
		a := agreementOf(id(i))
		a.Title = fmt.Sprintf("Framework agreement no. %d", i)
		return journal.Entry{Agreement: &a}
	})
	for n, e := range eightEvents("") {
		put(int(e.At.Sub(dirtylog.OnDay(0)).Hours()/24), func(i int) journal.Entry {
			return journal.Entry{Event: eightEvents(id(i))[n]}
		})
	}
}

// BenchmarkRecovery opens a tracker over a journal in files of deals of eight events, and
// says how many events a second it recovers, how much processor time an event takes, on its
// own and beside the reference, and what a deal takes at rest, the journal's index included.
// Of time it gives the least of all rounds: others use the machine too. A million deals take
// 3.4 GB on disk, and are tried only in the proof.
func BenchmarkRecovery(b *testing.B) {
	for _, of := range []struct {
		name  string
		deals int
		layout
	}{{"50k_in_order", 50_000, inOrder}, {"50k_mixed", 50_000, mixed}, {"1M_in_order", 1_000_000, inOrder}} {
		b.Run(of.name, func(b *testing.B) {
			if of.deals > 50_000 && !proof.Whole() {
				b.Skip("tried with " + proof.Variable + "=1")
			}
			recoverOften(b, of.deals, of.layout)
		})
	}
}

func recoverOften(b *testing.B, deals int, of layout) {
	dir := b.TempDir()
	fillFiles(b, dir, deals, of)
	events := float64(deals * 8)
	spent, reference, took := math.Inf(1), math.Inf(1), time.Duration(math.MaxInt64)
	for b.Loop() {
		reference = min(reference, looplabEvent())
		before := heap()
		begun, cpu := time.Now(), proof.CPU()
		closing := recoverFrom(b, dir)
		took = min(took, time.Since(begun))
		spent = min(spent, float64((proof.CPU()-cpu).Nanoseconds())/events)
		b.ReportMetric(float64(heap()-before)/float64(deals), "B/deal")
		closing()
	}
	b.ReportMetric(events/took.Seconds(), "events/s")
	b.ReportMetric(spent, "cpu-ns/event")
	b.ReportMetric(spent/reference, "x-looplab")
}

// fillFiles makes a journal in files, of so many deals of eight events.
func fillFiles(tb testing.TB, dir string, deals int, of layout) {
	tb.Helper()
	j, err := journal.Open(tb.Context(), dir, journal.Options{})
	require.NoError(tb, err)
	fill(tb, j, deals, of)
	require.NoError(tb, j.Close())
}

// recoverFrom opens a tracker over the files, and gives what closes both.
func recoverFrom(tb testing.TB, dir string) (closing func()) {
	tb.Helper()
	j, err := journal.Open(tb.Context(), dir, journal.Options{})
	require.NoError(tb, err)
	tr, err := tracker.Open(tb.Context(), j, tracker.Options{Clock: tracker.NewManual(dirtylog.OnDay(11))})
	require.NoError(tb, err)
	return func() {
		require.NoError(tb, tr.Close())
		require.NoError(tb, j.Close())
	}
}

// Not parallel: it looks at all memory of the process.
func TestADealOfEightEventsAtRestTakesAtMostAKibibyte(t *testing.T) {
	deals, dir := proof.Times(100_000, 10_000), t.TempDir()
	fillFiles(t, dir, deals, inOrder)
	before := heap()
	closing := recoverFrom(t, dir)
	each := float64(heap()-before) / float64(deals)
	closing()
	t.Logf("%.0f bytes a deal, of which the journal's index takes a part", each)
	require.Less(t, each, 1024.0)
}

// looplabEvent is the reference: the processor time of one raw event on one kept looplab
// machine, in nanoseconds.
func looplabEvent() float64 {
	const events = 200_000
	machine := fsm.NewFSM("implemented", fsm.Events{
		{Name: "suspend", Src: []string{"implemented"}, Dst: "suspended"},
		{Name: "resume", Src: []string{"suspended"}, Dst: "implemented"},
	}, fsm.Callbacks{"before_event": func(context.Context, *fsm.Event) {}})
	begun := proof.CPU()
	for i := range events {
		_ = machine.Event(context.Background(), []string{"suspend", "resume"}[i&1])
	}
	return float64((proof.CPU() - begun).Nanoseconds()) / events
}

// heap is what is alive.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkRecord records over memory, by one goroutine and by 16. The reference is a Deal
// of its own.
func BenchmarkRecord(b *testing.B) {
	b.Run("deal", func(b *testing.B) {
		b.ReportAllocs()
		d, err := dealstate.New(agreementOf("deal"), dealstate.Strict)
		require.NoError(b, err)
		for i := 0; b.Loop(); i++ {
			if _, err := d.Record(eventOf(i, "deal")); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, writers := range []int{1, 16} {
		b.Run(fmt.Sprintf("tracker-%d", writers), func(b *testing.B) {
			b.ReportAllocs()
			tr, next := openDeals(b, 64), atomic.Int64{}
			b.SetParallelism(max(1, writers/runtime.GOMAXPROCS(0)))
			record := func() {
				i := int(next.Add(1))
				if _, err := tr.Record(b.Context(), eventOf(i, fmt.Sprintf("deal-%d", i%64))); err != nil {
					b.Error(err)
				}
			}
			if writers == 1 {
				for b.Loop() {
					record()
				}
				return
			}
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					record()
				}
			})
		})
	}
}

// eventOf is an event that folds after those before.
func eventOf(i int, deal string) dealstate.Event {
	kind := []dealstate.Kind{dealstate.Approve, dealstate.Withdraw}[i/64%2]
	return dealstate.Event{ID: fmt.Sprintf("e%d", i), Deal: deal, Kind: kind, Party: "us", Role: dealstate.Instrument, At: dirtylog.OnDay(0).Add(time.Duration(i))}
}

func openDeals(b *testing.B, deals int) *tracker.Tracker {
	b.Helper()
	o := tracker.Options{Clock: tracker.NewManual(dirtylog.OnDay(1)), Hot: 1 << 30} // no deal is ever folded anew
	tr, err := tracker.Open(b.Context(), &journal.Memory{}, o)
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, tr.Close()) })
	for i := range deals {
		_, err := tr.Add(b.Context(), agreementOf(fmt.Sprintf("deal-%d", i)))
		require.NoError(b, err)
	}
	return tr
}

// BenchmarkWatch records events one by one while so many watchers are told each of them;
// the time is that until all have been told.
func BenchmarkWatch(b *testing.B) {
	for _, watchers := range []int{0, 1, 10, 100} {
		b.Run(fmt.Sprint(watchers), func(b *testing.B) {
			tr := openDeals(b, 64)
			begun := tr.Place()
			var told sync.WaitGroup
			for range watchers {
				told.Go(func() {
					left := b.N
					for _, err := range tr.Watch(b.Context(), tracker.Filter{From: begun}) {
						if err != nil {
							b.Error(err)
							return
						}
						if left--; left == 0 {
							return
						}
					}
				})
			}
			b.ReportAllocs()
			b.ResetTimer()
			cpu := proof.CPU()
			for i := range b.N {
				if _, err := tr.Record(b.Context(), eventOf(i, fmt.Sprintf("deal-%d", i%64))); err != nil {
					b.Fatal(err)
				}
			}
			told.Wait()
			b.ReportMetric(float64((proof.CPU()-cpu).Nanoseconds())/float64(b.N), "cpu-ns/event")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(b.N)*float64(max(watchers, 1))/b.Elapsed().Seconds(), "told/s")
		})
	}
}

// BenchmarkWatchRestarts records events one by one while a hundred watchers are told each of
// them, of whom one is stuck until the last event is recorded, and the tracker is opened
// again three times; the time is that until all have been told.
func BenchmarkWatchRestarts(b *testing.B) {
	const watchers, restarts = 100, 3
	j, o := &journal.Memory{}, tracker.Options{Clock: tracker.NewManual(dirtylog.OnDay(1)), Hot: 1 << 30}
	var now atomic.Pointer[tracker.Tracker]
	restart := func() {
		if old := now.Load(); old != nil {
			require.NoError(b, old.Close())
		}
		tr, err := tracker.Open(b.Context(), j, o)
		require.NoError(b, err)
		now.Store(tr)
	}
	restart()
	for i := range 64 {
		_, err := now.Load().Add(b.Context(), agreementOf(fmt.Sprintf("deal-%d", i)))
		require.NoError(b, err)
	}
	begun, recorded := now.Load().Place(), make(chan struct{})
	var told sync.WaitGroup
	watch := func(stuck bool) {
		f := tracker.Filter{From: begun}
		for left := b.N; left > 0; {
			for c, err := range now.Load().Watch(b.Context(), f) {
				if err != nil { // closed
					runtime.Gosched()
					break
				}
				if f.From = c.Place; stuck {
					<-recorded
				}
				if left--; left == 0 {
					return
				}
			}
		}
	}
	for w := range watchers {
		told.Go(func() { watch(w == 0) })
	}
	b.ReportAllocs()
	b.ResetTimer()
	cpu := proof.CPU()
	for i := range b.N {
		if i > 0 && i%(b.N/(restarts+1)+1) == 0 {
			restart()
		}
		_, err := now.Load().Record(b.Context(), eventOf(i, fmt.Sprintf("deal-%d", i%64)))
		require.NoError(b, err)
	}
	close(recorded)
	told.Wait()
	b.ReportMetric(float64((proof.CPU()-cpu).Nanoseconds())/float64(b.N), "cpu-ns/event")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	b.StopTimer()
	require.NoError(b, now.Load().Close())
}

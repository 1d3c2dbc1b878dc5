package tracker_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// world is a tracker that is fed at random, closed without warning and opened again.
type world struct {
	t     *testing.T
	rng   *rand.Rand
	clock *tracker.Manual
	open  func() journal.Journal // the same journal anew, as after a crash
	j     journal.Journal
	o     tracker.Options
	tr    *tracker.Tracker
	logs  map[string][]dealstate.Event // what is still to come, by deal
	ids   []string
	live  []tracker.Change // what a watcher was told, over all restarts
	place tracker.Place
}

func newWorld(t *testing.T, seed uint64, open func() journal.Journal) *world {
	w := &world{t: t, rng: rand.New(rand.NewPCG(seed, 14)), clock: tracker.NewManual(dirtylog.OnDay(0)), open: open, logs: map[string][]dealstate.Event{}}
	w.o = tracker.Options{Policy: dealstate.Policies()[w.rng.IntN(3)], Hot: 1 + w.rng.IntN(200), Recent: 1 + w.rng.IntN(60), Clock: w.clock}
	w.restart()
	all := slices.Concat(dirtylog.Agreements, dirtylog.Intricate)
	for i := range 4 {
		a := all[w.rng.IntN(len(all))]
		a.ID = fmt.Sprintf("deal-%d", i)
		w.ids = append(w.ids, a.ID)
		w.logs[a.ID] = dirtylog.Log(w.rng, a, a.ID, 14, dirtylog.Kinds)
		_, err := w.tr.Add(t.Context(), a)
		require.NoError(t, err)
	}
	return w
}

// restart leaves the old tracker without a word, and opens another one.
func (w *world) restart() {
	if w.tr != nil {
		w.clock.Set(w.tr.Now())            // firings are kept nowhere: a clock set back while nobody runs would fire them twice
		require.NoError(w.t, w.tr.Close()) // it writes nothing: what is lost with it would be lost in a crash
	}
	w.j = w.open()
	tr, err := tracker.Open(w.t.Context(), w.j, w.o)
	require.NoError(w.t, err)
	w.tr = tr
}

// step records some events of some deal, or lets time pass, or crashes, or watches.
func (w *world) step() {
	switch dice := w.rng.IntN(20); {
	case dice < 11:
		w.record()
	case dice < 15:
		w.clock.Advance(time.Duration(w.rng.Int64N(int64(50 * time.Hour))))
	case dice < 16:
		w.clock.Advance(-time.Duration(w.rng.Int64N(int64(5 * time.Hour))))
	case dice < 18:
		w.watch()
	default:
		w.restart()
	}
}

func (w *world) record() {
	id := w.ids[w.rng.IntN(len(w.ids))]
	log := w.logs[id]
	n := min(1+w.rng.IntN(2), len(log))
	if n == 0 {
		return
	}
	events := slices.Clone(log[:n])
	for i := range events {
		if w.rng.IntN(2) == 0 {
			events[i].Recorded = time.Time{}
		}
	}
	w.logs[id] = log[n:]
	for _, e := range events {
		want, err := w.tr.Check(w.t.Context(), e)
		require.NoError(w.t, err)
		all, err := w.tr.Record(w.t.Context(), e)
		require.NoError(w.t, err)
		require.Equal(w.t, want, all[0].Decision, "law 5")
	}
}

// watch reads on to the end of the stream.
func (w *world) watch() {
	end := w.tr.Place()
	told := read(w.t, w.tr, tracker.Filter{From: w.place}, end)
	w.live = append(w.live, told...)
	w.place = end
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

// requireLaw holds the tracker and what it told to a fold of what the journal has.
func (w *world) requireLaw() {
	w.watch()
	now := w.tr.Now()
	states := map[string]dealstate.State{}
	for _, c := range w.live {
		require.Equal(w.t, states[c.Deal], c.From, "%v of %s", c.Place, c.Deal)
		states[c.Deal] = c.To
	}
	for _, id := range w.ids {
		m, events := w.logOf(id, w.place.Position)
		v := dealstate.View{AsOf: now, Policy: w.o.Policy}
		want, _, err := m.Fold(events, v)
		require.NoError(w.t, err)
		got, err := w.tr.At(w.t.Context(), id, dealstate.View{})
		require.NoError(w.t, err)
		require.Equal(w.t, want, got)
		require.Equal(w.t, want.State, states[id], "what was told leads to where it stands")
	}
	w.requireSummaries()
	w.requireSame(w.live, read(w.t, w.tr, tracker.Filter{}, w.place))
	for range 3 {
		n := w.rng.IntN(len(w.live))
		from, rest := w.live[n].Place, w.live[n+1:]
		w.requireSame(rest, read(w.t, w.tr, tracker.Filter{From: from}, w.place))
		id := w.ids[w.rng.IntN(len(w.ids))]
		of := slices.DeleteFunc(slices.Clone(rest), func(c tracker.Change) bool { return c.Deal != id })
		w.requireSame(of, read(w.t, w.tr, tracker.Filter{From: from, Deal: id}, w.place))
	}
	w.requireOtherPolicies()
}

func (w *world) requireSame(want, got []tracker.Change) {
	w.t.Helper()
	for i := range min(len(want), len(got)) {
		require.Equal(w.t, want[i], got[i], "told later")
	}
	require.Equal(w.t, len(want), len(got))
}

// requireOtherPolicies holds what is told under other policies to a tracker whose own
// policy each is.
func (w *world) requireOtherPolicies() {
	for _, p := range dealstate.Policies() {
		o := w.o
		o.Policy, o.Recent = p, 100_000
		other, err := tracker.Open(w.t.Context(), w.j, o)
		require.NoError(w.t, err)
		want := read(w.t, other, tracker.Filter{}, other.Place())
		require.NoError(w.t, other.Close())
		w.requireSame(want, read(w.t, w.tr, tracker.Filter{Policy: p}, w.tr.Place()))
		from := want[w.rng.IntN(len(want))].Place
		after := slices.DeleteFunc(want, func(c tracker.Change) bool { return c.Place.Compare(from) <= 0 })
		w.requireSame(after, read(w.t, w.tr, tracker.Filter{Policy: p, From: from}, w.tr.Place()))
	}
}

// requireSummaries holds the list of deals to their snapshots.
func (w *world) requireSummaries() {
	page, err := w.tr.Deals(w.t.Context(), tracker.Query{})
	require.NoError(w.t, err)
	require.Len(w.t, page.Deals, len(w.ids))
	for _, d := range page.Deals {
		s, err := w.tr.At(w.t.Context(), d.ID, dealstate.View{})
		require.NoError(w.t, err)
		require.Equal(w.t, []any{s.State, s.Since, s.Next, len(s.Warnings)}, []any{d.State, d.Since, d.Next, d.Warnings})
		require.ElementsMatch(w.t, s.Awaiting, d.Awaiting)
	}
}

// machines holds what compiled gave, by the agreement's JSON: a journal is read again after
// each change, and has the same few agreements.
var machines sync.Map

func compiled(t *testing.T, a dealstate.Agreement) *dealstate.Machine {
	key, err := json.Marshal(a)
	require.NoError(t, err)
	if m, ok := machines.Load(string(key)); ok {
		return m.(*dealstate.Machine)
	}
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	machines.Store(string(key), m)
	return m
}

// logOf is what the journal has of a deal up to a position.
func (w *world) logOf(id string, upTo int64) (m *dealstate.Machine, events []dealstate.Event) {
	for e, err := range w.j.ReadDeal(w.t.Context(), id, 0) {
		require.NoError(w.t, err)
		switch {
		case e.Position > upTo:
			return m, events
		case e.Agreement != nil:
			m = compiled(w.t, *e.Agreement)
		default:
			events = append(events, e.Event)
		}
	}
	return m, events
}

// requirePlaces holds each change to a fold as of its place: where the deal stands, and
// what is decided when all that was told is put together.
func (w *world) requirePlaces() {
	decided := map[string]map[string]dealstate.Decision{}
	for _, c := range w.live {
		m, events := w.logOf(c.Deal, c.Place.Position)
		s, all, err := m.Fold(events, dealstate.View{AsOf: c.Place.Instant, Policy: w.o.Policy})
		require.NoError(w.t, err)
		require.Equal(w.t, s.State, c.To, "%v of %s", c.Place, c.Deal)
		by := decided[c.Deal]
		if by == nil {
			by = map[string]dealstate.Decision{}
			decided[c.Deal] = by
		}
		put(by, c)
		for _, d := range all {
			require.Equal(w.t, d, by[subject(d)], "%v of %s", c.Place, c.Deal)
		}
		for of, d := range by {
			planned := d.Clock == 0 && d.At.After(c.Place.Instant)
			found := slices.ContainsFunc(all, func(d dealstate.Decision) bool { return subject(d) == of })
			require.True(w.t, found || planned, "%v of %s: %v", c.Place, c.Deal, d)
		}
	}
}

// put takes what a change tells into what was told before.
func put(by map[string]dealstate.Decision, c tracker.Change) {
	for _, d := range c.Decisions {
		if d.Outcome != dealstate.Duplicate {
			by[subject(d)] = d
		}
	}
	for _, r := range c.Revised {
		if r.Now.Kind == 0 && r.Now.Clock == 0 {
			delete(by, subject(r.Was))
		} else {
			by[subject(r.Now)] = r.Now
		}
	}
}

func subject(d dealstate.Decision) string {
	if d.Clock == 0 {
		return d.Event
	}
	return d.Fired().String() + d.At.String()
}

func TestLaw14TheTrackerIsTheFoldOfItsJournalWhateverHappens(t *testing.T) {
	t.Parallel()
	for seed := range proof.Times(60, 5) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			j := &journal.Memory{}
			w := newWorld(t, uint64(seed), func() journal.Journal { return j })
			for range 60 {
				w.step()
			}
			w.requireLaw()
			w.requirePlaces()
			require.NoError(t, w.tr.Close())
		})
	}
}

// After a crash, the journal is what lies in its directory, as it lies there.
func TestLaw14HoldsOverFilesAfterCrashes(t *testing.T) {
	t.Parallel()
	for seed := range proof.Times(20, 2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			w := newWorld(t, uint64(1_000+seed), func() journal.Journal {
				crashed := t.TempDir()
				require.NoError(t, os.CopyFS(crashed, os.DirFS(dir)))
				dir = crashed
				j, err := journal.Open(t.Context(), dir, journal.Options{SegmentSize: 4 << 10})
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, j.Close()) })
				return j
			})
			for range 40 {
				w.step()
			}
			w.requireLaw()
			w.requirePlaces()
			require.NoError(t, w.tr.Close())
		})
	}
}

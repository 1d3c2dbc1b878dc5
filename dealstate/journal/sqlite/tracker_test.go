package sqlite_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/journal/sqlite"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// crashed copies a database as it lies there, with its log, and opens the copy.
func crashed(t *testing.T, path string) *sqlite.Store {
	t.Helper()
	to := fresh(t)
	for _, part := range []string{"", "-wal"} {
		data, err := os.ReadFile(path + part)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(to+part, data, 0o600))
	}
	return open(t, to, sqlite.Options{})
}

// A tracker over a database is the fold of what was recorded, whatever came in which order,
// under every policy, and after crashes at which nobody closed anything.
func TestLaw14TheTrackerOverADatabaseIsTheFold(t *testing.T) {
	t.Parallel()
	for seed := range proof.Times(30, 4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(uint64(seed), 16))
			s, clock := open(t, filepath.Join(t.TempDir(), "deals.db"), sqlite.Options{}), tracker.NewManual(dirtylog.OnDay(0))
			tr, err := tracker.Open(t.Context(), s, tracker.Options{Clock: clock, Hot: 2})
			require.NoError(t, err)
			logs := feed(t, rng, tr, clock, func() *tracker.Tracker {
				clock.Set(tr.Now())
				require.NoError(t, tr.Close())
				s = crashed(t, s.Path())
				tr, err = tracker.Open(t.Context(), s, tracker.Options{Clock: clock, Hot: 2})
				require.NoError(t, err)
				return tr
			})
			for id, l := range logs {
				for _, p := range dealstate.Policies() {
					v := dealstate.View{AsOf: tr.Now(), Policy: p}
					want, _, err := l.machine.Fold(l.events, v)
					require.NoError(t, err)
					have, err := tr.At(t.Context(), id, v)
					require.NoError(t, err)
					require.Equal(t, want, have)
				}
			}
			require.NoError(t, tr.Close())
		})
	}
}

// feed adds deals and records their logs, event by event in turns, while time passes and
// the tracker is brought down now and then. It gives what was recorded.
func feed(t *testing.T, rng *rand.Rand, tr *tracker.Tracker, clock *tracker.Manual, again func() *tracker.Tracker) map[string]*logged {
	t.Helper()
	recorded, coming := map[string]*logged{}, []dealstate.Event{}
	for i, a := range append(append([]dealstate.Agreement(nil), dirtylog.Standard...), dirtylog.Intricate...) {
		a.ID = fmt.Sprint("deal-", i)
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		_, err = tr.Add(t.Context(), a)
		require.NoError(t, err)
		recorded[a.ID] = &logged{machine: m}
		coming = append(coming, dirtylog.Log(rng, a, a.ID, 8, dirtylog.Kinds)...)
	}
	rng.Shuffle(len(coming), func(i, j int) { coming[i], coming[j] = coming[j], coming[i] })
	for _, e := range coming {
		if e.Recorded.IsZero() {
			e.Recorded = tr.Now() // which the tracker would write otherwise
		}
		_, err := tr.Record(t.Context(), e)
		require.NoError(t, err)
		recorded[e.Deal].events = append(recorded[e.Deal].events, e)
		clock.Advance(time.Duration(rng.Int64N(int64(12 * time.Hour))))
		if rng.IntN(20) == 0 {
			tr = again()
		}
	}
	return recorded
}

// ticking is a clock that never shows an instant twice.
type ticking struct {
	*tracker.Manual
	ticks *atomic.Int64
}

func (c ticking) Now() time.Time { return c.Manual.Now().Add(time.Duration(c.ticks.Add(1))) }

// Of two trackers, each over a store of its own on one database, as two processes have them,
// one applies what only one may.
func TestOfTwoTrackersOnOneDatabaseOneAppliesWhatOnlyOneMay(t *testing.T) {
	t.Parallel()
	path, o, clock := fresh(t), sqlite.Options{Poll: time.Millisecond}, ticking{tracker.NewManual(dirtylog.OnDay(1)), new(atomic.Int64)}
	var desks []*tracker.Tracker
	for range 2 {
		tr, err := tracker.Open(t.Context(), open(t, path, o), tracker.Options{Clock: clock})
		require.NoError(t, err)
		defer func() { require.NoError(t, tr.Close()) }()
		desks = append(desks, tr)
	}
	for n := range 10 {
		a := dirtylog.Standard[1]
		a.ID = fmt.Sprint("deal-", n)
		_, err := desks[n%2].Add(t.Context(), a)
		require.NoError(t, err)
		said := dealstate.Event{ID: "n", Deal: a.ID, Kind: dealstate.Negotiate, Role: dealstate.Instrument, At: dirtylog.OnDay(1)}
		_, err = desks[n%2].Record(t.Context(), said)
		require.NoError(t, err)
		errs := make([]error, 6)
		var racing sync.WaitGroup
		for i := range errs {
			racing.Go(func() {
				e := dealstate.Event{ID: fmt.Sprint("a", i), Deal: a.ID, Kind: dealstate.Approve, Party: "us", Role: dealstate.Instrument, At: dirtylog.OnDay(1)}
				_, errs[i] = desks[i%2].Apply(t.Context(), e)
			})
		}
		racing.Wait()
		applied := 0
		for _, err := range errs {
			var refusal *dealstate.Refusal
			if err == nil {
				applied++
			} else {
				require.ErrorAs(t, err, &refusal)
			}
		}
		require.Equal(t, 1, applied)
	}
}

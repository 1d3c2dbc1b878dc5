package dealstate_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// stood is all that a Backtest says at a date.
type stood struct {
	state       dealstate.State
	since       time.Time
	began       time.Time
	awaiting    []string
	commitments []dealstate.CommitmentStatus
	next        dealstate.ClockStatus
}

func stoodAt(b *dealstate.Backtest, date time.Time) stood {
	b.Advance(date)
	next, _ := b.Next()
	return stood{state: b.State(), since: b.Since(), began: b.Began(), awaiting: b.Awaiting(), commitments: b.Commitments(), next: next}
}

// foldedAt says the same by a fold of its own.
func foldedAt(t *testing.T, m *dealstate.Machine, events []dealstate.Event, date time.Time, p dealstate.Policy) stood {
	t.Helper()
	snap, decisions, err := m.Fold(events, dealstate.View{AsOf: date, KnownBy: date, Policy: p})
	require.NoError(t, err)
	s := stood{state: snap.State, since: snap.Since, awaiting: snap.Awaiting, commitments: snap.Commitments}
	if snap.Next != nil {
		s.next = *snap.Next
	}
	if first := slices.IndexFunc(decisions, func(d dealstate.Decision) bool { return d.Outcome == dealstate.Applied && !d.Kind.OfLog() }); first >= 0 {
		s.began = decisions[first].At
	}
	return s
}

// Logs of all sorts of agreements: late reports, retracts of retracts and of what comes
// later, plans, duplicates of which the later comes as recorded earlier, ties and clocks.
func TestABacktestStandsWhereAFoldAsOfTheDateAndKnownByItDoes(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(13, 1))
	var dates []time.Time
	for day := range 45 {
		dates = append(dates, dirtylog.OnDay(day-6), dirtylog.OnDay(day-6).Add(time.Duration(rng.IntN(24*3600))*time.Second))
	}
	for _, a := range slices.Concat(dirtylog.Standard, dirtylog.Agreements, dirtylog.Intricate) {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		for range proof.Times(12, 4) {
			events := dirtylog.Log(rng, a, a.ID, 3+rng.IntN(20), dirtylog.Kinds)
			for _, e := range events[:len(events)/4] {
				e.Recorded = dirtylog.Recorded(e).Add(time.Duration(rng.IntN(200)-100) * time.Hour)
				events = append(events, e)
			}
			p := dirtylog.Pick(rng, dealstate.Policies())
			some := slices.DeleteFunc(slices.Clone(dates), func(time.Time) bool { return rng.IntN(3) == 0 })
			if rng.IntN(4) == 0 { // in no order
				rng.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
			}
			b, err := m.Backtest(events, p)
			require.NoError(t, err)
			for _, date := range some {
				require.Equal(t, foldedAt(t, m, events, date, p), stoodAt(b, date), "%s on %s", a.ID, date)
			}
		}
	}
}

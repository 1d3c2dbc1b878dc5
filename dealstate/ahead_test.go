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

// Ahead says of an instant to come what At says of it.
func TestAheadAgreesWithAtFromTheLastInstantOnRecordOn(t *testing.T) {
	t.Parallel()
	fired := 0
	for _, a := range slices.Concat(dirtylog.Agreements, dirtylog.Intricate) {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		for seed := range uint64(proof.Times(12, 4)) {
			rng := rand.New(rand.NewPCG(seed, 5))
			d := m.NewDeal(dealstate.Official)
			for _, e := range dirtylog.Log(rng, a, a.ID, 12, dirtylog.Kinds) {
				_, err := d.Record(e)
				require.NoError(t, err)
				last := lastInstant(d)
				for _, later := range []time.Duration{0, 36 * time.Hour, 400 * 24 * time.Hour} {
					fired += requireAhead(t, d, last, last.Add(later))
				}
			}
		}
	}
	require.Greater(t, fired, proof.Times(100, 20), "clocks fire ahead")
}

// lastInstant is the last of which any event speaks, be it planned.
func lastInstant(d *dealstate.Deal) time.Time {
	last := d.Latest().AsOf
	for e := range d.Events() {
		for _, at := range []time.Time{e.At, e.Recorded} {
			if at.After(last) {
				last = at
			}
		}
	}
	return last
}

func requireAhead(t *testing.T, d *dealstate.Deal, last, to time.Time) int {
	t.Helper()
	recorded := d.Latest().AsOf
	ahead := d.Ahead(to)
	want, all := d.Replay(dealstate.View{AsOf: to})
	if len(all) > 0 {
		require.True(t, all[len(all)-1].At.Equal(ahead.Last))
	}
	of, err := d.Machine().AheadOf(d.Policy(), func(yield func(dealstate.Event, error) bool) {
		for e := range d.Events() {
			if !yield(e, nil) {
				return
			}
		}
	}, to)
	require.NoError(t, err)
	of.Fired = ahead.Fired
	require.Equal(t, ahead, of)
	require.Equal(t, []any{want.State, want.Since, want.By, want.Awaiting, want.Next}, []any{ahead.State, ahead.Since, ahead.By, ahead.Awaiting, ahead.Next})
	fired := slices.DeleteFunc(all, func(c dealstate.Decision) bool { return c.Clock == 0 || !c.At.After(recorded) })
	require.Equal(t, len(fired), len(ahead.Fired))
	for i := range fired {
		require.Equal(t, fired[i], ahead.Fired[i])
	}
	return len(fired)
}

func TestAheadOfAnInstantBeforeTheLastOnRecordIsLatest(t *testing.T) {
	t.Parallel()
	d, err := dealstate.New(dirtylog.Standard[1], dealstate.Strict)
	require.NoError(t, err)
	_, err = d.Record(dealstate.Event{ID: "e1", Deal: d.Machine().Deal(), Kind: dealstate.Negotiate, Role: dealstate.Instrument, At: dirtylog.OnDay(3)})
	require.NoError(t, err)
	ahead := d.Ahead(dirtylog.OnDay(1))
	require.Equal(t, d.Latest().State, ahead.State)
	require.Equal(t, d.Latest().Next, ahead.Next)
	require.Empty(t, ahead.Fired)
}

package dealstate_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// A deal that is recorded on answers from where it stands what a fold of the same events
// answers, in views from before its last event to long after the last clock.
func TestADealsAnswersAreThoseOfAFoldFromWhicheverInstantItIsAsked(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(21, 1))
	for i, h := range dirtyHistories(21, proof.Times(6, 3), 14) {
		m := h.machine(t)
		own := dealstate.Policies()[i%3]
		d, events := m.NewDeal(own), []dealstate.Event(nil)
		if i%2 == 0 { // in order, so that the log is seldom folded anew
			slices.SortFunc(h.events, dealstate.Event.Compare)
		}
		for _, e := range h.events {
			_, err := d.Record(e)
			require.NoError(t, err)
			events = append(events, e)
			for range 3 {
				v := dealstate.View{AsOf: onDay(rng.IntN(40) - 5), Policy: own}
				switch rng.IntN(4) {
				case 0:
					v.AsOf = time.Time{}
				case 1:
					v.AsOf, v.KnownBy = e.At, onDay(rng.IntN(60))
				case 2:
					v.Policy = pick(rng, dealstate.Policies())
				}
				after := pick(rng, []time.Time{{}, e.At, e.At.Add(-1), onDay(rng.IntN(30))})
				want, decisions, err := m.Fold(events, v)
				require.NoError(t, err)
				require.Equal(t, want, d.At(v))
				snap, recent := d.ReplayAfter(v, after)
				want.Warnings = nil
				require.Equal(t, want, snap)
				require.Equal(t, slices.DeleteFunc(decisions, func(d dealstate.Decision) bool { return !d.At.After(after) }), recent)
			}
		}
	}
}

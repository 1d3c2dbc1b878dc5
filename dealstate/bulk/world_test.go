package bulk

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
)

// world is a log of many deals with what the library says of each.
type world struct {
	machines map[string]*dealstate.Machine
	deals    []string // in order of first appearance
	events   []dealstate.Event
	byDeal   map[string][]dealstate.Event
}

func (w *world) agreements(deal string) *dealstate.Machine {
	name, _, _ := strings.Cut(deal, "/")
	return w.machines[name]
}

// newWorld makes so many deals, in turn tame and in order, tame in disorder,
// dirty and in order, and dirty in disorder; some events come twice. Each event may be
// altered first.
func newWorld(t testing.TB, seed uint64, deals int, alter ...func(*rand.Rand, *dealstate.Event)) *world {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 2))
	w := &world{machines: map[string]*dealstate.Machine{}, byDeal: map[string][]dealstate.Event{}}
	agreements := slices.Concat(dirtylog.Agreements, dirtylog.Intricate)
	for _, a := range agreements {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		w.machines[a.ID] = m
	}
	for i := range deals {
		a := agreements[i%len(agreements)]
		deal := fmt.Sprintf("%s/%d", a.ID, i)
		how := i / len(agreements) % 4
		kinds := dirtylog.TameKinds
		if how >= 2 {
			kinds = dirtylog.Kinds
		}
		log := dirtylog.Log(rng, a, deal, 4+rng.IntN(14), kinds)
		if i%2 == 0 {
			sayPlainly(rng, log)
		}
		for _, f := range alter {
			for i := range log {
				f(rng, &log[i])
			}
		}
		w.byDeal[deal] = log
		log = slices.Clone(log)
		if how%2 == 0 {
			slices.SortFunc(log, func(a, b dealstate.Event) int { return dirtylog.FoldOrder(a, b) })
		}
		for _, e := range log {
			w.events = append(w.events, e)
			if how%2 == 1 && rng.IntN(8) == 0 {
				w.events = append(w.events, e)
			}
		}
	}
	w.interleave(rng)
	return w
}

// sayPlainly has most of what a log reports count, so that the deal comes into force and
// goes on from there.
func sayPlainly(rng *rand.Rand, log []dealstate.Event) {
	for i := range log {
		if e := &log[i]; rng.IntN(8) > 0 {
			e.Modality, e.Revision = dealstate.Asserted, 0
			if !e.Kind.OfLog() {
				e.Role = dealstate.Instrument
			}
		}
	}
}

// interleave mixes the deals, and leaves the order within each.
func (w *world) interleave(rng *rand.Rand) {
	queues := map[string][]dealstate.Event{}
	turns := make([]string, len(w.events))
	for i, e := range w.events {
		queues[e.Deal] = append(queues[e.Deal], e)
		turns[i] = e.Deal
	}
	rng.Shuffle(len(turns), func(i, j int) { turns[i], turns[j] = turns[j], turns[i] })
	listed := map[string]bool{}
	for i, deal := range turns {
		w.events[i] = queues[deal][0]
		if !listed[deal] {
			listed[deal] = true
			w.deals = append(w.deals, deal)
		}
		queues[deal] = queues[deal][1:]
	}
}

// tie leaves an event one of three days, and one of two of which it was learned, so that
// nearly every event has others at its instant.
func tie(rng *rand.Rand, e *dealstate.Event) {
	e.At = dirtylog.OnDay(5 * rng.IntN(3))
	e.Recorded = e.At.AddDate(0, 0, rng.IntN(2))
	e.Modality = 0
}

package bulk

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// longLog is a log of many chunks in the order of time, of all the agreements or of one,
// with late knowledge and retracts.
func longLog(t *testing.T, seed uint64, agreements ...dealstate.Agreement) *world {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 4))
	w := &world{machines: map[string]*dealstate.Machine{}, byDeal: map[string][]dealstate.Event{}}
	for _, a := range agreements {
		w.machines[a.ID] = compiled(t, a)
	}
	for i := range proof.Times(8000, 1600) {
		a := agreements[i%len(agreements)]
		kinds := dirtylog.TameKinds
		if i%16 == 0 {
			kinds = dirtylog.Kinds
		}
		deal := fmt.Sprintf("%s/%d", a.ID, i)
		log := dirtylog.Log(rng, a, deal, 6+rng.IntN(14), kinds)
		sayPlainly(rng, log)
		w.byDeal[deal], w.events = log, append(w.events, log...)
	}
	slices.SortFunc(w.events, func(a, b dealstate.Event) int {
		if c := dirtylog.FoldOrder(a, b); c != 0 {
			return c
		}
		return strings.Compare(a.Deal, b.Deal)
	})
	listed := map[string]bool{}
	for _, e := range w.events {
		if !listed[e.Deal] {
			listed[e.Deal], w.deals = true, append(w.deals, e.Deal)
		}
	}
	return w
}

var longViews = []dealstate.View{{}, {AsOf: dirtylog.OnDay(3)}, {AsOf: dirtylog.OnDay(11)}, {KnownBy: dirtylog.OnDay(9)},
	{AsOf: dirtylog.OnDay(6), KnownBy: dirtylog.OnDay(14)}, {AsOf: dirtylog.OnDay(50), KnownBy: dirtylog.OnDay(7)}}

// Whole chunks may lie before or beyond what a view sees. Each fast loop meets some.
func TestViewsOfALongLogComeToTheSame(t *testing.T) {
	t.Parallel()
	all := slices.Concat(dirtylog.Agreements, dirtylog.Intricate)
	logs := [][]dealstate.Agreement{all}
	for _, a := range all {
		if slices.Contains([]string{"plain", "clocks", "notice"}, a.ID) {
			logs = append(logs, []dealstate.Agreement{a})
		}
	}
	for i, agreements := range logs {
		t.Run(agreements[0].ID, func(t *testing.T) {
			t.Parallel()
			w := longLog(t, uint64(i), agreements...)
			l, err := ReadEvents(context.Background(), eventSeq(w.events), ByDeal(w.agreements), Options{})
			require.NoError(t, err)
			for _, v := range longViews {
				w.truth(t, v).requireEqual(t, l, v, 1)
			}
		})
	}
}

func TestAViewIsToldWhatItSeesOfAChunk(t *testing.T) {
	t.Parallel()
	l, err := ReadEvents(context.Background(), eventSeq(longLog(t, 1, dirtylog.Agreements[0]).events), Template(compiled(t, dirtylog.Agreements[0])), Options{})
	require.NoError(t, err)
	seen := map[sight]int{}
	for _, v := range longViews {
		b := boundsOf(withDefaults(v))
		for n := range l.shards {
			s := &l.shards[n]
			for chunk := range s.chunks {
				row := uint32(chunk << chunkBits)
				is := b.sight(s.spanOf(row), true)
				seen[is]++
				for range s.chunks[chunk].inputs {
					sees, known := b.sees(s.at(row), s.recorded(row)), s.recorded(row) <= b.knownBy
					require.False(t, is == sightOfAll && !sees || is == sightOfNone && known)
					row++
				}
				if b.sight(s.spanOf(row-1), false) == sightOfNone {
					require.NotEqual(t, sightOfAll, is)
				}
			}
		}
	}
	require.Len(t, seen, 3, "all, some and none")
}

// A replay takes memory by the deal and by the table, and none by the event, whatever the view
// and the clocks.
func TestAReplayAllocatesNothingForAnEvent(t *testing.T) {
	for _, of := range []struct {
		name   string
		a      dealstate.Agreement
		view   dealstate.View
		mostOf float64 // allocations of a replay of 16 deals, one a shard
	}{
		{"plain", uschina.London(), dealstate.View{}, 120},
		{"as of", uschina.London(), dealstate.View{AsOf: dirtylog.DayOne.Add(3 * time.Second)}, 140},
		{"known by", uschina.London(), dealstate.View{KnownBy: dirtylog.DayOne.Add(3 * time.Second)}, 140},
		{"clocks", withClocks(), dealstate.View{}, 170},
		{"notices", withNotices(), dealstate.View{}, 170},
	} {
		var allocs []float64
		for _, events := range []int{20_000, 200_000} {
			l, err := FromColumns(context.Background(), learnedAtRandom(stream(16, events)), Template(compiled(t, of.a)))
			require.NoError(t, err)
			allocs = append(allocs, testing.AllocsPerRun(3, func() {
				_, err := l.Replay(context.Background(), of.view, 1)
				require.NoError(t, err)
			}))
		}
		require.LessOrEqual(t, allocs[1], allocs[0]+2, of.name)
		require.Less(t, allocs[1], of.mostOf, of.name)
	}
}

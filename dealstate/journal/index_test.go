package journal

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheIndexTakesAtMost200BytesADealOfEightEvents(t *testing.T) {
	const deals, events = 60_000, 8
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	x := newIndex()
	for i := range deals * events {
		x.add(fmt.Appendf(nil, "deal-%07d", i*7919%deals), fmt.Appendf(nil, "report-%09d", i), int64(i))
	}
	each := float64(heap()-before) / deals
	runtime.KeepAlive(x)
	t.Logf("%.0f bytes a deal", each)
	require.Less(t, each, 200.0)
}

// The index gives the same candidates whether a deal is long or short, and forgets what
// was taken out.
func TestTheIndexFindsTheLastOfEachID(t *testing.T) {
	t.Parallel()
	x := newIndex()
	last := map[string]int64{}
	for i := range int64(500) {
		id := fmt.Sprint("e", i%170)
		if i == 100 {
			x.add([]byte("d"), nil, 0)
			continue
		}
		if i == 300 { // the deal is long by now
			require.Equal(t, last["e7"], first(x, "d", "e7"))
		}
		x.add([]byte("d"), []byte(id), 0)
		last[id] = i + 1
	}
	for id, at := range last {
		require.Equal(t, at, first(x, "d", id), id)
	}
	require.Zero(t, first(x, "d", "none"))
	require.Zero(t, first(x, "none", "e1"))
	require.Len(t, x.positions("d", 0, 500), 500)
	require.Equal(t, []int64{499, 500}, x.positions("d", 498, 1000))
	require.True(t, slices.IsSorted(x.positions("d", 0, 250)))
	require.Len(t, x.positions("d", 0, 250), 250)
}

func first(x *index, deal, id string) int64 {
	for at := range x.candidates(deal, id) {
		return at
	}
	return 0
}

package groupcommit_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/groupcommit"
)

// everything fits.
func everything() func(int) bool { return func(int) bool { return true } }

func TestEachRequestIsCommittedOnceAndByOneGoroutineAtATime(t *testing.T) {
	t.Parallel()
	const writers, each = 16, 200
	for _, alone := range []bool{false, true} {
		count := map[int]int{} // without a lock: the race detector finds a second committer
		q := groupcommit.New(func(taken []int) {
			for _, r := range taken {
				count[r]++
			}
		}, everything)
		own := func(r int) bool { count[r]++; return true }
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() {
				for i := range each {
					if r := w*each + i; !(alone && q.Alone(r, own)) && !q.Add(r) {
						t.Error("an open queue refused a request")
					}
				}
			})
		}
		all.Wait()
		require.True(t, q.Close())
		require.Len(t, count, writers*each)
		for r, n := range count {
			require.Equal(t, 1, n, "request %d", r)
		}
	}
}

func TestATransactionTakesWhatFitsAndAlwaysTheFirst(t *testing.T) {
	t.Parallel()
	begun, goOn := make(chan struct{}, 9), make(chan struct{})
	var got [][]int
	q := groupcommit.New(func(taken []int) {
		got = append(got, taken)
		begun <- struct{}{}
		<-goOn
	}, func() func(int) bool {
		sum := 0
		return func(r int) bool { sum += r; return sum <= 10 }
	})
	require.True(t, q.Add(99), "too large, and alone")
	<-begun
	for _, r := range []int{4, 6, 1, 50, 2} { // while the first is committed
		require.True(t, q.Add(r))
	}
	close(goOn)
	require.True(t, q.Close(), "what waits is committed first")
	require.Equal(t, [][]int{{99}, {4, 6}, {1}, {50}, {2}}, got)
}

func TestWhoIsAloneCommitsHisOwn(t *testing.T) {
	t.Parallel()
	var got [][]int
	q := groupcommit.New(func(taken []int) { got = append(got, taken) }, everything)
	own := func(r int) bool { got = append(got, []int{r, r}); return true }
	require.True(t, q.Alone(1, own))
	require.True(t, q.Alone(2, func(r int) bool {
		require.False(t, q.Alone(3, own), "there is a committer")
		require.True(t, q.Add(4), "who waits meanwhile is next")
		return own(r)
	}))
	require.True(t, q.Close())
	require.False(t, q.Alone(5, own), "it is closed")
	require.Equal(t, [][]int{{1, 1}, {2, 2}, {4}}, got)
}

func TestWhatIsNotAnsweredAloneWaitsAsTheFirst(t *testing.T) {
	t.Parallel()
	var got []int
	q := groupcommit.New(func(taken []int) { got = append(got, taken...) }, everything)
	closed := make(chan bool)
	require.True(t, q.Alone(1, func(int) bool {
		require.True(t, q.Add(2))
		go func() { closed <- q.Close() }()
		for q.Add(3) { // until it is closed
		}
		return false
	}))
	require.True(t, <-closed, "which waits for it")
	require.Equal(t, []int{1, 2}, got[:2])
}

func TestWhoPanicsAloneLeavesTheQueueToOthers(t *testing.T) {
	t.Parallel()
	var got []int
	q := groupcommit.New(func(taken []int) { got = append(got, taken...) }, everything)
	require.Panics(t, func() { q.Alone(1, func(int) bool { panic("the context of a caller") }) })
	require.True(t, q.Add(2))
	require.True(t, q.Close())
	require.Equal(t, []int{1, 2}, got)
}

func TestAClosedQueueTakesNothing(t *testing.T) {
	t.Parallel()
	q := groupcommit.New(func([]int) { t.Error("nothing was added") }, everything)
	require.True(t, q.Close())
	require.False(t, q.Close(), "it was closed before")
	require.False(t, q.Add(1))
}

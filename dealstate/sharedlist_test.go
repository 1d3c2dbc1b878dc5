package dealstate

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Copies of a list go their own ways, beside plain slices that do the same.
func TestCopiesOfAListShareNothingThatChanges(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 1))
	lists, plain := []sharedList[int]{{}}, [][]int{nil}
	next := 0
	for range 20_000 {
		i := rng.IntN(len(lists))
		l := &lists[i]
		switch at := rng.IntN(40); {
		case at == 0 && len(lists) < 12:
			lists, plain = append(lists, l.copied()), append(plain, slices.Clone(plain[i]))
		case at == 1:
			j := rng.IntN(len(lists))
			lists[i], plain[i] = lists[j].copied(), slices.Clone(plain[j])
		case at < 8 && len(plain[i]) > 0:
			x := plain[i][rng.IntN(len(plain[i]))]
			rest, found := l.without(func(y int) int { return y - x })
			require.True(t, found)
			*l = rest
			plain[i] = slices.DeleteFunc(slices.Clone(plain[i]), func(y int) bool { return y == x })
		case at == 8:
			_, found := l.without(func(y int) int { return 2*y - 2*next - 1 })
			require.False(t, found)
		default:
			l.add(next)
			plain[i] = append(plain[i], next)
			next++
		}
	}
	for i := range lists {
		require.Equal(t, plain[i], slices.Collect(lists[i].all()))
		require.Equal(t, len(plain[i]), lists[i].len())
		require.Equal(t, slices.DeleteFunc(slices.Clone(plain[i]), func(x int) bool { return x%3 == 0 }), slices.Collect(func() func(func(int) bool) {
			kept := lists[i].only(func(x int) bool { return x%3 != 0 })
			return kept.all()
		}()))
		for j := range lists {
			require.Equal(t, slices.Equal(plain[i], plain[j]), sameList(&lists[i], &lists[j]))
		}
		for x := range lists[i].all() {
			require.Equal(t, plain[i][0], x, "it stops where the reader does")
			break
		}
	}
}

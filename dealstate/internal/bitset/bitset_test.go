package bitset_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/bitset"
)

func TestSetEqualsAMapOfNumbers(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{0, 1, 63, 64, 65, 200} {
		set, mask := bitset.New(n), bitset.New(n)
		plain, masked, weights := make([]bool, n), make([]bool, n), make([]int64, n)
		for range 4 * n {
			i, j, on := dice.IntN(n), dice.IntN(n), dice.IntN(2) == 0
			set.Put(i, on)
			plain[i] = on
			mask.Add(j)
			masked[j] = true
			weights[i] = dice.Int64N(100)
		}
		count, both, weight := 0, 0, int64(0)
		var list, got []int
		for i, in := range plain {
			require.Equal(t, in, set.Has(i))
			if in {
				count++
				list = append(list, i)
			}
			if in && masked[i] {
				both++
				weight += weights[i]
			}
		}
		set.Each(func(i int) { got = append(got, i) })
		require.Equal(t, list, got)
		require.Equal(t, count, set.Count())
		require.Equal(t, both, set.CountIn(mask))
		require.Equal(t, weight, set.WeightIn(mask, weights))
		mask.AddAll(set)
		require.Equal(t, count, set.CountIn(mask))
	}
}

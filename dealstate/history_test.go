package dealstate

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHistoryGrowsAndLeavesEarlierReadersAlone(t *testing.T) {
	t.Parallel()
	var h history
	var before []history
	for i := range 300 {
		before = append(before, slices.Clone(h))
		h.add(decided{revision: int32(i)})
	}
	before = append(before, h)
	for n, was := range before {
		all := slices.Collect(was.all())
		require.Len(t, all, n)
		for i, d := range all {
			require.Equal(t, int32(i), d.revision)
		}
	}
	for d := range h.all() {
		require.Zero(t, d.revision, "it stops where the reader does")
		break
	}
}

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
		h.add(step{revision: int32(i)})
	}
	before = append(before, h)
	for n, was := range before {
		steps := slices.Collect(was.all())
		require.Len(t, steps, n)
		for i, st := range steps {
			require.Equal(t, int32(i), st.revision)
		}
	}
	for st := range h.all() {
		require.Zero(t, st.revision, "it stops where the reader does")
		break
	}
}

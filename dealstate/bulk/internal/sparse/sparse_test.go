package sparse

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestARowKeepsWhatWasSetAndNoMorePages(t *testing.T) {
	t.Parallel()
	var r Row[int]
	require.Zero(t, r.Get(1_000_000))
	for _, i := range []uint32{0, pageSize - 1, pageSize, 10*pageSize + 7} {
		r.Set(i, int(i)+1)
	}
	for _, i := range []uint32{0, pageSize - 1, pageSize, 10*pageSize + 7} {
		require.Equal(t, int(i)+1, r.Get(i))
	}
	require.Zero(t, r.Get(1))
	require.Zero(t, r.Get(11*pageSize))
	pages := 0
	for _, p := range r.pages {
		if p != nil {
			pages++
		}
	}
	require.Equal(t, 3, pages)
}

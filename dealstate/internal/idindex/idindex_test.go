package idindex

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestIndexFindsEveryRowWhereverItHasMovedTo(t *testing.T) {
	t.Parallel()
	x := New()
	row := map[string]int{}
	for i := range 120 {
		id := fmt.Sprintf("e%d", i)
		require.Empty(t, slices.Collect(x.At(id)), "not there yet")
		x.Put(id, len(row))
		row[id] = len(row)
		if i == 50 { // one comes late, and stands before row 20
			before, late := x, fmt.Sprintf("late%d", i)
			x = x.Shifted(20)
			x.Put(late, 20)
			require.Empty(t, slices.Collect(before.At(late)), "the index before is as it was")
			for id := range row {
				if row[id] >= 20 {
					row[id]++
				}
			}
			row[late] = 20
		}
	}
	for _, id := range slices.Sorted(maps.Keys(row)) {
		require.Contains(t, slices.Collect(x.At(id)), row[id], id)
	}
}

func TestIndexGivesAllRowsOfOneHash(t *testing.T) {
	t.Parallel()
	x := New()
	x.Put("e", 0)
	first := x.cells[slices.IndexFunc(x.cells, func(c cell) bool { return c.row == 1 })]
	for row := 2; row <= 5; row++ {
		x.insert(cell{hash: first.hash, row: uint32(row)})
	}
	require.Equal(t, []int{0, 1, 2, 3, 4}, slices.Collect(x.At("e")))
	for row := range x.At("e") {
		require.Zero(t, row, "it stops where the caller does")
		break
	}
}

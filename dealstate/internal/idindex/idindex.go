// Package idindex finds rows by the ids that stand in them.
//
//	for row := range index.At(id) {
//		if rows[row].ID == id {
//			return rows[row]
//		}
//	}
package idindex

import (
	"hash/maphash"
	"iter"
	"slices"
)

// Index finds rows by id. It holds hashes only, so that it is small and that
// the garbage collector passes over it; the ids themselves are with the rows.
// The hash is seeded, so that nobody can write ids that collide on purpose;
// what is found does not depend on it.
type Index struct {
	seed  maphash.Seed
	cells []cell // their number is a power of two
	used  int
}

// cell is one place of the table: half a hash, and the row whose id has it.
type cell struct {
	hash uint32
	row  uint32 // from 1; 0: the cell is free
}

// New makes an index without rows.
func New() Index { return Index{seed: maphash.MakeSeed()} }

// At gives the rows that may have the id.
func (x *Index) At(id string) iter.Seq[int] {
	return func(yield func(int) bool) {
		if x.used == 0 {
			return
		}
		hash := uint32(maphash.String(x.seed, id))
		for i := hash; ; i++ {
			switch s := x.cells[int(i)&(len(x.cells)-1)]; {
			case s.row == 0:
				return
			case s.hash == hash && !yield(int(s.row-1)):
				return
			}
		}
	}
}

// Put adds a row whose id is not there yet.
func (x *Index) Put(id string, row int) {
	if 4*(x.used+1) > 3*len(x.cells) {
		x.grow()
	}
	x.used++
	x.insert(cell{hash: uint32(maphash.String(x.seed, id)), row: uint32(row + 1)})
}

func (x *Index) insert(s cell) {
	i, mask := int(s.hash), len(x.cells)-1
	for x.cells[i&mask].row != 0 {
		i++
	}
	x.cells[i&mask] = s
}

func (x *Index) grow() {
	old := x.cells
	x.cells = make([]cell, max(8, 2*len(old)))
	for _, s := range old {
		if s.row != 0 {
			x.insert(s)
		}
	}
}

// Shifted gives a copy in which the row and all after it stand one further.
func (x *Index) Shifted(row int) Index {
	next := Index{seed: x.seed, cells: slices.Clone(x.cells), used: x.used}
	for i := range next.cells {
		if next.cells[i].row > uint32(row) {
			next.cells[i].row++
		}
	}
	return next
}

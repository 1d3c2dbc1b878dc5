package dealstate

import (
	"iter"
	"slices"
)

// history keeps decisions in chunks, so that a long one is never copied when it
// grows. What is in a chunk stays as they are: a copy of the outer slice is the
// history as it was.
type history [][]decided

// add makes room for one first, and for up to 64 at once in the end.
func (h *history) add(all ...decided) {
	for i := range all {
		n := len(*h)
		if n == 0 || len((*h)[n-1]) == cap((*h)[n-1]) {
			*h = append(*h, make([]decided, 0, 1<<min(n, 6)))
			n++
		}
		last := &(*h)[n-1]
		*last = append(*last, all[i])
	}
}

// whole gives all decisions in one slice, which must not be changed.
func (h history) whole() []decided {
	if len(h) == 1 {
		return h[0]
	}
	return slices.Concat(h...)
}

func (h history) all() iter.Seq[decided] {
	return func(yield func(decided) bool) {
		for _, chunk := range h {
			for _, d := range chunk {
				if !yield(d) {
					return
				}
			}
		}
	}
}

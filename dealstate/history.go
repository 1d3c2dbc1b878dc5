package dealstate

import "iter"

// history keeps steps in chunks, so that a long one is never copied when it
// grows. A chunk's steps stay as they are: a copy of the outer slice is the
// history as it was.
type history [][]step

// add makes room for one step first, and for up to 64 at once in the end.
func (h *history) add(steps ...step) {
	for i := range steps {
		n := len(*h)
		if n == 0 || len((*h)[n-1]) == cap((*h)[n-1]) {
			*h = append(*h, make([]step, 0, 1<<min(n, 6)))
			n++
		}
		last := &(*h)[n-1]
		*last = append(*last, steps[i])
	}
}

func (h history) all() iter.Seq[step] {
	return func(yield func(step) bool) {
		for _, chunk := range h {
			for _, st := range chunk {
				if !yield(st) {
					return
				}
			}
		}
	}
}

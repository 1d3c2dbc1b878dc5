package dealstate

import "iter"

// history keeps steps in chunks, so that a long one is never copied when it
// grows. A chunk's steps stay as they are: a copy of the outer slice is the
// history as it was.
type history [][]step

// add makes room for one step first, and for up to 64 at once in the end.
func (h *history) add(steps ...step) {
	for _, st := range steps {
		last := len(*h) - 1
		if last < 0 || len((*h)[last]) == cap((*h)[last]) {
			*h = append(*h, make([]step, 0, 1<<min(len(*h), 6)))
			last++
		}
		(*h)[last] = append((*h)[last], st)
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

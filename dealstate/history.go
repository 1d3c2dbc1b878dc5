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
			room := 1 << min(n, 6)
			if n > 0 {
				room = max(room, min(cap((*h)[n-1]), 1<<6))
			}
			*h = append(*h, make([]decided, 0, room))
			n++
		}
		last := &(*h)[n-1]
		*last = append(*last, all[i])
	}
}

// between gives the decisions from one place to another, which must not be changed. It
// copies them only where they stand in several chunks.
func (h history) between(from, to int) (some []decided) {
	for _, chunk := range h {
		if from < len(chunk) && from < to {
			part := chunk[from:min(to, len(chunk)):min(to, len(chunk))]
			if some == nil {
				some = part
			} else {
				some = append(some, part...)
			}
		}
		from, to = max(0, from-len(chunk)), to-len(chunk)
	}
	return some
}

// trim gives back the room that is left in the last chunk.
func (h history) trim() {
	if n := len(h); n > 0 && len(h[n-1]) < cap(h[n-1]) {
		h[n-1] = slices.Clip(slices.Clone(h[n-1]))
	}
}

func (h history) len() (n int) {
	for _, chunk := range h {
		n += len(chunk)
	}
	return n
}

// last gives some of the last decisions; none: there are none.
func (h history) last() []decided {
	for i := len(h) - 1; i >= 0; i-- {
		if len(h[i]) > 0 {
			return h[i]
		}
	}
	return nil
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

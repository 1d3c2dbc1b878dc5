package dealstate

import (
	"iter"
	"slices"
)

// sharedList is a list that copies share, so that to copy a long one takes no time. Who
// holds a list may add to it; what it adds lands in no other. The zero list is empty.
//
// Full chunks never change. Of the list being filled, a copy has the part that was there,
// without the room behind it: the first thing that the copy adds moves that part elsewhere.
type sharedList[T any] struct {
	full [][]T // each of chunkLength, but for those from which something was taken out
	tail []T
}

// chunkLength bounds what adding to a copy, or taking out one element, has to copy.
const chunkLength = 128

// copied gives a list that goes on by itself.
func (l *sharedList[T]) copied() sharedList[T] {
	return sharedList[T]{full: slices.Clip(l.full), tail: slices.Clip(l.tail)}
}

func (l *sharedList[T]) add(x T) {
	if len(l.tail) == chunkLength {
		l.full, l.tail = append(l.full, l.tail), nil
	}
	l.tail = append(l.tail, x)
}

// len counts the elements, in as many steps as there are chunks.
func (l *sharedList[T]) len() int {
	n := len(l.tail)
	for _, chunk := range l.full {
		n += len(chunk)
	}
	return n
}

func (l *sharedList[T]) all() iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, chunk := range l.full {
			for _, x := range chunk {
				if !yield(x) {
					return
				}
			}
		}
		for _, x := range l.tail {
			if !yield(x) {
				return
			}
		}
	}
}

// only gives a list of those to keep.
func (l *sharedList[T]) only(keep func(T) bool) (kept sharedList[T]) {
	for x := range l.all() {
		if keep(x) {
			kept.add(x)
		}
	}
	return kept
}

// search finds an element of a list that is in order; compare tells where one stands
// beside the one looked for. It gives a list without it, and whether it was there.
func (l *sharedList[T]) without(compare func(T) int) (rest sharedList[T], found bool) {
	at, _ := slices.BinarySearchFunc(l.full, compare, func(chunk []T, compare func(T) int) int { return compare(chunk[len(chunk)-1]) })
	chunk := l.tail
	if at < len(l.full) {
		chunk = l.full[at]
	}
	in, found := slices.BinarySearchFunc(chunk, compare, func(x T, compare func(T) int) int { return compare(x) })
	if !found {
		return *l, false
	}
	less := slices.Concat(chunk[:in], chunk[in+1:])
	switch {
	case at == len(l.full):
		return sharedList[T]{full: l.full, tail: less}, true
	case len(less) == 0:
		return sharedList[T]{full: slices.Concat(l.full[:at], l.full[at+1:]), tail: l.tail}, true
	}
	full := slices.Clone(l.full)
	full[at] = less
	return sharedList[T]{full: full, tail: l.tail}, true
}

// sameList reports whether two lists hold the same. Chunks that both share are not looked
// through.
func sameList[T comparable](l, o *sharedList[T]) bool {
	if len(l.full) != len(o.full) || !slices.Equal(l.tail, o.tail) {
		return l.len() == o.len() && slices.Equal(slices.Collect(l.all()), slices.Collect(o.all()))
	}
	for i := len(l.full) - 1; i >= 0; i-- {
		a, b := l.full[i], o.full[i]
		if len(a) != len(b) || &a[0] != &b[0] && !slices.Equal(a, b) {
			return slices.Equal(slices.Collect(l.all()), slices.Collect(o.all()))
		}
	}
	return true
}

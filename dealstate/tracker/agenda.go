package tracker

import "container/heap"

// agenda holds the deals for which time does something next, in a heap by when: of one
// instant, deal by deal in the order of their agreements. Its board owns it. Adding,
// moving and taking out cost the logarithm of how many there are.
type agenda []*deal

func (a agenda) Len() int           { return len(a) }
func (a agenda) Less(i, j int) bool { return a[i].before(a[j]) }

func (a agenda) Swap(i, j int) {
	a[i], a[j] = a[j], a[i]
	a[i].row, a[j].row = int32(i+1), int32(j+1)
}

// Push and Pop are for package heap.
func (a *agenda) Push(x any) {
	d := x.(*deal)
	*a = append(*a, d)
	d.row = int32(len(*a))
}

// Pop takes the last one out.
func (a *agenda) Pop() any {
	last := len(*a) - 1
	d := (*a)[last]
	(*a)[last], *a, d.row = nil, (*a)[:last], 0
	return d
}

// before reports whether time comes to the deal before it comes to the other one.
func (d *deal) before(o *deal) bool {
	if c := d.next.Compare(o.next); c != 0 {
		return c < 0
	}
	return d.number < o.number
}

// put brings the deal to where its next instant belongs, or takes it out where it has none.
func (a *agenda) put(d *deal) {
	switch row := int(d.row) - 1; {
	case row < 0 && d.next.IsZero():
	case row < 0:
		heap.Push(a, d)
	case d.next.IsZero():
		heap.Remove(a, row)
	default:
		heap.Fix(a, row)
	}
}

// until visits the deals whose next instant passes the test, in no order. The test must
// hold for all instants up to some one.
func (a agenda) until(in func(*deal) bool, visit func(*deal)) {
	var below func(row int)
	below = func(row int) {
		if row < len(a) && in(a[row]) {
			visit(a[row])
			below(2*row + 1)
			below(2*row + 2)
		}
	}
	below(0)
}

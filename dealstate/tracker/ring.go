package tracker

import "slices"

// ring keeps the last changes of a stream, as many as weigh no more than most. A stream
// owns it.
type ring struct {
	changes []*Change
	weight  int
	most    int
	from    Place // it has every change after this place
}

func (r *ring) add(c *Change) {
	r.changes = append(r.changes, c)
	r.weight += c.weight()
	drop := 0
	for r.weight > r.most && drop < len(r.changes)-1 {
		r.weight -= r.changes[drop].weight()
		r.from = r.changes[drop].Place
		drop++
	}
	clear(r.changes[:drop])
	r.changes = r.changes[drop:]
}

// after gives at most so many of the changes after the place; ok is false where some of
// them are no longer here.
func (r *ring) after(p Place, most int) (changes []*Change, ok bool) {
	if p.Compare(r.from) < 0 {
		return nil, false
	}
	return changesAfter(r.changes, p, most), true
}

// changesAfter gives at most so many of the changes after a place.
func changesAfter(changes []*Change, p Place, most int) []*Change {
	at, _ := slices.BinarySearchFunc(changes, p, func(c *Change, p Place) int {
		if c.Place.Compare(p) <= 0 {
			return -1
		}
		return 1
	})
	return slices.Clone(changes[at:min(at+most, len(changes))])
}

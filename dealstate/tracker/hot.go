package tracker

import (
	"container/list"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// live is a deal that is folded, with its events. Its board owns it; the deal inside may
// be read by anybody.
type live struct {
	of     *deal
	deal   *dealstate.Deal
	events int
	latest time.Time            // the last instant of which any event speaks
	known  bool                 // fired is what the clocks have done; false where an event is dated after the board's instant
	fired  []dealstate.Decision // of clocks, after the last instant on record
	row    *list.Element        // in hot
}

// weight is how much the deal counts among the hot ones.
func (l *live) weight() int { return 8 + l.events }

// hot keeps folded those deals that were used last. Its board owns it.
type hot struct {
	used   list.List // of *live, the last used first
	weight int
	most   int
}

// use notes that the deal is used, and lets go of those unused for longest.
func (h *hot) use(l *live) {
	if l.row != nil {
		h.used.MoveToFront(l.row)
		return
	}
	l.row = h.used.PushFront(l)
	l.of.live = l
	h.grow(l, l.weight())
}

// grow notes that the deal has become so much heavier.
func (h *hot) grow(l *live, by int) {
	h.weight += by
	for h.weight > h.most {
		last := h.used.Back().Value.(*live)
		if last == l {
			return
		}
		h.drop(last)
	}
}

func (h *hot) drop(l *live) {
	h.used.Remove(l.row)
	h.weight -= l.weight()
	l.row, l.of.live = nil, nil
}

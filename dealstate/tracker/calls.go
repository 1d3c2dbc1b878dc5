package tracker

import (
	"context"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// calls are the calls of Record, Apply and Add that are under way. While one is, time does
// not pass beyond the instant at which it was accepted: else a clock would fire live before
// an entry, and after it for whoever reads the stream later.
type calls struct {
	open    map[*call]bool
	answers map[int64]Recorded // by position: what was decided on entries that came since the first open call began
}

// call is one of them.
type call struct {
	after    int64              // the last position followed when it began
	accepted time.Time          // when its entries were accepted
	cancel   context.CancelFunc // ends its context
}

// begin stamps the entries.
func (c *calls) begin(after int64, now time.Time, entries []journal.Entry, cancel context.CancelFunc) *call {
	if c.open == nil {
		c.open, c.answers = map[*call]bool{}, map[int64]Recorded{}
	}
	of := &call{after: after, accepted: now, cancel: cancel}
	for i := range entries {
		entries[i].Accepted = now
	}
	c.open[of] = true
	return of
}

// end forgets the call, and the answers that nobody will ask for.
func (c *calls) end(of *call) {
	delete(c.open, of)
	if len(c.open) == 0 {
		clear(c.answers)
		return
	}
	if len(c.answers) < mostAnswers {
		return
	}
	first := of.after
	for o := range c.open {
		first = min(first, o.after)
	}
	for position := range c.answers {
		if position <= first {
			delete(c.answers, position)
		}
	}
}

// cancel ends the contexts of all open calls.
func (c *calls) cancel() {
	for of := range c.open {
		of.cancel()
	}
}

// mostAnswers is from when on answers are looked through: those to entries that others
// appended are asked for by nobody.
const mostAnswers = 4_096

// keep notes what was decided on an entry, if a call may ask for it.
func (c *calls) keep(position int64, r Recorded) {
	if len(c.open) > 0 {
		c.answers[position] = r
	}
}

// answer gives what was decided on an entry that the call appended, once.
func (c *calls) answer(of *call, position int64) (Recorded, bool) {
	r, ok := c.answers[position]
	if ok = ok && position > of.after; ok {
		delete(c.answers, position)
	}
	return r, ok
}

// bound gives the instant up to which time may pass.
func (c *calls) bound(now time.Time) time.Time {
	for of := range c.open {
		if of.accepted.Before(now) {
			now = of.accepted
		}
	}
	return now
}

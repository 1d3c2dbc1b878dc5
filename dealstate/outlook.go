package dealstate

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// outlook is how a deal goes on after its last event: the last instant of which
// its log speaks, and what the clocks do until then. Each new event replaces it.
type outlook struct {
	last time.Time
	tail []decided
}

// outlook lets the clocks run up to an instant, on a copy.
func (f *folding) outlook(last time.Time) outlook {
	o := outlook{last: last}
	if next := f.nextClock(); next.clock != 0 && !next.due.After(o.last) {
		var tail trail
		f.copied(&tail).advance(o.last)
		o.tail = tail.all
	}
	return o
}

// after is the last instant of which the log speaks, with this entry in it.
func (e *entry) after(last time.Time) time.Time {
	last = instant.Latest(last, e.recorded())
	if e.Modality == Asserted {
		last = instant.Latest(last, e.at())
	}
	return last
}

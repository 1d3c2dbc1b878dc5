package dealstate

import "time"

// Ahead is where a deal stands at an instant if nothing more is recorded, as far as that
// can be told without folding its log anew. It is a plain value.
type Ahead struct {
	State    State
	Since    time.Time // as in Snapshot
	By       string
	Awaiting []string
	Next     *ClockStatus // the next clock due after the instant; nil: none runs
	Fired    []Decision   // what the clocks do after the last instant on record, in their order
}

// Ahead says where the deal stands at the instant, under its own policy, if nothing more
// is recorded. An instant before the last one on record counts as that one. From the last
// instant on record on, and where no event is dated later, it agrees with [Deal.At] of that
// instant. It costs a copy of where the deal stands, however long the log is.
func (d *Deal) Ahead(to time.Time) Ahead {
	d.mu.RLock()
	defer d.mu.RUnlock()
	f := d.now.copied(nil)
	f.advance(d.last)
	var fired trail
	f.recorder = &fired
	f.advance(to)
	a := Ahead{State: f.name(), Since: f.since, By: f.by, Awaiting: f.awaiting(), Fired: d.machine.decisions(fired.all)}
	if next := f.nextClock(); next.clock != 0 {
		status := d.machine.status(next)
		a.Next = &status
	}
	return a
}

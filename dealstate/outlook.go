package dealstate

import "time"

// outlook is the last instant of which the log speaks, and what the clocks do
// until then after the last event.
type outlook struct {
	last time.Time
	tail []step
}

// outlook says what is left to happen up to the horizon.
func (f *folding) outlook() outlook {
	o := outlook{last: f.horizon}
	if clock, due := f.nextClock(); clock >= 0 && !due.After(o.last) {
		c := f.copied()
		c.advance(o.last)
		o.tail = c.steps
	}
	return o
}

// copied gives a folding that goes on from here, and leaves this one as it is.
func (f *folding) copied() *folding {
	c := *f
	c.situation, c.steps = f.clone(), nil
	return &c
}

// after is the last instant of which the log speaks, with this entry in it.
func (e *entry) after(last time.Time) time.Time {
	last = latest(last, e.Recorded)
	if e.Modality == Asserted {
		last = latest(last, e.At)
	}
	return last
}

// settled lets the clocks run, on a copy, up to the last instant on record.
func (d *Deal) settled() *folding {
	f := d.now.copied()
	f.advance(d.last)
	return f
}

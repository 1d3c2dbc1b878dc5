package dealstate

import "slices"

// plan is what recording an event would lead to.
type plan struct {
	decision Decision
	keep     func() // nil: nothing to keep
}

// plan finds out what recording the event would lead to, on a copy.
func (d *Deal) plan(e *Event, of names) (plan, error) {
	switch again, err := d.log.repeats(d.machine, e); {
	case err != nil:
		return plan{}, err
	case again:
		return plan{decision: d.duplicate(e.ID)}, nil
	case d.isNext(e):
		return d.planNext(newEntry(e, of)), nil
	}
	return d.planLate(newEntry(e, of)), nil
}

// planNext takes one step on a copy of the situation.
func (d *Deal) planNext(in *entry) plan {
	var p plan
	f := d.now.copied()
	then := d.step(f, in, &p.decision)
	p.keep = func() {
		d.log.append(in)
		d.move(f, then)
	}
	return p
}

// planLate folds the log with the entry in it, and compares.
func (d *Deal) planLate(in *entry) plan {
	l := d.log.with(in)
	f := l.replayAll(d.machine, d.policy)
	at := slices.IndexFunc(f.steps, func(st step) bool { return st.entry == in })
	decision := d.machine.decision(f.steps[at])
	before, after := slices.Concat(d.steps()...), slices.Concat(f.steps, f.outlook().tail)
	decision.Revised = d.machine.revisions(before, after, in)
	return plan{decision: decision, keep: func() {
		d.log = l
		d.replace(f)
	}}
}

// isNext reports whether the event is new and folds after all others, with
// nothing known against it, and with no plan on record that the clocks have yet
// to reach.
func (d *Deal) isNext(e *Event) bool {
	if n := len(d.log.entries); n > 0 && d.log.entries[n-1].At.After(d.last) {
		return false
	}
	return e.Kind != Retract && d.log.isTail(e) && d.log.find(e.ID) == nil && !d.log.refs[e.ID]
}

// duplicate answers as the first time, but for the outcome.
func (d *Deal) duplicate(id string) Decision {
	for st := range d.past.all() {
		if st.entry != nil && st.entry.ID == id {
			return d.machine.decision(st).Repeated()
		}
	}
	panic("dealstate: " + id + " is in the log, and nothing was decided on it")
}

// append takes one step, on an entry that the log has just kept. Nothing in it
// is proportional to the parties or to the log.
func (d *Deal) append(in *entry, decision *Decision) {
	d.move(d.now, d.step(d.now, in, decision))
}

// step has the folding, or a copy of it, take one more entry. Revised are the
// clocks that fire only now, or no more.
func (d *Deal) step(f *folding, in *entry, decision *Decision) outlook {
	f.horizon = in.after(d.last)
	made := f.takeAll(in)
	then := f.outlook()
	*decision = d.machine.decision(f.steps[made])
	if len(d.tail)+len(then.tail) > 0 || len(f.steps) > 1 {
		decision.Revised = d.machine.revisions(d.tail, slices.Concat(f.steps, then.tail), in)
	}
	return then
}

// move makes the folding the deal's own, and its steps the latest.
func (d *Deal) move(f *folding, then outlook) {
	d.past.add(f.steps...)
	f.steps = f.steps[:0]
	d.now, d.outlook = f, then
}

// replace makes a folding of the whole log the deal's own.
func (d *Deal) replace(f *folding) {
	d.past, f.steps = history{f.steps}, nil
	d.now, d.outlook = f, f.outlook()
}

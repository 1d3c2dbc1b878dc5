package dealstate

import "slices"

// proposal is what recording an event would lead to, found out on a copy.
type proposal struct {
	decision Decision
	accept   func() // makes it so; nil: there is nothing to keep
}

// propose finds out what recording the event would lead to.
func (d *Deal) propose(e *Event, of names) (proposal, error) {
	switch again, err := d.log.repeats(d.machine, e); {
	case err != nil:
		return proposal{}, err
	case again:
		return proposal{decision: d.duplicate(e.ID)}, nil
	case d.isNext(e):
		return d.proposeNext(newEntry(e, of)), nil
	}
	return d.proposeLate(newEntry(e, of)), nil
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

// proposeNext decides on the event alone, on a copy of the situation.
func (d *Deal) proposeNext(in *entry) proposal {
	var p proposal
	var made trail
	f := d.now.copied(&made)
	then := d.decideNext(f, &made, in, &p.decision)
	p.accept = func() {
		d.log.append(in)
		d.past.add(made.all...)
		d.adopt(f, then)
	}
	return p
}

// proposeLate folds the log with the event in it, and compares.
func (d *Deal) proposeLate(in *entry) proposal {
	l := d.log.with(in)
	f, made := l.replayAll(d.machine, d.policy)
	then := f.outlook()
	at := slices.IndexFunc(made, func(of decided) bool { return of.entry == in })
	decision := d.machine.decision(made[at])
	before, after := slices.Concat(d.decided()...), slices.Concat(made, then.tail)
	decision.Revised = d.machine.revisions(before, after, in)
	return proposal{decision: decision, accept: func() {
		d.log, d.past = l, history{made}
		d.adopt(f, then)
	}}
}

// decideNext has a folding, which records into the trail, take one more event.
// Revised are the clocks that fire only now, or no more.
func (d *Deal) decideNext(f *folding, made *trail, in *entry, decision *Decision) outlook {
	f.horizon = in.after(d.last)
	*decision = d.machine.decision(f.take(in))
	then := f.outlook()
	if len(d.tail)+len(then.tail) > 0 || len(made.all) > 1 {
		decision.Revised = d.machine.revisions(d.tail, slices.Concat(made.all, then.tail), in)
	}
	return then
}

// adopt makes a folding the deal's own: it records for the deal from here on.
func (d *Deal) adopt(f *folding, then outlook) {
	d.now, d.outlook = f, then
	f.recorder = &d.made
}

// duplicate answers as the first time, but for the outcome.
func (d *Deal) duplicate(id string) Decision {
	for of := range d.past.all() {
		if of.entry != nil && of.entry.ID == id {
			return d.machine.decision(of).Repeated()
		}
	}
	panic("dealstate: " + id + " is in the log, and nothing was decided on it")
}

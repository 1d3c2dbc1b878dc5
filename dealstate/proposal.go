package dealstate

import "slices"

// proposal is what recording an event would lead to, found out on a copy.
type proposal struct {
	decision Decision
	accept   func() // makes it so; nil: there is nothing to keep
}

// propose finds out what recording the event would lead to.
func (l *foldedLog) propose(e *Event, of names) (proposal, error) {
	switch again, err := l.log.repeats(l.machine, e); {
	case err != nil:
		return proposal{}, err
	case again:
		return proposal{decision: l.duplicate(e.ID)}, nil
	case l.isNext(e):
		return l.proposeNext(newEntry(e, of)), nil
	}
	return l.proposeLate(newEntry(e, of)), nil
}

// isNext reports whether the event is new and folds after all others, with
// nothing known against it, and with no plan on record that the clocks have yet
// to reach.
func (l *foldedLog) isNext(e *Event) bool {
	if n := len(l.log.entries); n > 0 && l.log.entries[n-1].At.After(l.last) {
		return false
	}
	return e.Kind != Retract && l.log.isTail(e) && l.log.find(e.ID) == nil && !l.log.refs[e.ID]
}

// proposeNext decides on the event alone, on a copy of the situation.
func (l *foldedLog) proposeNext(in *entry) proposal {
	var p proposal
	var made trail
	f := l.now.copied(&made)
	then := l.decideNext(f, &made, in, &p.decision)
	p.accept = func() {
		l.log.append(in)
		l.past.add(made.all...)
		l.adopt(f, then)
	}
	return p
}

// proposeLate folds the log with the event in it, and compares.
func (l *foldedLog) proposeLate(in *entry) proposal {
	with := l.log.with(in)
	f, made := with.replayAll(l.machine, l.policy)
	then := f.outlook()
	at := slices.IndexFunc(made, func(of decided) bool { return of.entry == in })
	decision := l.machine.decision(made[at])
	before, after := slices.Concat(l.decided()...), slices.Concat(made, then.tail)
	decision.Revised = l.machine.revisions(before, after, in)
	return proposal{decision: decision, accept: func() {
		l.log, l.past = with, history{made}
		l.adopt(f, then)
	}}
}

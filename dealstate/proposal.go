package dealstate

// proposal is what recording an event would lead to, found out on a copy.
type proposal struct {
	decision Decision
	accept   func() // makes it so; nil: there is nothing to keep
	steps    int    // how many events were folded to find it out
}

// propose finds out what recording the event would lead to.
func (l *foldedLog) propose(e *Event, of names) (proposal, error) {
	switch old, err := l.log.repeated(l.machine, e); {
	case err != nil:
		return proposal{}, err
	case old != nil && e.Recorded.Before(old.recorded()):
		return l.proposeEarlier(old, newEntry(e, of)), nil
	case old != nil:
		return proposal{decision: l.duplicate(old)}, nil
	case l.isNext(e):
		return l.proposeNext(newEntry(e, of)), nil
	}
	return l.proposeLate(newEntry(e, of)), nil
}

// isNext reports whether the event is new and folds after all others, with
// nothing known against it, and with no plan on record that the clocks have yet
// to reach.
func (l *foldedLog) isNext(e *Event) bool {
	if n := len(l.log.entries); n > 0 && l.log.entries[n-1].at().After(l.last) {
		return false
	}
	return e.Kind != Retract && l.log.isTail(e) && l.log.find(e.ID) == nil && l.log.against[e.ID] == nil
}

// proposeNext decides on the event alone, on a copy of the situation.
func (l *foldedLog) proposeNext(in *entry) proposal {
	var made trail
	f := l.now.copied(&made)
	of, revised, then := l.decideNext(f, &made, in)
	decision := l.machine.decision(of)
	decision.Revised = revised
	return proposal{steps: 1, decision: decision, accept: func() {
		l.begin(in)
		l.log.append(in)
		l.keep(in, made.all)
		l.adopt(f, then)
	}}
}

// proposeLate folds the log with the event in it, where that changes anything, and
// compares.
func (l *foldedLog) proposeLate(in *entry) proposal { return l.proposeAnew(l.log.edit(in, nil)) }

// proposeEarlier folds the log with a duplicate in place of the entry that was
// recorded later. What it says stays; where it stands may change.
func (l *foldedLog) proposeEarlier(old, in *entry) proposal {
	p := l.proposeAnew(l.log.edit(in, old))
	revised := p.decision.Revised
	p.decision = p.decision.Repeated()
	p.decision.Revised = revised
	return p
}

// proposeAnew folds an edited log, and compares what is decided with what was. On an
// entry that was added nothing was decided before.
func (l *foldedLog) proposeAnew(ed *edit) proposal {
	r := l.refold(ed)
	then := r.outlook()
	decision := l.machine.decision(r.on)
	decision.Revised = r.revisions(then)
	return proposal{decision: decision, accept: func() { r.accept(then) }, steps: r.steps}
}

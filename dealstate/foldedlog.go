package dealstate

import (
	"slices"
	"sync/atomic"
)

// foldedLog is a log with what folding it under one policy has led to. A [Deal]
// owns it, and holds a lock on it.
type foldedLog struct {
	machine *Machine
	policy  Policy
	log     *log
	now     *folding // after the last event; it records into made
	made    trail    // what the last event led to; empty between calls
	past    history  // what led to now
	doubted atomic.Pointer[doubted]
	outlook
}

// folded folds the whole log, by the table as a replay does, and lets the events to come
// go through looplab.
func (l *log) folded(m *Machine, p Policy) *foldedLog {
	to := &foldedLog{machine: m, policy: p, log: l}
	f, made := l.replayAll(m, p, (*Machine).moveByTable)
	f.move, to.past = (*Machine).moveByLooplab, history{made}
	to.adopt(f, f.outlook())
	return to
}

// append decides on an entry that the log has just kept. Nothing in it is
// proportional to the parties or to the log.
func (l *foldedLog) append(in *entry) (of decided, revised []Revision) {
	of, revised, l.outlook = l.decideNext(l.now, &l.made, in)
	l.past.add(l.made.all...)
	l.made.all = l.made.all[:0]
	return of, revised
}

// decided is all up to the last instant on record, whatever the deal goes on to.
func (l *foldedLog) decided() history { return append(slices.Clone(l.past), l.tail) }

// decideNext has a folding, which records into the trail, take one more event.
// Revised are the clocks that fire only now, or no more.
func (l *foldedLog) decideNext(f *folding, made *trail, in *entry) (of decided, revised []Revision, then outlook) {
	f.horizon = in.after(l.last)
	of, then = f.take(in), f.outlook()
	if len(l.tail)+len(then.tail) > 0 || len(made.all) > 1 {
		revised = l.machine.revisions(l.tail, slices.Concat(made.all, then.tail), in)
	}
	return of, revised, then
}

// adopt makes a folding the log's own: it records for the log from here on.
func (l *foldedLog) adopt(f *folding, then outlook) {
	l.now, l.outlook = f, then
	f.recorder = &l.made
}

// duplicate answers as the first time, but for the outcome.
func (l *foldedLog) duplicate(of *entry) Decision {
	return l.machine.decision(l.decidedOn(of)).Repeated()
}

// decidedOn is what was decided on an entry of the log.
func (l *foldedLog) decidedOn(e *entry) decided {
	for of := range l.past.all() {
		if of.entry == e {
			return of
		}
	}
	panic("dealstate: " + e.id() + " is in the log, and nothing was decided on it")
}

// doubtsAsOfNow gives the doubts about all that is on record. Finding them folds the log;
// they are kept until the next event.
func (l *foldedLog) doubtsAsOfNow() []Reason {
	if !l.log.ties {
		return nil
	}
	if kept := l.doubted.Load(); kept != nil && kept.log == l.log && kept.events == len(l.log.entries) {
		return kept.doubts
	}
	f, _ := l.log.replay(l.machine, View{Policy: l.policy})
	l.doubted.Store(&doubted{log: l.log, events: len(l.log.entries), doubts: f.doubts})
	return f.doubts
}

// doubted are the doubts that a fold of so many events of a log found. It never changes.
type doubted struct {
	log    *log
	events int
	doubts []Reason
}

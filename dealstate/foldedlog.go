package dealstate

import (
	"slices"
	"sync/atomic"
)

// foldedLog is a log with what folding it under one policy has led to. A [Deal]
// owns it, and holds a lock on it.
type foldedLog struct {
	machine   *Machine
	policy    Policy
	log       *log
	now       *folding  // after the last event; it records into made
	made      trail     // what the last event led to; empty between calls
	stretches []stretch // what led to now, between checkpoints
	doubted   atomic.Pointer[doubted]
	outlook
}

// fold folds the whole log, and lets no clock run beyond the last event.
func (l *foldedLog) fold() {
	l.stretches = []stretch{{}}
	l.now = &folding{situation: newSituation(l.machine), policy: l.policy, voids: l.log.voids(View{}), onRecord: l.log, horizon: lastOf(l.log.entries), move: (*Machine).moveByTable, recorder: &l.made}
	for _, e := range l.log.entries {
		l.begin(e)
		l.now.take(e)
		l.keep(e, l.made.all)
		l.made.all = l.made.all[:0]
	}
	l.now.move = (*Machine).moveByLooplab
	l.outlook = l.now.outlook(l.now.horizon)
}

// append decides on an entry that the log has just kept. Nothing in it is
// proportional to the parties or to the log, but for a checkpoint now and then.
func (l *foldedLog) append(in *entry, decision *Decision) {
	l.begin(in)
	l.outlook = l.decideNext(l.now, &l.made, in, decision)
	l.keep(in, l.made.all)
	l.made.all = l.made.all[:0]
}

// decided is all up to the last instant on record, whatever the deal goes on to.
func (l *foldedLog) decided() (all history) {
	for i := range l.stretches {
		all = append(all, l.stretches[i].past...)
	}
	return append(all, l.tail)
}

// decideNext has a folding, which records into the trail, take one more event.
// Revised are the clocks that fire only now, or no more.
func (l *foldedLog) decideNext(f *folding, made *trail, in *entry, decision *Decision) outlook {
	f.horizon = in.after(l.last)
	*decision = l.machine.decision(f.take(in))
	then := f.outlook(f.horizon)
	if len(l.tail)+len(then.tail) > 0 || len(made.all) > 1 {
		decision.Revised = l.machine.revisions(l.tail, slices.Concat(made.all, then.tail), in)
	}
	return then
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
	for of := range l.stretches[l.stretchOf(e)].past.all() {
		if of.entry == e {
			return of
		}
	}
	panic("dealstate: " + e.ID + " is in the log, and nothing was decided on it")
}

package dealstate

import (
	"slices"
	"sync/atomic"
	"time"
)

// foldedLog is a log with what folding it under one policy has led to. A [Deal]
// owns it, and holds a lock on it.
type foldedLog struct {
	machine   *Machine
	policy    Policy
	log       *log
	now       *folding   // after the last event; it records into made
	made      trail      // what the last event led to; empty between calls
	stretches []stretch  // what led to now, between checkpoints
	only      [1]stretch // room for the one of a short log
	doubted   atomic.Pointer[doubted]
	outlook
}

// folded folds the whole log, by the table as a replay does, and lets the events to come
// go through looplab.
func (l *log) folded(m *Machine, p Policy) *foldedLog {
	to := &foldedLog{machine: m, policy: p, log: l}
	to.stretches = to.only[:]
	to.stretches[0].past = history{make([]decided, 0, min(len(l.entries), 2*m.spacing)+numClocks)}
	to.now = &folding{situation: newSituation(m), policy: p, voids: l.voids(View{}), onRecord: l, horizon: lastOf(l.entries), move: (*Machine).moveByTable, recorder: &to.made}
	for _, e := range l.entries {
		to.begin(e)
		to.now.take(e)
		to.keep(e, to.made.all)
		to.made.all = to.made.all[:0]
	}
	to.now.move = (*Machine).moveByLooplab
	to.outlook = to.now.outlook(to.now.horizon)
	return to
}

// append decides on an entry that the log has just kept. Nothing in it is
// proportional to the parties or to the log, but for a checkpoint now and then.
func (l *foldedLog) append(in *entry) (of decided, revised []Revision) {
	l.begin(in)
	of, revised, l.outlook = l.decideNext(l.now, &l.made, in)
	l.keep(in, l.made.all)
	l.made.all = l.made.all[:0]
	return of, revised
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
func (l *foldedLog) decideNext(f *folding, made *trail, in *entry) (of decided, revised []Revision, then outlook) {
	f.horizon = in.after(l.last)
	alone := l.tailUntil(f, f.horizon)
	of, then = f.take(in), f.outlook(f.horizon)
	if len(l.tail)+len(then.tail) > 0 || len(made.all) > 1 {
		revised = l.machine.revisions(l.tail, slices.Concat(made.all, then.tail), in)
		l.machine.markByTime(revised, alone)
	}
	return of, revised, then
}

// tailUntil is what the clocks do by an instant after the last event, without one that is
// about to be recorded. The folding stands after the last event.
func (l *foldedLog) tailUntil(f *folding, until time.Time) []decided {
	if !until.After(l.last) {
		return l.tail
	}
	return f.outlook(until).tail
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
	panic("dealstate: " + e.id() + " is in the log, and nothing was decided on it")
}

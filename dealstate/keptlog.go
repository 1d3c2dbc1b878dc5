package dealstate

import "weak"

// keptLog is what a deal keeps: its log. All that folding the log leads to, its
// situation and its decisions, can be had again by folding it, and is the same then
// (law 2). So of a short log the folding is held by a weak pointer only: the garbage
// collector takes it from a deal that nobody asks, which then takes no more memory than
// its events, and the next question folds the log anew. The folding of a long log is
// kept: it takes little memory beside the log, and longer to make again.
//
// A [Deal] owns it, and holds a lock on it.
type keptLog struct {
	machine *Machine
	policy  Policy
	log     *log
	strong  *foldedLog              // of a long log; nil: it is short, or was never folded
	weak    weak.Pointer[foldedLog] // of a short one
}

// mostFoldedAnew is how many events a log has at most whose folding may be lost. To
// fold so many takes some microseconds.
const mostFoldedAnew = 64

// recall gives the folding, or nil where it is lost.
func (k *keptLog) recall() *foldedLog {
	if k.strong != nil {
		return k.strong
	}
	return k.weak.Value()
}

// folded gives the folding, made anew where it is lost.
func (k *keptLog) folded() *foldedLog {
	l := k.recall()
	if l == nil {
		l = k.log.folded(k.machine, k.policy)
		k.weak = weak.Make(l)
		k.keep(l)
	}
	return l
}

// keep takes over what the folding has come to by an event.
func (k *keptLog) keep(l *foldedLog) {
	if k.log = l.log; len(k.log.entries) > mostFoldedAnew {
		k.strong = l
	}
}

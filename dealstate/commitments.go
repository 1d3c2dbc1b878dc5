package dealstate

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// perform carries a commitment out, and cures a breach of it.
func (f *folding) perform(e *entry, did *change) {
	c := int(e.commitment)
	if done := f.records[c].done; done != nil {
		did.stop(Noted, Reason{Code: ReasonAlready, Subject: f.m.commitmentID(e), Detail: e.Kind.String(), Event: done.id(), At: done.at()})
		return
	}
	did.record = f.records[c]
	f.records[c] = record{done: e, fired: did.record.fired}
	f.performed.Add(c)
}

// breach undoes a performance, or needs none. One after the deadline is overdue from
// the breach on.
func (f *folding) breach(e *entry, did *change) {
	c := int(e.commitment)
	if broken := f.records[c].broken; broken != nil {
		did.stop(Noted, Reason{Code: ReasonAlready, Subject: f.m.commitmentID(e), Detail: e.Kind.String(), Event: broken.id(), At: broken.at()})
		return
	}
	did.record = f.records[c]
	next := record{broken: e, overdue: did.record.overdue, fired: did.record.fired}
	if due := f.deadlineOf(c); !due.IsZero() && !e.at().Before(due) && next.overdue.IsZero() {
		next.overdue = e.at()
	}
	f.records[c] = next
	f.performed.Remove(c)
}

func (f *folding) undoRecord(c int, was record) {
	f.records[c] = was
	f.performed.Put(c, was.done != nil)
}

// verdict is that of the approval condition. A window that closes does not undo a
// condition already met: it stays met while it would be on today's approvals at some
// instant since.
func (s *situation) Approval() condition.Verdict {
	verdict := s.m.approval.Eval(s)
	if verdict == condition.Met || len(s.m.instants) == 0 || s.met.IsZero() {
		return verdict
	}
	return s.stillMet(verdict)
}

// stillMet is Met where the condition would be at an instant since it was, else the
// verdict of now.
func (s *situation) stillMet(verdict condition.Verdict) condition.Verdict {
	defer func(at time.Time) { s.judgedAt = at }(s.judgedAt)
	s.judgedAt = s.met
	if s.m.approval.Eval(s) == condition.Met {
		return condition.Met
	}
	for _, at := range s.m.instants {
		if at.After(s.met) && !at.After(s.now) {
			if s.judgedAt = at; s.m.approval.Eval(s) == condition.Met {
				return condition.Met
			}
		}
	}
	return verdict
}

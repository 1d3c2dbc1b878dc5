package dealstate

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// record is what became of one commitment.
type record struct {
	done    *entry    // what performed it; nil: it is not performed
	broken  *entry    // the breach that stands; nil: none
	overdue time.Time // since when it is overdue; zero: it is not
	fired   time.Time // the deadline that has been seen to
}

// deadlineOf is when the commitment is to be performed; zero: no time is set, or it
// counts from an entry into force that has not come.
func (s *situation) deadlineOf(c int) time.Time {
	switch of := &s.m.agreement.Commitments[c]; {
	case of.Within == nil:
		return of.Deadline
	case s.inForce.IsZero():
		return time.Time{}
	default:
		return of.Within.After(s.inForce)
	}
}

// perform carries a commitment out, and cures a breach of it.
func (f *folding) perform(e *entry, did *change) {
	c := int(e.commitment)
	if done := f.records[c].done; done != nil {
		did.stop(Noted, Reason{Code: ReasonAlready, Subject: f.m.commitmentID(e), Detail: e.Kind.String(), Event: done.ID, At: done.At})
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
		did.stop(Noted, Reason{Code: ReasonAlready, Subject: f.m.commitmentID(e), Detail: e.Kind.String(), Event: broken.ID, At: broken.At})
		return
	}
	did.record = f.records[c]
	next := record{broken: e, overdue: did.record.overdue, fired: did.record.fired}
	if due := f.deadlineOf(c); !due.IsZero() && !e.At.Before(due) && next.overdue.IsZero() {
		next.overdue = e.At
	}
	f.records[c] = next
	f.performed.Remove(c)
}

func (f *folding) undoRecord(c int, was record) {
	f.records[c] = was
	f.performed.Put(c, was.done != nil)
}

// nextOverdue finds the commitment whose deadline is due first and unseen; of two, the
// one listed first. Overdue runs wherever a perform is taken.
func (s *situation) nextOverdue() (c int, due time.Time) {
	c = -1
	if len(s.m.dated) == 0 || len(s.m.tried[Perform.row()][s.state]) == 0 {
		return c, due
	}
	for _, i := range s.m.dated {
		if r := &s.records[i]; r.done != nil || !r.overdue.IsZero() {
			continue
		}
		if at := s.deadlineOf(i); !at.IsZero() && !at.Equal(s.records[i].fired) && (c < 0 || at.Before(due)) {
			c, due = i, at
		}
	}
	return c, due
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

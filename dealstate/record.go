package dealstate

import "time"

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

// nextOverdue finds the commitment whose deadline is due first and unseen; of two, the
// one listed first. Overdue runs wherever a perform is taken.
func (s *situation) nextOverdue() (c int, due time.Time) {
	c = -1
	if len(s.m.tried[Perform.row()][s.state]) == 0 {
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

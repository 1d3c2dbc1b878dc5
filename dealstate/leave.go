package dealstate

import (
	"cmp"
	"slices"
	"time"
)

// leave is a party's notice of leaving that runs. Its due instant is the end of the
// term where a deal that renews itself has no notice period.
type leave struct {
	party int
	due   time.Time // zero: the end of the term
	entry *entry
}

// notice finds the party's running notice.
func (s *situation) notice(party int) (at int, running bool) {
	return slices.BinarySearchFunc(s.leaving, party, func(l leave, party int) int { return cmp.Compare(l.party, party) })
}

// leaves is when the party leaves; zero: it has given no notice.
func (s *situation) leaves(party int) time.Time {
	if at, running := s.notice(party); running {
		return s.leaving[at].at(s)
	}
	return time.Time{}
}

func (l leave) at(s *situation) time.Time {
	if l.due.IsZero() {
		return s.dueAt(termClock)
	}
	return l.due
}

// runsNotices reports whether a withdrawal in this state is a notice: it is where
// rules wait for its end.
func (s *situation) runsNotices() bool { return len(s.m.tried[Notice.row()][s.state]) > 0 }

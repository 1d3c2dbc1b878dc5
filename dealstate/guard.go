package dealstate

import (
	"fmt"
	"reflect"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// The guards of rules and the approval condition are package condition's. This is
// what the core adds: a situation answers what they ask, and what they lack becomes
// the reasons of a decision.

var _ condition.Situation = (*situation)(nil)

// Approved gives the parties whose approval of the current revision stands.
func (s *situation) Approved() condition.Set { return s.approved }

// Rejected gives the parties that have rejected the current revision.
func (s *situation) Rejected() condition.Set { return s.rejected }

// Performed gives the commitments carried out.
func (s *situation) Performed() condition.Set { return s.performed }

// Actor gives the party of the event at hand; -1: all sides, or a clock.
func (s *situation) Actor() int { return s.actor }

// Signed gives the parties that have signed the current text.
func (s *situation) Signed() condition.Set { return s.signed }

// Applied gives the parties that apply the deal provisionally.
func (s *situation) Applied() condition.Set { return s.applied }

// Suspended gives the parties whose own suspension stands.
func (s *situation) Suspended() condition.Set { return s.suspended }

// ConcernsPart reports whether the event at hand concerns a part of the deal only.
func (s *situation) ConcernsPart() bool { return s.concernsPart }

// Reached reports whether an instant has come.
func (s *situation) Reached(at time.Time) bool {
	if !s.judgedAt.IsZero() {
		return !at.After(s.judgedAt)
	}
	return !at.After(s.now)
}

// IsDue reports whether a clock is due: one of the deal's, or behind these a timer.
func (s *situation) IsDue(clock int) bool {
	if clock >= numSettings {
		due := s.timers[clock-numSettings].due
		return !due.IsZero() && !due.After(s.now)
	}
	due := s.dueAt(clock)
	return !due.IsZero() && !due.After(s.now)
}

// Standing says how a party stands.
func (s *situation) Standing(party int) string {
	id := s.m.agreement.Parties[party].ID
	switch s.standing(party) {
	case StandingApproved:
		return id + " has approved"
	case StandingRejected:
		return id + " has rejected it"
	case StandingStale:
		return fmt.Sprintf("%s has approved an earlier revision", id)
	case StandingWithdrawn:
		return id + " has withdrawn its approval"
	}
	return id + " has not approved"
}

// lackCodes says which reason each lack of a condition is. What lacks an approval
// may be a rejection, or an approval of an earlier revision: outstanding sees to it.
var lackCodes = [...]ReasonCode{
	condition.LackApproval:    ReasonNotApproved,
	condition.LackMore:        ReasonMore,
	condition.LackCount:       ReasonCount,
	condition.LackWeight:      ReasonShare,
	condition.LackPerformance: ReasonNotPerformed,
	condition.LackOther:       ReasonGuard,
}

// unmet lists every reason why a rule's guard is not met.
func (s *situation) unmet(rule int) []Reason {
	lacks := s.m.guards[rule].Unmet(s, nil)
	if len(lacks) == 0 {
		return nil
	}
	reasons := make([]Reason, len(lacks))
	for i, lack := range lacks {
		reasons[i] = Reason{Code: lackCodes[lack.Lack], Rule: s.m.lifecycle.Rules[rule].ID,
			Subject: lack.Name, Detail: lack.Words, Have: lack.Have, Need: lack.Need}
		if lack.Lack == condition.LackApproval {
			s.outstanding(lack.Index, &reasons[i])
		}
	}
	return reasons
}

// outstanding says why a party's approval does not stand.
func (s *situation) outstanding(party int, r *Reason) {
	last := s.acts[party]
	switch s.standing(party) {
	case StandingRejected:
		r.Code, r.Event = ReasonRejectedBy, last.entry.id()
	case StandingStale:
		r.Code, r.Event, r.Have, r.Need = ReasonStale, last.entry.id(), int64(last.revision), int64(s.revision)
	}
}

// wordsOf says a guard, with the approval condition spelled out.
func (m *Machine) wordsOf(c condition.Condition) string {
	if reflect.DeepEqual(c, condition.ApprovalMet()) {
		return m.agreement.Approval.String()
	}
	return c.String()
}

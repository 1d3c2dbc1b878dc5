package dealstate

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// bindsFrom is from when the deal in force binds a party: zero, it does not. Whether
// an approval comes before or after the trigger is judged by its instant, never by
// its place in the fold (Paris Agreement, article 21(3)).
func (s *situation) bindsFrom(party int) time.Time {
	last := s.acts[party]
	if s.asksNobody() && !s.left(party) && !(last.anew && !last.entry.at().Before(s.inForce)) {
		return s.inForce // a deal that asked for no approval binds all its parties but those that left, and joined anew
	}
	if !s.approved.Has(party) {
		return time.Time{}
	}
	approved := last.entry.at()
	if join := s.m.agreement.Join; join != nil && join.From == FromForce && approved.Before(s.inForce) || !approved.After(s.trigger) {
		return s.inForce
	}
	return instant.Latest(s.inForce, s.ownDelay().After(approved))
}

// ownDelay is the delay of a party that joins.
func (s *situation) ownDelay() Delay {
	switch a := &s.m.agreement; {
	case a.Join != nil:
		return a.Join.Delay
	case a.Effect != nil:
		return *a.Effect
	}
	return Delay{}
}

// asksNobody reports whether the approval condition asks for no approval at all.
func (s *situation) asksNobody() bool { return s.m.asksNobody }

// left reports whether the party's last act was to leave.
func (s *situation) left(party int) bool {
	last := s.acts[party].entry
	return last != nil && (last.Kind == Withdraw || last.Kind == Terminate)
}

// isBound reports whether the deal binds the party now.
func (s *situation) isBound(party int) bool {
	if !s.isInForce() {
		return false
	}
	from := s.bindsFrom(party)
	return !from.IsZero() && !from.After(s.now)
}

// Binds reports whether the deal is in force for the party; -1: for any, now or from
// a later instant on.
func (s *situation) Binds(party int) bool {
	if party >= 0 {
		return s.isBound(party)
	}
	if !s.isInForce() {
		return false
	}
	for p := range s.acts {
		if !s.bindsFrom(p).IsZero() {
			return true
		}
	}
	return false
}

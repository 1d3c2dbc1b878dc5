package simulate

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Start is where a simulation or an exploration sets out: an instant in a
// deal. Make one with [Beginning] or [Present]; the zero Start is refused. It
// does not change, and is safe for concurrent use.
type Start struct {
	machine   *dealstate.Machine
	agreement dealstate.Agreement
	policy    dealstate.Policy
	cursor    *dealstate.Cursor // takes no act itself, so that many may set out from it
	now       time.Time
	asked     map[string]time.Time // by party: since when it has had the present text before it
	met       time.Time            // since when the approval condition is met; zero: it is not
	events    []dealstate.Event    // what led here
}

// Beginning sets out at the instant with a deal of which nothing is on record:
// its text was put to every party at that instant. The zero policy is Strict.
func Beginning(m *dealstate.Machine, p dealstate.Policy, at time.Time) Start {
	if m == nil {
		return Start{}
	}
	s := Start{machine: m, agreement: m.Agreement(), policy: orStrict(p), now: at.UTC(), asked: map[string]time.Time{}}
	s.cursor = m.Cursor(s.policy)
	s.cursor.Advance(s.now)
	for _, party := range s.agreement.Parties {
		s.asked[party.ID] = s.now
	}
	return s
}

// Present sets out where a real deal stands in the view, without a look at
// anything that the view does not know. A party that has been waiting goes on
// waiting: its time runs from when the present text was put to it.
func Present(d *dealstate.Deal, v dealstate.View) Start {
	if d == nil {
		return Start{}
	}
	if v.Policy == (dealstate.Policy{}) {
		v.Policy = d.Policy()
	}
	s := Start{machine: d.Machine(), agreement: d.Machine().Agreement(), policy: v.Policy, cursor: d.Cursor(v), asked: map[string]time.Time{}}
	s.now = s.cursor.Now()
	w := watch(d, v)
	for party, since := range w.open {
		s.asked[party] = since
	}
	for _, party := range s.Snapshot().Awaiting {
		if _, ok := s.asked[party]; !ok {
			s.asked[party] = s.now // nobody recorded that the text was put to it
		}
	}
	if s.met = w.met; s.met.IsZero() && s.cursor.Verdict() == condition.Met {
		s.met = s.now
	}
	for e := range d.Events() {
		if known(e, v) && !e.At.After(s.now) {
			s.events = append(s.events, e)
		}
	}
	return s
}

func known(e dealstate.Event, v dealstate.View) bool {
	return v.KnownBy.IsZero() || !e.Recorded.After(v.KnownBy)
}

func orStrict(p dealstate.Policy) dealstate.Policy {
	if p == (dealstate.Policy{}) {
		return dealstate.Strict
	}
	return p
}

// Now is the instant from which it sets out.
func (s Start) Now() time.Time { return s.now }

// Snapshot says where the deal stands there; of the zero Start it is empty.
func (s Start) Snapshot() dealstate.Snapshot {
	if s.machine == nil {
		return dealstate.Snapshot{}
	}
	c := s.machine.Cursor(s.policy)
	c.Set(s.cursor)
	return c.Snapshot()
}

func (s Start) validate() error {
	if s.machine == nil {
		return field.Errorf("start", "the zero Start; make one with Beginning or Present")
	}
	if s.now.IsZero() {
		return field.Errorf("start", "no instant; give Beginning one, or Present a deal with an event or a view with AsOf")
	}
	return checkYear("start", s.now)
}

// earliest is the first instant from which something has lasted until the start.
func (s Start) earliest() time.Time {
	first := s.now
	for _, since := range s.asked {
		if since.Before(first) {
			first = since
		}
	}
	if !s.met.IsZero() && s.met.Before(first) {
		first = s.met
	}
	return first
}

// lifecycle is that of the deal; of the zero Start it is empty.
func (s Start) lifecycle() dealstate.Lifecycle {
	if s.machine == nil {
		return dealstate.Lifecycle{}
	}
	return s.machine.Lifecycle()
}

// act readies an act in the role nearest to the act itself that the policy
// counts.
func (s Start) act(kind dealstate.Kind, party string) (*dealstate.Act, error) {
	return s.actOf(Act{Kind: kind, Party: party})
}

func (s Start) actOf(a Act) (*dealstate.Act, error) {
	e := a.event(s.agreement.ID)
	e.Role = s.role(a.Kind)
	return s.machine.Act(e)
}

// role prefers the approver in person, then an instrument, then who comes next.
func (s Start) role(kind dealstate.Kind) dealstate.Role {
	for _, r := range []dealstate.Role{dealstate.Approver, dealstate.Instrument, dealstate.Government,
		dealstate.Negotiator, dealstate.Counterparty, dealstate.Press} {
		if s.policy.Counts(kind, r) {
			return r
		}
	}
	return dealstate.Approver
}

func (s Start) approver(party string) string {
	for _, p := range s.agreement.Parties {
		if p.ID == party {
			return p.Approver
		}
	}
	return ""
}

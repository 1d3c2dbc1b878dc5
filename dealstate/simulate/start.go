package simulate

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
)

// Start is the instant and the situation of a deal from which a simulation or an
// exploration begins. [Beginning] and [Present] make one; the zero Start is refused.
// It never changes, and is safe for concurrent use.
type Start struct {
	machine   *dealstate.Machine
	agreement dealstate.Agreement
	policy    dealstate.Policy
	cursor    *dealstate.Cursor // takes no act itself, so that many may set out from it
	now       time.Time
	voices    *scenario.Voices     // nil: of the zero Start
	asked     map[string]time.Time // by party: since when it has had the present text before it
	met       time.Time            // since when the approval condition is met; zero: it is not
	events    []dealstate.Event    // what led here
}

// Beginning starts at the instant, with a deal of which nothing is on record yet. Its
// text counts as put to every party at that instant. The zero policy is Strict.
func Beginning(m *dealstate.Machine, p dealstate.Policy, at time.Time) Start {
	if m == nil {
		return Start{}
	}
	s := Start{machine: m, agreement: m.Agreement(), policy: orStrict(p), now: at.UTC(), asked: map[string]time.Time{}}
	s.voices = scenario.NewVoices(s.agreement)
	s.cursor = m.Cursor(s.policy)
	s.cursor.Advance(s.now)
	for _, party := range s.agreement.Parties {
		s.asked[party.ID] = s.now
	}
	return s
}

// Present starts where a real deal stands in the view, and uses nothing that the view
// does not know. A party that has been waiting goes on waiting: its time runs from
// when the present text was put to it.
func Present(d *dealstate.Deal, v dealstate.View) Start {
	if d == nil {
		return Start{}
	}
	if v.Policy == (dealstate.Policy{}) {
		v.Policy = d.Policy()
	}
	a := d.Machine().Agreement()
	s := Start{machine: d.Machine(), agreement: a, policy: v.Policy, cursor: d.Cursor(v), voices: scenario.NewVoices(a), asked: map[string]time.Time{}}
	s.now = s.cursor.Now()
	w := readWaits(d, v)
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

// known reports whether the view may use the event, as far as KnownBy tells.
func known(e dealstate.Event, v dealstate.View) bool {
	return v.KnownBy.IsZero() || !e.Recorded.After(v.KnownBy)
}

// orStrict is the policy itself, or Strict for the zero one.
func orStrict(p dealstate.Policy) dealstate.Policy {
	if p == (dealstate.Policy{}) {
		return dealstate.Strict
	}
	return p
}

// Now is the instant at which it begins.
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

// earliest is the first instant from which something has lasted until the start. The
// timescale must reach back to it.
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

// speaker is who speaks for a party; for one that the agreement does not know, itself,
// which the machine refuses.
func (s Start) speaker(party string) string {
	if s.voices == nil {
		return party
	}
	return s.voices.Speaker(party)
}

// lifecycle is that of the deal; of the zero Start it is empty.
func (s Start) lifecycle() dealstate.Lifecycle {
	if s.machine == nil {
		return dealstate.Lifecycle{}
	}
	return s.machine.Lifecycle()
}

// prepare admits an act once for use at any instant, in the first role that the policy
// counts for it.
func (s Start) prepare(kind dealstate.Kind, party string) (*dealstate.Act, error) {
	return s.prepareAct(Act{Kind: kind, Party: party})
}

// prepareAct does so with an act of a model's list.
func (s Start) prepareAct(a Act) (*dealstate.Act, error) {
	e := a.event(s.agreement.ID)
	if e.Role = s.role(a.Kind); e.Role == dealstate.Approver {
		e.By = s.speaker(a.Party)
	}
	return s.machine.Act(e)
}

// role is the first role that the policy counts for acts of the kind. The order is by
// how near the speaker is to the act: the approver in person, an instrument, and so
// on.
func (s Start) role(kind dealstate.Kind) dealstate.Role {
	for _, r := range []dealstate.Role{dealstate.Approver, dealstate.Instrument, dealstate.Government,
		dealstate.Negotiator, dealstate.Counterparty, dealstate.Press} {
		if s.policy.Counts(kind, r) {
			return r
		}
	}
	return dealstate.Approver
}

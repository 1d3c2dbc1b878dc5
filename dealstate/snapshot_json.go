package dealstate

import (
	"fmt"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// MarshalJSON writes the snapshot. The head (deal to policy) is always there, but
// for instants that are none; of the rest, what is empty is left out.
func (s Snapshot) MarshalJSON() ([]byte, error) {
	var o strictjson.Object
	o.Must("deal", s.Deal)
	o.Must("state", s.State)
	o.Instant("since", s.Since)
	o.Must("revision", s.Revision)
	o.Must("awaiting", strictjson.OrEmpty(s.Awaiting))
	o.Must("approved", strictjson.OrEmpty(s.Approved))
	o.Instant("as_of", s.AsOf)
	o.Instant("known_by", s.KnownBy)
	o.Must("policy", s.Policy)
	o.Text("title", s.Title)
	o.Text("by", s.By)
	o.Must("approval", s.Approval)
	if len(s.Shortest) > 0 {
		o.Must("shortest", s.Shortest)
	}
	o.Instant("in_force", s.InForce)
	o.Must("parties", strictjson.OrEmpty(s.Parties))
	if len(s.Commitments) > 0 {
		o.Must("commitments", s.Commitments)
	}
	if len(s.Disputes) > 0 {
		o.Must("disputes", s.Disputes)
	}
	if s.Next != nil {
		o.Must("next", s.Next)
	}
	if len(s.Warnings) > 0 {
		o.Must("warnings", s.Warnings)
	}
	return o.Done()
}

// MarshalJSON writes the party's status; what is empty is left out.
func (p PartyStatus) MarshalJSON() ([]byte, error) {
	var o strictjson.Object
	o.Must("party", p.Party)
	o.Text("name", p.Name)
	o.Text("approver", p.Approver)
	o.Integer("weight", p.Weight)
	o.Must("asked", p.Asked)
	o.Must("standing", p.Standing)
	if p.Act != nil {
		o.Must("act", p.Act)
	}
	if p.Nearest != nil {
		o.Must("nearest", p.Nearest)
	}
	o.Instant("in_force", p.InForce)
	o.Instant("leaves", p.Leaves)
	o.Truth("signed", p.Signed)
	o.Truth("provisional", p.Provisional)
	o.Truth("suspended", p.Suspended)
	return o.Done()
}

// MarshalJSON writes the evidence; what is empty is left out.
func (e Evidence) MarshalJSON() ([]byte, error) {
	var o strictjson.Object
	o.Must("event", e.Event)
	o.Text("by", e.By)
	o.Text("role", e.Role.String())
	o.Text("modality", e.Modality.String())
	o.Instant("at", e.At)
	o.Instant("recorded", e.Recorded)
	o.Text("publisher", e.Publisher)
	return o.Done()
}

// MarshalJSON writes the commitment's status; what is empty is left out.
func (c CommitmentStatus) MarshalJSON() ([]byte, error) {
	var o strictjson.Object
	o.Must("commitment", c.Commitment)
	o.Must("party", c.Party)
	o.Text("title", c.Title)
	o.Text("event", c.Event)
	o.Instant("at", c.At)
	o.Instant("deadline", c.Deadline)
	o.Instant("overdue", c.Overdue)
	o.Text("breach", c.Breach)
	o.Instant("breached", c.Breached)
	o.Truth("suspended", c.Suspended)
	return o.Done()
}

// MarshalJSON writes the dispute; what is empty is left out.
func (d DisputeStatus) MarshalJSON() ([]byte, error) {
	var o strictjson.Object
	o.Must("event", d.Event)
	o.Text("party", d.Party)
	o.Text("by", d.By)
	o.Text("commitment", d.Commitment)
	o.Instant("at", d.At)
	return o.Done()
}

// MarshalJSON writes the clock and its instant.
func (c ClockStatus) MarshalJSON() ([]byte, error) {
	var o strictjson.Object
	o.Must("clock", c.Clock)
	o.Text("party", c.Party)
	o.Text("commitment", c.Commitment)
	o.Text("timer", c.Timer)
	o.Must("due", c.Due)
	return o.Done()
}

// UnmarshalJSON reads what MarshalJSON writes. On error the snapshot is left
// as it was.
func (s *Snapshot) UnmarshalJSON(data []byte) error {
	var read Snapshot
	if err := read.read(strictjson.Field{Raw: data}); err != nil {
		return err
	}
	if err := field.CheckID("deal", read.Deal); err != nil {
		return err
	}
	if err := field.CheckID("state", string(read.State)); err != nil {
		return err
	}
	if err := read.complete(); err != nil {
		return err
	}
	*s = read
	return nil
}

// complete refuses a snapshot whose words could not be written again.
func (s *Snapshot) complete() error {
	if s.Approval.Verdict == 0 {
		return field.Errorf("approval.verdict", "missing; want one of pending, met, lost")
	}
	for i, p := range s.Parties {
		if p.Standing == 0 {
			return field.Errorf(fmt.Sprintf("parties[%d].standing", i), "missing")
		}
	}
	if s.Next != nil && s.Next.Clock == 0 {
		return field.Errorf("next.clock", "want %s", clockEnum.either())
	}
	return nil
}

func (s *Snapshot) read(f strictjson.Field) error {
	s.Awaiting, s.Approved = []string{}, []string{}
	return f.Object(
		strictjson.Slot{Key: "deal", To: &s.Deal},
		strictjson.Slot{Key: "state", To: (*string)(&s.State)},
		strictjson.Slot{Key: "since", To: &s.Since},
		strictjson.Slot{Key: "revision", To: &s.Revision},
		strictjson.Slot{Key: "awaiting", To: strictjson.ListOf(&s.Awaiting, field.MaxParties, strictjson.ReadText)},
		strictjson.Slot{Key: "approved", To: strictjson.ListOf(&s.Approved, field.MaxParties, strictjson.ReadText)},
		strictjson.Slot{Key: "as_of", To: &s.AsOf},
		strictjson.Slot{Key: "known_by", To: &s.KnownBy},
		strictjson.Slot{Key: "policy", To: &s.Policy},
		strictjson.Slot{Key: "title", To: &s.Title},
		strictjson.Slot{Key: "by", To: &s.By},
		strictjson.Slot{Key: "approval", To: &s.Approval},
		strictjson.Slot{Key: "shortest", To: strictjson.ListOf(&s.Shortest, field.MaxParties+field.MaxCommitments, strictjson.ReadText)},
		strictjson.Slot{Key: "in_force", To: &s.InForce},
		strictjson.Slot{Key: "parties", To: strictjson.ListOf(&s.Parties, field.MaxParties, (*PartyStatus).read)},
		strictjson.Slot{Key: "commitments", To: strictjson.ListOf(&s.Commitments, field.MaxCommitments, (*CommitmentStatus).read)},
		strictjson.Slot{Key: "disputes", To: strictjson.ListOf(&s.Disputes, field.MaxRead, (*DisputeStatus).read)},
		strictjson.Slot{Key: "next", To: strictjson.Maybe(&s.Next, (*ClockStatus).read)},
		strictjson.Slot{Key: "warnings", To: strictjson.ListOf(&s.Warnings, field.MaxRead, (*Reason).read)})
}

func (p *PartyStatus) read(f strictjson.Field) error {
	return f.Object(
		strictjson.Slot{Key: "party", To: &p.Party},
		strictjson.Slot{Key: "name", To: &p.Name},
		strictjson.Slot{Key: "approver", To: &p.Approver},
		strictjson.Slot{Key: "weight", To: &p.Weight},
		strictjson.Slot{Key: "asked", To: &p.Asked},
		strictjson.Slot{Key: "standing", To: &p.Standing},
		strictjson.Slot{Key: "act", To: strictjson.Maybe(&p.Act, (*Evidence).read)},
		strictjson.Slot{Key: "nearest", To: strictjson.Maybe(&p.Nearest, (*Evidence).read)},
		strictjson.Slot{Key: "in_force", To: &p.InForce},
		strictjson.Slot{Key: "leaves", To: &p.Leaves},
		strictjson.Slot{Key: "signed", To: &p.Signed},
		strictjson.Slot{Key: "provisional", To: &p.Provisional},
		strictjson.Slot{Key: "suspended", To: &p.Suspended})
}

func (e *Evidence) read(f strictjson.Field) error {
	return f.Object(
		strictjson.Slot{Key: "event", To: &e.Event},
		strictjson.Slot{Key: "by", To: &e.By},
		strictjson.Slot{Key: "role", To: &e.Role},
		strictjson.Slot{Key: "modality", To: &e.Modality},
		strictjson.Slot{Key: "at", To: &e.At},
		strictjson.Slot{Key: "recorded", To: &e.Recorded},
		strictjson.Slot{Key: "publisher", To: &e.Publisher})
}

func (c *CommitmentStatus) read(f strictjson.Field) error {
	return f.Object(
		strictjson.Slot{Key: "commitment", To: &c.Commitment},
		strictjson.Slot{Key: "party", To: &c.Party},
		strictjson.Slot{Key: "title", To: &c.Title},
		strictjson.Slot{Key: "event", To: &c.Event},
		strictjson.Slot{Key: "at", To: &c.At},
		strictjson.Slot{Key: "deadline", To: &c.Deadline},
		strictjson.Slot{Key: "overdue", To: &c.Overdue},
		strictjson.Slot{Key: "breach", To: &c.Breach},
		strictjson.Slot{Key: "breached", To: &c.Breached},
		strictjson.Slot{Key: "suspended", To: &c.Suspended})
}

func (d *DisputeStatus) read(f strictjson.Field) error {
	return f.Object(
		strictjson.Slot{Key: "event", To: &d.Event},
		strictjson.Slot{Key: "party", To: &d.Party},
		strictjson.Slot{Key: "by", To: &d.By},
		strictjson.Slot{Key: "commitment", To: &d.Commitment},
		strictjson.Slot{Key: "at", To: &d.At})
}

func (c *ClockStatus) read(f strictjson.Field) error {
	return f.Object(
		strictjson.Slot{Key: "clock", To: &c.Clock},
		strictjson.Slot{Key: "party", To: &c.Party},
		strictjson.Slot{Key: "commitment", To: &c.Commitment},
		strictjson.Slot{Key: "timer", To: &c.Timer},
		strictjson.Slot{Key: "due", To: &c.Due})
}

package dealstate

import "fmt"

// MarshalJSON writes the snapshot. The head (deal to policy) is always there;
// of the rest, what is empty is left out.
func (s Snapshot) MarshalJSON() ([]byte, error) {
	var o object
	o.must("deal", s.Deal)
	o.must("state", s.State)
	o.must("since", s.Since)
	o.must("revision", s.Revision)
	o.must("awaiting", orEmpty(s.Awaiting))
	o.must("approved", orEmpty(s.Approved))
	o.must("as_of", s.AsOf)
	o.must("known_by", s.KnownBy)
	o.must("policy", s.Policy)
	o.text("title", s.Title)
	o.text("by", s.By)
	o.must("approval", s.Approval)
	if len(s.Shortest) > 0 {
		o.must("shortest", s.Shortest)
	}
	o.instant("in_force", s.InForce)
	o.must("parties", orEmpty(s.Parties))
	if len(s.Commitments) > 0 {
		o.must("commitments", s.Commitments)
	}
	if len(s.Disputes) > 0 {
		o.must("disputes", s.Disputes)
	}
	if s.Next != nil {
		o.must("next", s.Next)
	}
	if len(s.Warnings) > 0 {
		o.must("warnings", s.Warnings)
	}
	return o.done()
}

// orEmpty keeps a list that is nil from being written as null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// MarshalJSON writes the finding; what is zero is left out.
func (f Finding) MarshalJSON() ([]byte, error) {
	var o object
	o.must("verdict", f.Verdict)
	o.must("text", f.Text)
	o.integer("have", f.Have)
	o.integer("need", f.Need)
	if len(f.Parts) > 0 {
		o.must("parts", f.Parts)
	}
	return o.done()
}

// MarshalJSON writes the party's status; what is empty is left out.
func (p PartyStatus) MarshalJSON() ([]byte, error) {
	var o object
	o.must("party", p.Party)
	o.text("name", p.Name)
	o.text("approver", p.Approver)
	o.integer("weight", p.Weight)
	o.must("asked", p.Asked)
	o.must("standing", p.Standing)
	if p.Act != nil {
		o.must("act", p.Act)
	}
	if p.Nearest != nil {
		o.must("nearest", p.Nearest)
	}
	o.instant("in_force", p.InForce)
	return o.done()
}

// MarshalJSON writes the evidence; what is empty is left out.
func (e Evidence) MarshalJSON() ([]byte, error) {
	var o object
	o.must("event", e.Event)
	o.text("by", e.By)
	o.text("role", e.Role.String())
	o.text("modality", e.Modality.String())
	o.instant("at", e.At)
	o.instant("recorded", e.Recorded)
	o.text("publisher", e.Publisher)
	return o.done()
}

// MarshalJSON writes the commitment's status; what is empty is left out.
func (c CommitmentStatus) MarshalJSON() ([]byte, error) {
	var o object
	o.must("commitment", c.Commitment)
	o.must("party", c.Party)
	o.text("title", c.Title)
	o.text("event", c.Event)
	o.instant("at", c.At)
	return o.done()
}

// MarshalJSON writes the dispute; what is empty is left out.
func (d DisputeStatus) MarshalJSON() ([]byte, error) {
	var o object
	o.must("event", d.Event)
	o.text("party", d.Party)
	o.text("by", d.By)
	o.text("commitment", d.Commitment)
	o.instant("at", d.At)
	return o.done()
}

// MarshalJSON writes the clock and its instant.
func (c ClockStatus) MarshalJSON() ([]byte, error) {
	var o object
	o.must("clock", c.Clock)
	o.text("party", c.Party)
	o.must("due", c.Due)
	return o.done()
}

// UnmarshalJSON reads what MarshalJSON writes. On error the snapshot is left
// as it was.
func (s *Snapshot) UnmarshalJSON(data []byte) error {
	var read Snapshot
	if err := read.read(field{raw: data}); err != nil {
		return err
	}
	if err := checkID("deal", read.Deal); err != nil {
		return err
	}
	if err := checkID("state", string(read.State)); err != nil {
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
		return fieldErr("approval.verdict", "missing; want one of pending, met, lost")
	}
	for i, p := range s.Parties {
		if p.Standing == 0 {
			return fieldErr(fmt.Sprintf("parties[%d].standing", i), "missing")
		}
	}
	if s.Next != nil && s.Next.Clock == 0 {
		return fieldErr("next.clock", "want %s", clockEnum.either())
	}
	return nil
}

func (s *Snapshot) read(f field) error {
	s.Awaiting, s.Approved = []string{}, []string{}
	return f.object(
		slot{"deal", &s.Deal},
		slot{"state", &s.State},
		slot{"since", &s.Since},
		slot{"revision", &s.Revision},
		slot{"awaiting", listOf(&s.Awaiting, maxParties, readText)},
		slot{"approved", listOf(&s.Approved, maxParties, readText)},
		slot{"as_of", &s.AsOf},
		slot{"known_by", &s.KnownBy},
		slot{"policy", &s.Policy},
		slot{"title", &s.Title},
		slot{"by", &s.By},
		slot{"approval", func(f field) error { return s.Approval.read(f, 0) }},
		slot{"shortest", listOf(&s.Shortest, maxParties+maxCommitments, readText)},
		slot{"in_force", &s.InForce},
		slot{"parties", listOf(&s.Parties, maxParties, (*PartyStatus).read)},
		slot{"commitments", listOf(&s.Commitments, maxCommitments, (*CommitmentStatus).read)},
		slot{"disputes", listOf(&s.Disputes, maxRead, (*DisputeStatus).read)},
		slot{"next", maybe(&s.Next, (*ClockStatus).read)},
		slot{"warnings", listOf(&s.Warnings, maxRead, (*Reason).read)})
}

func (x *Finding) read(f field, depth int) error {
	if depth > maxNesting {
		return fieldErr(f.path, "nested deeper than %d", maxNesting)
	}
	return f.object(
		slot{"verdict", &x.Verdict},
		slot{"text", &x.Text},
		slot{"have", &x.Have},
		slot{"need", &x.Need},
		slot{"parts", listOf(&x.Parts, maxParts, func(part *Finding, f field) error { return part.read(f, depth+1) })})
}

func (p *PartyStatus) read(f field) error {
	return f.object(
		slot{"party", &p.Party},
		slot{"name", &p.Name},
		slot{"approver", &p.Approver},
		slot{"weight", &p.Weight},
		slot{"asked", &p.Asked},
		slot{"standing", &p.Standing},
		slot{"act", maybe(&p.Act, (*Evidence).read)},
		slot{"nearest", maybe(&p.Nearest, (*Evidence).read)},
		slot{"in_force", &p.InForce})
}

func (e *Evidence) read(f field) error {
	return f.object(
		slot{"event", &e.Event},
		slot{"by", &e.By},
		slot{"role", &e.Role},
		slot{"modality", &e.Modality},
		slot{"at", &e.At},
		slot{"recorded", &e.Recorded},
		slot{"publisher", &e.Publisher})
}

func (c *CommitmentStatus) read(f field) error {
	return f.object(
		slot{"commitment", &c.Commitment},
		slot{"party", &c.Party},
		slot{"title", &c.Title},
		slot{"event", &c.Event},
		slot{"at", &c.At})
}

func (d *DisputeStatus) read(f field) error {
	return f.object(
		slot{"event", &d.Event},
		slot{"party", &d.Party},
		slot{"by", &d.By},
		slot{"commitment", &d.Commitment},
		slot{"at", &d.At})
}

func (c *ClockStatus) read(f field) error {
	return f.object(
		slot{"clock", &c.Clock},
		slot{"party", &c.Party},
		slot{"due", &c.Due})
}

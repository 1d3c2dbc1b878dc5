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
	o.must("due", c.Due)
	return o.done()
}

// UnmarshalJSON reads what MarshalJSON writes. On error the snapshot is left
// as it was.
func (s *Snapshot) UnmarshalJSON(data []byte) error {
	var read Snapshot
	if err := readObject("", data, read.take); err != nil {
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
	if s.Next != nil && !s.Next.Clock.IsClock() {
		return fieldErr("next.clock", "want deadline, effect or term")
	}
	return nil
}

func (s *Snapshot) take(f field) error {
	switch f.key {
	case "deal":
		return f.text(&s.Deal)
	case "state":
		return f.text((*string)(&s.State))
	case "since":
		return f.instant(&s.Since)
	case "revision":
		return f.number(&s.Revision)
	case "awaiting":
		s.Awaiting = []string{}
		return f.texts(maxParties, &s.Awaiting)
	case "approved":
		s.Approved = []string{}
		return f.texts(maxParties, &s.Approved)
	case "as_of":
		return f.instant(&s.AsOf)
	case "known_by":
		return f.instant(&s.KnownBy)
	case "policy":
		return f.text(&s.Policy)
	case "title":
		return f.text(&s.Title)
	case "by":
		return f.text(&s.By)
	case "approval":
		return s.Approval.read(f, 0)
	case "shortest":
		return f.texts(maxParties+maxCommitments, &s.Shortest)
	case "in_force":
		return f.instant(&s.InForce)
	}
	return s.takeLists(f)
}

func (s *Snapshot) takeLists(f field) error {
	switch f.key {
	case "parties":
		return f.list(maxParties, func(f field) error { return appendRead(&s.Parties, f, (*PartyStatus).read) })
	case "commitments":
		return f.list(maxCommitments, func(f field) error { return appendRead(&s.Commitments, f, (*CommitmentStatus).read) })
	case "disputes":
		return f.list(maxRead, func(f field) error { return appendRead(&s.Disputes, f, (*DisputeStatus).read) })
	case "next":
		s.Next = new(ClockStatus)
		return s.Next.read(f)
	case "warnings":
		return f.reasons(&s.Warnings)
	}
	return f.unknown()
}

func appendRead[T any](to *[]T, f field, read func(*T, field) error) error {
	var item T
	err := read(&item, f)
	*to = append(*to, item)
	return err
}

func (x *Finding) read(f field, depth int) error {
	if depth > maxNesting {
		return fieldErr(f.path, "nested deeper than %d", maxNesting)
	}
	return readObject(f.path, f.raw, func(f field) error {
		switch f.key {
		case "verdict":
			return f.word(&x.Verdict)
		case "text":
			return f.text(&x.Text)
		case "have":
			return f.integer(&x.Have)
		case "need":
			return f.integer(&x.Need)
		case "parts":
			return f.list(maxParts, func(f field) error {
				return appendRead(&x.Parts, f, func(part *Finding, f field) error { return part.read(f, depth+1) })
			})
		}
		return f.unknown()
	})
}

func (p *PartyStatus) read(f field) error {
	return readObject(f.path, f.raw, func(f field) error {
		switch f.key {
		case "party":
			return f.text(&p.Party)
		case "name":
			return f.text(&p.Name)
		case "approver":
			return f.text(&p.Approver)
		case "weight":
			return f.integer(&p.Weight)
		case "asked":
			return f.truth(&p.Asked)
		case "standing":
			return f.word(&p.Standing)
		case "act":
			p.Act = new(Evidence)
			return p.Act.read(f)
		case "nearest":
			p.Nearest = new(Evidence)
			return p.Nearest.read(f)
		case "in_force":
			return f.instant(&p.InForce)
		}
		return f.unknown()
	})
}

func (e *Evidence) read(f field) error {
	return readObject(f.path, f.raw, func(f field) error {
		switch f.key {
		case "event":
			return f.text(&e.Event)
		case "by":
			return f.text(&e.By)
		case "role":
			return f.word(&e.Role)
		case "modality":
			return f.word(&e.Modality)
		case "at":
			return f.instant(&e.At)
		case "recorded":
			return f.instant(&e.Recorded)
		case "publisher":
			return f.text(&e.Publisher)
		}
		return f.unknown()
	})
}

func (c *CommitmentStatus) read(f field) error {
	return readObject(f.path, f.raw, func(f field) error {
		switch f.key {
		case "commitment":
			return f.text(&c.Commitment)
		case "party":
			return f.text(&c.Party)
		case "title":
			return f.text(&c.Title)
		case "event":
			return f.text(&c.Event)
		case "at":
			return f.instant(&c.At)
		}
		return f.unknown()
	})
}

func (d *DisputeStatus) read(f field) error {
	return readObject(f.path, f.raw, func(f field) error {
		switch f.key {
		case "event":
			return f.text(&d.Event)
		case "party":
			return f.text(&d.Party)
		case "by":
			return f.text(&d.By)
		case "commitment":
			return f.text(&d.Commitment)
		case "at":
			return f.instant(&d.At)
		}
		return f.unknown()
	})
}

func (c *ClockStatus) read(f field) error {
	return readObject(f.path, f.raw, func(f field) error {
		switch f.key {
		case "clock":
			return f.word(&c.Clock)
		case "due":
			return f.instant(&c.Due)
		}
		return f.unknown()
	})
}

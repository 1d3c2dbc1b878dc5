package dealstate

import (
	"bytes"
	"fmt"
	"io"
)

// ReadAgreement reads one agreement of the public format, of at most
// [MaxAgreement] bytes, and validates it.
func ReadAgreement(r io.Reader) (Agreement, error) {
	var a Agreement
	data, err := io.ReadAll(io.LimitReader(r, MaxAgreement+1))
	if err != nil {
		return a, err
	}
	err = a.UnmarshalJSON(bytes.TrimPrefix(data, byteOrderMark))
	return a, err
}

// ReadMachine is [ReadAgreement] and [Compile] in one.
func ReadMachine(r io.Reader) (*Machine, error) {
	a, err := ReadAgreement(r)
	if err != nil {
		return nil, err
	}
	return Compile(a)
}

// OpenMachine opens the file of one agreement and compiles it. The caller says
// what opens a file, for this package touches none: [os.Open], or the Open of an
// [embed.FS]. What is wrong inside the file is an error that begins with its name.
func OpenMachine[F io.ReadCloser](open func(name string) (F, error), name string) (*Machine, error) {
	file, err := open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	m, err := ReadMachine(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

// MarshalJSON writes the agreement; empty fields are left out.
func (a Agreement) MarshalJSON() ([]byte, error) {
	var o object
	o.must("id", a.ID)
	o.text("title", a.Title)
	if len(a.Implements) > 0 {
		o.must("implements", a.Implements)
	}
	o.must("parties", orEmpty(a.Parties))
	if !a.Approval.IsZero() {
		o.must("approval", a.Approval)
	}
	if a.Effect != nil {
		o.must("effect", a.Effect)
	}
	o.instant("deadline", a.Deadline)
	if a.Term != nil {
		o.must("term", a.Term)
	}
	if len(a.Commitments) > 0 {
		o.must("commitments", a.Commitments)
	}
	o.text("incomplete", a.Incomplete)
	if a.Lifecycle != nil {
		o.must("lifecycle", a.Lifecycle)
	}
	return o.done()
}

// MarshalJSON writes the party; empty fields are left out.
func (p Party) MarshalJSON() ([]byte, error) {
	var o object
	o.must("id", p.ID)
	o.text("name", p.Name)
	o.text("approver", p.Approver)
	if len(p.Groups) > 0 {
		o.must("groups", p.Groups)
	}
	o.integer("weight", p.Weight)
	return o.done()
}

// MarshalJSON writes the commitment; empty fields are left out.
func (c Commitment) MarshalJSON() ([]byte, error) {
	var o object
	o.must("id", c.ID)
	o.must("party", c.Party)
	o.text("title", c.Title)
	return o.done()
}

// MarshalJSON writes the delay; empty fields are left out.
func (d Delay) MarshalJSON() ([]byte, error) {
	var o object
	o.integer("days", int64(d.Days))
	o.integer("months", int64(d.Months))
	o.integer("first_of_month", int64(d.FirstOfMonth))
	o.instant("not_before", d.NotBefore)
	return o.done()
}

// UnmarshalJSON reads and validates one agreement of the public format. On
// error the agreement is left as it was.
func (a *Agreement) UnmarshalJSON(data []byte) error {
	if len(data) > MaxAgreement {
		return fieldErr("json", "longer than %d bytes", MaxAgreement)
	}
	var read Agreement
	if err := read.read(field{raw: data}); err != nil {
		return err
	}
	if err := read.Validate(); err != nil {
		return err
	}
	*a = read
	return nil
}

func (a *Agreement) read(f field) error {
	return f.object(
		slot{"id", &a.ID},
		slot{"title", &a.Title},
		slot{"implements", listOf(&a.Implements, maxParties, readText)},
		slot{"parties", listOf(&a.Parties, maxParties, (*Party).read)},
		slot{"approval", a.Approval.read},
		slot{"effect", maybe(&a.Effect, (*Delay).read)},
		slot{"deadline", &a.Deadline},
		slot{"term", maybe(&a.Term, (*Delay).read)},
		slot{"commitments", listOf(&a.Commitments, maxCommitments, (*Commitment).read)},
		slot{"incomplete", &a.Incomplete},
		slot{"lifecycle", maybe(&a.Lifecycle, (*Lifecycle).read)})
}

func (p *Party) read(f field) error {
	return f.object(
		slot{"id", &p.ID},
		slot{"name", &p.Name},
		slot{"approver", &p.Approver},
		slot{"groups", listOf(&p.Groups, maxParties, readText)},
		slot{"weight", &p.Weight})
}

func (c *Commitment) read(f field) error {
	return f.object(
		slot{"id", &c.ID},
		slot{"party", &c.Party},
		slot{"title", &c.Title})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (d *Delay) UnmarshalJSON(data []byte) error {
	var read Delay
	if err := read.read(field{path: "delay", raw: data}); err != nil {
		return err
	}
	if err := read.validate("delay"); err != nil {
		return err
	}
	*d = read
	return nil
}

func (d *Delay) read(f field) error {
	return f.object(
		slot{"days", &d.Days},
		slot{"months", &d.Months},
		slot{"first_of_month", &d.FirstOfMonth},
		slot{"not_before", &d.NotBefore})
}

package dealstate

import (
	"bytes"
	"fmt"
	"io"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// ReadAgreement reads one agreement of the public format, of at most
// [MaxAgreement] bytes, and validates it.
func ReadAgreement(r io.Reader) (Agreement, error) {
	var a Agreement
	data, err := io.ReadAll(io.LimitReader(r, MaxAgreement+1))
	if err != nil {
		return a, err
	}
	err = a.UnmarshalJSON(bytes.TrimPrefix(data, strictjson.ByteOrderMark))
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
		return nil, fmt.Errorf("%s: %w", display.Inert(name), err)
	}
	return m, nil
}

// MarshalJSON writes the agreement; empty fields are left out.
func (a Agreement) MarshalJSON() ([]byte, error) {
	var o strictjson.Object
	o.Must("id", a.ID)
	o.Text("title", a.Title)
	if len(a.Implements) > 0 {
		o.Must("implements", a.Implements)
	}
	o.Must("parties", strictjson.OrEmpty(a.Parties))
	if !a.Approval.IsZero() {
		o.Must("approval", a.Approval)
	}
	if a.Effect != nil {
		o.Must("effect", a.Effect)
	}
	o.Instant("deadline", a.Deadline)
	if a.Term != nil {
		o.Must("term", a.Term)
	}
	if a.Join != nil {
		o.Must("join", a.Join)
	}
	if a.Notice != nil {
		o.Must("notice", a.Notice)
	}
	if a.Renew != nil {
		o.Must("renew", a.Renew)
	}
	if len(a.Timers) > 0 {
		o.Must("timers", a.Timers)
	}
	if len(a.Commitments) > 0 {
		o.Must("commitments", a.Commitments)
	}
	o.Text("incomplete", a.Incomplete)
	if a.Lifecycle != nil {
		o.Must("lifecycle", a.Lifecycle)
	}
	return o.Done()
}

// MarshalJSON writes the party; empty fields are left out.
func (p Party) MarshalJSON() ([]byte, error) {
	var o strictjson.Object
	o.Must("id", p.ID)
	o.Text("name", p.Name)
	o.Text("approver", p.Approver)
	if len(p.Aliases) > 0 {
		o.Must("aliases", p.Aliases)
	}
	if len(p.Groups) > 0 {
		o.Must("groups", p.Groups)
	}
	o.Integer("weight", p.Weight)
	return o.Done()
}

// MarshalJSON writes the commitment; empty fields are left out.
func (c Commitment) MarshalJSON() ([]byte, error) {
	var o strictjson.Object
	o.Must("id", c.ID)
	o.Must("party", c.Party)
	o.Text("title", c.Title)
	o.Instant("deadline", c.Deadline)
	if c.Within != nil {
		o.Must("deadline", c.Within)
	}
	return o.Done()
}

// MarshalJSON writes the delay of a party that joins.
func (j Join) MarshalJSON() ([]byte, error) {
	o := j.Delay.object()
	o.Text("from", j.From.String())
	return o.Done()
}

// UnmarshalJSON reads and validates one agreement of the public format. On
// error the agreement is left as it was.
func (a *Agreement) UnmarshalJSON(data []byte) error {
	if len(data) > MaxAgreement {
		return field.Errorf("json", "longer than %d bytes", MaxAgreement)
	}
	if err := strictjson.CheckSize("", data); err != nil {
		return err
	}
	var read Agreement
	if err := read.read(strictjson.Field{Raw: data, Schema: true}); err != nil {
		return err
	}
	if err := read.Validate(); err != nil {
		return err
	}
	*a = read
	return nil
}

func (a *Agreement) read(f strictjson.Field) error {
	return f.Object(
		strictjson.Slot{Key: "id", To: &a.ID},
		strictjson.Slot{Key: "title", To: &a.Title},
		strictjson.Slot{Key: "implements", To: strictjson.ListOf(&a.Implements, field.MaxParties, strictjson.ReadText)},
		strictjson.Slot{Key: "parties", To: strictjson.ListOf(&a.Parties, field.MaxParties, (*Party).read)},
		strictjson.Slot{Key: "approval", To: &a.Approval},
		strictjson.Slot{Key: "effect", To: strictjson.Maybe(&a.Effect, (*Delay).read)},
		strictjson.Slot{Key: "deadline", To: strictjson.Dated{To: &a.Deadline, Day: instant.Ends}},
		strictjson.Slot{Key: "term", To: strictjson.Maybe(&a.Term, (*Delay).read)},
		strictjson.Slot{Key: "join", To: strictjson.Maybe(&a.Join, (*Join).read)},
		strictjson.Slot{Key: "notice", To: strictjson.Maybe(&a.Notice, (*NoticePeriod).read)},
		strictjson.Slot{Key: "renew", To: strictjson.Maybe(&a.Renew, (*Delay).read)},
		strictjson.Slot{Key: "timers", To: strictjson.ListOf(&a.Timers, field.MaxTimers, (*OwnTimer).read)},
		strictjson.Slot{Key: "commitments", To: strictjson.ListOf(&a.Commitments, field.MaxCommitments, (*Commitment).read)},
		strictjson.Slot{Key: "incomplete", To: &a.Incomplete},
		strictjson.Slot{Key: "lifecycle", To: strictjson.Maybe(&a.Lifecycle, (*Lifecycle).read)})
}

func (p *Party) read(f strictjson.Field) error {
	return f.Object(
		strictjson.Slot{Key: "id", To: &p.ID},
		strictjson.Slot{Key: "name", To: &p.Name},
		strictjson.Slot{Key: "approver", To: &p.Approver},
		strictjson.Slot{Key: "aliases", To: strictjson.ListOf(&p.Aliases, field.MaxAliases, strictjson.ReadText)},
		strictjson.Slot{Key: "groups", To: strictjson.ListOf(&p.Groups, field.MaxParties, strictjson.ReadText)},
		strictjson.Slot{Key: "weight", To: &p.Weight})
}

func (c *Commitment) read(f strictjson.Field) error {
	return f.Object(
		strictjson.Slot{Key: "id", To: &c.ID},
		strictjson.Slot{Key: "party", To: &c.Party},
		strictjson.Slot{Key: "title", To: &c.Title},
		strictjson.Slot{Key: "deadline", To: c.readDeadline})
}

// readDeadline reads an instant, or a delay from entry into force.
func (c *Commitment) readDeadline(f strictjson.Field) error {
	if f.Is('{') {
		c.Within = new(Delay)
		return c.Within.read(f)
	}
	return f.Dated(strictjson.Dated{To: &c.Deadline, Day: instant.Ends})
}

func (j *Join) read(f strictjson.Field) error {
	return f.Object(append(j.Delay.slots(), strictjson.Slot{Key: "from", To: &j.From})...)
}

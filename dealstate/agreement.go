package dealstate

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Agreement is what was negotiated: the sides, and what it takes for it to be
// implemented. The zero fields mean: Approval, every party's; Effect, it needs
// an Implement event; Deadline, none; Term, open-ended; Lifecycle, the standard
// one for the number of parties.
type Agreement struct {
	ID          string
	Title       string
	Implements  []string // ids of the agreements that this one carries out or continues
	Parties     []Party
	Approval    Condition
	Effect      *Delay    // from the approval condition being met to implemented
	Deadline    time.Time // approvals must be complete before this instant
	Term        *Delay    // how long it stays in force
	Commitments []Commitment
	Incomplete  string     // why the list of parties or reports is known to be short; snapshots then warn
	Lifecycle   *Lifecycle // custom states and rules
}

// Party is one side. Approver names the person or body whose approval binds
// it; left out, the party speaks for itself.
type Party struct {
	ID       string
	Name     string
	Approver string
	Groups   []string // for Count and Share conditions
	Weight   int64    // for Share conditions; not negative
}

// Commitment is something that one party undertook to do.
type Commitment struct {
	ID    string
	Party string
	Title string
}

// label is what people call the party.
func (p Party) label() string {
	if p.Name != "" {
		return p.Name
	}
	return p.ID
}

// voice is what people call whoever approves for the party.
func (p Party) voice() string {
	if p.Approver != "" {
		return p.Approver
	}
	return p.label()
}

const (
	maxParties     = 10_000
	maxCommitments = 10_000
	maxApprover    = 128 // a state is named after the approver
)

// Validate reports the first thing wrong with the agreement, as a *FieldError;
// [Compile] also examines its rules.
func (a Agreement) Validate() error {
	if err := checkID("id", a.ID); err != nil {
		return err
	}
	for _, check := range []func() error{a.checkTexts, a.checkParties, a.checkCommitments, a.checkClocks} {
		if err := check(); err != nil {
			return err
		}
	}
	if a.Lifecycle != nil {
		if err := a.Lifecycle.checkOrders(); err != nil {
			return err
		}
	}
	return a.checkGuard("approval", a.Approval, false)
}

func (a Agreement) checkTexts() error {
	for i, id := range a.Implements {
		if err := checkID(fmt.Sprintf("implements[%d]", i), id); err != nil {
			return err
		}
		if id == a.ID {
			return fieldErr(fmt.Sprintf("implements[%d]", i), "%q is the agreement itself", clip(id))
		}
	}
	if err := checkText("title", a.Title, maxText); err != nil {
		return err
	}
	return checkText("incomplete", a.Incomplete, maxText)
}

func (a Agreement) checkParties() error {
	if len(a.Parties) == 0 {
		return fieldErr("parties", "none; want at least one")
	}
	if len(a.Parties) > maxParties {
		return fieldErr("parties", "%d of them; want at most %d", len(a.Parties), maxParties)
	}
	seen := make(map[string]bool, len(a.Parties))
	var sum int64
	for i, p := range a.Parties {
		at := fmt.Sprintf("parties[%d]", i)
		if err := checkID(at+".id", p.ID); err != nil {
			return err
		}
		if seen[p.ID] {
			return fieldErr(at+".id", "%q is there twice", clip(p.ID))
		}
		seen[p.ID] = true
		if err := p.checkTexts(at); err != nil {
			return err
		}
		if p.Weight < 0 || sum+p.Weight < sum {
			return fieldErr(at+".weight", "%d is negative, or too large to add up", p.Weight)
		}
		sum += p.Weight
	}
	return nil
}

func (p Party) checkTexts(at string) error {
	if strings.ContainsFunc(p.Approver, unicode.IsControl) {
		return fieldErr(at+".approver", "%q holds control characters; want a name", clip(p.Approver))
	}
	if err := checkText(at+".approver", p.Approver, maxApprover); err != nil {
		return err
	}
	for i, group := range p.Groups {
		if err := checkID(fmt.Sprintf("%s.groups[%d]", at, i), group); err != nil {
			return err
		}
	}
	return checkText(at+".name", p.Name, maxText)
}

func (a Agreement) checkCommitments() error {
	if len(a.Commitments) > maxCommitments {
		return fieldErr("commitments", "%d of them; want at most %d", len(a.Commitments), maxCommitments)
	}
	seen := make(map[string]bool, len(a.Commitments))
	for i, c := range a.Commitments {
		at := fmt.Sprintf("commitments[%d]", i)
		if err := checkID(at+".id", c.ID); err != nil {
			return err
		}
		if seen[c.ID] {
			return fieldErr(at+".id", "%q is there twice", clip(c.ID))
		}
		seen[c.ID] = true
		if a.party(c.Party) < 0 {
			return fieldErr(at+".party", "%q is not a party; want one of %s", clip(c.Party), a.someParties())
		}
		if err := checkText(at+".title", c.Title, maxText); err != nil {
			return err
		}
	}
	return nil
}

func (a Agreement) checkClocks() error {
	if err := checkInstant("deadline", a.Deadline); err != nil {
		return err
	}
	for _, f := range []struct {
		name  string
		delay *Delay
	}{{"effect", a.Effect}, {"term", a.Term}} {
		if f.delay == nil {
			continue
		}
		if err := f.delay.validate(f.name); err != nil {
			return err
		}
	}
	if a.Term != nil && *a.Term == (Delay{}) {
		return fieldErr("term", "no time at all; leave it out for an agreement that is open-ended")
	}
	return nil
}

// clone copies all that a caller could change later. Conditions cannot be
// changed from outside.
func (a Agreement) clone() Agreement {
	a.Implements, a.Commitments = slices.Clone(a.Implements), slices.Clone(a.Commitments)
	a.Parties = slices.Clone(a.Parties)
	for i := range a.Parties {
		a.Parties[i].Groups = slices.Clone(a.Parties[i].Groups)
	}
	a.Effect, a.Term = clonePointer(a.Effect), clonePointer(a.Term)
	if a.Lifecycle != nil {
		l := a.Lifecycle.clone()
		a.Lifecycle = &l
	}
	return a
}

func clonePointer(d *Delay) *Delay {
	if d == nil {
		return nil
	}
	c := *d
	return &c
}

// checkGuard bounds how deep a condition nests, and then examines it.
func (a Agreement) checkGuard(at string, c Condition, inRule bool) error {
	if c.depth() > maxNesting {
		return fieldErr(at, "nested deeper than %d", maxNesting)
	}
	return a.checkCondition(at, c, inRule)
}

// checkCondition finds names that the agreement does not know, and words that
// only a rule may use.
func (a Agreement) checkCondition(at string, c Condition, inRule bool) error {
	for i, p := range c.parts {
		inner := fmt.Sprintf("%s.%s", at, opWords[c.op])
		if c.op != opNot {
			inner = fmt.Sprintf("%s[%d]", inner, i)
		}
		if p.IsZero() {
			return fieldErr(inner, "the zero condition; want one with content")
		}
		if err := a.checkCondition(inner, p, inRule); err != nil {
			return err
		}
	}
	at += "." + opWords[c.op]
	switch c.op {
	case opApproved, opActOf:
		if a.party(c.name) < 0 && (c.op == opApproved || c.name != "") {
			return fieldErr(at, "%q is not a party; want one of %s", clip(c.name), a.someParties())
		}
	case opAny:
		if len(c.parts) == 0 {
			return fieldErr(at, "no part, so it can never be met; want at least one")
		}
	case opPerformed:
		if a.commitment(c.name) < 0 {
			return fieldErr(at, "%q is not a commitment of this agreement", clip(c.name))
		}
	case opCount, opShare:
		return a.checkTally(at, c)
	case opApproval:
		if c.name != "met" && c.name != "lost" {
			return fieldErr(at, "%q is unknown; want met or lost", clip(c.name))
		}
	case opDue:
		var clock Kind
		if err := clock.UnmarshalText([]byte(c.name)); err != nil || !clock.IsClock() {
			return fieldErr(at, "%q is no clock; want deadline, effect or term", clip(c.name))
		}
	}
	if !inRule && c.op >= opApproval {
		return fieldErr(at, "only the guard of a rule can ask this")
	}
	return nil
}

func (a Agreement) checkTally(at string, c Condition) error {
	size, weight := a.group(c.name)
	if size == 0 {
		return fieldErr(at+".group", "%q has no party", clip(c.name))
	}
	if err := c.min.validate(at + ".min"); err != nil {
		return err
	}
	switch {
	case c.min.num == 0:
		return fieldErr(at+".min", "asks for nothing; want at least 1")
	case c.op == opShare && weight == 0:
		return fieldErr(at+".group", "no party of %q has a weight", clip(c.name))
	case c.total < 0:
		return fieldErr(at+".total", "%d is negative", c.total)
	case c.total > 0 && c.total < weight:
		return fieldErr(at+".total", "%d is less than the %d that the listed parties weigh", c.total, weight)
	case c.op == opCount && c.min.of(int64(size)) > int64(size):
		return fieldErr(at+".min", "%s can never be met by %d parties", c.min, size)
	case c.op == opShare && c.min.of(max(c.total, weight)) > weight:
		return fieldErr(at+".min", "%s can never be met by the %d that the listed parties weigh", c.min, weight)
	}
	return nil
}

// group gives the number of parties in a group, and their weight.
func (a Agreement) group(name string) (size int, weight int64) {
	for _, p := range a.Parties {
		if p.in(name) {
			size++
			weight += p.Weight
		}
	}
	return size, weight
}

func (p Party) in(group string) bool {
	if group == "" {
		return true
	}
	for _, g := range p.Groups {
		if g == group {
			return true
		}
	}
	return false
}

func (a Agreement) party(id string) int {
	for i, p := range a.Parties {
		if p.ID == id {
			return i
		}
	}
	return -1
}

func (a Agreement) commitment(id string) int {
	for i, c := range a.Commitments {
		if c.ID == id {
			return i
		}
	}
	return -1
}

// someParties names the parties for an error message, at most eight of them.
func (a Agreement) someParties() string {
	var ids []string
	for i, p := range a.Parties {
		if i == 8 {
			return fmt.Sprintf("%s and %d more", strings.Join(ids, ", "), len(a.Parties)-i)
		}
		ids = append(ids, clip(p.ID))
	}
	return strings.Join(ids, ", ")
}

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
	if err := readObject("", data, read.take); err != nil {
		return err
	}
	if err := read.Validate(); err != nil {
		return err
	}
	*a = read
	return nil
}

func (a *Agreement) take(f field) error {
	switch f.key {
	case "id":
		return f.text(&a.ID)
	case "title":
		return f.text(&a.Title)
	case "implements":
		return f.texts(maxParties, &a.Implements)
	case "parties":
		return f.list(maxParties, a.readParty)
	case "approval":
		return a.readApproval(f)
	case "effect":
		a.Effect = new(Delay)
		return a.Effect.read(f)
	case "deadline":
		return f.instant(&a.Deadline)
	case "term":
		a.Term = new(Delay)
		return a.Term.read(f)
	case "commitments":
		return f.list(maxCommitments, a.readCommitment)
	case "incomplete":
		return f.text(&a.Incomplete)
	case "lifecycle":
		a.Lifecycle = new(Lifecycle)
		return a.Lifecycle.read(f)
	}
	return f.unknown()
}

func (a *Agreement) readApproval(f field) (err error) {
	a.Approval, err = readCondition(f, 0)
	return err
}

func (a *Agreement) readParty(f field) error {
	var p Party
	err := readObject(f.path, f.raw, func(f field) error {
		switch f.key {
		case "id":
			return f.text(&p.ID)
		case "name":
			return f.text(&p.Name)
		case "approver":
			return f.text(&p.Approver)
		case "groups":
			return f.texts(maxParties, &p.Groups)
		case "weight":
			return f.integer(&p.Weight)
		}
		return f.unknown()
	})
	a.Parties = append(a.Parties, p)
	return err
}

func (a *Agreement) readCommitment(f field) error {
	var c Commitment
	err := readObject(f.path, f.raw, func(f field) error {
		switch f.key {
		case "id":
			return f.text(&c.ID)
		case "party":
			return f.text(&c.Party)
		case "title":
			return f.text(&c.Title)
		}
		return f.unknown()
	})
	a.Commitments = append(a.Commitments, c)
	return err
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
	return readObject(f.path, f.raw, func(f field) error {
		switch f.key {
		case "days":
			return f.number(&d.Days)
		case "months":
			return f.number(&d.Months)
		case "first_of_month":
			return f.number(&d.FirstOfMonth)
		case "not_before":
			return f.instant(&d.NotBefore)
		}
		return f.unknown()
	})
}

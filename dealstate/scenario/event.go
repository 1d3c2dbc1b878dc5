package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// FromEvents makes a scenario of events, in the order given: that in which
// they are recorded. What they do is not in it; to fill that in, give each step
// an expectation that cannot hold, and [Rewrite].
func FromEvents(name string, ref Ref, events ...dealstate.Event) Scenario {
	s := Scenario{Name: name, Agreement: ref}
	for _, e := range events {
		step := Step{At: e.At, Act: e}
		step.Act.At, step.Act.Deal = Step{}.At, ""
		if e.Recorded.Equal(e.At) {
			step.Act.Recorded = step.Act.At
		}
		s.Steps = append(s.Steps, step)
	}
	return s
}

// Events gives the scenario's acts as events of the agreement, in the order of
// the steps.
//
// An act without an id gets one of its number, its kind and its party, such as
// 03-approve-china, so that acts of the same instant fold in the order in which
// they are written. An act that nobody reports is its party's own, in the role
// of approver. An act by a party's approver, on the party's own act, has that
// role too; on another party's act, counterparty. Any other speaker needs a
// role, except of a retract or a note.
//
// The error is a *[SyntaxError] at the act's line, also for what the agreement
// cannot mean: a party or a commitment that it does not know.
func (s Scenario) Events(a dealstate.Agreement) ([]dealstate.Event, error) {
	c, err := newCast(s, a)
	if err != nil {
		return nil, err
	}
	var events []dealstate.Event
	for i := range s.Steps {
		if s.Steps[i].Passes() {
			continue
		}
		e, err := c.event(i)
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

// cast turns the acts of a scenario into events.
type cast struct {
	scenario  Scenario
	agreement dealstate.Agreement
	machine   *dealstate.Machine
	width     int // of an act's number
}

func newCast(s Scenario, a dealstate.Agreement) (*cast, error) {
	m, err := dealstate.Compile(a)
	if err != nil {
		return nil, &SyntaxError{Line: s.Agreement.Line, Column: max(1, s.Agreement.Column), Problem: "the agreement is not well-formed: " + err.Error()}
	}
	return &cast{scenario: s, agreement: a, machine: m, width: len(fmt.Sprint(max(10, len(s.Steps))))}, nil
}

// event makes the event of a step.
func (c *cast) event(i int) (dealstate.Event, error) {
	step := c.scenario.Steps[i]
	e := step.Act
	e.At, e.Deal = step.At, c.agreement.ID
	if ofCommitment(e.Kind) {
		c.concern(&e)
	}
	if e.ID == "" {
		e.ID = AutoID(c.width, i+1, e)
	}
	if e.Role == 0 {
		e.Role = Role(c.agreement, e)
	}
	if e.Role == 0 && !e.Kind.OfLog() {
		return e, &SyntaxError{Line: step.Line, Column: step.column("by"), Problem: fmt.Sprintf(
			"in what role does %s speak? No party names it as approver; want: as %s", shown(e.By), choice(roleWords()))}
	}
	return e, step.explain(c.machine.Admit(e))
}

// AutoID is the id of an act without one: its number, brought to a width, its
// kind and its party.
func AutoID(width, number int, e dealstate.Event) string {
	id := fmt.Sprintf("%0*d-%s", width, number, e.Kind)
	if e.Party != "" {
		id += "-" + e.Party
	}
	return id
}

// concern lets an act name its commitment only: perform us-tariff-cut, suspend
// us-tariff-cut. A performance and a breach are of the party that owes it.
func (c *cast) concern(e *dealstate.Event) {
	owes := e.Kind == dealstate.Perform || e.Kind == dealstate.Breach
	isParty := func(p dealstate.Party) bool { return p.ID == e.Party }
	isCommitment := func(o dealstate.Commitment) bool { return o.ID == e.Party }
	if e.Commitment == "" && !slices.ContainsFunc(c.agreement.Parties, isParty) && (owes || slices.ContainsFunc(c.agreement.Commitments, isCommitment)) {
		e.Commitment, e.Party = e.Party, ""
	}
	for _, o := range c.agreement.Commitments {
		if owes && o.ID == e.Commitment && e.Party == "" {
			e.Party = o.Party
		}
	}
}

// explain puts an error of the core at the place in the file that it is about.
func (s Step) explain(err error) error {
	if err == nil {
		return nil
	}
	at := &SyntaxError{Line: s.Line, Column: s.column("kind"), Problem: err.Error()}
	var field *dealstate.FieldError
	if errors.As(err, &field) {
		at.Column = s.column(field.Field[strings.LastIndex(field.Field, ".")+1:])
	}
	var conflict *dealstate.ConflictError
	if errors.As(err, &conflict) {
		at.Column = s.column("id")
	}
	return at
}

// Role is the role in which an event's speaker speaks, as far as the agreement
// says: approver where nobody is named, or the party's approver is; counterparty
// where another party's approver is; else zero. A retract and a note need none.
func Role(a dealstate.Agreement, e dealstate.Event) dealstate.Role {
	if e.Kind.OfLog() {
		return 0
	}
	if e.By == "" {
		return dealstate.Approver
	}
	other := false
	for _, p := range a.Parties {
		if !speaksFor(e.By, p) {
			continue
		}
		if e.Party == "" || e.Party == p.ID {
			return dealstate.Approver
		}
		other = true
	}
	if other {
		return dealstate.Counterparty
	}
	return 0
}

// speaksFor reports whether the name is that of the party's approver, or has a
// word in common with it: xi, Xi Jinping. A party that names no approver speaks
// for itself, by its id or its whole name.
func speaksFor(by string, p dealstate.Party) bool {
	if p.Approver == "" {
		return strings.EqualFold(by, p.ID) || strings.EqualFold(by, p.Name)
	}
	for _, a := range nameWords(by) {
		for _, b := range nameWords(p.Approver) {
			if a == b {
				return true
			}
		}
	}
	return false
}

func nameWords(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

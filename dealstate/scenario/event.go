package scenario

import (
	"errors"
	"fmt"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// FromEvents makes a scenario of events, which are recorded in the order given. It
// expects nothing. To fill in what the events do, give each step an expectation that
// cannot hold, and then [Rewrite] it.
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
// 03-approve-china, so that acts of one kind and one instant fold in the order in
// which they are written. An act that nobody reports is its party's own, in the role
// of approver. An act by a party's approver, on the party's own act, has that
// role too; on another party's act, counterparty. Any other speaker needs a
// role, except of a retract or a note.
//
// The error is a *[SyntaxError] at the act's line, also for what the agreement
// cannot mean: a party or a commitment that it does not know.
func (s Scenario) Events(a dealstate.Agreement) ([]dealstate.Event, error) {
	c, err := newEventBuilder(s, a)
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

// eventBuilder makes the events of a scenario's acts, with the ids and roles that
// follow from the agreement. It does not change.
type eventBuilder struct {
	scenario  Scenario
	agreement dealstate.Agreement
	machine   *dealstate.Machine
	voices    *Voices
	owners    map[string]string // by commitment: the party that owes it
	width     int               // of an act's number
}

// newEventBuilder compiles the agreement. The error stands at the line that names it.
func newEventBuilder(s Scenario, a dealstate.Agreement) (*eventBuilder, error) {
	m, err := dealstate.Compile(a)
	if err != nil {
		return nil, &SyntaxError{Line: s.Agreement.Line, Column: max(1, s.Agreement.Column), Problem: "the agreement is not well-formed: " + err.Error()}
	}
	c := &eventBuilder{scenario: s, agreement: a, machine: m, voices: NewVoices(a), owners: map[string]string{}, width: len(fmt.Sprint(max(10, len(s.Steps))))}
	for _, o := range a.Commitments {
		c.owners[o.ID] = o.Party
	}
	return c, nil
}

// event makes the event of one step.
func (c *eventBuilder) event(i int) (dealstate.Event, error) {
	step := c.scenario.Steps[i]
	e := step.Act
	e.At, e.Deal = step.At, c.agreement.ID
	if ofCommitment(e.Kind) {
		c.completeCommitment(&e)
	}
	if e.ID == "" {
		e.ID = AutoID(c.width, i+1, e)
	}
	if e.Role == 0 {
		e.Role = c.voices.Role(e)
	}
	if e.Role == dealstate.Approver && e.By == "" {
		e.By = c.voices.Speaker(e.Party)
	}
	if e.Role == 0 && !e.Kind.OfLog() {
		return e, &SyntaxError{Line: step.Line, Column: step.column("by"), Problem: fmt.Sprintf(
			"in what role does %s speak? No party names it as approver; want: as %s", shown(e.By), alternatives(roleWords()))}
	}
	return e, step.explain(c.machine.Admit(e))
}

// AutoID is the id of an act that gives none: its number, written to a width, its kind
// and its party.
func AutoID(width, number int, e dealstate.Event) string {
	id := fmt.Sprintf("%0*d-%s", width, number, e.Kind)
	if e.Party != "" {
		id += "-" + e.Party
	}
	return id
}

// completeCommitment lets an act name its commitment only, as in: perform us-tariff-cut,
// suspend us-tariff-cut. A performance and a breach are of the party that owes it.
func (c *eventBuilder) completeCommitment(e *dealstate.Event) {
	owes := e.Kind == dealstate.Perform || e.Kind == dealstate.Breach
	_, isCommitment := c.owners[e.Party]
	if e.Commitment == "" && !c.voices.isParty(e.Party) && (owes || isCommitment) {
		e.Commitment, e.Party = e.Party, ""
	}
	if owes && e.Party == "" {
		e.Party = c.owners[e.Commitment]
	}
}

// explain gives an error of the core its line and column in the file.
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

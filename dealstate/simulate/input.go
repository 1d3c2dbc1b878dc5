package simulate

import (
	"fmt"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Input is one thing that can happen next to a deal: an act, or time that passes. It
// is the input of an automaton: an exploration tries, in every situation, every input
// of an alphabet. It is a plain value; an Input that a caller changes later changes no
// exploration that has begun.
type Input struct {
	// Event is the act. Its ID, Deal and At are given to it, and its Role if it
	// has none. A zero Kind: no act, only time that passes.
	Event dealstate.Event
	// Wait is how much time passes where there is no act; 0 means up to the next
	// clock.
	Wait time.Duration
	// Extend is, for an Extend, how far ahead of the moment its Until lies; at
	// least a second.
	Extend time.Duration
}

// String says the input in words: "approve china".
func (l Input) String() string {
	e := l.Event
	switch {
	case e.Kind == 0 && l.Wait == 0:
		return "wait for the next clock"
	case e.Kind == 0:
		return "wait " + l.Wait.String()
	}
	text := e.Kind.String()
	for _, word := range []string{e.Party, e.Commitment} {
		if word != "" {
			text += " " + word
		}
	}
	if l.Extend != 0 {
		text += fmt.Sprintf(" by %s", l.Extend)
	}
	return display.Inert(text)
}

// extension is how far the alphabet's extensions reach. It is long enough to matter
// beside the usual clocks of months.
const extension = 30 * 24 * time.Hour

// Alphabet derives the inputs of an agreement: the time up to the next clock;
// for each party, every kind of act; the kinds that are not one party's own, also
// jointly; each commitment's performance; and, where the agreement sets a deadline
// or a term, extensions by 30 days. Disputes and settlements are joint only, for no rule can ask whose
// they were without asking it of the other kinds too. Retract and note are left
// out: they move no deal along.
func Alphabet(a dealstate.Agreement) []Input {
	inputs := []Input{{}}
	for _, kind := range dealstate.Kinds() {
		for _, party := range actingParties(a, kind) {
			l := Input{Event: dealstate.Event{Kind: kind, Party: party}}
			if kind == dealstate.Extend {
				l.Extend = extension
			}
			inputs = append(inputs, l)
		}
	}
	for _, c := range a.Commitments {
		inputs = append(inputs, Input{Event: dealstate.Event{Kind: dealstate.Perform, Party: c.Party, Commitment: c.ID}})
	}
	return inputs
}

// actingParties lists who can be the party of an act of that kind; "" is all
// jointly.
func actingParties(a dealstate.Agreement, kind dealstate.Kind) []string {
	var ids []string
	for _, p := range a.Parties {
		ids = append(ids, p.ID)
	}
	switch who := inputSides[kind]; {
	case who == nobody, kind == dealstate.Extend && a.Deadline.IsZero() && a.Term == nil:
		return nil
	case who == eachParty:
		return ids
	case who == allJointly:
		return []string{""}
	}
	return append([]string{""}, ids...)
}

// actingSide says which sides' acts of a kind are inputs of an alphabet.
type actingSide uint8

const (
	nobody     actingSide = iota + 1 // the alphabet has none, or lists them otherwise
	eachParty                        // for itself
	allJointly                       // and no party for itself
	eachOrAll                        // each party for itself, and all jointly
)

// inputSides has every kind, so that a new kind is not left out of the alphabet
// unseen.
var inputSides = map[dealstate.Kind]actingSide{
	dealstate.Negotiate: eachOrAll,
	dealstate.Submit:    eachOrAll,
	dealstate.Approve:   eachParty,
	dealstate.Reject:    eachParty,
	dealstate.Withdraw:  eachParty,
	dealstate.Amend:     eachOrAll,
	dealstate.Implement: eachOrAll,
	dealstate.Perform:   nobody, // a input for each commitment
	dealstate.Dispute:   allJointly,
	dealstate.Settle:    allJointly,
	dealstate.Suspend:   eachOrAll,
	dealstate.Resume:    eachOrAll,
	dealstate.Extend:    eachOrAll,
	dealstate.Terminate: eachOrAll,
	dealstate.Retract:   nobody,
	dealstate.Note:      nobody,
}

// Without leaves out every input of that kind and party: "can it be
// implemented without Xi?" is asked of Without(alphabet, Approve, "china").
func Without(alphabet []Input, kind dealstate.Kind, party string) []Input {
	return slices.DeleteFunc(slices.Clone(alphabet), func(l Input) bool {
		return l.Event.Kind == kind && l.Event.Party == party
	})
}

// event gives the act at an instant, as an event that can be recorded. Ids are counted
// on from the events that are on record already, because these may include a path that
// was recorded before.
func (l Input) event(s Start, n int, at time.Time) dealstate.Event {
	e := l.Event
	e.ID, e.Deal, e.At, e.Recorded = fmt.Sprintf("path-%04d", len(s.events)+n), s.agreement.ID, at, time.Time{}
	if e.Kind == 0 {
		e.Kind, e.Note = dealstate.Note, "time passes"
		return e
	}
	if e.Role == 0 {
		e.Role = s.role(e.Kind)
	}
	if e.By == "" && e.Role == dealstate.Approver {
		e.By = s.speaker(e.Party)
	}
	if e.Kind == dealstate.Extend {
		e.Until = at.Add(l.Extend)
	}
	return e
}

// validate reports what no exploration can try: a negative wait, an extension that
// does not extend, a retract, or an act that the agreement does not admit.
func (l Input) validate(at string, s Start) error {
	switch {
	case l.Event.Kind == 0 && l.Wait < 0:
		return field.Errorf(at+".wait", "%s is out of range; want 0 (up to the next clock) or more", l.Wait)
	case l.Event.Kind == dealstate.Extend && l.Extend < time.Second:
		return field.Errorf(at+".extend", "%s is out of range; want at least a second", l.Extend)
	case l.Event.Kind == dealstate.Retract:
		return field.Errorf(at+".event.kind", "retract voids a report and is no act; leave the retracted act out instead")
	}
	return s.machine.Admit(l.event(s, 0, s.now))
}

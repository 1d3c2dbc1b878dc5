package simulate

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
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
	// least a second. A Withdraw that has it takes effect so much later.
	Extend time.Duration
}

// String says the input in words: "approve china".
func (l Input) String() string {
	e := l.Event
	switch {
	case e.Kind == 0 && l.Wait == 0:
		return "wait for the next clock"
	case e.Kind == 0:
		return "wait " + inDays(l.Wait)
	}
	text := e.Kind.String()
	for _, word := range []string{e.Party, e.Commitment} {
		if word != "" {
			text += " " + word
		}
	}
	switch {
	case l.Extend != 0 && e.Kind == dealstate.Withdraw:
		text += " in " + inDays(l.Extend)
	case l.Extend != 0:
		text += " by " + inDays(l.Extend)
	}
	return display.Inert(text)
}

// inDays says a length in days, where it is a whole number of them.
func inDays(d time.Duration) string {
	if d != 0 && d%(24*time.Hour) == 0 {
		return Span(d).String()
	}
	return d.String()
}

// extension is how far the alphabet's extensions reach. It is long enough to matter
// beside the usual clocks of months.
const extension = 30 * 24 * time.Hour

// Alphabet derives the inputs of an agreement: the time up to the next clock;
// for each party, every kind of act; the kinds that are not one party's own, also
// jointly; each commitment's performance and breach; and, where the agreement sets a
// deadline or a term, extensions by 30 days. Disputes and settlements are joint only, for
// no rule can ask whose they were without asking it of the other kinds too. Retract and
// note are left out: they move no deal along.
//
// Kinds name the kinds of act to have. None named, they are [UsualKinds]; and suspensions
// of a deal of many are joint only, unless a rule of its own speaks of them, for what one
// party suspends is its own part.
func Alphabet(a dealstate.Agreement, kinds ...dealstate.Kind) []Input {
	usual := len(kinds) == 0
	if usual {
		kinds = UsualKinds(a)
	}
	inputs := []Input{{}}
	for _, kind := range kinds {
		for _, party := range actingParties(a, kind, usual) {
			l := Input{Event: dealstate.Event{Kind: kind, Party: party}}
			if kind == dealstate.Extend {
				l.Extend = extension
			}
			inputs = append(inputs, l)
		}
	}
	for _, c := range a.Commitments {
		for _, kind := range kinds {
			if inputSides[kind] == eachCommitment {
				inputs = append(inputs, Input{Event: dealstate.Event{Kind: kind, Party: c.Party, Commitment: c.ID}})
			}
		}
	}
	return inputs
}

// UsualKinds are the kinds of act whose inputs an alphabet has by default: all that move
// a deal along, but signatures, provisional application and breaches only where the
// agreement's approval condition or rules of its own speak of them, or its commitments
// have deadlines: each of the three has a memory a party or commitment, and so
// multiplies the situations.
func UsualKinds(a dealstate.Agreement) []dealstate.Kind {
	return slices.DeleteFunc(dealstate.Kinds(), func(k dealstate.Kind) bool {
		switch k {
		case dealstate.Sign:
			return !speaksOf(a, k, "signed")
		case dealstate.Apply:
			return !speaksOf(a, k, "applied")
		case dealstate.Breach:
			return !speaksOf(a, k, "performed") && !slices.ContainsFunc(a.Commitments, func(c dealstate.Commitment) bool { return c.Within != nil || !c.Deadline.IsZero() })
		}
		return inputSides[k] == nobody
	})
}

// speaksOf reports whether the approval condition has the word, or a rule that is not a
// standard one waits for the kind or has the word in its guard.
func speaksOf(a dealstate.Agreement, kind dealstate.Kind, word string) bool {
	has := func(c condition.Condition) bool {
		text, _ := c.MarshalJSON()
		return bytes.Contains(text, []byte(strconv.Quote(word)))
	}
	if a.Lifecycle == nil {
		return has(a.Approval)
	}
	standard := a.StandardLifecycle().Rules
	return has(a.Approval) || slices.ContainsFunc(a.Lifecycle.Rules, func(r dealstate.Rule) bool {
		isStandard := slices.ContainsFunc(standard, func(s dealstate.Rule) bool { return s.ID == r.ID && s.On == r.On && s.To == r.To })
		return !isStandard && (r.On == kind || has(r.When))
	})
}

// actingParties lists who can be the party of an act of that kind; "" is all
// jointly.
func actingParties(a dealstate.Agreement, kind dealstate.Kind, usual bool) []string {
	var ids []string
	for _, p := range a.Parties {
		ids = append(ids, p.ID)
	}
	switch who := inputSides[kind]; {
	case who == nobody, who == eachCommitment, kind == dealstate.Extend && a.Deadline.IsZero() && a.Term == nil:
		return nil
	case who == eachParty:
		return ids
	case who == allJointly, usual && concernsPart(a, kind):
		return []string{""}
	}
	return append([]string{""}, ids...)
}

// concernsPart reports whether one party's act of the kind concerns its own part only,
// and no rule asks about that.
func concernsPart(a dealstate.Agreement, kind dealstate.Kind) bool {
	return (kind == dealstate.Suspend || kind == dealstate.Resume) && len(a.Parties) != 2 && !speaksOf(a, kind, "suspended")
}

// actingSide says which sides' acts of a kind are inputs of an alphabet.
type actingSide uint8

const (
	nobody         actingSide = iota + 1 // the alphabet has none
	eachParty                            // for itself
	allJointly                           // and no party for itself
	eachOrAll                            // each party for itself, and all jointly
	eachCommitment                       // by the party that owes it
)

// inputSides has every kind, so that a new kind is not left out of the alphabet
// unseen.
var inputSides = map[dealstate.Kind]actingSide{
	dealstate.Negotiate: eachOrAll,
	dealstate.Sign:      eachParty, // a joint one is that of each in turn
	dealstate.Submit:    eachOrAll,
	dealstate.Approve:   eachParty,
	dealstate.Reject:    eachParty,
	dealstate.Withdraw:  eachParty,
	dealstate.Amend:     eachOrAll,
	dealstate.Apply:     eachOrAll,
	dealstate.Implement: eachOrAll,
	dealstate.Perform:   eachCommitment,
	dealstate.Breach:    eachCommitment,
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
	if l.Extend != 0 {
		e.Until = at.Add(l.Extend)
	}
	return e
}

// isDated reports whether the act names an instant, so that it is another one each time.
func (l Input) isDated() bool {
	return l.Event.Kind == dealstate.Extend || l.Event.Kind == dealstate.Withdraw && l.Extend != 0
}

// validate reports what no exploration can try: a negative wait, an extension that
// does not extend, a retract, or an act that the agreement does not admit.
func (l Input) validate(at string, s Start) error {
	switch {
	case l.Event.Kind == 0 && l.Wait < 0:
		return field.Errorf(at+".wait", "%s is out of range; want 0 (up to the next clock) or more", l.Wait)
	case l.Event.Kind == dealstate.Extend && l.Extend < time.Second:
		return field.Errorf(at+".extend", "%s is out of range; want at least a second", l.Extend)
	case l.Extend != 0 && !l.isDated():
		return field.Errorf(at+".extend", "given on %s; only an extend or a withdraw has one", l.Event.Kind)
	case l.Event.Kind == dealstate.Withdraw && l.Extend < 0:
		return field.Errorf(at+".extend", "%s is out of range; want 0 (none) or more", l.Extend)
	case l.Event.Kind == dealstate.Retract:
		return field.Errorf(at+".event.kind", "retract voids a report and is no act; leave the retracted act out instead")
	}
	return s.machine.Admit(l.event(s, 0, s.now))
}

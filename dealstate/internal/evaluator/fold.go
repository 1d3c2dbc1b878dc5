package evaluator

import (
	"fmt"
	"slices"
	"time"
)

// Outcomes of an event.
const (
	Applied   = "applied"
	Refused   = "refused"
	Noted     = "noted"
	Duplicate = "duplicate"
)

// Decision is what one event did.
type Decision struct {
	Event, Outcome, Rule, From, To, Reason string
}

// View is what is asked for. A zero AsOf is the last event's instant; a zero KnownBy knows everything.
type View struct {
	AsOf, KnownBy time.Time
	Policy        string
}

// ParseView reads a view; a date alone is the whole day.
func ParseView(asOf, known, policy string) (View, error) {
	in := &reader{}
	v := View{AsOf: in.instant(asOf, dayViewed), KnownBy: in.instant(known, dayViewed), Policy: policy}
	return v, in.err
}

// Evaluate folds the events one by one, with the clocks between them: a clock due at an instant fires "before events of
// that instant".
func Evaluate(a *Agreement, events []Event, view View) (*Snapshot, error) {
	if voices[view.Policy] == nil {
		return nil, fmt.Errorf("policy: %q is none of strict, official, reported", view.Policy)
	}
	if _, _, err := unique(events); err != nil {
		return nil, err
	}
	kept, copies, err := unique(knownBy(events, view.KnownBy))
	if err != nil {
		return nil, err
	}
	void := voided(kept)
	inOrder(kept)
	d := newDeal(a)
	var decisions []Decision
	for i := range kept {
		e := &kept[i]
		if !view.AsOf.IsZero() && e.At.After(view.AsOf) {
			break
		}
		d.advance(e.At)
		d.now = e.At
		decision := Decision{Event: e.ID, Outcome: Noted, From: d.state, To: d.state, Reason: "voided by " + void[e.ID]}
		if void[e.ID] == "" {
			decision = d.step(e, view.Policy, kept)
		}
		decisions = append(decisions, decision)
		for range copies[e.ID] {
			decisions = append(decisions, Decision{Event: e.ID, Outcome: Duplicate, From: d.state, To: d.state})
		}
		d.noteMet()
	}
	if !view.AsOf.IsZero() {
		d.advance(view.AsOf)
		d.now = view.AsOf
	} else {
		d.advance(d.now)
	}
	return d.snapshot(decisions), nil
}

// step decides one event. What a refused or noted event would have changed is taken back.
func (d *deal) step(e *Event, policy string, all []Event) Decision {
	dec := Decision{Event: e.ID, From: d.state, To: d.state}
	switch {
	case e.Kind == "note":
		dec.Outcome, dec.Reason = Noted, "a note is no act"
		return dec
	case e.Kind == "retract":
		dec.Outcome = Applied
		if !slices.ContainsFunc(all, func(t Event) bool { return t.ID == e.Ref }) {
			dec.Outcome, dec.Reason = Noted, "what it voids is not on record"
		}
		return dec
	case !wordCounts(e, policy):
		dec.Outcome, dec.Reason = Noted, "this word does not count as an act"
		return dec
	case !d.takes(e.Kind, d.state) && !d.ownSpeaks(e.Kind):
		dec.Outcome, dec.Reason = Refused, fmt.Sprintf("%s is not taken in %s", e.Kind, d.state)
		return dec
	}
	before := d.copy()
	v := d.act(e)
	dec.Outcome, dec.Rule, dec.Reason = v.outcome, v.rule, v.reason
	if v.outcome == Applied {
		dec.Outcome, dec.Reason = d.moveBy(e, v)
	}
	if dec.Outcome != Applied {
		*d = *before
	}
	dec.To = d.state
	return dec
}

// moveBy moves the deal by the rules on an event whose facts are already noted.
func (d *deal) moveBy(e *Event, v verdict) (outcome, reason string) {
	reason = v.guard
	switch {
	case d.ownRules(e.Kind, e, false):
		return Applied, ""
	case !d.takes(e.Kind, d.state):
		reason = "no own rule's guard is met"
	case d.dropped(v.rule):
		reason = "the lifecycle dropped the rule " + v.rule
	case v.guard == "":
		d.moveStandard(v.to)
		return Applied, ""
	}
	if d.ownRules(e.Kind, e, true) {
		return Applied, ""
	}
	return Refused, reason
}

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
	d, horizon := newDeal(a), horizonOf(kept, view)
	var decisions []Decision
	for i := range kept {
		e := &kept[i]
		if !view.AsOf.IsZero() && e.At.After(view.AsOf) {
			break
		}
		d.advanceTo(earlier(e.At, horizon))
		decision := Decision{Event: e.ID, Outcome: Noted, From: d.state, To: d.state, Reason: "voided by " + void[e.ID]}
		if void[e.ID] == "" {
			decision = d.step(e, view.Policy, kept)
		}
		decisions = append(decisions, decision)
		for range copies[e.ID] {
			decisions = append(decisions, Decision{Event: e.ID, Outcome: Duplicate, From: d.state, To: d.state})
		}
	}
	d.advanceTo(horizon)
	return d.snapshot(decisions), nil
}

func (d *deal) advanceTo(to time.Time) {
	d.advance(to)
	d.now = later(d.now, to)
}

// horizonOf is the instant that is looked at.
//
// Settled here: where the view names none, it is the instant by which it knows, else the last of which the log speaks,
// be it of an asserted act or of recording. Planned acts beyond it let no clock run.
func horizonOf(events []Event, view View) time.Time {
	if !view.AsOf.IsZero() {
		return view.AsOf
	}
	if !view.KnownBy.IsZero() {
		return view.KnownBy
	}
	var last time.Time
	for _, e := range events {
		if last = later(last, e.Recorded); e.Modality == "asserted" {
			last = later(last, e.At)
		}
	}
	return last
}

// step decides one event. What a refused or noted event would have changed is taken back.
func (d *deal) step(e *Event, policy string, all []Event) Decision {
	dec := Decision{Event: e.ID, From: d.state, To: d.state}
	switch {
	case e.Kind == "note":
		dec.Outcome, dec.Reason = Noted, "a note is no act"
		return dec
	case e.Kind == "retract":
		dec.Outcome, dec.Reason = retracts(e, all)
		return dec
	case !wordCounts(e, policy):
		dec.Outcome, dec.Reason = Noted, "this word does not count as an act"
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
	} else {
		d.noteMet()
	}
	dec.To = d.state
	return dec
}

// retracts tells what a retract comes to: "only what is asserted can take effect".
//
// Settled here: retracts in a circle, and those of what is not on record, are noted.
func retracts(e *Event, all []Event) (outcome, reason string) {
	switch {
	case e.Modality != "asserted":
		return Noted, "it is not asserted"
	case !slices.ContainsFunc(all, func(t Event) bool { return t.ID == e.Ref }):
		return Noted, "what it voids is not on record"
	case circular(e, all):
		return Noted, "these retracts void one another"
	}
	return Applied, ""
}

// circular follows the retracts from one to the next, to see whether they come back to it.
func circular(e *Event, all []Event) bool {
	at := e
	for range all {
		i := slices.IndexFunc(all, func(t Event) bool { return t.ID == at.Ref })
		if i < 0 || all[i].Kind != "retract" || all[i].Modality != "asserted" {
			return false
		}
		if at = &all[i]; at.ID == e.ID {
			return true
		}
	}
	return false
}

// moveBy moves the deal by the rules on an event whose facts are already noted.
//
// Settled here: where no rule is on the kind in the state, but one elsewhere leads to this very state, or the event is
// of talks that have borne fruit, it says nothing new and is noted.
func (d *deal) moveBy(e *Event, v verdict) (outcome, reason string) {
	reason = v.guard
	switch {
	case d.ownRules(e.Kind, e, false):
		return d.taken(e)
	case !d.takes(e.Kind, d.state):
		if reason = "no own rule's guard is met"; !d.ownSpeaks(e.Kind) {
			return d.saysNothingNew(e.Kind)
		}
	case d.dropped(v.rule):
		reason = "the lifecycle dropped the rule " + v.rule
	case v.guard == "":
		d.move(v.to, v.named, e.Kind == "extend")
		return d.taken(e)
	}
	if d.ownRules(e.Kind, e, true) {
		return d.taken(e)
	}
	if v.guard == wholeOnly && !d.ownSpeaks(e.Kind) { // rules on parts say nothing of the whole
		return d.saysNothingNew(e.Kind)
	}
	return Refused, reason
}

// taken: a first negotiation says since when the deal stands where it began.
func (d *deal) taken(e *Event) (outcome, reason string) {
	if e.Kind == "negotiate" && d.since.IsZero() {
		d.since = d.now
	}
	return Applied, ""
}

func (d *deal) saysNothingNew(kind string) (outcome, reason string) {
	past := d.inForceState(d.state) || d.clockRuns("effect")
	if d.leadsTo(kind, d.state) || past && (kind == "negotiate" || kind == "submit") {
		return Noted, "the deal is there already"
	}
	return Refused, kind + " is not taken in " + d.state
}

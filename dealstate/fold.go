package dealstate

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// take lets the clocks run up to the event, decides on it, and then lets a
// delay of no time pass. What lies beyond the horizon is a plan: it says
// nothing of how late it is.
func (f *folding) take(e *entry) decided {
	to := instant.Earliest(e.at(), f.horizon)
	f.advance(to)
	d := f.decide(e)
	f.record(d)
	f.advance(to)
	return d
}

// advance fires every clock due up to and including the instant. A clock due
// at the very instant of an event comes before it: a deadline is over when its
// instant is reached, and a term holds until it.
func (f *folding) advance(to time.Time) {
	for {
		next := f.nextClock()
		if next.clock == 0 || next.due.After(to) {
			break
		}
		f.fire(next)
	}
	f.now = instant.Latest(f.now, to)
}

// choose finds the first of a trigger's rules, in their order, whose guard is met.
func (f *folding) choose(on int) (rule int, ok bool) {
	for _, r := range f.m.tried[on][f.state] {
		if f.m.guards[r].Eval(&f.situation) == condition.Met {
			return r, true
		}
	}
	return 0, false
}

// decide says what one event does, and does it.
func (f *folding) decide(e *entry) decided {
	f.actor, f.concernsPart = int(e.party), f.isPart(e)
	d := decided{which: -1, entry: e, party: e.party, rule: -1, from: int16(f.state), to: int16(f.state), revision: int32(f.revision)}
	if e.Kind.OfLog() {
		d.outcome, d.why = f.decideOnLog(e)
		return d
	}
	if f.isAside(e) {
		if d.outcome = Noted; f.isAsked() {
			d.why = f.whyAside(e)
		}
		f.remember(e)
		return d
	}
	var change change
	f.enact(e, &change)
	if change.outcome != Applied {
		if change.reason.Code == ReasonAlready {
			f.affirm(e)
		}
		d.outcome, d.why = change.outcome, because(change.reason)
		return d
	}
	rule, ok := f.choose(e.Kind.row())
	if !ok {
		if d.outcome, d.why = f.refusal(e); d.outcome == Noted {
			f.affirm(e)
		}
		f.undo(e, &change)
		return d
	}
	switch e.Kind {
	case Negotiate:
		f.warnEarly(e)
		if f.since.IsZero() { // the deal begins to stand where its lifecycle begins
			f.since, f.by = e.at(), e.id()
		}
	case Implement:
		f.warnBeforeEffect(e)
	}
	if f.isAsked() {
		d.why = f.m.groundsFor(rule, f.actor, &change.reason)
	}
	f.follow(&d, rule, e.id())
	f.foresee(e)
	f.made(e)
	if e.Kind == Implement && d.from != d.to {
		f.implemented = e
	}
	return d
}

// decideOnLog says what a retract or a note does. That depends on what is void and known,
// and not on where the deal stands; and it changes nothing there.
func (f *folding) decideOnLog(e *entry) (Outcome, *[]Reason) {
	if e.Kind == Note && !f.isAsked() {
		return Noted, nil
	}
	if why := f.whyAside(e); why != nil {
		return Noted, why
	}
	return Applied, because(Reason{Code: ReasonVoids, Event: e.ref()})
}

// follow moves along a rule, whose guard was just found to be met.
func (f *folding) follow(d *decided, rule int, by string) {
	from, next := f.state, f.move(f.m, rule, f.state)
	if next != from {
		f.state, f.since, f.by, f.moved = next, f.now, by, d.entry
		f.enter(from, d)
	}
	if f.m.lifecycle.Rules[rule].To != "" && len(f.timers) > 0 {
		f.restart(f.now)
	}
	f.judge()
	d.outcome, d.rule, d.to, d.revision = Applied, int16(rule), int16(f.state), int32(f.revision)
}

// enter does what coming to a state brings with it.
func (f *folding) enter(from int, d *decided) {
	switch was, is := f.m.inForce[from], f.isInForce(); {
	case is && !was:
		f.comeIntoForce(d.entry != nil && d.entry.Kind == Extend)
	case was && !is:
		f.endForce()
	}
	if f.m.lifecycle.States[from] == StateProvisional {
		clear(f.own(&f.applied)) // the application ends with the state
	}
	if f.state == f.m.initial {
		f.newRound()
		d.add(Reason{Code: ReasonRound, Have: int64(f.revision)})
	}
}

// comeIntoForce starts the term, unless an extension has just set it.
func (f *folding) comeIntoForce(extended bool) {
	f.inForce, f.trigger, f.implemented = f.now, f.met, nil
	clear(f.own(&f.applied))
	f.warnings = f.warnings.only(func(r Reason) bool { return r.Code != ReasonContradiction })
	if !extended {
		f.start(termClock, f.m.agreement.Term)
	}
}

// endForce stops the notices and suspensions: nobody is bound any more.
func (f *folding) endForce() {
	f.leaving = nil
	clear(f.own(&f.suspended))
}

// newRound starts over on a new text. A deadline that has passed was the old
// round's.
func (f *folding) newRound() {
	f.revise()
	f.agreed = true
	f.inForce, f.clocks[termClock] = time.Time{}, setting{}
	if f.IsDue(deadlineClock) {
		f.clocks[deadlineClock] = setting{}
	}
}

// judge notes since when the approval condition is met, and sets the clock that
// runs from there.
func (f *folding) judge() {
	verdict := f.Approval()
	if verdict != condition.Met {
		f.met, f.clocks[effectClock] = time.Time{}, setting{}
	} else if f.verdict != condition.Met {
		f.met = f.now
		f.start(effectClock, f.m.agreement.Effect)
	}
	f.verdict = verdict
}

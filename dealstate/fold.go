package dealstate

import (
	"slices"
	"time"
)

// folding is a situation on its way along a log, under one policy. A live one
// lets looplab take each transition; any other takes it from the table that
// looplab filled.
type folding struct {
	situation
	policy  Policy
	horizon time.Time // the instant looked at
	live    bool
	quiet   bool              // keep no steps, and give no reasons
	tell    func(step)        // instead of keeping them
	voided  map[string]string // retracted event: by which retract
	steps   []step            // what was decided
	circle  map[string]bool   // retracts that void one another
	known   map[string]bool   // ids on record, where there are retracts at all
}

// take lets the clocks run up to the event, and then decides on it. What lies
// beyond the horizon is a plan: it says nothing of how late it is.
func (f *folding) take(e *entry) {
	f.advance(earliest(e.At, f.horizon))
	f.keep(f.decide(e))
}

// takeAll also lets a delay of no time pass. It gives the place of the event's
// own step.
func (f *folding) takeAll(e *entry) (made int) {
	f.take(e)
	made = len(f.steps) - 1
	f.advance(earliest(e.At, f.horizon))
	return made
}

func (f *folding) keep(st step) {
	switch {
	case f.quiet:
	case f.tell != nil:
		f.tell(st)
	default:
		f.steps = append(f.steps, st)
	}
}

// advance fires every clock due up to and including the instant. A clock due
// at the very instant of an event comes before it: a deadline is over when its
// instant is reached, and a term holds until it.
func (f *folding) advance(to time.Time) {
	for {
		clock, due := f.nextClock()
		if clock < 0 || due.After(to) {
			break
		}
		f.fired[clock] = due
		f.fire(firstClock+Kind(clock), latest(due, f.now))
	}
	f.now = latest(f.now, to)
}

// nextClock finds the running clock that is due first. Of two due at once,
// entry into force comes before expiry, and the deadline comes last.
func (f *folding) nextClock() (clock int, due time.Time) {
	clock = -1
	for _, i := range f.m.clocks[f.state] {
		at := f.dueAt(i)
		if at.IsZero() || at.Equal(f.fired[i]) {
			continue
		}
		if clock < 0 || at.Before(due) {
			clock, due = i, at
		}
	}
	return clock, due
}

func (f *folding) fire(clock Kind, at time.Time) {
	f.now, f.actor = at, -1
	if rule, ok := f.choose(clock); ok {
		st := step{kind: clock, from: int16(f.state)}
		if !f.quiet {
			st.why = []Reason{{Code: ReasonClock, Detail: clock.String(), At: at}}
		}
		f.follow(&st, rule, clock.String())
		f.keep(st)
	}
}

// choose finds the first rule, in their order, whose guard is met.
func (f *folding) choose(on Kind) (rule int, ok bool) {
	for _, r := range f.m.tried[on][f.state] {
		if f.m.guards[r].eval(&f.situation) == Met {
			return r, true
		}
	}
	return 0, false
}

// decide says what one event does, and does it.
func (f *folding) decide(e *entry) step {
	f.actor = int(e.party)
	d := step{entry: e, kind: e.Kind, rule: -1, from: int16(f.state), to: int16(f.state), revision: int32(f.revision)}
	if why, aside := f.aside(e); aside {
		d.outcome, d.why = Noted, why
		f.remember(e)
		return d
	}
	if e.Kind == Retract {
		d.outcome, d.why = Applied, []Reason{{Code: ReasonVoids, Event: e.ref()}}
		return d
	}
	var change change
	f.enact(e, &change)
	if change.outcome != Applied {
		d.outcome, d.why = change.outcome, []Reason{change.reason}
		return d
	}
	rule, ok := f.choose(e.Kind)
	if !ok {
		d.outcome, d.why = f.refusal(e)
		f.undo(e, &change)
		return d
	}
	switch e.Kind {
	case Negotiate:
		f.warnEarly(e)
		if f.since.IsZero() { // the deal begins to stand where its lifecycle begins
			f.since, f.by = e.At, e.ID
		}
	case Implement:
		f.warnBeforeEffect(e)
	}
	if !f.quiet {
		d.why = f.m.groundsFor(rule, f.actor, &change.reason)
	}
	f.follow(&d, rule, e.ID)
	return d
}

// follow moves along a rule.
func (f *folding) follow(d *step, rule int, by string) {
	from, next := f.state, f.m.next[rule][f.state]
	if f.live {
		next = f.mustFollow(rule)
	}
	if next != from {
		f.state, f.since, f.by = next, f.now, by
		f.enter(from, d)
	}
	f.judge()
	d.outcome, d.rule, d.to, d.revision = Applied, int16(rule), int16(f.state), int32(f.revision)
}

// mustFollow has looplab take a rule whose guard was just found to be met.
func (f *folding) mustFollow(rule int) int {
	next, why, ok := f.m.live(rule, f.state, &f.situation)
	if !ok {
		panic("dealstate: looplab refused rule " + f.m.lifecycle.Rules[rule].ID + ": " + joinReasons(why))
	}
	return next
}

// enter does what coming to a state brings with it.
func (f *folding) enter(from int, d *step) {
	if runs := f.m.runs[termClock]; runs[f.state] && !runs[from] {
		f.inForce, f.trigger = f.now, f.met
		f.warnings = slices.DeleteFunc(f.warnings, func(r Reason) bool { return r.Code == ReasonContradiction })
		if d.kind != Extend { // an extension has just set the term itself
			f.start(termClock, f.m.agreement.Term)
		}
	}
	if f.state == f.m.initial {
		f.newRound()
		d.why = append(d.why, Reason{Code: ReasonRound, Have: int64(f.revision)})
	}
}

// newRound starts over on a new text. A deadline that has passed was the old
// round's.
func (f *folding) newRound() {
	f.revise()
	f.agreed = true
	f.inForce, f.clocks[termClock] = time.Time{}, setting{}
	if f.isDue(deadlineClock) {
		f.clocks[deadlineClock] = setting{}
	}
}

func (f *folding) revise() {
	f.revision++
	clear(f.approved)
	clear(f.rejected)
}

// judge notes since when the approval condition is met, and sets the clock that
// runs from there.
func (f *folding) judge() {
	verdict := f.m.approval.eval(&f.situation)
	if verdict != Met {
		f.met, f.clocks[effectClock] = time.Time{}, setting{}
	} else if f.verdict != Met {
		f.met = f.now
		f.start(effectClock, f.m.agreement.Effect)
	}
	f.verdict = verdict
}

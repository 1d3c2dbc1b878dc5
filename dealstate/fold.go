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

// step is a decision in its short form: what a Decision says, as indexes.
type step struct {
	entry    *entry   // nil: a clock
	why      []Reason // a clock's first reason holds its instant
	revision int32
	rule     int16 // -1: none fired
	from, to int16
	party    int16 // whose act or clock; -1: all sides, or the deal's own clock
	kind     Kind  // 0: a clock
	clock    Clock // 0: an event
	outcome  Outcome
}

func (m *Machine) decision(st step) Decision {
	d := Decision{Deal: m.agreement.ID, Kind: st.kind, Clock: st.clock, Party: m.nameOf(int(st.party)), At: st.instant(), Outcome: st.outcome, Revision: int(st.revision), Reasons: st.why,
		From: m.lifecycle.States[st.from], To: m.lifecycle.States[st.to]}
	if st.entry != nil {
		d.Event = st.entry.ID
	}
	if st.rule >= 0 {
		d.Rule = m.lifecycle.Rules[st.rule].ID
	}
	return d
}

func (st *step) instant() time.Time {
	if st.entry != nil {
		return st.entry.At
	}
	return st.why[0].At
}

func (m *Machine) decided(steps []step) []Decision {
	out := make([]Decision, len(steps))
	for i, st := range steps {
		out[i] = m.decision(st)
	}
	return out
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
		f.fire(clockAt(clock), latest(due, f.now))
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

func (f *folding) fire(clock Clock, at time.Time) {
	f.now, f.actor = at, -1
	if rule, ok := f.choose(clock.row()); ok {
		st := step{clock: clock, party: -1, from: int16(f.state)}
		if !f.quiet {
			st.why = []Reason{{Code: ReasonClock, Detail: clock.String(), At: at}}
		}
		f.follow(&st, rule, clock.String())
		f.keep(st)
	}
}

// choose finds the first of a trigger's rules, in their order, whose guard is met.
func (f *folding) choose(on int) (rule int, ok bool) {
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
	d := step{entry: e, kind: e.Kind, party: int16(e.party), rule: -1, from: int16(f.state), to: int16(f.state), revision: int32(f.revision)}
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
	rule, ok := f.choose(e.Kind.row())
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

// warnEarly flags approvals dated before the text that they approve was
// agreed. Real records hold such dates, so they stand.
func (f *folding) warnEarly(e *entry) {
	if f.agreed {
		return
	}
	f.agreed = true
	for _, a := range f.acts {
		if a.entry != nil && a.entry.Kind == Approve && a.revision == f.revision && a.entry.At.Before(e.At) {
			f.warnings = append(f.warnings, Reason{Code: ReasonEarly, Event: a.entry.ID, At: a.entry.At, Detail: "the negotiation it rests on (" + e.ID + ")"})
		}
	}
}

// warnBeforeEffect flags an entry into force before the date that the
// agreement's own delay gives: perhaps a provisional application.
func (f *folding) warnBeforeEffect(e *entry) {
	if due := f.dueAt(effectClock); due.After(e.At) {
		f.warnings = append(f.warnings, Reason{Code: ReasonEarly, Event: e.ID, At: e.At, Detail: "its date of effect, " + sayInstant(due)})
	}
}

// aside says whether an event is kept as evidence only, and why.
func (f *folding) aside(e *entry) ([]Reason, bool) {
	by, void := f.voided[e.ID]
	counts := f.policy.Counts(e.Kind, e.Role)
	if !void && e.Modality == Asserted && counts && e.Kind != Note && e.Kind != Retract {
		return nil, false
	}
	var why []Reason
	if void {
		why = append(why, Reason{Code: ReasonRetracted, Event: by})
	}
	if e.Modality != Asserted {
		why = append(why, Reason{Code: ReasonModality, Detail: e.Modality.String()})
	}
	if !counts {
		why = append(why, Reason{Code: ReasonPolicy, Subject: f.policy.Name, Detail: e.Role.String()})
	}
	switch {
	case e.Kind == Note:
		why = append(why, Reason{Code: ReasonNote})
	case e.Kind == Retract && f.circle[e.ID]:
		why = append(why, Reason{Code: ReasonCircular})
	case e.Kind == Retract && !f.known[e.ref()]:
		why = append(why, Reason{Code: ReasonNoTarget, Event: e.ref()})
	}
	return why, len(why) > 0
}

// remember keeps the report of an approval that comes nearest to counting.
func (f *folding) remember(e *entry) {
	if e.Kind != Approve || !nearer(e, f.nearest[e.party]) {
		return
	}
	if _, void := f.voided[e.ID]; !void {
		f.nearest[e.party] = e
	}
}

// nearer ranks evidence: what is asserted before what is conditional, planned
// or denied; then the voice nearest to the act; then the latest.
func nearer(e, than *entry) bool {
	if than == nil {
		return true
	}
	if a, b := modalities[e.Modality].hedge, modalities[than.Modality].hedge; a != b {
		return a < b
	}
	if e.Role != than.Role {
		return e.Role < than.Role
	}
	return true // folded in order, so e is the later one
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

// refusal gathers every reason why no rule takes the event. Where its kind
// leads to the very state that the deal is in, or to one long passed, it says
// nothing new.
func (f *folding) refusal(e *entry) (Outcome, []Reason) {
	rules := f.m.tried[e.Kind.row()][f.state]
	if len(rules) == 0 && (f.m.leadsTo[e.Kind.row()][f.state] || f.isOldNews(e.Kind)) {
		return Noted, []Reason{{Code: ReasonAlready, Subject: string(f.name()), Event: f.by, At: f.since}}
	}
	if len(rules) == 0 {
		if f.quiet {
			return Refused, nil
		}
		return Refused, []Reason{{Code: ReasonNoRule, Subject: string(f.name()), Detail: e.Kind.String()}}
	}
	if e.Kind == Implement && e.Role == Instrument {
		f.warnings = append(f.warnings, Reason{Code: ReasonContradiction, Event: e.ID, At: e.At})
	}
	if f.quiet {
		return Refused, nil
	}
	var why []Reason
	for _, r := range rules {
		for _, reason := range f.unmet(r) {
			if !slices.ContainsFunc(why, reason.sameBut) {
				why = append(why, reason)
			}
		}
	}
	return Refused, why
}

// isOldNews reports whether the deal has long passed what is reported: another
// account of the talks, once they have borne fruit.
func (f *folding) isOldNews(kind Kind) bool {
	past := f.m.runs[effectClock][f.state] || f.isInForce()
	return past && (kind == Negotiate || kind == Submit)
}

func (f *folding) unmet(rule int) []Reason {
	if f.live {
		_, why, _ := f.m.live(rule, f.state, &f.situation)
		return why
	}
	return f.m.guards[rule].unmet(&f.situation, f.m.lifecycle.Rules[rule].ID, nil)
}

// sameBut reports whether two reasons differ in nothing but their rule.
func (r Reason) sameBut(o Reason) bool {
	o.Rule = r.Rule
	return r == o
}

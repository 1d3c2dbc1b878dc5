package dealstate

import (
	"iter"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Deal is one deal with its log of events. It is safe for concurrent use.
//
// An event that folds after all others costs one step, through looplab; a late
// report or a retraction folds the log anew.
type Deal struct {
	machine *Machine
	policy  Policy

	mu   sync.RWMutex
	log  *log
	now  *folding // after the last event
	past history  // what led there
	outlook
}

// outlook is the last instant of which the log speaks, and what the clocks do
// until then after the last event.
type outlook struct {
	last time.Time
	tail []step
}

// New compiles the agreement and opens a deal on it under the [Strict]
// policy. For many deals on one agreement, [Compile] once and use
// [Machine.NewDeal].
func New(a Agreement) (*Deal, error) {
	m, err := Compile(a)
	if err != nil {
		return nil, err
	}
	return m.NewDeal(Strict), nil
}

// NewDeal opens a deal without events. The policy is the one under which
// Record, Apply and Check decide; a view may ask for another. The zero policy
// is Strict.
func (m *Machine) NewDeal(p Policy) *Deal {
	p = p.named()
	return &Deal{machine: m, policy: p, log: newLog(),
		now: &folding{situation: newSituation(m), policy: p, live: true}}
}

// Load opens a deal with a whole log, in any order, and folds it once: for a
// log with many late reports or retractions that is much faster than recording
// event by event. It stops at the first error, of the source or of an event as
// Record would give it.
func (m *Machine) Load(p Policy, events iter.Seq2[Event, error]) (*Deal, error) {
	l, err := logOf(m, events)
	if err != nil {
		return nil, err
	}
	d := m.NewDeal(p)
	d.log = l
	d.replace(l.replayAll(m, d.policy))
	return d, nil
}

// Machine returns the compiled agreement.
func (d *Deal) Machine() *Machine { return d.machine }

// Policy returns the deal's own policy.
func (d *Deal) Policy() Policy { return d.policy }

// Record keeps the event and says what it did. What the rules refuse and what
// the policy does not count is kept all the same, as evidence. An event that was
// recorded before comes back as a Duplicate. The error is a *FieldError for an
// event that is not well-formed or that this agreement cannot mean, and a
// *ConflictError for an id that is taken; nothing is kept then.
func (d *Deal) Record(e Event) (decision Decision, err error) {
	of, err := d.machine.admit(&e)
	if err != nil {
		return Decision{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.isNext(&e) {
		d.append(d.log.keep(&e, of), &decision)
		return decision, nil
	}
	p, err := d.plan(&e, of)
	if p.keep != nil {
		p.keep()
	}
	return p.decision, err
}

// Apply keeps the event only if it takes effect; a Note always does. Otherwise
// the error is a *Refusal with the decision and all its reasons, and nothing
// was kept. Events fold in the order of their instants and then of their ids,
// whoever calls first: of two at one instant, the later call may still come to
// stand before the earlier one.
func (d *Deal) Apply(e Event) error {
	of, err := d.machine.admit(&e)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	p, err := d.plan(&e, of)
	if err != nil {
		return err
	}
	switch p.decision.Outcome {
	case Applied, Duplicate:
	default:
		if e.Kind != Note {
			return &Refusal{Decision: p.decision}
		}
	}
	if p.keep != nil {
		p.keep()
	}
	return nil
}

// Check says what Record would, and keeps nothing. A malformed or conflicting
// event gives Record's error.
func (d *Deal) Check(e Event) (Decision, error) {
	of, err := d.machine.admit(&e)
	if err != nil {
		return Decision{}, err
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	p, err := d.plan(&e, of)
	return p.decision, err
}

// isNext reports whether the event is new and folds after all others, with
// nothing known against it, and with no plan on record that the clocks have yet
// to reach.
func (d *Deal) isNext(e *Event) bool {
	if n := len(d.log.entries); n > 0 && d.log.entries[n-1].At.After(d.last) {
		return false
	}
	return e.Kind != Retract && d.log.isTail(e) && d.log.find(e.ID) == nil && !d.log.refs[e.ID]
}

// append takes one step, on an entry that the log has just kept. Nothing in it
// is proportional to the parties or to the log.
func (d *Deal) append(in *entry, decision *Decision) {
	d.move(d.now, d.step(d.now, in, decision))
}

// step has the folding, or a copy of it, take one more entry. Revised are the
// clocks that fire only now, or no more.
func (d *Deal) step(f *folding, in *entry, decision *Decision) outlook {
	f.horizon = in.after(d.last)
	made := f.takeAll(in)
	then := f.outlook()
	*decision = d.machine.decision(f.steps[made])
	if len(d.tail)+len(then.tail) > 0 || len(f.steps) > 1 {
		decision.Revised = d.machine.revisions(d.tail, slices.Concat(f.steps, then.tail), in)
	}
	return then
}

// move makes the folding the deal's own, and its steps the latest.
func (d *Deal) move(f *folding, then outlook) {
	d.past.add(f.steps...)
	f.steps = f.steps[:0]
	d.now, d.outlook = f, then
}

// replace makes a folding of the whole log the deal's own.
func (d *Deal) replace(f *folding) {
	d.past, f.steps = history{f.steps}, nil
	d.now, d.outlook = f, f.outlook()
}

// plan is what recording an event would lead to.
type plan struct {
	decision Decision
	keep     func() // nil: nothing to keep
}

// plan finds out what recording the event would lead to, on a copy.
func (d *Deal) plan(e *Event, of names) (plan, error) {
	switch again, err := d.log.repeats(d.machine, e); {
	case err != nil:
		return plan{}, err
	case again:
		return plan{decision: d.duplicate(e.ID)}, nil
	case d.isNext(e):
		return d.planNext(newEntry(e, of)), nil
	}
	return d.planLate(newEntry(e, of)), nil
}

// planNext takes one step on a copy of the situation.
func (d *Deal) planNext(in *entry) plan {
	var p plan
	f := d.now.copied()
	then := d.step(f, in, &p.decision)
	p.keep = func() {
		d.log.append(in)
		d.move(f, then)
	}
	return p
}

// planLate folds the log with the entry in it, and compares.
func (d *Deal) planLate(in *entry) plan {
	l := d.log.with(in)
	f := l.replayAll(d.machine, d.policy)
	at := slices.IndexFunc(f.steps, func(st step) bool { return st.entry == in })
	decision := d.machine.decision(f.steps[at])
	before, after := slices.Concat(d.steps()...), slices.Concat(f.steps, f.outlook().tail)
	decision.Revised = d.machine.revisions(before, after, in)
	return plan{decision: decision, keep: func() {
		d.log = l
		d.replace(f)
	}}
}

// steps are all up to the last instant on record, whatever the deal goes on to.
func (d *Deal) steps() history { return append(slices.Clone(d.past), d.tail) }

// duplicate answers as the first time, but for the outcome.
func (d *Deal) duplicate(id string) Decision {
	for st := range d.past.all() {
		if st.entry != nil && st.entry.ID == id {
			return d.machine.decision(st).Repeated()
		}
	}
	panic("dealstate: " + id + " is in the log, and nothing was decided on it")
}

// revisions pairs the steps before with those after, and keeps the pairs that
// differ: first in the order after, then those that vanished.
func (m *Machine) revisions(before, after []step, added *entry) []Revision {
	was := make(map[stepKey]step, len(before))
	for _, st := range before {
		was[st.key()] = st
	}
	var out []Revision
	for _, now := range after {
		old, had := was[now.key()]
		delete(was, now.key())
		switch {
		case now.entry == added:
		case !had:
			out = append(out, Revision{Now: m.decision(now)})
		case !now.same(old):
			out = append(out, Revision{Was: m.decision(old), Now: m.decision(now)})
		}
	}
	for _, st := range before {
		if _, left := was[st.key()]; left {
			out = append(out, Revision{Was: m.decision(st)})
		}
	}
	return out
}

// stepKey finds the same event, or the same clock at the same instant, in
// another folding.
type stepKey struct {
	entry *entry
	clock Clock
	party int16
	at    time.Time
}

func (st step) key() stepKey {
	if st.entry != nil {
		return stepKey{entry: st.entry}
	}
	return stepKey{clock: st.clock, party: st.party, at: st.instant()}
}

// same reports whether two steps on one event come to the same, for the same
// reasons.
func (st step) same(o step) bool {
	return slices.Equal(st.why, o.why) && st.outcome == o.outcome && st.rule == o.rule && st.from == o.from && st.to == o.to && st.revision == o.revision
}

// At says where the deal stands in the view.
func (d *Deal) At(v View) Snapshot {
	d.mu.RLock()
	defer d.mu.RUnlock()
	v = v.or(d.policy)
	return d.log.replay(d.machine, v).snapshot(v)
}

// Replay says where the deal stands in the view, and what each event and clock
// did on the way there.
func (d *Deal) Replay(v View) (Snapshot, []Decision) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	v = v.or(d.policy)
	f := d.log.replay(d.machine, v)
	return f.snapshot(v), d.machine.decided(f.steps)
}

// Now says where the deal stands after everything on record, under its own
// policy, as [Deal.At] does for the zero [View], but without folding the log.
func (d *Deal) Now() Snapshot {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.settled().snapshot(View{Policy: d.policy})
}

// settled lets the clocks run, on a copy, up to the last instant on record.
func (d *Deal) settled() *folding {
	f := d.now.copied()
	f.advance(d.last)
	return f
}

// copied gives a folding that goes on from here, and leaves this one as it is.
func (f *folding) copied() *folding {
	c := *f
	c.situation, c.steps = f.clone(), nil
	return &c
}

// outlook says what is left to happen up to the horizon.
func (f *folding) outlook() outlook {
	o := outlook{last: f.horizon}
	if clock, due := f.nextClock(); clock >= 0 && !due.After(o.last) {
		c := f.copied()
		c.advance(o.last)
		o.tail = c.steps
	}
	return o
}

// after is the last instant of which the log speaks, with this entry in it.
func (e *entry) after(last time.Time) time.Time {
	last = latest(last, e.Recorded)
	if e.Modality == Asserted {
		last = latest(last, e.At)
	}
	return last
}

// Awaiting lists the parties of [Snapshot.Awaiting] after everything on record,
// in the agreement's order.
func (d *Deal) Awaiting() []Party {
	s := d.Now()
	parties := make([]Party, len(s.Awaiting))
	for i, id := range s.Awaiting {
		parties[i] = d.machine.agreement.Parties[d.machine.parties[id]]
	}
	return parties
}

// Explain says in plain English where the deal stands and why.
func (d *Deal) Explain() string { return d.Now().Explain() }

// Decisions goes through what every event did under the deal's own policy, in
// their order, with the clocks that fired up to the last instant on record. It
// sees the deal as it was when the loop began.
func (d *Deal) Decisions() iter.Seq[Decision] {
	d.mu.RLock()
	steps := d.steps()
	d.mu.RUnlock()
	return func(yield func(Decision) bool) {
		for st := range steps.all() {
			if !yield(d.machine.decision(st)) {
				return
			}
		}
	}
}

// Events goes through the log in its order. It sees the deal as it was when
// the loop began.
func (d *Deal) Events() iter.Seq[Event] {
	d.mu.RLock()
	entries := d.log.entries
	d.mu.RUnlock()
	return func(yield func(Event) bool) {
		for _, e := range entries {
			if !yield(d.machine.event(e)) {
				return
			}
		}
	}
}

// LogValue gives log/slog where the deal stands.
func (d *Deal) LogValue() slog.Value { return d.Now().LogValue() }

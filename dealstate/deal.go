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
	now  *folding  // after the last event, with every step so far
	last time.Time // the last instant of which the log speaks
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
	if p == (Policy{}) {
		p = Strict
	}
	return &Deal{machine: m, policy: p, log: newLog(),
		now: &folding{situation: newSituation(m), policy: p, live: true}}
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
func (d *Deal) Record(e Event) (Decision, error) {
	in, err := d.machine.admit(e)
	if err != nil {
		return Decision{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.isNext(in) {
		return d.append(in), nil
	}
	p, err := d.plan(in)
	if err == nil {
		p.keep(d)
	}
	return p.decision, err
}

// Apply keeps the event only if it takes effect; a Note always does. Otherwise
// the error is a *Refusal with the decision and all its reasons, and nothing
// was kept.
func (d *Deal) Apply(e Event) error {
	in, err := d.machine.admit(e)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	p, err := d.plan(in)
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
	p.keep(d)
	return nil
}

// Check says what Record would, and keeps nothing. A malformed or conflicting
// event gives Record's error.
func (d *Deal) Check(e Event) (Decision, error) {
	in, err := d.machine.admit(e)
	if err != nil {
		return Decision{}, err
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	p, err := d.plan(in)
	return p.decision, err
}

// isNext reports whether the entry is new and folds after all others, with
// nothing known against it.
func (d *Deal) isNext(in *entry) bool {
	return in.Kind != Retract && d.log.byID[in.ID] == nil && !d.log.refs[in.ID] && d.log.isTail(in)
}

// append takes one step. Nothing in it is proportional to the parties or to
// the log.
func (d *Deal) append(in *entry) Decision {
	d.log.append(in)
	d.last = latest(d.last, latest(in.At, in.Recorded))
	d.now.take(in)
	made := len(d.now.steps) - 1
	d.now.advance(in.At) // a delay of no time
	return d.machine.decision(d.now.steps[made])
}

// plan is what recording an event would lead to.
type plan struct {
	decision Decision
	log      *log // nil: nothing to keep
	now      *folding
}

// plan folds the log with the entry in it, and compares.
func (d *Deal) plan(in *entry) (plan, error) {
	switch again, err := d.log.repeats(in); {
	case err != nil:
		return plan{}, err
	case again:
		return plan{decision: d.duplicate(in)}, nil
	}
	p := plan{log: d.log.with(in)}
	p.now = p.log.replay(d.machine, View{Policy: d.policy, AsOf: p.log.entries[len(p.log.entries)-1].At}, true)
	at := slices.IndexFunc(p.now.steps, func(st step) bool { return st.entry == in })
	p.decision = d.machine.decision(p.now.steps[at])
	p.decision.Revised = d.machine.revisions(d.now.steps, p.now.steps, in)
	return p, nil
}

func (d *Deal) duplicate(in *entry) Decision {
	state := d.now.name()
	return Decision{Deal: in.Deal, Event: in.ID, Kind: in.Kind, Party: in.Party, At: in.At, Outcome: Duplicate,
		From: state, To: state, Revision: d.now.revision, Reasons: []Reason{{Code: ReasonSame, Event: in.ID}}}
}

func (p plan) keep(d *Deal) {
	if p.log == nil {
		return
	}
	d.log, d.now = p.log, p.now
	d.last = d.log.last(View{})
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
	clock Kind
	at    time.Time
}

func (st step) key() stepKey {
	if st.entry != nil {
		return stepKey{entry: st.entry}
	}
	return stepKey{clock: st.kind, at: st.instant()}
}

// same reports whether two steps on one event come to the same.
func (st step) same(o step) bool {
	return st.outcome == o.outcome && st.rule == o.rule && st.from == o.from && st.to == o.to && st.revision == o.revision
}

// At says where the deal stands in the view.
func (d *Deal) At(v View) Snapshot {
	d.mu.RLock()
	defer d.mu.RUnlock()
	v = v.or(d.policy)
	return d.log.replay(d.machine, v, false).snapshot(v)
}

// Replay says where the deal stands in the view, and what each event and clock
// did on the way there.
func (d *Deal) Replay(v View) (Snapshot, []Decision) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	v = v.or(d.policy)
	f := d.log.replay(d.machine, v, false)
	return f.snapshot(v), d.machine.decided(f.steps)
}

// Now says where the deal stands after everything on record, under its own
// policy, as [Deal.At] does for the zero [View], but without folding the log.
func (d *Deal) Now() Snapshot {
	d.mu.RLock()
	defer d.mu.RUnlock()
	f := &folding{situation: d.now.clone(), policy: d.policy}
	f.advance(d.last)
	return f.snapshot(View{Policy: d.policy})
}

// Awaiting lists the parties whose approval is outstanding, in the agreement's
// order.
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
// their order, with the clocks that fired between them. It sees the deal as it
// was when the loop began.
func (d *Deal) Decisions() iter.Seq[Decision] {
	d.mu.RLock()
	steps := d.now.steps // only ever appended to, or replaced whole
	d.mu.RUnlock()
	return func(yield func(Decision) bool) {
		for _, st := range steps {
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
			if !yield(e.Event) {
				return
			}
		}
	}
}

// LogValue gives log/slog where the deal stands.
func (d *Deal) LogValue() slog.Value { return d.Now().LogValue() }

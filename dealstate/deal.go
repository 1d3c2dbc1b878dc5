package dealstate

import (
	"iter"
	"log/slog"
	"sync"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// Deal is one deal with its log of events. It is safe for concurrent use.
//
// An event that folds after all others costs one step, through looplab. A late report,
// a retraction or an earlier duplicate costs some dozen steps, by the table that looplab
// filled, where the deal soon stands as it did before; where it does not, the steps of
// all that follows. To Check costs a copy of where the deal stands besides.
//
// A deal of up to 64 events that nobody asks takes 144 bytes, and 80 for each event
// beside the event's own texts, which it copies. All else the garbage collector may
// take; the next question then folds the log first, in some microseconds.
type Deal struct {
	mu sync.RWMutex // guards all but the machine and the policy, which never change
	keptLog
}

// New compiles the agreement and opens a deal on it under the policy. For many
// deals on one agreement, [Compile] once and use [Machine.NewDeal].
func New(a Agreement, p Policy) (*Deal, error) {
	m, err := Compile(a)
	if err != nil {
		return nil, err
	}
	return m.NewDeal(p), nil
}

// NewDeal opens a deal without events. The policy is the one under which
// Record, Apply and Check decide; a view may ask for another. The zero policy
// is Strict.
func (m *Machine) NewDeal(p Policy) *Deal {
	return &Deal{keptLog: keptLog{machine: m, policy: p.named(), log: &log{}}}
}

// Load opens a deal with a whole log, in any order, which is folded at once when the
// deal is first asked: for a log with many late reports or retractions that is much
// faster than recording event by event. It stops at the first error, of the source or of an event as
// Record would give it.
func (m *Machine) Load(p Policy, events iter.Seq2[Event, error]) (*Deal, error) {
	l, err := logOf(m, events)
	if err != nil {
		return nil, err
	}
	return &Deal{keptLog: keptLog{machine: m, policy: p.named(), log: l}}, nil
}

// Machine returns the compiled agreement.
func (d *Deal) Machine() *Machine { return d.machine }

// Policy returns the deal's own policy.
func (d *Deal) Policy() Policy { return d.policy }

// read locks the deal for reading and gives the folding, which stays the deal's own for
// as long as the caller holds it.
func (d *Deal) read() *foldedLog {
	d.mu.RLock()
	l := d.recall()
	if l == nil {
		d.mu.RUnlock()
		d.mu.Lock()
		l = d.folded()
		d.mu.Unlock()
		d.mu.RLock()
	}
	return l
}

// Record keeps the event and says what it did. What the rules refuse and what
// the policy does not count is kept all the same, as evidence. An event that was
// recorded before comes back as a Duplicate; where it comes as recorded earlier than
// before, that instant counts from now on, and Revised says what it changes. The error is a *FieldError for an
// event that is not well-formed or that this agreement cannot mean, and a
// *ConflictError for an id that is taken; nothing is kept then.
func (d *Deal) Record(e Event) (Decision, error) {
	of, err := d.machine.admit(&e)
	if err != nil {
		return Decision{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.folded()
	if l.isNext(&e) {
		of, revised := l.append(l.log.keep(&e, of))
		d.keep(l)
		decision := d.machine.decision(of)
		decision.Revised = revised
		return decision, nil
	}
	p, err := l.propose(&e, of)
	d.accept(l, p)
	return p.decision, err
}

// accept makes a proposal so, if there is anything to keep.
func (d *Deal) accept(l *foldedLog, p proposal) {
	if p.accept != nil {
		p.accept()
		d.keep(l)
	}
}

// Apply keeps the event only if it takes effect; a Note always does. Otherwise
// the error is a *Refusal with the decision and all its reasons, and nothing
// was kept. Events fold in the order of [Event.Compare], whoever calls first: of two at
// one instant, the later call may still come to stand before the earlier one.
func (d *Deal) Apply(e Event) error {
	of, err := d.machine.admit(&e)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.folded()
	p, err := l.propose(&e, of)
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
	d.accept(l, p)
	return nil
}

// Check says what Record would, and keeps nothing. A malformed or conflicting
// event gives Record's error.
func (d *Deal) Check(e Event) (Decision, error) {
	of, err := d.machine.admit(&e)
	if err != nil {
		return Decision{}, err
	}
	l := d.read()
	defer d.mu.RUnlock()
	p, err := l.propose(&e, of)
	return p.decision, err
}

// At says where the deal stands in the view. It folds the log, but for a view that sees all
// there is, under the deal's own policy, and looks no earlier than at the last event: that
// costs what [Deal.Latest] does.
func (d *Deal) At(v View) Snapshot {
	d.mu.RLock()
	defer d.mu.RUnlock()
	v = v.or(d.policy)
	if l := d.recall(); l != nil {
		if f := l.standing(v, nil); f != nil {
			f.doubts = l.doubtsAsOfNow()
			return f.snapshot(v)
		}
	}
	f := d.log.fold(d.machine, v, nil)
	defer d.machine.spares.Put(f)
	return f.snapshot(v)
}

// Replay says where the deal stands in the view, and what each event and clock
// did on the way there.
func (d *Deal) Replay(v View) (Snapshot, []Decision) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	v = v.or(d.policy)
	f, made := d.log.replay(d.machine, v)
	return f.snapshot(v), d.machine.decisions(made)
}

// ReplayAfter says what Replay does of the decisions after an instant. For a view that sees
// all there is, under the deal's own policy, and looks no earlier than at the last event, it
// does not fold the log: who looks at a deal again and again pays for what is new. The
// snapshot's Warnings are empty, for those about the order of events take a fold.
func (d *Deal) ReplayAfter(v View, after time.Time) (Snapshot, []Decision) {
	l := d.read()
	defer d.mu.RUnlock()
	v = v.or(d.policy)
	f, made := l.replayAfter(v, instant.Tidy(after))
	s := f.snapshot(v)
	s.Warnings = nil
	return s, d.machine.decisions(made)
}

// Cursor starts where the deal stands in the view.
func (d *Deal) Cursor(v View) *Cursor {
	d.mu.RLock()
	defer d.mu.RUnlock()
	v = v.or(d.policy)
	f := d.log.fold(d.machine, v, nil)
	f.horizon, f.recordEnd, f.onRecord = instant.Last, recordEnd{}, nil
	if f.voids != nil {
		f.voids.known = known{d.log, v}.ids()
	}
	return &Cursor{f: *f}
}

// Backtest stands before everything on record, under the policy; the zero one is the
// deal's own.
func (d *Deal) Backtest(p Policy) *Backtest {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return newBacktest(d.machine, d.log.copied(), View{Policy: p}.or(d.policy).Policy)
}

// AsOf says where the deal stands at the instant under its own policy, with all that
// is on record: deal.AsOf(time.Now()) is where it stands now, clocks included. For
// another policy, or for what was known by then, see [Deal.At].
func (d *Deal) AsOf(t time.Time) Snapshot { return d.At(View{AsOf: t}) }

// Latest says where the deal stands after everything on record, under its own policy, as
// [Deal.At] does for the zero [View]: at the last instant of which the log speaks,
// whatever the hour is (see [Deal.AsOf]). It does not fold the log; where some events
// are of one instant or of one day, the first call after an event folds the last of them.
func (d *Deal) Latest() Snapshot {
	l := d.read()
	defer d.mu.RUnlock()
	f := l.now.copied(nil)
	f.advance(l.last) // what the clocks do after the last event
	f.doubts = l.doubtsAsOfNow()
	return f.snapshot(View{Policy: d.policy})
}

// Awaiting lists the parties of [Snapshot.Awaiting] after everything on record,
// in the agreement's order.
func (d *Deal) Awaiting() []Party {
	s := d.Latest()
	parties := make([]Party, len(s.Awaiting))
	for i, id := range s.Awaiting {
		parties[i] = d.machine.agreement.Parties[d.machine.parties[id]]
	}
	return parties
}

// Explain says in plain English where the deal stands and why. It goes through the log.
func (d *Deal) Explain() string {
	s, decisions := d.Replay(View{})
	return s.Explain(decisions...)
}

// Decisions goes through what every event did under the deal's own policy, in
// their order, with the clocks that fired up to the last instant on record. It
// sees the deal as it was when the loop began.
func (d *Deal) Decisions() iter.Seq[Decision] {
	all := d.read().decided()
	d.mu.RUnlock()
	return func(yield func(Decision) bool) {
		for of := range all.all() {
			if !yield(d.machine.decision(of)) {
				return
			}
		}
	}
}

// Events goes through the log in its order. It sees the deal as it was when
// the loop began.
func (d *Deal) Events() iter.Seq[Event] {
	d.mu.RLock()
	entries := d.log.lend()
	d.mu.RUnlock()
	return func(yield func(Event) bool) {
		for _, e := range entries {
			if !yield(d.machine.event(e)) {
				return
			}
		}
	}
}

// Event gives the event of that id, as it is kept, with what it did under the deal's
// own policy; ok is false where none is on record.
func (d *Deal) Event(id string) (e Event, did Decision, ok bool) {
	l := d.read()
	defer d.mu.RUnlock()
	in := l.log.find(id)
	if in == nil {
		return Event{}, Decision{}, false
	}
	return d.machine.event(in), d.machine.decision(l.decidedOn(in)), true
}

// LogValue gives log/slog where the deal stands.
func (d *Deal) LogValue() slog.Value { return d.Latest().LogValue() }

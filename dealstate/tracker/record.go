package tracker

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// Recorded is what became of one event.
type Recorded struct {
	Place    Place              // of its change in the stream: watch from here to be told what comes after
	Decision dealstate.Decision // its Revised are [dealstate.Decision.Caused]: without what time alone did
}

// Add keeps an agreement, so that its deal can be recorded. Adding the same again changes
// nothing and gives its place. Other content under its id is an *AgreementError, which is
// a *dealstate.ConflictError; an agreement that does not compile is a *dealstate.FieldError.
// While the clock was set too far ahead, the error is a *ClockError.
// Who adds it is taken from the context: see [journal.WithRecorder].
func (t *Tracker) Add(ctx context.Context, a dealstate.Agreement) (Place, error) {
	if err := t.check(ctx); err != nil {
		return Place{}, err
	}
	if err := t.checkClock(); err != nil {
		return Place{}, err
	}
	if _, err := t.source.machines.of(a); err != nil {
		return Place{}, err
	}
	all, err := t.append(ctx, []journal.Entry{{By: journal.Recorder(ctx), Agreement: &a}})
	if taken := (*dealstate.ConflictError)(nil); errors.As(err, &taken) {
		return Place{}, &AgreementError{ID: a.ID, Err: err}
	}
	if err != nil {
		return Place{}, err
	}
	return all[0].Place, nil
}

// Record keeps the events, all or none, in their order, and says of each what it did, as
// [dealstate.Deal.Record] does. They are durable when it returns. An event without
// Recorded is stamped with the tracker's now. Who records is taken from the context: see
// [journal.WithRecorder].
//
// The error is an *EventError where an event is at fault, which unwraps to an
// *UnknownDealError, or to a *dealstate.FieldError or *dealstate.ConflictError as those of
// [dealstate.Deal.Record]; or it is a *ClockError. After any other error the events may have
// been kept: record them again, for what is kept is not kept twice.
func (t *Tracker) Record(ctx context.Context, events ...dealstate.Event) ([]Recorded, error) {
	if err := t.check(ctx); err != nil || len(events) == 0 {
		return nil, err
	}
	entries, err := t.admit(ctx, events)
	if err != nil {
		return nil, err
	}
	all, err := t.append(ctx, entries)
	if taken := (*dealstate.ConflictError)(nil); errors.As(err, &taken) {
		return nil, t.conflictAmong(ctx, events, taken, err)
	}
	return all, err
}

// conflictAmong says which event has the id that is taken. Several deals may have an event
// of that id.
func (t *Tracker) conflictAmong(ctx context.Context, events []dealstate.Event, taken *dealstate.ConflictError, err error) error {
	if late := t.catchUp(ctx); late != nil { // another process may have kept it
		return errors.Join(err, late)
	}
	for i, e := range events {
		if e.ID == taken.ID && t.isTaken(ctx, events[:i], e) {
			return &EventError{Index: i, ID: taken.ID, Err: taken}
		}
	}
	return err
}

// isTaken reports whether the event's id is that of another one of its deal, be it among
// those before it or kept.
func (t *Tracker) isTaken(ctx context.Context, before []dealstate.Event, e dealstate.Event) bool {
	for _, o := range before {
		if o.Deal == e.Deal && o.ID == e.ID && !o.Same(e) {
			return true
		}
	}
	_, err := t.Check(ctx, e)
	return errors.As(err, new(*dealstate.ConflictError))
}

// Apply keeps the event only if it takes effect; a note always does. Otherwise nothing is
// kept and the error is a *dealstate.Refusal with all reasons. It holds whoever else
// records in the same journal: where the deal has moved on meanwhile, Apply decides again.
// An event without Recorded is stamped with the instant at which it was decided, so that of
// two of one instant the one decided first comes first. Errors are else those of
// [Tracker.Record] of that event.
func (t *Tracker) Apply(ctx context.Context, e dealstate.Event) (Recorded, error) {
	if err := t.check(ctx); err != nil {
		return Recorded{}, err
	}
	entries, err := t.admit(ctx, []dealstate.Event{e})
	if err != nil {
		return Recorded{}, bare(err)
	}
	for {
		if err := t.catchUp(ctx); err != nil {
			return Recorded{}, err
		}
		if e.Recorded.IsZero() {
			entries[0].Event.Recorded = t.Now()
		}
		decision, version, err := t.decide(ctx, entries[0].Event)
		if err != nil {
			return Recorded{}, err
		}
		if o := decision.Outcome; o != dealstate.Applied && o != dealstate.Duplicate && e.Kind != dealstate.Note {
			t.source.meter.Count(countRefused, 1)
			return Recorded{}, &dealstate.Refusal{Decision: decision}
		}
		all, err := t.append(ctx, entries, journal.Version{Deal: e.Deal, Position: version})
		if stale := (*journal.StaleError)(nil); errors.As(err, &stale) {
			t.source.meter.Count(countStale, 1)
			continue
		}
		if err != nil {
			return Recorded{}, err
		}
		return all[0], nil
	}
}

// Check says what Record would of the event, and keeps nothing.
func (t *Tracker) Check(ctx context.Context, e dealstate.Event) (dealstate.Decision, error) {
	if err := t.check(ctx); err != nil {
		return dealstate.Decision{}, err
	}
	entries, err := t.admit(ctx, []dealstate.Event{e})
	if err != nil {
		return dealstate.Decision{}, bare(err)
	}
	decision, _, err := t.decide(ctx, entries[0].Event)
	return decision, err
}

// bare takes the error on an event alone out of an EventError.
func bare(err error) error {
	if of := (*EventError)(nil); errors.As(err, &of) {
		return of.Err
	}
	return err
}

// decide says what a deal would do with the event, and at which version of it.
func (t *Tracker) decide(ctx context.Context, e dealstate.Event) (dealstate.Decision, int64, error) {
	if _, err := t.deal(ctx, e.Deal); err != nil { // so that it is folded before the lock is taken
		return dealstate.Decision{}, 0, err
	}
	t.main.mu.Lock()
	defer t.main.mu.Unlock()
	l, err := t.main.find(ctx, e.Deal)
	if err != nil {
		return dealstate.Decision{}, 0, err
	}
	decision, err := l.deal.Check(e)
	decision.Revised = decision.Caused()
	return decision, l.of.version, err
}

// admit makes entries of the events, or says what their agreements cannot mean.
func (t *Tracker) admit(ctx context.Context, events []dealstate.Event) ([]journal.Entry, error) {
	if err := t.checkClock(); err != nil {
		return nil, err
	}
	entries, by := make([]journal.Entry, len(events)), journal.Recorder(ctx)
	now := t.Now()
	for i, e := range events {
		if e.Recorded.IsZero() {
			e.Recorded = now
		}
		l, err := t.deal(ctx, e.Deal)
		if err == nil {
			err = l.deal.Machine().Admit(e)
		}
		if err != nil && ctx.Err() == nil {
			err = &EventError{Index: i, ID: e.ID, Err: err}
		}
		if err != nil {
			return nil, err
		}
		entries[i] = journal.Entry{By: by, Event: e}
	}
	return entries, nil
}

// append keeps entries in the journal, follows it up to them, and says what became of
// each. It returns when the context ends, and they may be kept after that.
func (t *Tracker) append(ctx context.Context, entries []journal.Entry, on ...journal.Version) ([]Recorded, error) {
	if err := t.enter(); err != nil {
		return nil, err
	}
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	of := t.begin(entries, cancel)
	positions, err := t.appendTo(within, entries, on)
	if err != nil && within.Err() != nil {
		go t.learn(context.WithoutCancel(ctx), of, entries, on)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, t.ended(err)
	}
	defer t.running.Done()
	t.main.mu.Lock()
	defer t.main.mu.Unlock()
	defer t.calls.end(of)
	if err == nil {
		err = t.follow(slices.Max(positions))
	}
	if err != nil {
		return nil, err
	}
	return t.answers(of, entries, positions)
}

// begin stamps the entries, and has time wait for them.
func (t *Tracker) begin(entries []journal.Entry, cancel context.CancelFunc) *call {
	t.main.mu.Lock()
	defer t.main.mu.Unlock()
	if t.ctx.Err() != nil { // Close has ended the calls that it saw
		cancel()
	}
	return t.calls.begin(t.main.at.Position, t.now(), entries, cancel)
}

// appendTo is the journal's Append.
func (t *Tracker) appendTo(ctx context.Context, entries []journal.Entry, on []journal.Version) ([]int64, error) {
	start := time.Now()
	positions, err := t.source.journal.Append(ctx, entries, on...)
	t.source.meter.Observe(observeAppend, time.Since(start).Seconds())
	return positions, err
}

// learn ends a call whose context ended before the journal had answered: an entry that is
// kept after its call was left would come behind clocks that it comes before, so time waits
// until the journal says. To append the entries again is how to ask, and keeps them once.
func (t *Tracker) learn(ctx context.Context, of *call, entries []journal.Entry, on []journal.Version) {
	defer t.running.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(t.ctx, cancel)()
	_, _ = t.appendTo(ctx, entries, on) // refused or not: what there is, is followed
	_ = t.catchUp(ctx)
	t.main.mu.Lock()
	defer t.main.mu.Unlock()
	t.calls.end(of)
}

// answers says what became of entries that are in the journal and were followed. The
// caller holds main's lock.
func (t *Tracker) answers(of *call, entries []journal.Entry, positions []int64) ([]Recorded, error) {
	all := make([]Recorded, len(positions))
	for i, p := range positions {
		r, ok := t.calls.answer(of, p)
		if !ok {
			var err error
			if r, err = t.repeated(p, &entries[i]); err != nil {
				return nil, t.ended(err)
			}
		}
		all[i] = r
	}
	return all, nil
}

// repeated answers to an entry that was kept before.
func (t *Tracker) repeated(position int64, e *journal.Entry) (Recorded, error) {
	r := Recorded{}
	for kept, err := range t.source.journal.Read(t.ctx, position-1) {
		if err != nil {
			return r, err
		}
		r.Place = Place{Position: position, Instant: kept.Accepted}
		break
	}
	if e.Agreement != nil {
		return r, nil
	}
	l, err := t.main.find(t.ctx, e.Event.Deal)
	if l != nil && err == nil {
		r.Decision, err = l.deal.Check(e.Event)
	}
	return r, err
}

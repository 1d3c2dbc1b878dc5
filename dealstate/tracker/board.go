package tracker

import (
	"context"
	"iter"
	"log/slog"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// deal is what a board knows of a deal while nobody looks at it.
type deal struct {
	id, title string
	number    int64 // the position of its agreement
	version   int64 // of its last entry
	state     dealstate.State
	since     time.Time
	awaiting  []string // shared among deals
	clock     dealstate.Clock
	owner     string    // of the clock: a party, a commitment or a timer
	due       time.Time // when the clock is due; zero: none runs
	next      time.Time // when time does something next: due, or before it the instant of an event dated in the future
	touched   time.Time // no later decision is on record than of this instant
	learned   time.Time // when something of it was learned last
	live      *live     // nil: it is at rest
	row       int32     // in the agenda, from 1; 0: it is not there
}

// source is what boards share.
type source struct {
	journal  journal.Journal
	machines *machines
	log      *slog.Logger
	meter    Meter
}

// board follows deals along a journal under one policy. Whoever makes it owns it, and lets
// one goroutine in at a time.
type board struct {
	*source
	policy dealstate.Policy
	at     Place            // up to where it has followed
	deals  map[string]*deal // all there are where whole is true, else those that were needed
	whole  bool
	own    bool // it is the tracker's own: what it leaves aside is told, once
	agenda agenda
	hot    hot
}

func newBoard(of *source, p dealstate.Policy, hottest int) *board {
	b := &board{source: of, policy: p, deals: map[string]*deal{}}
	b.hot.most = hottest
	return b
}

// find gives a deal, folded up to where the board is; nil where there is none.
func (b *board) find(ctx context.Context, id string) (*live, error) {
	d := b.deals[id]
	if d != nil && d.live != nil {
		b.hot.use(d.live)
		return d.live, nil
	}
	if d == nil && b.whole {
		return nil, nil
	}
	l, err := b.load(ctx, id, b.at.Position)
	if l == nil || err != nil {
		return nil, err
	}
	b.adopt(l)
	return l, nil
}

// adopt makes a deal that was loaded one of the board's. Where time is about to come to
// it, it stands where it did before.
func (b *board) adopt(l *live) {
	at := b.at.Instant
	if kept := b.deals[l.of.id]; kept == nil {
		b.deals[l.of.id] = l.of
	} else if l.of = kept; !kept.next.IsZero() && !kept.next.After(at) {
		at = kept.next.Add(-1)
	}
	b.settle(l, at)
	b.hot.use(l)
}

// load folds a deal from its entries up to the position; nil where its agreement is not
// among them. It changes nothing on the board.
func (b *board) load(ctx context.Context, id string, upTo int64) (*live, error) {
	b.meter.Count(countLoads, 1)
	var r reading
	if err := b.read(ctx, id, upTo, &r); r.machine == nil || err != nil {
		return nil, err
	}
	return b.open(&r), nil
}

// reading is what the journal has of one deal. Who reads many deals, one after the other,
// reads them into the same memory.
type reading struct {
	of      *deal
	machine *dealstate.Machine // nil: its agreement is not there
	events  []dealstate.Event  // in the order in which they were accepted
}

// read reads what the journal has of a deal up to the position.
func (s *source) read(ctx context.Context, id string, upTo int64, into *reading) error {
	into.begin(id)
	for e, err := range s.journal.ReadDeal(ctx, id, 0) {
		if err != nil {
			return err
		}
		if e.Position > upTo {
			break
		}
		if err := into.take(&e, s.machines); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) begin(id string) { r.of, r.machine, r.events = &deal{id: id}, nil, r.events[:0] }

func (r *reading) take(e *journal.Entry, known *machines) (err error) {
	r.of.version = e.Position
	switch {
	case e.Agreement == nil:
		r.events = append(r.events, e.Event)
	case r.machine == nil:
		r.of.number, r.of.title = e.Position, e.Agreement.Title
		r.machine, err = known.ofKept(*e.Agreement)
	}
	return err
}

// open folds the events of a deal. What its agreement cannot mean is left out, as it was
// when it came.
func (b *board) open(r *reading) *live {
	l := &live{of: r.of, events: len(r.events), latest: latestOf(r.events)}
	l.of.learned = learnedOf(r.events)
	kept, err := r.machine.Load(b.policy, withoutErrors(r.events))
	if err != nil {
		kept = r.machine.NewDeal(b.policy)
		for _, e := range r.events {
			if _, err := kept.Record(e); err != nil {
				b.log.Warn("an event in the journal is left aside", "event", e, "error", err)
			}
		}
	}
	l.deal = kept
	return l
}

// latestOf is the last instant of which any of the events speaks.
func latestOf(events []dealstate.Event) (latest time.Time) {
	for i := range events {
		latest = later(later(latest, events[i].At), events[i].Recorded)
	}
	return latest
}

func withoutErrors(events []dealstate.Event) iter.Seq2[dealstate.Event, error] {
	return func(yield func(dealstate.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// learnedOf is when the last of the events was learned.
func learnedOf(events []dealstate.Event) (last time.Time) {
	for i := range events {
		last = later(last, events[i].Recorded)
	}
	return last
}

// settle writes down where the deal stands at the instant.
func (b *board) settle(l *live, at time.Time) {
	var a dealstate.Ahead
	if l.known = !l.latest.After(at); l.known {
		a = l.deal.Ahead(at)
	} else { // its events have been admitted
		a, _ = l.deal.Machine().AheadOf(b.policy, l.all(), at)
	}
	l.fired = a.Fired
	b.stand(l.of, &a)
	if !l.known {
		l.of.next = nextPlanned(l.all(), at, l.of.due)
	}
	b.agenda.put(l.of)
}

// stand writes down where a deal stands.
func (b *board) stand(d *deal, a *dealstate.Ahead) {
	d.state, d.since, d.awaiting, d.touched = a.State, a.Since, b.machines.list(a.Awaiting), later(d.touched, a.Last)
	d.clock, d.owner, d.due = 0, "", time.Time{}
	if n := a.Next; n != nil {
		d.clock, d.owner, d.due = n.Clock, n.Party+n.Commitment+n.Timer, n.Due
	}
	d.next = d.due
}

// all goes through the events of the deal.
func (l *live) all() iter.Seq2[dealstate.Event, error] {
	return func(yield func(dealstate.Event, error) bool) {
		for e := range l.deal.Events() {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// nextPlanned is when the first event dated after the instant happens, or what is given if
// that is earlier.
func nextPlanned(events iter.Seq2[dealstate.Event, error], after, or time.Time) time.Time {
	for e := range events {
		if e.At.After(after) && (or.IsZero() || e.At.Before(or)) {
			or = e.At
		}
	}
	return or
}

// decisionsAt are the decisions on all that happened by the instant.
func (l *live) decisionsAt(at time.Time) []dealstate.Decision {
	_, all := l.deal.Replay(dealstate.View{AsOf: at})
	return all
}

// fires reports whether time does something by the instant that it has not done yet.
func (b *board) fires(by time.Time) bool {
	return len(b.agenda) > 0 && !b.agenda[0].next.After(by)
}

// advance lets time do what it does up to and including the instant, and tells each change
// until that says that it was enough. Then, and after an error, the board is where it came
// to.
func (b *board) advance(ctx context.Context, to time.Time, tell func(*Change) (more bool)) (enough bool, err error) {
	for b.fires(to) {
		d := b.agenda[0]
		l, err := b.find(ctx, d.id)
		if err != nil {
			return false, err
		}
		if l == nil {
			return false, errLost(d.id)
		}
		b.at.Instant, b.at.Deal = later(b.at.Instant, d.next), d.number
		if c := b.fire(l, d.next); !c.isEmpty() && !tell(c) {
			return true, nil
		}
	}
	if !to.Before(b.at.Instant) {
		b.at.Instant, b.at.Deal = to, 0
	}
	return false, nil
}

// fire lets time do to one deal what it does at the instant, which is its next.
func (b *board) fire(l *live, at time.Time) *Change {
	d := l.of
	c := &Change{Place: Place{Position: b.at.Position, Instant: at, Deal: d.number}, Deal: d.id, From: d.state}
	if before := l.fired; l.known && !l.latest.After(at) {
		b.settle(l, at)
		c.merge(nil, before, l.fired)
	} else {
		c.compare(l.decisionsAt(at.Add(-1)), l.decisionsAt(at))
		b.settle(l, at)
	}
	d.touched, c.To = later(d.touched, at), d.state
	return c
}

// comesAfter is the instant that time must have come to before the board takes the entry.
func (b *board) comesAfter(e *journal.Entry) time.Time { return later(e.Accepted, b.at.Instant) }

// take follows one more entry, and fills in what its change tells. Time has come to what
// [board.comesAfter] says. The decision is what the deal itself says of the event; ok is
// false where the entry was left aside.
func (b *board) take(ctx context.Context, c *Change) (decision dealstate.Decision, ok bool, err error) {
	e := &c.Entry
	c.Place, c.Deal = Place{Position: e.Position, Instant: b.at.Instant}, e.Deal()
	l, err := b.find(ctx, c.Deal)
	if err != nil {
		return decision, false, err
	}
	if e.Agreement != nil && l == nil {
		err := b.begin(ctx, c)
		return decision, err == nil, err
	}
	b.at.Position = e.Position
	if l != nil {
		l.of.version, c.From, c.To = e.Position, l.of.state, l.of.state
	}
	switch {
	case l == nil:
		err = &UnknownDealError{Deal: c.Deal}
	case e.Agreement != nil:
		err = &AgreementError{ID: c.Deal}
	default:
		decision, err = b.record(l, c)
	}
	if err != nil {
		b.leave(e, err)
	}
	return decision, err == nil, nil
}

// begin takes the agreement of the change, with the events of its deal that came before it.
func (b *board) begin(ctx context.Context, c *Change) error {
	l, err := b.load(ctx, c.Deal, c.Entry.Position)
	if err != nil {
		return err
	}
	if l == nil {
		return errLost(c.Deal)
	}
	b.at.Position = c.Entry.Position
	b.adopt(l)
	c.Decisions, c.To = l.decisionsAt(b.at.Instant), l.of.state
	return nil
}

// record has the deal take the event of the change, and tells what that did as of the
// board's instant.
func (b *board) record(l *live, c *Change) (dealstate.Decision, error) {
	e, now := &c.Entry.Event, b.at.Instant
	latest := later(later(l.latest, e.At), e.Recorded)
	ahead := latest.After(now)
	var before []dealstate.Decision
	switch {
	case ahead:
		before = l.decisionsAt(now)
	case !l.known:
		b.settle(l, now)
		fallthrough
	default:
		before = l.fired
	}
	decision, err := l.deal.Record(*e)
	if err != nil {
		return decision, err
	}
	l.latest, l.events = latest, l.events+1
	l.of.learned = later(l.of.learned, e.Recorded)
	b.hot.grow(l, 1)
	b.settle(l, now)
	c.Decisions, c.To = []dealstate.Decision{decision}, l.of.state
	c.Decisions[0].Revised = nil
	if ahead {
		own := Change{}
		own.compare(before, l.decisionsAt(now))
		c.add(&own, e.ID)
	} else {
		c.merge(decision.Revised, before, l.fired)
	}
	decision.Revised = decision.Caused()
	return decision, nil
}

// add takes over what another change tells, but for the decision on the event.
func (c *Change) add(o *Change, event string) {
	for _, d := range o.Decisions {
		if d.Clock != 0 || d.Event != event {
			c.Decisions = append(c.Decisions, d)
		}
	}
	c.Revised = append(c.Revised, o.Revised...)
}

// leave says that an entry means nothing here. It stays in the journal. Boards that fold
// the same entries again, for another policy or for who fell behind, say nothing.
func (b *board) leave(e *journal.Entry, why error) {
	if !b.own {
		return
	}
	b.meter.Count(countAside, 1)
	b.log.Error("an entry of the journal is left aside", "position", e.Position, "deal", e.Deal(), "error", why)
}

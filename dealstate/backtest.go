package dealstate

import (
	"cmp"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// Backtest moves one deal along dates. At each it stands where the deal stood as of the
// date, as far as it was known by the date: what [Deal.At] says of View{AsOf: date,
// KnownBy: date}. The log is that of the moment at which the Backtest was made; a deal
// can be recorded on meanwhile. It is not safe for concurrent use.
//
// Between two dates only that is folded which came to be known between them, and a date
// at which nothing can have changed costs a comparison. The whole log is folded anew where
// a report came to be known that folds before others known already, or a retract did.
type Backtest struct {
	log      *log
	arrivals []arrival // of the log's entries, the earliest first
	arrived  int       // how many of them by the date
	taken    int       // the row after the last entry that was taken
	date     time.Time
	until    time.Time // nothing changes before it; zero: nothing ever does
	known    lookback  // after the last entry seen by the date
	ran      lookback  // the same, with the clocks run on to the date
	clocked  bool      // some clock has run on, so ran holds
}

// arrival is when the entry in a row of a log comes to be seen: when it has happened and is
// known, and for a retract when it is known, for from then on it voids its target.
type arrival struct {
	at  time.Time
	row int
}

// lookback is a folding that notes when its deal began. A [Backtest] owns two.
type lookback struct {
	folding
	began beginning
}

// beginning is the recorder that keeps when the first event or clock was applied; zero:
// none was.
type beginning struct{ at time.Time }

func (b *beginning) record(d decided) {
	if b.at.IsZero() && d.outcome == Applied && (d.entry == nil || !d.entry.Kind.OfLog()) {
		b.at = d.instant()
	}
}

func (l *lookback) begin(m *Machine, p Policy) {
	l.folding = folding{situation: newSituation(m), policy: p, move: (*Machine).moveByTable, horizon: instant.Last, recorder: &l.began}
}

// set makes it stand where another one of the same machine does, to let clocks run on.
func (l *lookback) set(to *lookback) {
	l.situation.set(&to.situation)
	l.began = to.began
}

// Backtest does for events what [Deal.Backtest] does for a deal: they may come in any
// order, and one repeated with the same content counts once. The zero policy is Strict. The
// error names the event's field, as [Machine.Fold]'s does.
func (m *Machine) Backtest(events []Event, p Policy) (*Backtest, error) {
	l, err := logOf(m, withoutErrors(events))
	if err != nil {
		return nil, err
	}
	return newBacktest(m, l, p.named()), nil
}

func newBacktest(m *Machine, l *log, p Policy) *Backtest {
	b := &Backtest{log: l, arrivals: make([]arrival, len(l.entries))}
	for row, e := range l.entries {
		b.arrivals[row] = arrival{at: e.recorded(), row: row}
		if e.Kind != Retract {
			b.arrivals[row].at = instant.Latest(e.recorded(), e.at())
		}
	}
	b.known.begin(m, p)
	b.restart()
	return b
}

// restart goes back to before everything on record.
func (b *Backtest) restart() {
	slices.SortFunc(b.arrivals, func(a, b arrival) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.row, b.row)) })
	b.arrived, b.clocked, b.date = 0, false, time.Time{}
	b.unfold()
	b.foresee()
}

// unfold forgets what was folded.
func (b *Backtest) unfold() {
	b.known.reset()
	b.known.began, b.taken = beginning{}, 0
}

// Advance moves to a date, and reports whether the deal may stand elsewhere than at the
// date before. A date before that one begins anew. The zero instant is no date: the
// Backtest stays where it is.
func (b *Backtest) Advance(to time.Time) (changed bool) {
	to = instant.Clamp(to)
	if to.Before(b.date) && !to.IsZero() {
		b.restart()
		changed = true
	}
	b.date = instant.Latest(b.date, to)
	if b.until.IsZero() || b.date.Before(b.until) {
		return changed
	}
	b.take(b.due())
	b.runClocks()
	b.foresee()
	return true
}

// due gives the entries that have come to be seen by the date, in the order in which they
// fold.
func (b *Backtest) due() []arrival {
	from := b.arrived
	for b.arrived < len(b.arrivals) && !b.arrivals[b.arrived].at.After(b.date) {
		b.arrived++
	}
	due := b.arrivals[from:b.arrived]
	slices.SortFunc(due, func(a, b arrival) int { return cmp.Compare(a.row, b.row) })
	return due
}

// take folds what has come to be seen, or where that does not fold after all else, the
// whole log.
func (b *Backtest) take(due []arrival) {
	if len(due) == 0 {
		return
	}
	b.clocked = false
	view := View{AsOf: b.date, KnownBy: b.date}
	if len(b.log.against) > 0 {
		b.known.onRecord = known{b.log, view}
	}
	if b.retracts(due) || due[0].row < b.taken {
		b.unfold()
		b.known.voids = b.log.voids(view)
		for row, e := range b.log.entries {
			if view.sees(e) {
				b.fold(row)
			}
		}
		return
	}
	if b.areRetracted(due) {
		b.known.voids = b.log.voids(view)
	}
	for _, a := range due {
		b.fold(a.row)
	}
}

func (b *Backtest) retracts(due []arrival) bool {
	return slices.ContainsFunc(due, func(a arrival) bool { return b.log.entries[a.row].Kind == Retract })
}

// areRetracted reports whether a retract, known or not, speaks of one of them.
func (b *Backtest) areRetracted(due []arrival) bool {
	return slices.ContainsFunc(due, func(a arrival) bool { return b.log.against[b.log.entries[a.row].id()] != nil })
}

// fold takes the entry in a row.
func (b *Backtest) fold(row int) {
	b.known.take(b.log.entries[row])
	b.taken = row + 1
}

// runClocks lets the clocks run on to the date, on a copy: what comes to be known next may
// have happened before they fired.
func (b *Backtest) runClocks() {
	next := b.stand().nextClock()
	if next.clock == 0 || next.due.After(b.date) {
		return
	}
	if b.ran.m == nil { // many deals have no clock
		b.ran.begin(b.known.m, b.known.policy)
	}
	if !b.clocked {
		b.ran.set(&b.known)
		b.clocked = true
	}
	b.ran.advance(b.date)
}

// foresee finds out until when nothing changes.
func (b *Backtest) foresee() {
	b.until = time.Time{}
	if b.arrived < len(b.arrivals) {
		b.until = b.arrivals[b.arrived].at
	}
	if next := b.stand().nextClock(); next.clock != 0 && (b.until.IsZero() || next.due.Before(b.until)) {
		b.until = next.due
	}
}

// stand is where the deal stands at the date.
func (b *Backtest) stand() *lookback {
	if b.clocked {
		return &b.ran
	}
	return &b.known
}

// Deal is the agreement's id.
func (b *Backtest) Deal() string { return b.known.m.agreement.ID }

// Policy is that under which the deal is looked at.
func (b *Backtest) Policy() Policy { return b.known.policy }

// Date is the date last advanced to; zero: none yet.
func (b *Backtest) Date() time.Time { return b.date }

// Recorded says when the first and the last event of the log were recorded, whatever the
// date; zero: there are none.
func (b *Backtest) Recorded() (first, last time.Time) {
	for _, e := range b.log.entries {
		if first.IsZero() || e.recorded().Before(first) {
			first = e.recorded()
		}
		if e.recorded().After(last) {
			last = e.recorded()
		}
	}
	return first, last
}

// Began is when the first event or clock was applied; zero: nothing was, as far as it was
// known.
func (b *Backtest) Began() time.Time { return b.stand().began.at }

// State is the deal's state.
func (b *Backtest) State() State { return b.stand().name() }

// Since is what [Snapshot].Since is.
func (b *Backtest) Since() time.Time { return b.stand().since }

// Awaiting lists what [Snapshot].Awaiting does. The caller owns it.
func (b *Backtest) Awaiting() []string { return b.stand().awaiting() }

// Commitments lists what [Snapshot].Commitments does. The caller owns it.
func (b *Backtest) Commitments() []CommitmentStatus { return b.stand().commitments() }

// Next is the clock due next; ok is false when none runs.
func (b *Backtest) Next() (clock ClockStatus, ok bool) {
	next := b.stand().nextClock()
	return b.known.m.status(next), next.clock != 0
}

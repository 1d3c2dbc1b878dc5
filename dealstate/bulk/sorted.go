package bulk

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"iter"
	"math"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lazydfa"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lines"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
)

// Sorted is where all deals stand after a log that was read in order and not
// kept. It no longer changes; use it from one goroutine.
type Sorted struct {
	names *builder // of deals and statements; it keeps no rows
	view  dealstate.View
	viewBounds
	tell  func(Transition)
	deals []sortedDeal
	dfas  []*lazydfa.DFA // by machine

	stepper  lazydfa.Stepper // scratch
	counters counters
}

// sortedDeal is where a deal stands, and its last event, as far as order and duplicates
// go. It changes with each event of the deal.
type sortedDeal struct {
	lazydfa.Position
	timers   lazydfa.Timers
	since    int64
	end      int64 // the last instant of which what the view sees speaks; none: it sees nothing
	at       int64
	recorded int64
	content  uint64
	extra
	statement uint32
	id        []byte
}

// sortedDealSize is how many bytes that takes, with room for more.
const sortedDealSize = 200

// ReadSorted replays JSON lines as they come, and keeps some 250 bytes a deal, 8 for each of
// its timers and its longest id besides, and no event at all, however long the log. It asks for each deal's
// events in the order in which they fold, that of [dealstate.Event.Compare]. Deals
// may be mixed. Each transition is told as it happens, if tell is not nil; that of a
// clock when the deal's next event comes, or at the end.
//
// What it cannot carry along is a bad line around a *[LogError], and leaves the deal where
// it was: an event that is late, a retraction, an extension, a withdrawal with an until,
// that of a party whose own delay may still run, a settlement of one dispute among
// several; any event of a deal of more than 64 parties or 32 timers, of one that has
// deadlines of commitments or instants in its conditions, or of one with a clock or a view
// of clocks outside the years 1678 to 2261; and one that leads to more situations than the
// table holds, or where it does not know which clock fires first. If that is so of a deal's
// last clocks, it is told after the last line, as of the line behind it.
//
// A duplicate is known if it follows the first at once, with no other event of its deal
// between; an id that comes again later is taken for a new event. All else is as in [ReadLines] and [Log.Replay].
func ReadSorted(ctx context.Context, r io.Reader, a Agreements, v dealstate.View, opt Options, tell func(Transition)) (*Sorted, error) {
	v = withDefaults(v)
	if tell == nil {
		tell = func(Transition) {}
	}
	s := &Sorted{names: newBuilder(a, opt), view: v, viewBounds: boundsOf(v), tell: tell}
	s.names.consume = s.consume
	if err := s.names.readBlocks(ctx, lines.NewReader(r), newDecoder); err != nil {
		return nil, err
	}
	if err := s.finish(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// consume takes a row, which is not kept.
func (s *Sorted) consume(in *batch, row int) error {
	s.grow()
	l, r, id := s.names.log, &in.rows[row], in.idOf(row)
	d, more := &s.deals[r.deal], in.extraOf(r)
	switch {
	case bytes.Equal(d.id, id) && d.isSame(r, more) && l.sameStatement(d.statement, r.statement):
		if r.recorded < d.recorded { // the earliest counts
			return s.needsLog(r.deal, id, "it comes again as recorded earlier; a deal's lines must come by at, class of kind, recorded, kind, revision and id")
		}
		l.progress.Duplicates++
		return nil
	case bytes.Equal(d.id, id):
		return &dealstate.ConflictError{ID: string(id)}
	case s.isLate(d, r, id):
		return s.needsLog(r.deal, id, "it is late; a deal's lines must come by at, class of kind, recorded, kind, revision and id")
	}
	s.load(r.deal)
	if s.sees(r.at, r.recorded) || r.recorded <= s.knownBy && l.statements[r.statement].Kind == dealstate.Retract {
		if err := s.step(d, r, more, id); err != nil {
			return err
		}
	}
	s.names.size += d.keepEvent(r, more, id)
	if l.progress.Events++; l.progress.Events%(math.MaxUint32/2) == 0 { // an event may hit a cell twice
		s.takeHits()
	}
	s.keep(r.deal)
	return nil
}

// load has the stepper go on with a deal.
func (s *Sorted) load(deal uint32) {
	d := &s.deals[deal]
	s.stepper.Load(s.dfa(deal), d.Position, d.timers)
}

// step has the stepper take a row that the view sees.
func (s *Sorted) step(d *sortedDeal, r *arrival, more extra, id []byte) error {
	if why := s.dfa(r.deal).Beyond(); why != "" {
		return s.needsLog(r.deal, id, why)
	}
	if !s.stepper.Take(r.statement, r.at, more != nothingMore) {
		return s.needsLog(r.deal, id, "it speaks of another event or of a later instant, or the deal is too intricate")
	}
	if d.end = max(d.end, r.recorded); s.names.log.statements[r.statement].Modality <= dealstate.Asserted {
		d.end = max(d.end, r.at)
	}
	return nil
}

// keep leaves a deal where the stepper brought it, and tells of its transitions.
func (s *Sorted) keep(deal uint32) {
	d := &s.deals[deal]
	d.Position = s.stepper.Position
	copy(d.timers, s.stepper.Timers)
	s.stepper.Count()
	if !s.stepper.Moved {
		return
	}
	d.since = s.stepper.Since
	s.stepper.Transitions(func(e *lazydfa.Effect, at int64, _ uint32) { s.tell(s.transition(e, deal, at)) })
}

func (s *Sorted) transition(e *lazydfa.Effect, deal uint32, at int64) Transition {
	l, d := s.names.log, &s.deals[deal]
	t := transitionAt(e, l.deals[deal], at)
	if e.Clock == 0 {
		t.Event, t.Kind = string(d.id), l.statements[d.statement].Kind
	}
	return t
}

// finish lets the clocks of all deals come due up to the instant of the view, or the last
// of which the log speaks.
func (s *Sorted) finish(ctx context.Context) error {
	for deal := range uint32(len(s.deals)) {
		if deal%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		d := &s.deals[deal]
		if !d.isSeen() {
			continue
		}
		s.load(deal)
		if s.stepper.Advance(s.end(d)) {
			s.keep(deal)
			continue
		}
		err := s.needsLog(deal, d.id, "the deal's last clocks are too intricate")
		if err := s.names.blame(lineError(1, err)); err != nil {
			return err
		}
	}
	return nil
}

// end is the instant up to which a deal's clocks run.
func (s *Sorted) end(d *sortedDeal) int64 {
	if s.view.AsOf.IsZero() {
		return d.end
	}
	return s.asOf
}

func (s *Sorted) needsLog(deal uint32, id []byte, why string) error {
	return &LogError{Deal: s.names.log.deals[deal], Event: string(id), Why: why}
}

// grow makes room for names that are new.
func (s *Sorted) grow() {
	l := s.names.log
	for n := len(s.dfas); n < len(l.machines); n++ {
		m := l.machines[n]
		d := lazydfa.New(m, s.view.Policy)
		d.Attach(s.view, lazydfa.Log{Event: l.templates(m), Refers: true, LeavesLater: true})
		s.dfas = append(s.dfas, d)
	}
	for n := len(s.deals); n < len(l.deals); n++ {
		d := s.dfas[l.machine[n]]
		s.deals = append(s.deals, sortedDeal{Position: lazydfa.Beginning, timers: d.AppendTimers(nil),
			since: nanos.None, end: nanos.None, at: nanos.None, recorded: nanos.None})
		s.names.size += sortedDealSize + int64(8*d.TimersADeal())
	}
}

func (s *Sorted) dfa(deal uint32) *lazydfa.DFA { return s.dfas[s.names.log.machine[deal]] }

func (d *sortedDeal) isSeen() bool { return d.end != nanos.None }

// isSame reports whether a row has the content of the deal's last event, its statement
// aside, and whenever it was recorded.
func (d *sortedDeal) isSame(r *arrival, more extra) bool {
	return d.at == r.at && d.content == r.content && d.extra == more
}

// isLate reports whether a row folds before the deal's last event.
func (s *Sorted) isLate(d *sortedDeal, r *arrival, id []byte) bool {
	if d.at != r.at {
		return r.at < d.at
	}
	all := s.names.log.statements
	last := moment{at: d.at, recorded: d.recorded, statement: &all[d.statement]}
	return cmp.Or(last.compare(moment{at: r.at, recorded: r.recorded, statement: &all[r.statement]}), bytes.Compare(d.id, id)) > 0
}

// keepEvent copies the event's id into the memory of the one before, and says how many
// bytes that takes beyond.
func (d *sortedDeal) keepEvent(r *arrival, more extra, id []byte) (grown int64) {
	before := cap(d.id)
	d.at, d.recorded, d.content, d.extra, d.statement, d.id = r.at, r.recorded, r.content, more, r.statement, append(d.id[:0], id...)
	return int64(cap(d.id) - before)
}

// Progress says what was read.
func (s *Sorted) Progress() Progress { return s.names.log.progress }

func (s *Sorted) takeHits() {
	for _, d := range s.dfas {
		d.TakeHits(s.counters.count)
	}
}

// Totals are the sums over all deals.
func (s *Sorted) Totals() Totals {
	s.takeHits()
	t := newTotals()
	s.counters.addTo(&t)
	for f := range s.Finals() {
		t.States[f.State]++
		t.Deals++
	}
	t.Unseen = int64(len(s.deals)) - t.Deals
	return t
}

// Finals goes through the deals, in the order in which they first appear. One of which
// the view saw no event is left out.
func (s *Sorted) Finals() iter.Seq[Final] {
	return func(yield func(Final) bool) {
		l := s.names.log
		for n := range s.deals {
			d := &s.deals[n]
			if !d.isSeen() {
				continue
			}
			state := s.dfas[l.machine[n]].StateOf(d.Position)
			f := Final{Deal: l.deals[n], State: l.states[l.machine[n]][state], Since: nanos.Time(d.since), Revision: int(d.Revision)}
			if !yield(f) {
				return
			}
		}
	}
}

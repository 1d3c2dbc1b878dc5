package bulk

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"iter"
	"math"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Sorted is where all deals stand after a log that was read in order and not
// kept.
type Sorted struct {
	names *builder // of deals and acts; it keeps no rows
	view  dealstate.View
	sight
	tell  func(Transition)
	last  []latest // by deal
	autos []*automaton

	course course // scratch
	tally  tally
}

// latest is where a deal stands, and the event that it took last, as far as order
// and duplicates go.
type latest struct {
	place
	hands
	since    int64
	end      int64 // the last instant of which what the view sees speaks; none: it sees nothing
	at       int64
	recorded int64
	content  uint64
	extra
	act uint32
	id  []byte
}

// latestSize is how many bytes that takes, with room for more.
const latestSize = 200

// ReadSorted replays JSON lines as they come, and keeps some 250 bytes a deal, its longest
// id besides, and no event at all, however long the log. It asks for each deal's
// events in the order in which they fold: by At, then Recorded, then id. Deals
// may be mixed. Each transition is told as it happens, if tell is not nil; that of a
// clock when the deal's next event comes, or at the end.
//
// What it cannot carry along is a bad line around a *[LogError], and leaves the deal where
// it was: an event that is late, a retraction, an extension, a settlement of one dispute
// among several, any event of a deal of more than 64 parties, or with clocks in a view
// beyond the year 2262, and one that leads to more situations than the table holds, or
// where it does not know which clock fires first. If that is so of a deal's last clocks,
// it is told after the last line, as of the line behind it.
//
// A duplicate is known by its place; an id that comes again at another place in the order
// is taken for a new event. All else is as in [ReadLines] and [Log.Replay].
func ReadSorted(ctx context.Context, r io.Reader, a Agreements, v dealstate.View, opt Options, tell func(Transition)) (*Sorted, error) {
	v = fill(v)
	if tell == nil {
		tell = func(Transition) {}
	}
	s := &Sorted{names: newBuilder(a, opt), view: v, sight: sightOf(v), tell: tell}
	s.names.take = s.take
	if err := s.names.readLines(ctx, r); err != nil {
		return nil, err
	}
	if err := s.runOut(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// take is what becomes of a row instead of being kept.
func (s *Sorted) take(in *batch, row int) error {
	s.grow()
	l, r, id := s.names.log, &in.rows[row], in.idOf(row)
	d, more := &s.last[r.deal], in.extraOf(r)
	switch place := d.compare(r, id); {
	case place == 0 && l.sameAct(d.act, r.act) && d.content == r.content && d.extra == more:
		l.read.Duplicates++
		return nil
	case place == 0:
		return &dealstate.ConflictError{ID: string(id)}
	case place > 0:
		return s.needsLog(r.deal, id, "it is late")
	}
	a := s.auto(r.deal)
	s.course = course{place: d.place, hands: d.hands, visits: s.course.visits[:0]}
	if s.sees(&r.fact) || r.recorded <= s.known && l.acts[r.act].Kind == dealstate.Retract {
		if err := s.step(d, r, more, id, a); err != nil {
			return err
		}
	}
	s.names.size += d.keep(r, more, id)
	if l.read.Events++; l.read.Events%(math.MaxUint32/2) == 0 { // a cell may be visited twice an event
		s.countHits()
	}
	s.stay(r.deal, a)
	return nil
}

// step moves a deal along by a row that the view sees.
func (s *Sorted) step(d *latest, r *arrival, more extra, id []byte, a *automaton) error {
	if !a.knows {
		return s.needsLog(r.deal, id, "there are too many parties, or a clock may run beyond the year 2262")
	}
	if !a.take(&s.course, r.act, r.at, more.ref != "") {
		return s.needsLog(r.deal, id, "it speaks of another event, or moves a clock, or the deal is too intricate")
	}
	if d.end = max(d.end, r.recorded); s.names.log.acts[r.act].Modality <= dealstate.Asserted {
		d.end = max(d.end, r.at)
	}
	return nil
}

// stay has a deal stand where its course ends, and tells of the way.
func (s *Sorted) stay(deal uint32, a *automaton) {
	d := &s.last[deal]
	d.place, d.hands = s.course.place, s.course.hands
	for _, v := range s.course.visits {
		n := a.cell(v)
		a.table[n].hits++
		if a.moves(n) {
			d.since = v.at
		}
		for _, said := range a.answer(n).said {
			if said.from != said.to {
				s.tell(s.transition(deal, v, &said))
			}
		}
	}
}

func (s *Sorted) transition(deal uint32, v visit, said *said) Transition {
	l, d := s.names.log, &s.last[deal]
	t := said.transition(l.deals[deal], instant(v.at))
	if said.clock == 0 {
		t.Event, t.Kind = string(d.id), l.acts[d.act].Kind
	}
	return t
}

// runOut lets the clocks of all deals run up to the instant of the view, or the last
// of which the log speaks.
func (s *Sorted) runOut(ctx context.Context) error {
	for deal := range s.last {
		if deal%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		d, a := &s.last[deal], s.auto(uint32(deal))
		if !a.clocked || !d.isSeen() {
			continue
		}
		end := s.until
		if s.view.AsOf.IsZero() {
			end = d.end
		}
		s.course = course{place: d.place, hands: d.hands, visits: s.course.visits[:0]}
		if !a.advance(&s.course, end) {
			err := s.needsLog(uint32(deal), d.id, "the deal's last clocks are too intricate")
			if err := s.names.blame(lineError(1, err)); err != nil {
				return err
			}
			continue
		}
		s.stay(uint32(deal), a)
	}
	return nil
}

func (s *Sorted) needsLog(deal uint32, id []byte, why string) error {
	return &LogError{Deal: s.names.log.deals[deal], Event: string(id), Why: why}
}

// grow makes room for names that are new.
func (s *Sorted) grow() {
	l := s.names.log
	for n := len(s.autos); n < len(l.machines); n++ {
		s.autos = append(s.autos, newAutomaton(l.machines[n], s.view.Policy))
	}
	for n := len(s.last); n < len(l.deals); n++ {
		s.last = append(s.last, latest{place: beginning, hands: s.autos[l.machine[n]].hands(), since: none, end: none, at: none, recorded: none})
		s.names.size += latestSize
	}
}

// auto is the automaton of a deal, with the acts that there are by now.
func (s *Sorted) auto(deal uint32) *automaton {
	l := s.names.log
	a := s.autos[l.machine[deal]]
	if len(a.acts) < len(l.acts) {
		a.attach(s.view, l.acts, true, false)
	}
	return a
}

func (d *latest) isSeen() bool { return d.end != none }

func (d *latest) compare(r *arrival, id []byte) int {
	return cmp.Or(cmp.Compare(d.at, r.at), cmp.Compare(d.recorded, r.recorded), bytes.Compare(d.id, id))
}

// keep copies the event's id into the memory of the one before, and says how many bytes
// that takes beyond.
func (d *latest) keep(r *arrival, more extra, id []byte) (grown int64) {
	before := cap(d.id)
	d.at, d.recorded, d.content, d.extra, d.act, d.id = r.at, r.recorded, r.content, more, r.act, append(d.id[:0], id...)
	return int64(cap(d.id) - before)
}

// Read says what was read.
func (s *Sorted) Read() Progress { return s.names.log.read }

func (s *Sorted) countHits() {
	for _, a := range s.autos {
		s.tally.countHits(a)
	}
}

// Totals are the sums over all deals.
func (s *Sorted) Totals() Totals {
	s.countHits()
	t := newTotals()
	s.tally.addTo(&t)
	for f := range s.Finals() {
		t.States[f.State]++
		t.Deals++
	}
	t.Unseen = int64(len(s.last)) - t.Deals
	return t
}

// Finals goes through the deals, in the order in which they first appear. One of which
// the view saw no event is left out.
func (s *Sorted) Finals() iter.Seq[Final] {
	return func(yield func(Final) bool) {
		l := s.names.log
		for deal, d := range s.last {
			if !d.isSeen() {
				continue
			}
			a := s.autos[l.machine[deal]]
			f := Final{Deal: l.deals[deal], State: a.states[a.stateOf[d.spot]], Since: instant(d.since), Revision: int(d.revision)}
			if !yield(f) {
				return
			}
		}
	}
}

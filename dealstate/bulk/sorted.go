package bulk

import (
	"bytes"
	"context"
	"io"
	"iter"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Sorted is where all deals stand after a log that was read in order and not
// kept.
type Sorted struct {
	names  *builder // of deals and acts; it keeps no rows
	view   dealstate.View
	known  int64
	until  int64
	tell   func(Transition)
	stands []stand
	last   []latest // by deal
	autos  []*automaton
	acts   int // that the automata know of
}

// latest is the event that a deal took last, as far as order and duplicates go.
type latest struct {
	recorded int64
	content  uint64
	act      uint32
	id       []byte
}

// ReadSorted replays JSON lines as they come, and keeps some 250 bytes a deal
// and no event at all, however long the log. It asks for each deal's
// events in the order in which they fold: by At, then Recorded, then id. Deals
// may be mixed. Each transition is told as it happens, if tell is not nil.
//
// What it cannot carry along is a bad line around a *[LogError]: an event that is late,
// a retraction, an extension, a settlement of one dispute among several, and
// any event of a deal with a deadline, a delay or a term, or of more than 64
// parties. A duplicate is known by its place; an id that comes again at another place in the
// order is taken for a new event. All else is as in [ReadLines] and [Log.Replay].
func ReadSorted(ctx context.Context, r io.Reader, a Agreements, v dealstate.View, opt Options, tell func(Transition)) (*Sorted, error) {
	v = fill(v)
	if tell == nil {
		tell = func(Transition) {}
	}
	s := &Sorted{names: newBuilder(opt), view: v, known: bound(v.KnownBy), until: bound(v.AsOf), tell: tell}
	s.names.take = s.take
	if err := readLines(ctx, r, a, orCores(opt.Workers), s.names.add); err != nil {
		return nil, err
	}
	return s, nil
}

// take is what becomes of a row instead of being kept.
func (s *Sorted) take(in *batch, row int, deal, act uint32, more extra) error {
	s.grow()
	l, id := s.names.log, in.idOf(row)
	d, last := &s.stands[deal], &s.last[deal]
	at, recorded := in.at[row], in.recorded[row]
	next := latest{recorded: recorded, content: in.content[row], act: act, id: id}
	retracts := l.acts[act].Kind == dealstate.Retract
	switch place := last.compare(d.at, &next, at); {
	case place == 0 && last.same(&next):
		l.read.Duplicates++
		return nil
	case place == 0:
		return &dealstate.ConflictError{ID: string(id)}
	case place > 0:
		return s.needsLog(deal, id, "it is late")
	}
	a, from := s.autos[d.machine], d.spot
	if a.clocked {
		return s.needsLog(deal, id, "a clock may run, or there are too many parties")
	}
	if recorded > s.known || at > s.until && !retracts { // out of sight
		d.at = at
		last.keep(next)
		l.read.Events++
		return nil
	}
	n, known := a.step(d, act, more.ref != "", at)
	if !known {
		return s.needsLog(deal, id, "it speaks of another event, or moves a clock, or the deal is too intricate")
	}
	l.read.Events++
	a.table[n].hits++
	last.keep(next)
	if said := a.said[uint64(from)<<32|uint64(n&(1<<a.shift-1))]; said.from != said.to {
		s.tell(Transition{Deal: l.deals[deal], Event: string(id), Kind: l.acts[act].Kind, Party: l.acts[act].Party, At: instant(at),
			Rule: said.rule, From: said.from, To: said.to})
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
		s.autos = append(s.autos, newAutomaton(l.machines[n], s.view.Policy, nil, true))
		s.acts = 0
	}
	for n := len(s.stands); n < len(l.deals); n++ {
		s.stands = append(s.stands, stand{at: none, since: none, revision: 1, machine: l.machine[n]})
		s.last = append(s.last, latest{recorded: none})
	}
	if s.acts == len(l.acts) {
		return
	}
	s.acts = len(l.acts)
	for _, a := range s.autos {
		if len(a.acts) < len(l.acts) {
			a.acts = l.acts
			a.symbol = append(a.symbol, make([]uint32, len(l.acts)-len(a.symbol))...)
		}
	}
}

func (e *latest) compare(at int64, o *latest, oAt int64) int {
	switch {
	case at != oAt:
		return order(at < oAt)
	case e.recorded != o.recorded:
		return order(e.recorded < o.recorded)
	}
	return bytes.Compare(e.id, o.id)
}

// keep copies the event's id into the memory of the one before.
func (e *latest) keep(next latest) {
	next.id = append(e.id[:0], next.id...)
	*e = next
}

func (e *latest) same(o *latest) bool { return e.act == o.act && e.content == o.content }

// Read says what was read.
func (s *Sorted) Read() Progress { return s.names.log.read }

// Totals are the sums over all deals.
func (s *Sorted) Totals() Totals {
	t := newTotals()
	t.Deals = int64(len(s.stands))
	for _, a := range s.autos {
		t.countHits(a)
	}
	for f := range s.Finals() {
		t.States[f.State]++
	}
	return t
}

// Finals goes through all deals, in the order in which they first appear.
func (s *Sorted) Finals() iter.Seq[Final] {
	return func(yield func(Final) bool) {
		for deal, d := range s.stands {
			a := s.autos[d.machine]
			f := Final{Deal: s.names.log.deals[deal], State: a.states[a.spots[d.spot].state], Since: instant(d.since), Revision: int(d.revision)}
			if !yield(f) {
				return
			}
		}
	}
}

package bulk

import (
	"fmt"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// automaton remembers what the library has answered. Its situations are those
// that a [dealstate.Cursor] tells apart, its symbols the acts that can differ
// under the policy, and each cell is asked of a [dealstate.Deal] that stands in
// that situation, once, when it is first needed. So it can hold no transition
// that the library, and looplab under it, lacks.
//
// It knows deals whose instants do not matter. Where they do, because a clock
// can run, or where an event speaks of another one, it says that it does not
// know, and the caller folds the log.
type automaton struct {
	m       *dealstate.Machine
	policy  dealstate.Policy
	clocked bool
	states  []dealstate.State

	byClass map[Act]uint32
	letters []Act // by symbol
	table   []cell
	shift   uint     // of the symbol in the number of a cell
	saidAt  []uint32 // by cell: what is said, in said
	said    []said
	spots   []spot
	stateOf []uint32 // by situation
	byKey   map[string]uint32

	// Of the log at hand.
	acts    []Act
	refers  bool           // some event of the log refers to another
	alone   bool           // no other machine runs a deal of the log
	symbol  sparse[uint32] // by act; 0: not looked at yet
	columns []uint32       // by act, if alone: the symbol's first cell, or far; the last one is idle
}

// cell is what becomes of a symbol in a situation, and how often it came.
type cell struct {
	leads lead
	hits  uint32
}

// lead is where a symbol leads: the situation, by how much it raises the
// revision, and whether the instant changes since when it stands where it does.
// 0: not asked yet.
type lead uint32

const (
	leadSpot   lead = 1<<16 - 1
	leadRaise  lead = 3 << 16
	leadMoves  lead = 1 << 18
	leadHard   lead = 1 << 19 // the automaton does not know
	leadFilled lead = 1 << 20 // it does; the highest bit, so that one comparison sees it
)

// Two situations and one symbol are like no other. A deal that is gone takes no
// step. What is idle leaves every deal where it is.
const (
	gone  = 0
	first = 1 // where every deal starts
	idle  = 0
)

// Bounds that keep a hostile log from filling the memory; what lies beyond is
// folded the slow way.
const (
	maxSpots   = 1 << 14
	maxCells   = 1 << 22
	maxDepth   = 64 // events that it takes to come to a situation
	maxParties = 64

	maxRaises = 1<<16 - 2 // of a revision that is to fit into 16 bits
)

// place is where a deal stands: the situation, and the revision of the text.
type place struct {
	spot     uint32
	revision uint32
}

// beginning is where every deal starts.
var beginning = place{spot: first, revision: 1}

// spot is one situation, with the shortest known log that leads there.
type spot struct {
	deal     *dealstate.Deal
	events   []dealstate.Event
	revision int
	began    bool // it is known since when the deal stands here
}

// said is what there is to tell of a decision, whatever the deal.
type said struct {
	outcome  dealstate.Outcome
	rule     string
	party    string // of a change of state
	from, to dealstate.State
	reasons  []dealstate.ReasonCode // each once
}

func newAutomaton(m *dealstate.Machine, p dealstate.Policy) *automaton {
	a := m.Agreement()
	auto := &automaton{m: m, policy: p, states: m.Lifecycle().States,
		clocked: !a.Deadline.IsZero() || a.Effect != nil || a.Term != nil || len(a.Parties) > maxParties,
		byClass: map[Act]uint32{}, letters: make([]Act, 1), table: make([]cell, 1<<4), saidAt: make([]uint32, 1<<4), shift: 4, byKey: map[string]uint32{},
		spots: make([]spot, 1), stateOf: make([]uint32, 1)}
	auto.fillIdle()
	if !auto.clocked {
		auto.spot(nil)
	}
	return auto
}

func (a *automaton) fillIdle() {
	for spot := range 1 << a.shift {
		a.table[spot].leads = leadFilled | lead(spot)
	}
}

// attach turns to a log: its acts, of which there may be more later, whether some
// event in it refers to another, and whether all its deals have this machine.
func (a *automaton) attach(acts []Act, refers, alone bool) {
	a.acts, a.refers, a.alone = acts, refers, alone
	a.align()
}

// align finds the columns anew.
func (a *automaton) align() {
	if !a.alone {
		return
	}
	a.columns = append(a.columns[:0], make([]uint32, len(a.acts)+1)...)
	for act := range a.acts {
		a.columns[act] = a.column(a.symbol.get(uint32(act)))
	}
	a.columns[len(a.acts)] = idle << a.shift
}

func (a *automaton) column(symbol uint32) uint32 {
	if symbol == 0 || symbol > symbolPlain {
		return far
	}
	return symbol << a.shift
}

// detach forgets the log, of which the hits have been counted.
func (a *automaton) detach() { a.acts, a.symbol = nil, sparse[uint32]{} }

// noon is when everything happens that the automaton asks about.
var noon = time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC)

// spot gives the number of the situation to which the events lead. Not ok:
// there are too many.
func (a *automaton) spot(events []dealstate.Event) (n uint32, ok bool) {
	deal, err := a.m.Load(a.policy, all(events))
	if err != nil || len(events) > maxDepth {
		return 0, false
	}
	now := deal.Now()
	key := deal.Cursor(dealstate.View{}).AppendKey(nil)
	for _, p := range now.Parties { // reasons tell a stale approval from none at all
		key = append(key, byte(p.Standing))
	}
	if !now.Since.IsZero() { // the first negotiation on record says since when
		key = append(key, 1)
	}
	if n, ok := a.byKey[string(key)]; ok {
		return n, true
	}
	n = uint32(len(a.spots))
	if n >= maxSpots || n>>a.shift > 0 && !a.heighten() {
		return 0, false
	}
	a.byKey[string(key)] = n
	a.spots = append(a.spots, spot{deal: deal, events: events, revision: now.Revision, began: !now.Since.IsZero()})
	a.stateOf = append(a.stateOf, a.stateIndex(now.State))
	return n, true
}

// heighten makes room for twice as many situations.
func (a *automaton) heighten() bool {
	if 2*len(a.table) > maxCells {
		return false
	}
	table, said, height := a.table, a.saidAt, 1<<a.shift
	a.table, a.saidAt = make([]cell, 2*len(table)), make([]uint32, 2*len(table))
	a.shift++
	for symbol := range a.letters {
		copy(a.table[symbol<<a.shift:], table[symbol*height:][:height])
		copy(a.saidAt[symbol<<a.shift:], said[symbol*height:][:height])
	}
	a.fillIdle()
	a.align()
	return true
}

func all(events []dealstate.Event) func(func(dealstate.Event, error) bool) {
	return func(yield func(dealstate.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (a *automaton) stateIndex(s dealstate.State) uint32 { return uint32(slices.Index(a.states, s)) }

// step moves a deal along, and gives the cell that says what the act did. Unless
// it knows, it leaves the deal where it is.
func (a *automaton) step(p *place, act uint32, refers bool) (n uint32, known bool) {
	symbol, known := a.look(act, p.revision, refers)
	if !known {
		return 0, false
	}
	leads := a.at(p.spot, symbol)
	if leads&leadHard != 0 {
		return 0, false
	}
	n = symbol<<a.shift | p.spot
	*p = place{spot: uint32(leads & leadSpot), revision: p.revision + uint32(leads&leadRaise>>16)}
	return n, true
}

// moves reports whether a cell changes since when the deal stands where it does.
func (a *automaton) moves(n uint32) bool { return a.table[n].leads&leadMoves != 0 }

func (a *automaton) says(n uint32) *said { return &a.said[a.saidAt[n]] }

// at says where a symbol leads, and asks when nobody has before.
func (a *automaton) at(spot, symbol uint32) lead {
	if leads := a.table[symbol<<a.shift|spot].leads; leads != 0 {
		return leads
	}
	leads, said := a.ask(spot, symbol)
	n := symbol<<a.shift | spot // asking may have moved it
	a.table[n].leads, a.saidAt[n] = leads, said
	return leads
}

func (a *automaton) ask(from, symbol uint32) (leads lead, what uint32) {
	here := a.spots[from]
	e := a.event(symbol, here)
	decision, err := here.deal.Check(e)
	if err != nil {
		return leadHard, 0
	}
	next, raise := from, decision.Revision-here.revision
	if decision.Outcome == dealstate.Applied {
		var ok bool
		if next, ok = a.spot(append(here.events[:len(here.events):len(here.events)], e)); !ok {
			return leadHard, 0
		}
	}
	if raise != 0 && (raise != 1 || !raises(e.Kind)) {
		return leadHard, 0
	}
	to := leadFilled | lead(next) | lead(raise)<<16
	if decision.From != decision.To || a.spots[next].began && !here.began {
		to |= leadMoves
	}
	a.said = append(a.said, saidOf(decision, nil))
	return to, uint32(len(a.said) - 1)
}

// raises reports whether a kind can make a new revision: one at most.
func raises(k dealstate.Kind) bool { return k == dealstate.Amend || k == dealstate.Negotiate }

// event makes the symbol's act happen in the situation.
func (a *automaton) event(symbol uint32, here spot) dealstate.Event {
	act := a.letters[symbol]
	if act.Revision > 0 {
		act.Revision += here.revision - 1
	}
	e := act.event(fmt.Sprintf("%04d", len(here.events)), a.m.Deal())
	e.At = noon
	if act.Kind == dealstate.Extend {
		e.Until = noon.Add(time.Hour)
	}
	return e
}

// saidOf appends the reasons' codes to the given ones.
func saidOf(d dealstate.Decision, codes []dealstate.ReasonCode) said {
	for _, r := range d.Reasons {
		if !slices.Contains(codes, r.Code) {
			codes = append(codes, r.Code)
		}
	}
	return said{outcome: d.Outcome, rule: d.Rule, party: d.Party, from: d.From, to: d.To, reasons: codes}
}

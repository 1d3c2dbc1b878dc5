package bulk

import (
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// automaton remembers what the library has answered. Its situations are those
// that a [dealstate.Cursor] tells apart, its symbols the clocks and the acts that can
// differ under the policy, and each cell is asked of a cursor that stands in
// that situation, once, when it is first needed. So it can hold no transition
// that the library, and looplab under it, lacks.
//
// Of instants it knows only whether a clock has come due; when that is, each deal's
// [hands] tell. Where more matters, or where an event speaks of another one, it says
// that it does not know, and the caller follows the deal or folds its log.
type automaton struct {
	m      *dealstate.Machine
	policy dealstate.Policy
	states []dealstate.State

	byClass map[Act]uint32
	letters []Act // by symbol; none of the clocks
	table   []cell
	shift   uint     // of the symbol in the number of a cell
	saidAt  []uint32 // by cell: what is said, in answers
	answers []answer
	spots   []spot
	stateOf []uint32 // by situation
	byKey   map[string]uint32

	// Of the log at hand.
	acts    []Act
	knows   bool           // deals in this view at all
	refers  bool           // some event of the log refers to another
	alone   bool           // no other machine runs a deal of the log
	symbol  sparse[uint32] // by act; 0: not looked at yet
	columns []uint32       // by act, if alone: the symbol's first cell, or far; the last one is idle

	asker // these last, away from what every step needs
	clockwork
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

// Two situations and some symbols are like no other. A deal that is gone takes no
// step. What is idle leaves every deal where it is. Where there are clocks, those that
// come due together are one symbol, with a bit for each.
const (
	gone  = 0
	first = 1 // where every deal starts

	idle     = 0
	firstAct = 1 << clocks
)

// Bounds that keep a hostile log from filling the memory; what lies beyond is
// folded the slow way.
const (
	maxSpots   = 1 << 14
	maxCells   = 1 << 22
	maxDepth   = 64 // events and clocks that it takes to come to a situation
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

func newAutomaton(m *dealstate.Machine, p dealstate.Policy) *automaton {
	auto := &automaton{m: m, policy: p, asker: newAsker(m, p), clockwork: newClockwork(m), states: m.Lifecycle().States,
		byClass: map[Act]uint32{}, shift: 4, byKey: map[string]uint32{}, spots: make([]spot, 1), stateOf: make([]uint32, 1)}
	auto.letters = make([]Act, 1)
	if auto.clocked {
		auto.letters = make([]Act, firstAct)
	}
	cells := len(auto.letters) << auto.shift
	auto.table, auto.saidAt = make([]cell, cells), make([]uint32, cells)
	auto.fillIdle()
	auto.spot(spot{})
	return auto
}

func (a *automaton) fillIdle() {
	for spot := range 1 << a.shift {
		a.table[spot].leads = leadFilled | lead(spot)
	}
}

// attach turns to a view of a log: its acts, of which there may be more later, whether
// some event in it refers to another, and whether all its deals have this machine.
func (a *automaton) attach(v dealstate.View, acts []Act, refers, alone bool) {
	a.knows, a.acts, a.refers, a.alone = a.canKnow(v), acts, refers, alone
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

func (a *automaton) stateIndex(s dealstate.State) uint32 { return uint32(slices.Index(a.states, s)) }

// move is a step by what an act means for the deal. It is for deals without clocks;
// [automaton.take] is for all.
func (a *automaton) move(p *place, act uint32, refers bool) (n uint32, known bool) {
	symbol, known := a.look(act, p.revision, refers)
	if !known {
		return 0, false
	}
	return a.step(p, symbol)
}

// step moves a deal along, and gives the cell that says what the symbol did. Unless
// it knows, it leaves the deal where it is.
func (a *automaton) step(p *place, symbol uint32) (n uint32, known bool) {
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

func (a *automaton) answer(n uint32) *answer { return &a.answers[a.saidAt[n]] }

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

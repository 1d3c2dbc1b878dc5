package lazydfa

import (
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/sparse"
)

// DFA is the lazy automaton of one machine under one policy. It grows whenever a cell is
// needed for the first time, and keeps what it learned when it turns to another view or log.
// Only one goroutine may use it at a time; a [Pool] hands them out.
type DFA struct {
	// What each step reads comes first, in one cache line: there may be thousands of DFAs.
	table      []cell                // input class by input class: its column of situations
	shift      uint                  // a column has 1<<shift cells
	statements sparse.Row[statement] // of the log at hand
	timed      bool                  // deals have timers

	answerAt []uint32 // by cell: its place in answers
	answers  []*answer
	answerOf map[string]uint32
	shared   *answers // with other DFAs
	times    []int64  // scratch, by answer
	columns  []uint32 // by statement, if Dense: the first cell of its class, or beyondTable; the last one is idle
	timing

	machine    *dealstate.Machine
	policy     dealstate.Policy
	states     []dealstate.State
	classOf    map[class]uint32  // input class, with marks
	dueClass   map[uint64]uint32 // by set of timers that come due together: its input class
	inputs     []input           // by input class
	situations []situation
	stateOf    []uint32 // by situation: its place in states
	byKey      map[string]uint32
	oracle

	log    Log    // at hand
	beyond string // why it cannot know deals in the view at hand; "": it can
}

// Log is what a DFA has to know of the log at hand. The log owns it.
type Log struct {
	ID         uint64                                 // what the DFA knows of the statements holds for logs of equal id; zero: for none
	Event      func(statement uint32) dealstate.Event // a template: what the statement says, addressed to the machine's deal
	Statements int                                    // how many there are; needed if Dense
	Refers     bool                                   // some event refers to another
	// LeavesLater: some withdrawal says until when.
	LeavesLater bool
	Dense       bool // the DFA keeps 4 bytes for each statement: only then Run and RunTimed work
}

// input is what an input class stands for: what one of its statements says, or timers that
// come due together. The idle class has neither.
type input struct {
	statement dealstate.Event
	due       uint64
}

// cell is what an input class does in a situation, and how often deals came by.
type cell struct {
	target target
	hits   uint32
}

// target is where a cell leads, in one word: the situation, by how much it raises the
// revision, and four marks. Zero means not asked yet.
type target uint32

const (
	targetSituation target = 1<<16 - 1
	targetRaise     target = 3 << 16
	targetMoves     target = 1 << 18 // it changes since when the deal is in its state
	targetUnknown   target = 1 << 19 // the DFA cannot know
	targetSets      target = 1 << 20 // it sets timers
	targetKnown     target = 1 << 21 // the DFA knows; the highest bit, so that one comparison sees it
)

// Two situations are special. A deal outside the table takes no step. Every deal starts
// in the initial one, and no event leads back to it.
const (
	outside = 0
	initial = 1
)

// The idle input class leaves every deal where it is.
const idle = 0

// Bounds keep a hostile log from filling the memory. What lies beyond, the DFA does not
// know.
const (
	maxSituations = 1 << 14
	maxCells      = 1 << 22
	maxParties    = 64
	maxTimers     = 32 // of one deal: 8 bytes each

	MaxDepth  = 64        // events and clocks that it takes to come to a situation
	MaxRaises = 1<<16 - 2 // of a revision that is to fit into a DealState
)

// New makes a DFA that knows nothing yet. Who replays more than once takes one from a [Pool].
func New(m *dealstate.Machine, p dealstate.Policy) *DFA { return newDFA(m, p, &answers{}) }

func newDFA(m *dealstate.Machine, p dealstate.Policy, shared *answers) *DFA {
	d := &DFA{machine: m, policy: p, shared: shared, oracle: newOracle(m, p), timing: newTiming(m), states: m.Lifecycle().States,
		classOf: map[class]uint32{}, dueClass: map[uint64]uint32{}, answerOf: map[string]uint32{}, shift: 4, byKey: map[string]uint32{}, situations: make([]situation, 1), stateOf: make([]uint32, 1)}
	d.timed = len(d.timers) > 0
	d.addColumns(input{}) // idle
	d.fillIdle()
	d.numberHere(situation{})
	return d
}

func (d *DFA) fillIdle() {
	for n := range 1 << d.shift {
		d.table[n].target = targetKnown | target(n)
	}
}

// Attach turns to a view of a log. The DFA cannot know a view in which clocks may run to an
// instant that 64 bits cannot hold.
func (d *DFA) Attach(v dealstate.View, l Log) {
	if l.ID == 0 || l.ID != d.log.ID {
		d.statements = sparse.Row[statement]{}
	}
	d.log, d.beyond = l, d.tooMuch
	if d.beyond == "" && d.timed && !v.AsOf.Before(nanos.Time(nanos.Never)) {
		d.beyond = "a view of a deal with clocks lies outside the years 1678 to 2261"
	}
	d.align()
}

// detach forgets the log, of which the hits have been taken, but for what it knows of its
// statements.
func (d *DFA) detach() { d.log = Log{ID: d.log.ID} }

// Knows reports whether the DFA can know deals in the view at all.
func (d *DFA) Knows() bool { return d.beyond == "" }

// Beyond says why the DFA cannot know them; "": it can.
func (d *DFA) Beyond() string { return d.beyond }

// Timed reports whether deals have timers.
func (d *DFA) Timed() bool { return d.timed }

// StateOf gives a situation's place among the machine's states.
func (d *DFA) StateOf(p Position) uint32 { return d.stateOf[p.situation] }

// StateIndex gives a state's place among the machine's states.
func (d *DFA) StateIndex(s dealstate.State) uint32 { return uint32(slices.Index(d.states, s)) }

// Situations are the states by situation, as far as they are known now.
func (d *DFA) Situations() []uint32 { return d.stateOf }

// TakeHits hands over each effect and how often it came since the last call. Visits
// of the idle class have none.
func (d *DFA) TakeHits(count func(e *Effect, times int64)) {
	d.times = append(d.times[:0], make([]int64, len(d.answers))...)
	for n := range d.table {
		hits := d.table[n].hits
		if hits == 0 {
			continue
		}
		if d.table[n].hits = 0; n>>d.shift != idle {
			d.times[d.answerAt[n]] += int64(hits)
		}
	}
	for n, times := range d.times {
		if times == 0 {
			continue
		}
		for i := range d.answers[n].effects {
			count(&d.answers[n].effects[i], times)
		}
	}
}

// align finds the columns anew.
func (d *DFA) align() {
	if d.columns = d.columns[:0]; !d.log.Dense {
		return
	}
	d.columns = append(d.columns, make([]uint32, d.log.Statements+1)...)
	for n := range d.log.Statements {
		d.columns[n] = d.column(d.statements.Get(uint32(n)).class)
	}
	d.columns[d.log.Statements] = idle << d.shift
}

func (d *DFA) column(class uint32) uint32 {
	if class &^= classHedged; class == 0 || class > classNumber { // a hedged one waits for no clock, and none is due
		return beyondTable
	}
	return class << d.shift
}

// columnOf gives the first cell of a statement's class, or beyondTable.
func (d *DFA) columnOf(statement uint32) uint32 {
	if int(statement) < len(d.columns) {
		return d.columns[statement]
	}
	return d.column(d.statements.Get(statement).class)
}

// addRows makes room for twice as many situations.
func (d *DFA) addRows() bool {
	if 2*len(d.table) > maxCells {
		return false
	}
	table, answers, height := d.table, d.answerAt, 1<<d.shift
	d.table, d.answerAt = make([]cell, 2*len(table)), make([]uint32, 2*len(table))
	d.shift++
	for class := range d.inputs {
		copy(d.table[class<<d.shift:], table[class*height:][:height])
		copy(d.answerAt[class<<d.shift:], answers[class*height:][:height])
	}
	d.fillIdle()
	d.align()
	return true
}

// addColumns makes room for as many input classes more.
func (d *DFA) addColumns(inputs ...input) bool {
	more := len(inputs) << d.shift
	if len(d.table)+more > maxCells {
		return false
	}
	d.inputs = append(d.inputs, inputs...)
	d.table, d.answerAt = append(d.table, make([]cell, more)...), append(d.answerAt, make([]uint32, more)...)
	return true
}

func (d *DFA) answer(n uint32) *answer { return d.answers[d.answerAt[n]] }

// at says where an input class leads from a situation, and asks the first time.
func (d *DFA) at(situation, class uint32) target {
	if t := d.table[class<<d.shift|situation].target; t != 0 {
		return t
	}
	return d.fillCell(situation, class)
}

// fillCell asks the library what belongs into a cell.
func (d *DFA) fillCell(situation, class uint32) target {
	t, answer := d.ask(situation, class)
	n := class<<d.shift | situation // asking may have moved it
	d.table[n].target, d.answerAt[n] = t, answer
	return t
}

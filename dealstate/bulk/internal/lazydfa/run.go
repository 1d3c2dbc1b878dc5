package lazydfa

import "math"

// Input is all that the fast loop reads of an event: whose it is and what it says. A log
// keeps them in one column.
type Input struct {
	Deal      uint32
	Statement uint32
}

// Position is where one deal is in the table, and the revision of its text.
type Position struct {
	situation uint32
	Revision  uint32
}

// Beginning is where every deal starts.
var Beginning = Position{situation: initial, Revision: 1}

// DealState is where one deal is, in 8 bytes. From the lowest bits on: 16 for the
// situation; 16 for the revision; and 32 for the row that brought the deal to its
// state, or NoRow if it never left the first. Where there are timers the row is not kept.
//
// Of a deal outside the table, the row is the caller's to use.
type DealState uint64

// NoRow is the row of a deal that never left its first state.
const NoRow = math.MaxUint32

// Pack gives a position and a row as a DealState.
func (p Position) Pack(row uint32) DealState {
	return DealState(p.situation) | DealState(p.Revision)<<16 | DealState(row)<<32
}

// Outside gives a deal that the table no longer carries along.
func Outside(row uint32) DealState { return Position{situation: outside}.Pack(row) }

// IsBeginning reports whether the deal has taken no event yet.
func (s DealState) IsBeginning() bool { return s&0xffff == initial }

// IsOutside reports whether the table no longer carries the deal along.
func (s DealState) IsOutside() bool { return s&0xffff == outside }

// Position gives the situation and the revision.
func (s DealState) Position() Position {
	return Position{situation: uint32(s & 0xffff), Revision: uint32(s >> 16 & 0xffff)}
}

// Row gives the row.
func (s DealState) Row() uint32 { return uint32(s >> 32) }

// Situation gives the number of the situation, to be looked up in [DFA.Situations].
func (s DealState) Situation() uint32 { return uint32(s & 0xffff) }

// Run is the fast loop that all the speed comes from: an event costs one look-up. It is for
// a log that is Dense and has one machine, and for a DFA that is not timed. It stops before an input that needs a
// second look, and says how many it took; that input is the [Stepper]'s.
//
// A statement that bears a mark or was not looked at yet has its column beyond the
// table, and the cells of a deal outside are empty. The revision cannot overflow: the
// caller keeps deals that may have more than MaxRaises outside from the start.
func (d *DFA) Run(deals []DealState, inputs []Input, row uint32) (taken int) {
	columns, table := d.columns, d.table
	at := DealState(row) << 32
	for i, in := range inputs {
		s := deals[in.Deal]
		n := uint(columns[in.Statement]) + uint(s&0xffff)
		if n >= uint(len(table)) || table[n].target < targetKnown {
			return i
		}
		t := table[n].target
		table[n].hits++
		s = s&^0xffff + DealState(t&(targetSituation|targetRaise))
		if moved := DealState(uint32(s)) | at; t&targetMoves != 0 {
			s = moved
		}
		deals[in.Deal] = s
		at += 1 << 32
	}
	return len(inputs)
}

// Deals are the deals that a replay carries along together, by their numbers. The replay
// owns them; the loops and the replay's [Stepper] change them.
type Deals struct {
	States []DealState
	DFAs   []*DFA // by deal; nil: all have the same

	// If some have timers, else nil.
	Timers  []Timers
	Soonest []int64 // when the first of them is due; nanos.Never: none is set
	Since   []int64 // when a deal that has timers came to its state
}

// RunTimed is the fast loop for a DFA that is timed, in such a log. It stops before an input
// by whose instant a timer is due, too.
func (d *DFA) RunTimed(deals *Deals, inputs []Input, at []int64) (taken int) {
	columns, table := d.columns, d.table
	states, soonest := deals.States, deals.Soonest[:len(deals.States)]
	at = at[:len(inputs)]
	for i, in := range inputs {
		s := states[in.Deal]
		n := uint(columns[in.Statement]) + uint(s&0xffff)
		if n >= uint(len(table)) || table[n].target < targetKnown || at[i] >= soonest[in.Deal] {
			return i
		}
		t := table[n].target
		if t&(targetMoves|targetSets) != 0 && !deals.move(d, in.Deal, uint32(n), at[i]) {
			return i
		}
		table[n].hits++
		states[in.Deal] = s&^0xffff + DealState(t&(targetSituation|targetRaise))
	}
	return len(inputs)
}

// move notes that a deal with timers went through a cell that changes more than where it is.
func (deals *Deals) move(d *DFA, deal, cell uint32, at int64) (known bool) {
	t := d.table[cell].target
	if t&targetSets != 0 {
		timers := deals.Timers[deal]
		if !d.start(timers, d.answer(cell).setters, at) {
			return false
		}
		deals.Soonest[deal] = timers.Soonest()
	}
	if t&targetMoves != 0 {
		deals.Since[deal] = at
	}
	return true
}

// RunEach is the fast loop for deals of several DFAs. The instants are needed if some are
// timed.
func RunEach(deals *Deals, inputs []Input, at []int64, row uint32) (taken int) {
	for i, in := range inputs {
		d, s := deals.DFAs[in.Deal], deals.States[in.Deal]
		n := uint(d.columnOf(in.Statement)) + uint(s&0xffff)
		if n >= uint(len(d.table)) || d.table[n].target < targetKnown || d.timed && at[i] >= deals.Soonest[in.Deal] {
			return i
		}
		t := d.table[n].target
		if t&(targetMoves|targetSets) != 0 {
			if !d.timed {
				s = DealState(uint32(s)) | DealState(row+uint32(i))<<32
			} else if !deals.move(d, in.Deal, uint32(n), at[i]) {
				return i
			}
		}
		d.table[n].hits++
		deals.States[in.Deal] = s&^0xffff + DealState(t&(targetSituation|targetRaise))
	}
	return len(inputs)
}

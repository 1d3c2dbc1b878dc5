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
// a log that is Sole, and for a DFA that is not timed. It stops before an input that needs a
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

// RunOne is one turn of the fast loop, in a log that is not Sole.
func (d *DFA) RunOne(deal *DealState, statement, row uint32) (taken bool) {
	class := d.statements.Get(statement).class
	n := uint(class<<d.shift) + uint(*deal&0xffff)
	if class == 0 || class > classNumber || n >= uint(len(d.table)) || d.table[n].target < targetKnown {
		return false
	}
	t := d.table[n].target
	d.table[n].hits++
	s := *deal&^0xffff + DealState(t&(targetSituation|targetRaise))
	if t&targetMoves != 0 {
		s = DealState(uint32(s)) | DealState(row)<<32
	}
	*deal = s
	return true
}

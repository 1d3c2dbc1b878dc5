package lazydfa

import "github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"

// Stepper takes one deal along, event by event, with its timers. It remembers the cells
// that the deal came by, so that the caller can count or tell them once it is certain
// that the DFA knows them all. A replay owns one and loads it with deal after deal.
//
// Once a method answers that it does not know, the deal leads nowhere: load another.
type Stepper struct {
	Position
	Timers Timers // its own copy

	Row      uint32 // of the event at hand; the caller sets it
	Moved    bool   // since the load, the deal came to a state
	Since    int64  // when it did so last
	SinceRow uint32 // and by which row

	d    *DFA
	path []visit
}

// visit is a cell that the deal came by, when, and at which row. The timers that come due
// before the row's event bear its number too.
type visit struct {
	situation, class uint32
	row              uint32
	at               int64
}

// Load goes on with a deal where it was left.
func (s *Stepper) Load(d *DFA, p Position, t Timers) {
	s.d, s.Position, s.Moved, s.path = d, p, false, s.path[:0]
	s.Timers = append(s.Timers[:0], t...)
}

// Begin starts a deal.
func (s *Stepper) Begin(d *DFA) { s.Load(d, Beginning, d.begin) }

// Take takes a statement at an instant, after the clocks that are due by then. There is
// more to the event if it names another one, or says until when. A DFA without timers does
// not read the instant, but gives it back with Since.
//
// What is not asserted may speak of a time to which no clock runs; but it changes
// nothing, so the clocks may as well wait. So may those that the statement sets to be due
// at once.
func (s *Stepper) Take(statement uint32, at int64, more bool) (known bool) {
	of := s.d.statement(statement)
	if s.d.timed && of.class&classHedged == 0 && !s.Advance(at) {
		return false
	}
	class, known := of.in(s.Revision, more)
	return known && s.visit(class, at)
}

// Advance lets every clock come due that is due up to the instant. Without timers it
// does nothing.
func (s *Stepper) Advance(to int64) (known bool) {
	for s.d.timed {
		due := s.Timers.Soonest()
		if due > to || due == nanos.Never {
			return true
		}
		if class, ok := s.d.due(s.Timers.stop(due)); !ok || !s.visit(class, due) {
			return false
		}
	}
	return true
}

// visit moves the deal by an input class.
func (s *Stepper) visit(class uint32, at int64) (known bool) {
	d := s.d
	t := d.at(s.situation, class)
	if t&targetUnknown != 0 {
		return false
	}
	s.path = append(s.path, visit{situation: s.situation, class: class, row: s.Row, at: at})
	n := class<<d.shift | s.situation
	s.Position = Position{situation: uint32(t & targetSituation), Revision: s.Revision + uint32(t&targetRaise>>16)}
	if t&targetMoves != 0 {
		s.Moved, s.Since, s.SinceRow = true, at, s.Row
	}
	return t&targetSets == 0 || d.start(s.Timers, d.answer(n).setters, at)
}

// cell gives the number of the cell visited. It changes when the table grows.
func (s *Stepper) cell(v visit) uint32 { return v.class<<s.d.shift | v.situation }

// Count counts the cells that the deal came by.
func (s *Stepper) Count() {
	for _, v := range s.path {
		s.d.table[s.cell(v)].hits++
	}
}

// Uncount takes back what was counted.
func (s *Stepper) Uncount() {
	for _, v := range s.path {
		s.d.table[s.cell(v)].hits--
	}
}

// Transitions tells each change of state, when it came, and at which row.
func (s *Stepper) Transitions(tell func(e *Effect, at int64, row uint32)) {
	for _, v := range s.path {
		effects := s.d.answer(s.cell(v)).effects
		for i := range effects {
			if effects[i].Moves() {
				tell(&effects[i], v.at, v.row)
			}
		}
	}
}

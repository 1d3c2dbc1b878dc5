package bulk

import (
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lazydfa"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
)

// deal replays one deal of the shard at hand from its beginning, its rows in the order in
// which they fold: with the stepper, or where the DFA does not know it, with the library.
// Either each transition is told, or the decisions are counted and the final state is put.
func (r *replayer) deal(deal uint32, tell func(Transition)) error {
	d := r.dfaOf(deal)
	rows, complete := r.inOrder(deal)
	if complete && d.Knows() && r.stepThrough(d, deal, rows) {
		r.conclude(d, deal, tell)
		return nil
	}
	return r.byLibrary(d, deal, rows, complete, tell)
}

// inOrder sorts the rows that the view sees. They are not complete if a known retract
// lies beyond them.
func (r *replayer) inOrder(deal uint32) (rows []uint32, complete bool) {
	r.rows = r.rows[:0]
	for _, row := range r.s.rowsOf(r.l, deal) {
		if r.sees(r.s.at(row), r.s.recorded(row)) {
			r.rows = append(r.rows, row)
		} else if r.s.recorded(row) <= r.knownBy && r.voids(r.s.input(row)) {
			return nil, false
		}
	}
	byFold := func(a, b uint32) int { return r.l.compare(r.s, a, b) }
	if !slices.IsSortedFunc(r.rows, byFold) {
		slices.SortFunc(r.rows, byFold)
	}
	return r.rows, true
}

// stepThrough has the stepper take all rows, and the clocks to the end.
func (r *replayer) stepThrough(d *lazydfa.DFA, deal uint32, rows []uint32) (known bool) {
	s := &r.stepper
	s.Begin(d)
	for _, s.Row = range rows {
		if !s.Take(r.s.input(s.Row).Statement, r.s.at(s.Row), r.l.hasMore(r.s, s.Row)) {
			return false
		}
	}
	return !d.Timed() || s.Advance(r.end(deal))
}

// conclude tells or counts what the stepper found.
func (r *replayer) conclude(d *lazydfa.DFA, deal uint32, tell func(Transition)) {
	s := &r.stepper
	if tell != nil {
		s.Transitions(func(e *lazydfa.Effect, at int64, row uint32) { tell(r.transition(e, deal, at, row)) })
		return
	}
	s.Count()
	f := finalState{state: d.StateOf(s.Position), revision: int(s.Revision)}
	if s.Moved {
		f.since = nanos.Time(s.Since)
	}
	r.states.put(deal, f)
}

func (r *replayer) transition(e *lazydfa.Effect, deal uint32, at int64, row uint32) Transition {
	t := transitionAt(e, r.l.deals[r.s.deal(deal)], at)
	if e.Clock == 0 {
		t.Event, t.Kind = r.l.id(r.s, row), r.l.statements[r.s.input(row).Statement].Kind
	}
	return t
}

package bulk

import (
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lazydfa"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/sparse"
)

// byLibrary has the library replay one deal: by a cursor that takes the rows, which are in
// order; or by a fold of the whole log where rows are not complete or refer to others,
// of which a cursor knows nothing.
func (r *replayer) byLibrary(d *lazydfa.DFA, deal uint32, rows []uint32, complete bool, tell func(Transition)) error {
	if complete && !r.refers(rows) {
		c := r.cursor(r.l.machine[r.s.deal(deal)])
		if err := c.replay(deal, rows, tell); err != nil {
			return err
		}
		if tell == nil {
			r.states.put(deal, finalState{since: c.cursor.Since(), state: d.StateIndex(c.cursor.State()), revision: c.cursor.Revision()})
		}
		return nil
	}
	snapshot, decisions, err := r.l.fold(r.s, deal, r.view)
	if err != nil {
		return err
	}
	for _, decision := range decisions {
		if tell == nil {
			e := lazydfa.EffectOf(decision, nil)
			r.counters.count(&e, 1)
		} else if decision.From != decision.To {
			tell(transitionOf(decision))
		}
	}
	if tell == nil {
		r.states.put(deal, finalState{since: snapshot.Since, state: d.StateIndex(snapshot.State), revision: snapshot.Revision})
	}
	return nil
}

func (r *replayer) refers(rows []uint32) bool {
	return len(r.s.refs) > 0 && slices.ContainsFunc(rows, func(row uint32) bool { return r.s.refs[row] != "" })
}

// cursor is a [dealstate.Cursor] of one machine, with the acts that it took before. Its
// replayer owns it, and sends deal after deal through it.
type cursor struct {
	r      *replayer
	m      *dealstate.Machine
	cursor *dealstate.Cursor
	acts   sparse.Row[*dealstate.Act] // by statement; nil: not needed yet
	deal   uint32                     // at hand, and the row
	row    uint32
	codes  []dealstate.ReasonCode // scratch
	tell   func(Transition)
}

func (r *replayer) cursor(machine uint32) *cursor {
	if r.cursors[machine] == nil {
		m := r.l.machines[machine]
		c := &cursor{r: r, m: m, cursor: m.Cursor(r.view.Policy)}
		c.cursor.Watch(c.decided)
		r.cursors[machine] = c
	}
	return r.cursors[machine]
}

// replay takes the rows of a deal, which are in order, up to the view's instant.
func (c *cursor) replay(deal uint32, rows []uint32, tell func(Transition)) error {
	c.deal, c.tell = deal, tell
	c.cursor.Reset()
	horizon := c.r.horizon(deal)
	c.cursor.Until(horizon)
	for _, c.row = range rows {
		act, err := c.act(c.row)
		if err != nil {
			return err
		}
		c.cursor.Take(act, nanos.Time(c.r.s.at(c.row)))
	}
	c.cursor.Advance(horizon)
	return nil
}

// act makes the act of each statement once, but for one that moves a clock.
func (c *cursor) act(row uint32) (*dealstate.Act, error) {
	statement := c.r.s.input(row).Statement
	if until := c.r.s.until(row); until != nanos.None {
		return c.newAct(statement, nanos.Time(until))
	}
	if act := c.acts.Get(statement); act != nil {
		return act, nil
	}
	act, err := c.newAct(statement, time.Time{})
	if err == nil {
		c.acts.Set(statement, act)
	}
	return act, err
}

func (c *cursor) newAct(statement uint32, until time.Time) (*dealstate.Act, error) {
	e := c.r.l.statements[statement].event("event", c.m.Deal())
	e.Until = until
	return c.m.Act(e)
}

// decided is told each decision.
func (c *cursor) decided(d dealstate.Decision) {
	switch {
	case c.tell == nil:
		e := lazydfa.EffectOf(d, c.codes[:0])
		c.codes = e.Reasons
		c.r.counters.count(&e, 1)
	case d.From != d.To:
		if d.Deal = c.r.l.deals[c.r.s.deal(c.deal)]; d.Event != "" {
			d.Event = c.r.l.id(c.r.s, c.row)
		}
		c.tell(transitionOf(d))
	}
}

// horizon is the instant of the view, which may lie beyond what 64 bits hold; left open,
// it is the deal's own.
func (r *replayer) horizon(deal uint32) time.Time {
	if !r.view.AsOf.IsZero() {
		return r.view.AsOf
	}
	return nanos.Time(r.end(deal))
}

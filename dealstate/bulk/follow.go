package bulk

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// follower takes a deal along with a cursor, clocks and all, event by event in
// their order. It is for one machine and one walker. It knows of no event that
// refers to another.
type follower struct {
	w      *walker
	m      *dealstate.Machine
	cursor *dealstate.Cursor
	acts   sparse[*dealstate.Act] // by act; nil: not needed yet
	deal   uint32                 // at hand, and the row
	row    uint32
	codes  []dealstate.ReasonCode // scratch
	tell   func(Transition)
}

func newFollower(w *walker, machine uint32) *follower {
	m := w.l.machines[machine]
	f := &follower{w: w, m: m, cursor: m.Cursor(w.view.Policy)}
	f.cursor.Watch(f.decided)
	return f
}

// follow takes the rows of a deal, which are in order, up to the view's instant.
func (f *follower) follow(deal uint32, rows []uint32, tell func(Transition)) error {
	f.deal, f.tell = deal, tell
	f.cursor.Reset()
	horizon := f.w.horizon(deal)
	f.cursor.Until(horizon)
	for _, f.row = range rows {
		act, err := f.act(f.row)
		if err != nil {
			return err
		}
		f.cursor.Take(act, instant(f.w.s.fact(f.row).at))
	}
	f.cursor.Advance(horizon)
	return nil
}

// act makes each act ready once, but for one that moves a clock.
func (f *follower) act(row uint32) (*dealstate.Act, error) {
	n := f.w.s.step(row).act
	if until := f.w.s.until(row); until != none {
		return f.make(n, instant(until))
	}
	if act := f.acts.get(n); act != nil {
		return act, nil
	}
	act, err := f.make(n, time.Time{})
	if err == nil {
		f.acts.set(n, act)
	}
	return act, err
}

func (f *follower) make(act uint32, until time.Time) (*dealstate.Act, error) {
	e := f.w.l.acts[act].event("event", f.m.Deal())
	e.Until = until
	return f.m.Act(e)
}

// decided is told each decision.
func (f *follower) decided(d dealstate.Decision) {
	switch {
	case f.tell == nil:
		said := saidOf(d, f.codes[:0])
		f.codes = said.reasons
		f.w.tally.count(&said, 1)
	case d.From != d.To:
		if d.Deal = f.w.l.deals[f.w.s.deal(f.deal)]; d.Event != "" {
			d.Event = f.w.l.id(f.w.s, f.row)
		}
		f.tell(transitionOf(d))
	}
}

// horizon is the instant of the view, which may lie beyond what a log can hold; left
// open, it is the deal's own.
func (w *walker) horizon(deal uint32) time.Time {
	if !w.view.AsOf.IsZero() {
		return w.view.AsOf
	}
	return instant(w.end(deal))
}

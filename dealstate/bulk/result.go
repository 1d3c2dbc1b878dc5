package bulk

import (
	"context"
	"iter"
	"sync"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Result is where all deals of a log stand in one view. It is safe for
// concurrent use, and takes 32 bytes a deal.
type Result struct {
	log    *Log
	view   dealstate.View
	stands []stand
	states [][]dealstate.State // by machine
	bounds []uint32
	spots  [][][]uint32 // by walker and machine: the state of each situation
	late   map[uint32]time.Time
	totals Totals
}

// Final is where one deal stands.
type Final struct {
	Deal     string
	State    dealstate.State
	Since    time.Time // when it came to the state; zero as in dealstate.Snapshot
	Revision int
}

// Transition is one change of one deal's state.
type Transition struct {
	Deal     string
	Event    string         // the event's id; "" for a clock
	Kind     dealstate.Kind // the event's kind, or the clock
	Party    string
	At       time.Time
	Rule     string
	From, To dealstate.State
}

// Replay finds where every deal stands in the view, each worker (0: one a core)
// seeing to its own deals. The result equals that of folding each deal's log.
//
// Deals whose events arrive in the order in which they fold cost one look-up an
// event. The others are first grouped, at 4 bytes an event of the whole log, and
// sorted; those with a retraction or a clock are folded at microseconds an event.
func (l *Log) Replay(ctx context.Context, v dealstate.View, workers int) (*Result, error) {
	workers = max(1, min(orCores(workers), len(l.deals)))
	r := &Result{log: l, view: fill(v), stands: make([]stand, len(l.deals)), late: map[uint32]time.Time{}, totals: newTotals()}
	walkers, errs := make([]*walker, workers), make([]error, workers)
	for i := range workers + 1 {
		r.bounds = append(r.bounds, uint32(len(l.deals)*i/workers))
	}
	var wait sync.WaitGroup
	for i := range workers {
		walkers[i] = newWalker(l, v, r.stands)
		wait.Go(func() { errs[i] = walkers[i].replay(ctx, r.bounds[i], r.bounds[i+1]) })
	}
	wait.Wait()
	for i, w := range walkers {
		if errs[i] != nil {
			return nil, errs[i]
		}
		r.take(w)
	}
	r.countStates()
	return r, nil
}

func (w *walker) replay(ctx context.Context, from, to uint32) error {
	if err := w.walk(ctx, from, to); err != nil {
		return err
	}
	return w.finish(ctx, from, to)
}

// take keeps what the walker knows, and gives its tables back.
func (r *Result) take(w *walker) {
	spots := make([][]uint32, len(w.autos))
	r.states = r.states[:0]
	for n, a := range w.autos {
		r.states = append(r.states, a.states)
		for _, s := range a.spots {
			spots[n] = append(spots[n], s.state)
		}
		w.totals.countHits(a)
	}
	r.spots = append(r.spots, spots)
	r.log.giveBack(w.view.Policy, w.autos)
	for deal, since := range w.late {
		r.late[deal] = since
	}
	r.totals.Merge(w.totals)
}

func (r *Result) countStates() {
	r.totals.Deals = int64(len(r.stands))
	for i := range r.spots {
		for deal := r.bounds[i]; deal < r.bounds[i+1]; deal++ {
			r.totals.States[r.state(i, deal)]++
		}
	}
}

func (r *Result) state(worker int, deal uint32) dealstate.State {
	d := r.stands[deal]
	n := d.spot
	if d.at != gone {
		n = r.spots[worker][d.machine][d.spot]
	}
	return r.states[d.machine][n]
}

// Totals are the sums over all deals.
func (r *Result) Totals() Totals { return r.totals.clone() }

// Finals goes through all deals, in the order in which they first appear.
func (r *Result) Finals() iter.Seq[Final] {
	return func(yield func(Final) bool) {
		for i := range r.spots {
			for deal := r.bounds[i]; deal < r.bounds[i+1]; deal++ {
				if !yield(r.final(i, deal)) {
					return
				}
			}
		}
	}
}

func (r *Result) final(worker int, deal uint32) Final {
	d := r.stands[deal]
	since, late := r.late[deal]
	if !late {
		since = instant(d.since)
	}
	return Final{Deal: r.log.deals[deal], State: r.state(worker, deal), Since: since, Revision: int(d.revision)}
}

// Transitions goes through every change of state in the view, deal by deal in
// the order in which they first appear, on so many goroutines (0: one a core).
// An error ends the sequence.
func (l *Log) Transitions(ctx context.Context, v dealstate.View, workers int) iter.Seq2[Transition, error] {
	return inOrder(ctx, len(l.deals), workers, func() func(int, func(Transition)) error {
		w := newWalker(l, v, nil)
		return func(deal int, yield func(Transition)) error {
			_, err := w.settle(uint32(deal), yield)
			return err
		}
	})
}

func (l *Log) transition(row uint32, s said) Transition {
	act := l.acts[l.act[row]]
	return Transition{Deal: l.deals[l.deal[row]], Event: l.ID(int(row)), Kind: act.Kind, Party: act.Party, At: instant(l.at[row]),
		Rule: s.rule, From: s.from, To: s.to}
}

func transitionOf(d dealstate.Decision) Transition {
	return Transition{Deal: d.Deal, Event: d.Event, Kind: d.Kind, Party: d.Party, At: d.At, Rule: d.Rule, From: d.From, To: d.To}
}

package bulk

import (
	"cmp"
	"context"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Result is where all deals of a log stand in one view, but for those of which it sees no
// event: they are not known to be there. It is safe for concurrent use. It takes 8 bytes a
// deal, 8 more where some have clocks, and some 50 for each that the library folded.
type Result struct {
	log    *Log
	shards [shards]*stands
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
	Event    string          // the event's id; "" for a clock
	Kind     dealstate.Kind  // the event's; 0 for a clock
	Clock    dealstate.Clock // 0 for an event
	Party    string
	At       time.Time
	Rule     string
	From, To dealstate.State
}

// Replay finds where every deal stands in the view, on so many goroutines (0: one
// a core), up to 16, each seeing to its own deals. The result equals that of folding
// each deal's log.
//
// Deals whose events arrive in the order in which they fold cost one look-up an
// event; those with late reports or clocks some tens of nanoseconds; those in which a
// clock is extended some 300, and those with a retraction a microsecond or two.
func (l *Log) Replay(ctx context.Context, v dealstate.View, workers int) (*Result, error) {
	workers = min(orCores(workers), shards, max(1, len(l.deals)))
	r := &Result{log: l, totals: newTotals()}
	walkers, errs := make([]*walker, workers), make([]error, workers)
	var next atomic.Int32
	var wait sync.WaitGroup
	for i := range workers {
		walkers[i] = newWalker(l, v)
		work := func() { errs[i] = walkers[i].replay(ctx, r, &next) }
		if workers == 1 {
			work()
		} else {
			wait.Go(work)
		}
	}
	wait.Wait()
	for _, w := range walkers {
		w.close()
		r.totals.Merge(w.totals)
	}
	if err := cmp.Or(errs...); err != nil {
		return nil, err
	}
	return r, nil
}

// replay takes shards as long as there are any.
func (w *walker) replay(ctx context.Context, r *Result, next *atomic.Int32) (err error) {
	for n := next.Add(1) - 1; n < shards && err == nil; n = next.Add(1) - 1 {
		r.shards[n], err = w.walk(ctx, &w.l.shards[n])
	}
	return err
}

func (r *Result) isSeen(deal uint32) bool { return r.shards[deal%shards].isSeen(deal >> shardBits) }

func (r *Result) state(deal uint32) (uint32, *folded) {
	return r.shards[deal%shards].state(deal>>shardBits, r.log.machine[deal])
}

// Totals are the sums over all deals.
func (r *Result) Totals() Totals { return r.totals.clone() }

// Finals goes through the deals, in the order in which they first appear.
func (r *Result) Finals() iter.Seq[Final] {
	return func(yield func(Final) bool) {
		for deal := range r.log.deals {
			if r.isSeen(uint32(deal)) && !yield(r.final(uint32(deal))) {
				return
			}
		}
	}
}

func (r *Result) final(deal uint32) Final {
	state, f := r.state(deal)
	out := Final{Deal: r.log.deals[deal], State: r.log.states[r.log.machine[deal]][state]}
	if f != nil {
		out.Since, out.Revision = f.since, f.revision
		return out
	}
	s, local := r.log.shardOf(deal)
	at := r.shards[s.number].at[local]
	out.Revision = int(at.place().revision)
	if since := r.shards[s.number].since; since != nil && since[deal>>shardBits] != none {
		out.Since = instant(since[deal>>shardBits])
	} else if at.row() != still {
		out.Since = instant(s.fact(at.row()).at)
	}
	return out
}

// Transitions goes through every change of state in the view, deal by deal in
// the order in which they first appear, on so many goroutines (0: one a core).
// An error ends the sequence.
func (l *Log) Transitions(ctx context.Context, v dealstate.View, workers int) iter.Seq2[Transition, error] {
	return inOrder(ctx, len(l.deals), workers, func() (func(int, func(Transition)) error, func()) {
		w := newWalker(l, v)
		return func(deal int, yield func(Transition)) error {
			s, local := l.shardOf(uint32(deal))
			if !w.seesAny(s, s.rowsOf(l, local)) {
				return nil
			}
			return w.settle(s, local, yield)
		}, w.close
	})
}

// transition lacks the event, if it was one.
func (s *said) transition(deal string, at time.Time) Transition {
	return Transition{Deal: deal, Clock: s.clock, Party: s.party, At: at, Rule: s.rule, From: s.from, To: s.to}
}

func transitionOf(d dealstate.Decision) Transition {
	return Transition{Deal: d.Deal, Event: d.Event, Kind: d.Kind, Clock: d.Clock, Party: d.Party, At: d.At, Rule: d.Rule, From: d.From, To: d.To}
}

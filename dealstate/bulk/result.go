package bulk

import (
	"cmp"
	"context"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lazydfa"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
)

// Result is where all deals of a log stand in one view, but for those of which it sees no
// event: they are not known to be there. It is safe for concurrent use. It takes 8 bytes a
// deal, 8 more where some have clocks, and some 50 for each that left the table.
type Result struct {
	log    *Log
	shards [shards]*dealStates
	totals Totals
}

// Final is where one deal stands.
type Final struct {
	Deal     string
	State    dealstate.State
	Since    time.Time // when it came to the state; zero as in dealstate.Snapshot
	Revision int
}

// Replay finds where every deal stands in the view, on so many goroutines (0: one
// a core), up to 16, each seeing to its own deals. The result equals that of folding
// each deal's log.
//
// Deals whose events arrive in the order in which they fold cost one look-up an
// event; those with late reports some tens of nanoseconds, and so does each clock that
// comes due; those in which a clock is extended some 300, and those with a retraction a
// microsecond or two.
func (l *Log) Replay(ctx context.Context, v dealstate.View, workers int) (*Result, error) {
	workers = min(orCores(workers), shards, max(1, len(l.deals)))
	r := &Result{log: l, totals: newTotals()}
	replayers, errs := make([]*replayer, workers), make([]error, workers)
	var next atomic.Int32
	var wait sync.WaitGroup
	for i := range workers {
		replayers[i] = newReplayer(l, v)
		work := func() { errs[i] = replayers[i].replay(ctx, r, &next) }
		if workers == 1 {
			work()
		} else {
			wait.Go(work)
		}
	}
	wait.Wait()
	for _, p := range replayers {
		p.close()
		r.totals.Merge(p.totals)
	}
	if err := cmp.Or(errs...); err != nil {
		return nil, err
	}
	return r, nil
}

// replay takes shards as long as there are any.
func (r *replayer) replay(ctx context.Context, out *Result, next *atomic.Int32) (err error) {
	for n := next.Add(1) - 1; n < shards && err == nil; n = next.Add(1) - 1 {
		out.shards[n], err = r.shard(ctx, &r.l.shards[n])
	}
	return err
}

func (r *Result) isSeen(deal uint32) bool { return r.shards[deal%shards].isSeen(deal >> shardBits) }

func (r *Result) state(deal uint32) (uint32, *finalState) {
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
	out.Revision = int(at.Position().Revision)
	if since := r.shards[s.number].since; since != nil && since[deal>>shardBits] != nanos.None {
		out.Since = nanos.Time(since[deal>>shardBits])
	} else if at.Row() != lazydfa.NoRow {
		out.Since = nanos.Time(s.at(at.Row()))
	}
	return out
}

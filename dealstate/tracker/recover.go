package tracker

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// recover makes a board of all deals in the journal as of a place, with each deal folded
// once and at rest. The deals come in the order of their agreements.
func (t *Tracker) recover(ctx context.Context, p dealstate.Policy, to Place) (*board, []*deal, error) {
	begun := time.Now()
	b := newBoard(&t.source, p, t.options.Hot)
	b.whole = true
	ids, err := b.list(ctx, to.Position)
	if err != nil {
		return nil, nil, err
	}
	b.at.Instant = later(b.at.Instant, to.Instant)
	all, err := b.foldAll(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	var order []*deal
	for _, d := range all {
		if d == nil || b.deals[d.id] != nil {
			continue
		}
		order, b.deals[d.id] = append(order, d), d
		b.agenda.put(d)
	}
	t.source.meter.Observe(observeRecover, time.Since(begun).Seconds())
	return b, order, nil
}

// list gives the deals that have an agreement, in the order of these, and brings the board
// to the position. A deal may be listed that is not there yet.
func (b *board) list(ctx context.Context, to int64) (ids []string, err error) {
	lister, ok := b.journal.(journal.Lister)
	if ok && to > 0 {
		if b.at.Instant, err = b.acceptedAt(ctx, to); err != nil {
			return nil, err
		}
		b.at.Position = to
		return lister.Deals(ctx)
	}
	for e, err := range b.journal.Read(ctx, 0) {
		if err != nil {
			return nil, err
		}
		if e.Position > to {
			break
		}
		if e.Agreement != nil {
			ids = append(ids, e.Agreement.ID)
		}
		b.at.Position, b.at.Instant = e.Position, e.Accepted
	}
	return ids, nil
}

// foldAll folds each deal as of where the board is, on all processors.
func (b *board) foldAll(ctx context.Context, ids []string) ([]*deal, error) {
	all := make([]*deal, len(ids))
	workers := min(runtime.GOMAXPROCS(0), len(ids))
	failed := make([]error, workers)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Add(1)
		go func() {
			defer wait.Done()
			f := folder{board: b}
			for i := w; i < len(ids) && failed[w] == nil; i += workers {
				all[i], failed[w] = f.fold(ctx, ids[i])
			}
		}()
	}
	wait.Wait()
	for _, err := range failed {
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// folder folds deals one by one, as of where a board is, and keeps of each only where it
// stands. It belongs to one goroutine.
type folder struct {
	*board
	reading
}

func (f *folder) fold(ctx context.Context, id string) (*deal, error) {
	if err := f.read(ctx, id, f.at.Position, &f.reading); f.machine == nil || err != nil {
		return nil, err
	}
	a, err := f.machine.AheadOf(f.policy, withoutErrors(f.events), f.at.Instant)
	if err != nil { // some event means nothing
		l := f.open(&f.reading)
		f.events = slices.Collect(l.deal.Events())
		a, err = f.machine.AheadOf(f.policy, withoutErrors(f.events), f.at.Instant)
	}
	d := f.of
	f.stand(d, &a)
	d.learned = learnedOf(f.events)
	if latestOf(f.events).After(f.at.Instant) {
		d.next = nextPlanned(withoutErrors(f.events), f.at.Instant, d.due)
	}
	return d, err
}

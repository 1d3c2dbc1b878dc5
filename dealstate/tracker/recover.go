package tracker

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// recover makes a board of all deals in the journal as of a place, with each deal folded
// once and at rest. The deals come in the order of their agreements.
func (t *Tracker) recover(ctx context.Context, p dealstate.Policy, to Place) (*board, []*deal, error) {
	begun := time.Now()
	b := newBoard(&t.source, p, t.options.Hot)
	b.whole = true
	var ids []string
	for e, err := range t.source.journal.Read(ctx, 0) {
		if err != nil {
			return nil, nil, err
		}
		if e.Position > to.Position {
			break
		}
		if e.Agreement != nil {
			ids = append(ids, e.Agreement.ID)
		}
		b.at.Position, b.at.Instant = e.Position, e.Accepted
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
			own := newBoard(b.source, b.policy, 0) // whose agenda nobody reads
			own.at = b.at
			for i := w; i < len(ids) && failed[w] == nil; i += workers {
				all[i], failed[w] = own.rest(ctx, ids[i])
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

// rest folds a deal and keeps only where it stands.
func (b *board) rest(ctx context.Context, id string) (*deal, error) {
	l, err := b.load(ctx, id, b.at.Position)
	if l == nil || err != nil {
		return nil, err
	}
	b.settle(l, b.at.Instant)
	b.agenda = nil
	l.of.row = 0
	return l.of, nil
}

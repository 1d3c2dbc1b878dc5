package tracker

import (
	"cmp"
	"context"
	"iter"
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
	all, chunk := make([]*deal, len(ids)), b.chunk(max(1, len(ids)))
	firsts := make(chan int, 1+len(ids)/chunk)
	for first := 0; first < len(ids); first += chunk {
		firsts <- first
	}
	close(firsts)
	failed := make([]error, min(runtime.GOMAXPROCS(0), len(firsts)))
	var wait sync.WaitGroup
	for w := range failed {
		wait.Go(func() {
			f := folder{board: b}
			for first := range firsts {
				last := min(first+chunk, len(ids))
				if failed[w] = f.fold(ctx, ids[first:last], all[first:last]); failed[w] != nil {
					return
				}
			}
		})
	}
	wait.Wait()
	return all, cmp.Or(failed...)
}

// mostAtOnce is how many entries of several deals are read before the deals are folded: some
// 2 MB of events, which stay in the processor's cache.
const mostAtOnce = 4_096

// chunk is how many of the board's deals have so many entries, on the average.
func (b *board) chunk(deals int) int {
	each := 1 + int(b.at.Position)/deals
	return max(1, mostAtOnce/each)
}

// folder folds deals, as of where a board is, and keeps of each only where it stands. It
// belongs to one goroutine.
type folder struct {
	*board
	deals []reading // those that are read together; the next ones are read into the same memory
	byID  map[string]*reading
}

// fold folds some deals that are read at once. One without an agreement is nil.
func (f *folder) fold(ctx context.Context, ids []string, into []*deal) error {
	f.begin(ids)
	for e, err := range f.entriesOf(ctx, ids) {
		if err != nil {
			return err
		}
		if r := f.byID[e.Deal()]; r != nil && e.Position <= f.at.Position {
			if err := r.take(&e, f.machines); err != nil {
				return err
			}
		}
	}
	for i, id := range ids {
		var err error
		if into[i], err = f.stood(f.byID[id]); err != nil {
			return err
		}
	}
	return nil
}

func (f *folder) begin(ids []string) {
	if f.byID == nil {
		f.byID = map[string]*reading{}
	}
	clear(f.byID)
	f.deals = slices.Grow(f.deals[:0], len(ids))[:len(ids)]
	for i, id := range ids {
		f.deals[i].begin(id)
		f.byID[id] = &f.deals[i]
	}
}

// stood gives the deal where it stands.
func (f *folder) stood(r *reading) (*deal, error) {
	if r.machine == nil {
		return nil, nil
	}
	a, err := r.machine.AheadOf(f.policy, withoutErrors(r.events), f.at.Instant)
	if err != nil { // some event means nothing
		l := f.open(r)
		r.events = slices.Collect(l.deal.Events())
		a, err = r.machine.AheadOf(f.policy, withoutErrors(r.events), f.at.Instant)
	}
	f.stand(r.of, &a)
	r.of.learned = learnedOf(r.events)
	if latestOf(r.events).After(f.at.Instant) {
		r.of.next = nextPlanned(withoutErrors(r.events), f.at.Instant, r.of.due)
	}
	return r.of, err
}

// entriesOf reads the entries of some deals, those of each in their order.
func (s *source) entriesOf(ctx context.Context, ids []string) iter.Seq2[journal.Entry, error] {
	if r, ok := s.journal.(journal.DealsReader); ok {
		return r.ReadDeals(ctx, ids)
	}
	return func(yield func(journal.Entry, error) bool) {
		for _, id := range ids {
			for e, err := range s.journal.ReadDeal(ctx, id, 0) {
				if !yield(e, err) {
					return
				}
			}
		}
	}
}

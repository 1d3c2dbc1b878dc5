package tracker

import (
	"context"
	"slices"
	"sync"
)

// archive tells watchers what is no longer in the ring. It lets one in at a time: those
// who come from one place share what the first of them had folded anew, and nobody holds
// a board of his own while he deals with what he was told. A stream owns it.
type archive struct {
	mu      sync.Mutex
	folded  []span    // the last ones, the oldest first
	weight  int       // of their changes
	walkers []*behind // each at the end of what it has told, the oldest first
}

// span is all changes after one place and up to another.
type span struct {
	from, to Place
	changes  []*Change
}

// mostWalkers bounds how many boards an archive holds.
const mostWalkers = 3

// after gives changes after a place. Where it gives none, there are none up to the place
// that it gives.
func (a *archive) after(ctx context.Context, t *Tracker, s *stream, p Place) ([]*Change, Place, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, of := range a.folded {
		if of.from.Compare(p) <= 0 && p.Compare(of.to) < 0 {
			return changesAfter(of.changes, p, t.options.atOnce()), of.to, nil
		}
	}
	w, err := a.walkerAt(ctx, t, s, p)
	if err != nil {
		return nil, p, err
	}
	changes, err := w.next(ctx)
	if err != nil {
		return nil, p, err
	}
	of := span{from: p, to: w.to, changes: changes}
	if n := len(changes); n > 0 {
		of.to, w.told = changes[n-1].Place, changes[n-1].Place
		a.walkers = append(a.walkers, w)
	}
	a.keep(of, t.options.Recent)
	return changes, of.to, nil
}

// walkerAt gives a board that stands at the place, which whoever asked puts back.
func (a *archive) walkerAt(ctx context.Context, t *Tracker, s *stream, p Place) (*behind, error) {
	for i, w := range a.walkers {
		if w.told.Compare(p) == 0 {
			a.walkers = slices.Delete(a.walkers, i, i+1)
			return w, nil
		}
	}
	if len(a.walkers) == mostWalkers {
		a.walkers = slices.Delete(a.walkers, 0, 1)
	}
	return t.behind(ctx, s, Filter{From: p}, t.options.Hot/4)
}

// keep keeps a span, and forgets the oldest ones beyond a weight.
func (a *archive) keep(of span, most int) {
	for i := range of.changes {
		a.weight += of.changes[i].weight()
	}
	a.folded = append(a.folded, of)
	for len(a.folded) > 1 && a.weight > most {
		for i := range a.folded[0].changes {
			a.weight -= a.folded[0].changes[i].weight()
		}
		a.folded = slices.Delete(a.folded, 0, 1)
	}
}

// leave forgets all boards and changes: nobody is watching.
func (a *archive) leave() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.folded, a.walkers, a.weight = nil, nil, 0
}

package tracker

import (
	"context"
	"log/slog"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// ReadOn gives the changes that there are, without waiting for any.
func ReadOn(ctx context.Context, t *Tracker, f Filter) (all []Change) {
	w, err := t.watch(ctx, f)
	if err != nil {
		panic(err)
	}
	defer w.end()
	for {
		batch, _, err := w.look(ctx)
		if err != nil {
			panic(err)
		}
		if len(batch) == 0 {
			return all
		}
		w.From = batch[len(batch)-1].Place
		for _, c := range batch {
			if f.Deal == "" || c.Deal == f.Deal {
				all = append(all, *c)
			}
		}
	}
}

// DefaultLog is the log of a tracker that is given none.
func DefaultLog() *slog.Logger { return Options{}.filled().Log }

// Watching reports whether the stream of another policy is kept for its watchers.
func (t *Tracker) Watching(p dealstate.Policy) bool {
	t.others.mu.Lock()
	s := t.others.byPolicy[p]
	t.others.mu.Unlock()
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.board != nil
}

// Locked runs something while nothing of the tracker's own stream moves.
func (t *Tracker) Locked(do func()) {
	t.main.mu.Lock()
	defer t.main.mu.Unlock()
	do()
}

// PassSome lets time pass for so many changes.
func (t *Tracker) PassSome(n int) {
	t.main.mu.Lock()
	defer t.main.mu.Unlock()
	if _, err := t.letTimePassFor(n); err != nil {
		panic(err)
	}
}

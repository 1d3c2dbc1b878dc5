package tracker

import (
	"context"
	"iter"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Filter says what is watched. The zero Filter watches all deals under the tracker's own
// policy, from the beginning.
type Filter struct {
	From   Place            // only what comes after this place
	Policy dealstate.Policy // zero: the tracker's own
	Deal   string           // "": all deals
}

// Watch tells every change after a place, in the order of the stream, and then each as it
// comes: decisions, revisions of earlier ones, and what time does. It ends with the
// context's error, with ErrClosed, or with what is wrong with the filter.
//
// A change is told at least once: a caller that notes its Place after having dealt with it,
// and watches from there after a crash, is told all that is missing; a change that is told
// again has the same Place. [Tracker.Deliver] does so. What is told does not depend on when
// and how fast it is read. A slow watcher holds nobody up and loses nothing: what is no
// longer in memory is folded anew from the journal.
//
// It runs in the caller's goroutine. Many watchers of one policy share one folding.
func (t *Tracker) Watch(ctx context.Context, f Filter) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		w, err := t.watch(ctx, f)
		if err != nil {
			yield(Change{}, err)
			return
		}
		defer w.end()
		for {
			batch, err := w.next(ctx)
			if err != nil {
				yield(Change{}, err)
				return
			}
			for _, c := range batch {
				if w.Deal != "" && c.Deal != w.Deal {
					continue
				}
				if !yield(*c, nil) {
					return
				}
			}
		}
	}
}

// watcher is somebody who watches. It belongs to one goroutine.
type watcher struct {
	Filter
	t      *Tracker
	stream *stream
	behind *behind // of a watcher of one deal; nil: what it has not been told is at hand
}

func (t *Tracker) watch(ctx context.Context, f Filter) (*watcher, error) {
	if err := t.check(ctx); err != nil {
		return nil, err
	}
	if f.Deal != "" {
		if _, err := t.deal(ctx, f.Deal); err != nil {
			return nil, err
		}
	}
	if err := t.reach(ctx, f.From); err != nil {
		return nil, err
	}
	if f.Policy == (dealstate.Policy{}) || f.Policy == t.options.Policy {
		return &watcher{Filter: f, t: t, stream: t.others.enter(t.main)}, nil
	}
	s, err := t.others.join(ctx, t, f.Policy)
	if err != nil {
		return nil, err
	}
	return &watcher{Filter: f, t: t, stream: s}, nil
}

// Reach follows the journal up to the place, which another process may have given. It is a
// *[PlaceError] where the place lies beyond the end; Watch from there ends with the same.
func (t *Tracker) Reach(ctx context.Context, p Place) error {
	if err := t.check(ctx); err != nil {
		return err
	}
	return t.reach(ctx, p)
}

// reach follows the journal up to the place, which may come from another process.
func (t *Tracker) reach(ctx context.Context, p Place) error {
	t.main.mu.Lock()
	at := t.main.at.Position
	t.main.mu.Unlock()
	if p.Position <= at {
		return nil
	}
	if err := t.catchUp(ctx); err != nil {
		return err
	}
	t.main.mu.Lock()
	defer t.main.mu.Unlock()
	if at := t.main.at.Position; p.Position > at {
		return &PlaceError{Place: p, Last: at}
	}
	return nil
}

// end gives back what the watcher holds.
func (w *watcher) end() { w.t.others.leave(w.stream) }

// next waits for changes, and gives some of them.
func (w *watcher) next(ctx context.Context) ([]*Change, error) {
	for {
		if err := w.t.check(ctx); err != nil {
			return nil, err
		}
		batch, news, err := w.look(ctx)
		if err != nil {
			return nil, w.t.ended(err)
		}
		if len(batch) > 0 {
			w.From = batch[len(batch)-1].Place
			return batch, nil
		}
		select {
		case <-news:
		case <-ctx.Done():
		case <-w.t.ctx.Done():
		}
	}
}

// look gives the changes that there are. Where it gives none, it gives a channel that is
// closed when there may be some.
func (w *watcher) look(ctx context.Context) ([]*Change, <-chan struct{}, error) {
	for {
		batch, news, ok, err := w.stream.latest(w.t, w.From)
		if ok || err != nil {
			return batch, news, err
		}
		var to Place
		if w.Deal == "" {
			batch, to, err = w.stream.archive.after(ctx, w.t, w.stream, w.From)
		} else {
			batch, to, err = w.lookBack(ctx)
		}
		if len(batch) > 0 || err != nil {
			return batch, nil, err
		}
		w.From = to
	}
}

// lookBack is for a watcher of one deal, who needs that deal alone.
func (w *watcher) lookBack(ctx context.Context) (batch []*Change, to Place, err error) {
	if w.behind == nil {
		if w.behind, err = w.t.behind(ctx, w.stream, w.Filter, 0); err != nil {
			return nil, w.From, err
		}
	}
	if batch, err = w.behind.next(ctx); len(batch) > 0 || err != nil {
		return batch, w.From, err
	}
	to, w.behind = w.behind.to, nil
	return nil, to, nil
}

// latest gives the changes after a place that are at hand; ok is false where some are not
// any more. Where there are none, it also gives a channel that is closed when there may be.
func (s *stream) latest(t *Tracker, after Place) (batch []*Change, news <-chan struct{}, ok bool, err error) {
	if s != t.main {
		if news, err = s.reachMain(t); err != nil {
			return nil, nil, false, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if batch, ok = s.ring.after(after, t.options.atOnce()); len(batch) > 0 {
		return batch, nil, ok, nil
	}
	if s == t.main {
		news = s.next()
	}
	return nil, news, ok, nil
}

package tracker

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Filter says what is watched. The zero Filter watches all deals under the tracker's own
// policy, from the beginning.
type Filter struct {
	From   Place            // only what comes after this place
	Policy dealstate.Policy // zero: the tracker's own
	Deal   string           // ""; all deals
}

// Watch tells every change after a place, in the order of the stream, and then each as it
// comes: decisions, revisions of earlier ones, and what time does. It ends with the
// context's error, with ErrClosed, or with what is wrong with the filter.
//
// A change is told at least once: who notes its Place after having dealt with it, and
// watches from there after a crash, is told all that is missing, and what is told again
// bears the same Place. What is told is the same whenever and how fast it is read. Whoever
// is slow holds nobody up and loses nothing: what is not at hand any more is folded anew
// from the journal.
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
				if !yield(c, nil) {
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
	behind *behind // nil: what it has not been told is at hand
}

// mostAtOnce is how many changes a watcher takes at once.
const mostAtOnce = 256

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
	w := &watcher{Filter: f, t: t, stream: t.main}
	if f.Policy != (dealstate.Policy{}) && f.Policy != t.options.Policy {
		s, err := t.others.of(ctx, t, f.Policy)
		if err != nil {
			return nil, err
		}
		w.stream = s
	}
	return w, nil
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
func (w *watcher) end() {
	if w.stream != w.t.main {
		w.t.others.leave(w.stream)
	}
}

// next waits for changes, and gives some of them.
func (w *watcher) next(ctx context.Context) ([]Change, error) {
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
		if news == nil {
			continue
		}
		select {
		case <-news:
		case <-ctx.Done():
		case <-w.t.ctx.Done():
		}
	}
}

// look gives the changes that there are. Where it gives none, and there are no more, it
// gives a channel that is closed when there may be.
func (w *watcher) look(ctx context.Context) ([]Change, <-chan struct{}, error) {
	if w.behind != nil {
		batch, err := w.behind.next(ctx)
		if len(batch) > 0 || err != nil {
			return batch, nil, err
		}
		w.From, w.behind = later2(w.From, w.behind.to), nil
	}
	s := w.stream
	main := w.t.main
	main.mu.Lock()
	news, at := main.news, main.at
	main.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s != main {
		if err := s.reach(w.t.ctx, at); err != nil {
			return nil, nil, err
		}
	}
	batch, ok := s.ring.after(w.From, mostAtOnce)
	if !ok {
		w.t.source.meter.Count(countCatchUps, 1)
		w.behind = w.t.behind(s, w.Filter)
		return nil, nil, nil
	}
	return batch, news, nil
}

func later2(a, b Place) Place {
	if a.Compare(b) < 0 {
		return b
	}
	return a
}

// reach follows up to a place of the tracker's own stream. The caller holds the lock.
func (s *stream) reach(ctx context.Context, to Place) error {
	if err := s.follow(ctx, to.Position, nil); err != nil {
		return err
	}
	if s.at.Position > to.Position {
		return nil // another watcher was faster
	}
	return s.pass(ctx, to.Instant)
}

// behind tells a watcher what is no longer at hand, up to where the stream was when it
// began. It belongs to the watcher.
type behind struct {
	*board
	Filter
	to Place
}

// behind begins to tell what comes after a place. The caller holds the stream's lock.
func (t *Tracker) behind(s *stream, f Filter) *behind {
	b := &behind{board: newBoard(&t.source, s.policy, mostAtOnce), Filter: f, to: s.at}
	return b
}

// next gives some changes; none: there are no more.
func (b *behind) next(ctx context.Context) ([]Change, error) {
	var batch []Change
	tell := func(c Change) {
		if c.Place.Compare(b.From) > 0 {
			batch = append(batch, c)
		}
	}
	for e, err := range b.journal.Read(ctx, b.at.Position) {
		if err != nil {
			return nil, err
		}
		if e.Position > b.to.Position {
			break
		}
		if b.at.Position == b.From.Position {
			if err := b.advance(ctx, b.From.Instant, tell); err != nil {
				return nil, err
			}
		}
		if err := b.advance(ctx, e.Accepted, tell); err != nil {
			return nil, err
		}
		c, _, ok, err := b.take(ctx, e)
		if err != nil {
			return nil, err
		}
		if ok {
			tell(c)
		}
		if len(batch) >= mostAtOnce {
			b.From = batch[len(batch)-1].Place
			return batch, nil
		}
	}
	err := b.advance(ctx, b.to.Instant, tell)
	if n := len(batch); n > 0 {
		b.From = batch[n-1].Place
	}
	return batch, err
}

// streams are those under other policies than the tracker's own, as long as somebody
// watches them.
type streams struct {
	mu       sync.Mutex
	byPolicy map[dealstate.Policy]*stream
	heads    atomic.Pointer[time.Time]
}

// of gives the stream of a policy, and counts who watches it.
func (o *streams) of(ctx context.Context, t *Tracker, p dealstate.Policy) (*stream, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := o.byPolicy[p]
	if s == nil {
		b, _, err := t.recover(ctx, p, t.Place())
		if err != nil {
			return nil, err
		}
		s = newStream(b, t.options.Recent)
		if o.byPolicy == nil {
			o.byPolicy = map[dealstate.Policy]*stream{}
		}
		o.byPolicy[p] = s
	}
	s.watchers++
	return s, nil
}

// leave ends one watching.
func (o *streams) leave(s *stream) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if s.watchers--; s.watchers == 0 {
		delete(o.byPolicy, s.policy)
	}
}

// next is when time does something next under any of these policies, after the instant.
func (o *streams) next(time.Time) time.Time { return time.Time{} }

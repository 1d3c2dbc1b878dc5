package tracker

import (
	"context"
	"sync"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// streams are those under other policies than the tracker's own, each as long as somebody
// watches it. They follow the tracker's own stream when a watcher asks, in the watcher's
// goroutine, so that recording never waits for them.
type streams struct {
	mu       sync.Mutex // guards the map, and watchers and head of each stream
	byPolicy map[dealstate.Policy]*stream
}

// join gives the stream of a policy, and counts who watches it. The first one folds every
// deal.
func (o *streams) join(ctx context.Context, t *Tracker, p dealstate.Policy) (*stream, error) {
	o.mu.Lock()
	s := o.byPolicy[p]
	if s == nil {
		s = &stream{policy: p}
		if o.byPolicy == nil {
			o.byPolicy = map[dealstate.Policy]*stream{}
		}
		o.byPolicy[p] = s
	}
	s.watchers++
	o.mu.Unlock()
	if err := s.begin(ctx, t); err != nil {
		o.leave(s)
		return nil, err
	}
	return s, nil
}

// begin folds every deal, unless somebody did before.
func (s *stream) begin(ctx context.Context, t *Tracker) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.board != nil {
		return nil
	}
	b, _, err := t.recover(ctx, s.policy, t.Place())
	if err == nil {
		s.start(b, t.options.Recent)
	}
	return err
}

// enter counts who watches a stream.
func (o *streams) enter(s *stream) *stream {
	o.mu.Lock()
	defer o.mu.Unlock()
	s.watchers++
	return s
}

// leave ends one watching. What is kept for watchers alone goes with the last of them.
func (o *streams) leave(s *stream) {
	o.mu.Lock()
	s.watchers--
	last := s.watchers == 0
	if last && o.byPolicy[s.policy] == s {
		delete(o.byPolicy, s.policy)
	}
	o.mu.Unlock()
	if last {
		s.archive.leave()
	}
}

// any reports whether anything is watched under another policy.
func (o *streams) any() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.byPolicy) > 0
}

// next is when time does something next under any of these policies after the instant;
// zero: nothing. What is due by then waits for a watcher, not for time.
func (o *streams) next(after time.Time) (next time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range o.byPolicy {
		if s.head.After(after) && (next.IsZero() || s.head.Before(next)) {
			next = s.head
		}
	}
	return next
}

// note writes down when time does something next under a policy.
func (o *streams) note(s *stream, head time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	s.head = head
}

// reachMain follows up to where the tracker's own stream is. The channel is closed when
// that has moved on.
func (s *stream) reachMain(t *Tracker) (<-chan struct{}, error) {
	t.main.mu.Lock()
	news, to := t.main.next(), t.main.at
	t.main.mu.Unlock()
	s.mu.Lock()
	err := s.reach(t.ctx, to)
	var head time.Time
	if len(s.agenda) > 0 {
		head = s.agenda[0].next
	}
	s.mu.Unlock()
	t.others.note(s, head)
	t.main.mu.Lock()
	t.armAlarm()
	t.main.mu.Unlock()
	return news, err
}

// reach follows up to a place of the tracker's own stream. The caller holds the lock.
func (s *stream) reach(ctx context.Context, to Place) error {
	if s.at.Position > to.Position {
		return nil // another watcher was faster
	}
	if err := s.follow(ctx, to.Position, nil); err != nil {
		return err
	}
	_, err := s.pass(ctx, to.Instant, 0)
	return err
}

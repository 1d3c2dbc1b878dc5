package postgres

import (
	"context"
	"errors"
	"sync"
)

// tail is who waits for more. What this process appends advances it at once, and what others
// append when it hears of it.
type tail struct {
	mu     sync.Mutex
	last   int64         // the last position that anybody has seen
	closed bool          //
	moved  chan struct{} // closed at the next change; nil: nobody waits
}

// advance says that the entries up to the position are there.
func (t *tail) advance(to int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if to > t.last {
		t.last = to
		t.wake()
	}
}

func (t *tail) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	t.wake()
}

func (t *tail) isClosed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.closed
}

func (t *tail) wake() {
	if t.moved != nil {
		close(t.moved)
		t.moved = nil
	}
}

// has reports whether there is more than the position.
func (t *tail) has(after int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last > after
}

// next gives a channel that is closed when there may be more than the position.
func (t *tail) next(after int64) <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || t.last > after {
		ready := make(chan struct{})
		close(ready)
		return ready
	}
	if t.moved == nil {
		t.moved = make(chan struct{})
	}
	return t.moved
}

// Wait is that of [journal.Journal]. An append of this process ends it at once, and an append of
// another process ends it by notification. While the server is away it continues to wait,
// without a limit.
func (s *Store) Wait(ctx context.Context, after int64) error {
	s.listener.start(s)
	for {
		if err := s.check(ctx); err != nil || s.tail.has(after) {
			return err
		}
		moved := s.tail.next(after)
		last, err := s.Last(ctx)
		if away := (*OutageError)(nil); err != nil && !errors.As(err, &away) {
			return err
		}
		if last > after {
			s.tail.advance(last)
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
		}
	}
}

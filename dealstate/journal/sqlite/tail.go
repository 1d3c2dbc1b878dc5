package sqlite

import (
	"context"
	"sync"
	"time"
)

// tail is who waits for more. What this process appends advances it at once; for what
// others append, one goroutine looks as long as somebody waits.
type tail struct {
	mu      sync.Mutex
	last    int64         // the last position that anybody has seen
	closed  bool          //
	waiting int           // who waits
	looking bool          // somebody looks
	moved   chan struct{} // closed at the next change; nil: nobody waits
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

// Wait is that of [journal.Journal]. What this process appends ends it at once, what another
// one does within Options.Poll.
func (s *Store) Wait(ctx context.Context, after int64) error {
	for {
		if last, err := s.Last(ctx); err != nil || last > after {
			return err
		}
		moved, leave := s.tail.join(after)
		s.look()
		select {
		case <-moved:
		case <-ctx.Done():
		}
		leave()
	}
}

// join gives a channel that is closed when there may be more than the position, and what
// must be called once that is over.
func (t *tail) join(after int64) (moved <-chan struct{}, leave func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting++
	leave = func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.waiting--
	}
	if t.closed || t.last > after {
		ready := make(chan struct{})
		close(ready)
		return ready, leave
	}
	if t.moved == nil {
		t.moved = make(chan struct{})
	}
	return t.moved, leave
}

// look lets a goroutine look for what other processes append, if none does.
func (s *Store) look() {
	s.tail.mu.Lock()
	defer s.tail.mu.Unlock()
	if !s.tail.looking {
		s.tail.looking = true
		go s.lookOn()
	}
}

func (s *Store) lookOn() {
	ticker := time.NewTicker(s.options.Poll)
	defer ticker.Stop()
	for s.tail.wanted() {
		<-ticker.C
		last, err := s.Last(context.Background())
		if err == nil {
			s.tail.advance(last)
		}
	}
}

// wanted reports whether anybody waits; where nobody does, the looking has ended.
func (t *tail) wanted() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.looking = t.waiting > 0 && !t.closed
	return t.looking
}

package journal

import (
	"context"
	"sync"
)

// tail is the last position that readers may see, and who waits for more. The
// zero tail is ready for use.
type tail struct {
	mu     sync.Mutex
	last   int64
	closed bool
	moved  chan struct{} // closed at the next change; nil: nobody waits
}

// advance says that the entries up to the position are there.
func (t *tail) advance(to int64) {
	t.mu.Lock()
	t.last = to
	t.wake()
	t.mu.Unlock()
}

// close makes every later question answer ErrClosed.
func (t *tail) close() {
	t.mu.Lock()
	t.closed = true
	t.wake()
	t.mu.Unlock()
}

func (t *tail) wake() {
	if t.moved != nil {
		close(t.moved)
		t.moved = nil
	}
}

// position gives the last position.
func (t *tail) position(ctx context.Context) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return 0, ErrClosed
	}
	return t.last, nil
}

// wait returns when the last position is after the given one.
func (t *tail) wait(ctx context.Context, after int64) error {
	for {
		if last, err := t.position(ctx); err != nil || last > after {
			return err
		}
		select {
		case <-t.next(after):
		case <-ctx.Done():
		}
	}
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

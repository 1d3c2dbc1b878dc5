package tracker

import (
	"context"
	"sync"
	"time"
)

// Clock is where a [Tracker] has the time from. Its methods are safe for concurrent use.
type Clock interface {
	Now() time.Time
	// Wait returns when the clock shows the instant or a later one, or with the
	// context's error when that ends first.
	Wait(ctx context.Context, until time.Time) error
}

// Monotonic is a [Clock] that also counts the time that passes, whatever it is set to, so that
// a tracker can tell when it was set far ahead: see [ClockError]. Its methods are safe for
// concurrent use.
type Monotonic interface {
	Clock
	Elapsed() time.Duration // since some instant; it never falls
}

// System is the computer's clock.
type System struct{}

var begun = time.Now()

// Elapsed counts the time that the computer was awake since the program began.
func (System) Elapsed() time.Duration { return time.Since(begun) }

// Now is [time.Now] in UTC.
func (System) Now() time.Time { return time.Now().UTC() }

// mostSleep bounds how long the system's clock may be set anew without being looked at:
// timers do not run while a computer sleeps.
const mostSleep = time.Minute

// Wait is that of [Clock].
func (s System) Wait(ctx context.Context, until time.Time) error {
	for {
		left := until.Sub(s.Now())
		if left <= 0 {
			return ctx.Err()
		}
		timer := time.NewTimer(min(left, mostSleep))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// Manual is a clock that somebody moves by hand: for tests, and to play a log faster than
// it happened. It may be moved back.
//
// After a move, the next answer of a tracker is of the new instant. What has fired reaches
// watchers a little later, from another goroutine: a test waits for the change itself, with
// Watch, and needs no sleep.
type Manual struct {
	mu    sync.Mutex
	now   time.Time
	moved chan struct{} // closed at the next move
}

// NewManual gives a clock that shows the instant.
func NewManual(at time.Time) *Manual { return &Manual{now: at.UTC(), moved: make(chan struct{})} }

// Now gives the instant that the clock was set to.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Set moves the clock to the instant.
func (m *Manual) Set(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = at.UTC()
	close(m.moved)
	m.moved = make(chan struct{})
}

// Advance moves the clock on.
func (m *Manual) Advance(by time.Duration) { m.Set(m.Now().Add(by)) }

// Wait is that of [Clock].
func (m *Manual) Wait(ctx context.Context, until time.Time) error {
	for {
		m.mu.Lock()
		now, moved := m.now, m.moved
		m.mu.Unlock()
		if !now.Before(until) {
			return ctx.Err()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-moved:
		}
	}
}

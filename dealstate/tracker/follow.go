package tracker

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// follow takes the entries up to the position. The caller holds main's lock.
func (t *Tracker) follow(upTo int64) error {
	err := t.main.follow(t.ctx, upTo, func(c *Change, decision *dealstate.Decision, ok bool) {
		if c.Entry.Agreement != nil && ok {
			t.order = append(t.order, t.main.deals[c.Deal])
		}
		t.calls.keep(c.Place.Position, Recorded{Place: c.Place, Decision: *decision})
		t.source.meter.Count(countEntries, 1)
		t.source.meter.Count(countRevised, int64(len(c.Revised)))
	})
	t.armAlarm()
	return t.ended(err)
}

// countFired counts a change that time made.
func (t *Tracker) countFired(c *Change) {
	t.source.meter.Count(countFired, 1)
	t.source.meter.Observe(observeLag, max(0, t.options.Clock.Now().Sub(c.Place.Instant).Seconds()))
}

// ended says that the tracker was closed, where that is why something failed.
func (t *Tracker) ended(err error) error {
	if err != nil && t.ctx.Err() != nil {
		return ErrClosed
	}
	return err
}

// letTimePass fires what is due by now, unless a call that was accepted earlier is under
// way. The caller holds main's lock.
func (t *Tracker) letTimePass() error {
	_, err := t.letTimePassFor(0)
	return err
}

// letTimePassFor does so for so many changes at most, and reports whether there were as
// many.
func (t *Tracker) letTimePassFor(most int) (enough bool, err error) {
	to := t.calls.bound(t.now())
	fires := t.main.fires(to)
	enough, err = t.main.pass(t.ctx, to, most)
	if fires || t.others.any() {
		t.main.tellWatchers()
	}
	t.armAlarm()
	return enough, t.ended(err)
}

// catchUp takes all entries that the journal has.
func (t *Tracker) catchUp(ctx context.Context) error {
	last, err := t.source.journal.Last(ctx)
	if err != nil {
		return err
	}
	t.main.mu.Lock()
	defer t.main.mu.Unlock()
	return t.follow(last)
}

// After an error of the journal, the tracker tries again after so long.
const retryAfter = time.Second

// followJournal takes the entries that others append.
func (t *Tracker) followJournal() {
	defer t.running.Done()
	for t.ctx.Err() == nil {
		t.main.mu.Lock()
		at := t.main.at.Position
		t.main.mu.Unlock()
		err := t.source.journal.Wait(t.ctx, at)
		if err == nil {
			err = t.catchUp(t.ctx)
		}
		if t.failed(err) {
			return
		}
	}
}

// failed logs an error and waits a little; it reports whether to give up.
func (t *Tracker) failed(err error) bool {
	switch {
	case t.ctx.Err() != nil:
		return true
	case err == nil:
		return false
	}
	t.source.meter.Count(countErrors, 1)
	t.source.log.Error("the journal cannot be followed", "error", err)
	if errors.Is(err, journal.ErrClosed) {
		t.cancel()
		return true
	}
	return !t.pause(retryAfter)
}

// pause waits so long, and reports whether the tracker is still open then.
func (t *Tracker) pause(length time.Duration) bool {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.ctx.Done():
	}
	return t.ctx.Err() == nil
}

// alarm says when time does something next.
type alarm struct {
	mu   sync.Mutex
	next time.Time // zero: never
	set  chan struct{}
}

func (a *alarm) init() { a.set = make(chan struct{}, 1) }

// at is when time does something next, as last set.
func (a *alarm) at() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.next
}

// arm sets the alarm, and wakes the goroutine that waits for it if it is earlier now.
func (a *alarm) arm(next time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if next.Equal(a.next) {
		return
	}
	a.next = next
	select {
	case a.set <- struct{}{}:
	default:
	}
}

// armAlarm sets the alarm to the first instant at which time does something to a deal.
func (t *Tracker) armAlarm() {
	next := t.others.next(t.main.at.Instant)
	if a := t.main.agenda; len(a) > 0 && (next.IsZero() || a[0].next.Before(next)) {
		next = a[0].next
	}
	t.alarm.arm(next)
}

// followClock lets time pass.
func (t *Tracker) followClock() {
	defer t.running.Done()
	for t.ctx.Err() == nil {
		rang := t.waitForAlarm()
		if t.ctx.Err() != nil {
			return
		}
		if !rang {
			continue
		}
		t.main.mu.Lock()
		enough, err := t.letTimePassFor(t.options.atOnce()) // others have a turn in between
		held, wrong := len(t.calls.open) > 0, t.jump.told
		t.main.mu.Unlock()
		if t.failed(err) {
			return
		}
		switch {
		case wrong: // the clock shows more than the time is
			t.pause(retryAfter)
		case held && !enough: // a call that is under way may have held time up
			t.pause(time.Millisecond)
		}
	}
}

// waitForAlarm returns when the alarm rings, or with false when it was set anew.
func (t *Tracker) waitForAlarm() (rang bool) {
	next := t.alarm.at()
	if next.IsZero() {
		select {
		case <-t.alarm.set:
		case <-t.ctx.Done():
		}
		return false
	}
	ctx, cancel := context.WithCancel(t.ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-t.alarm.set:
			cancel()
		case <-ctx.Done():
		}
	}()
	err := t.options.Clock.Wait(ctx, next)
	cancel()
	<-done
	return err == nil
}

package tracker

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// A clock that is set far ahead by mistake does lasting harm. An entry that is accepted then
// raises the Accepted of all later entries in the journal, and clocks fire that are not due for
// years. While a tracker runs, it detects such a jump: the clock shows more time than has
// passed. When a tracker is opened, it cannot detect one: the service may have been down for
// as long.

// weekAhead is how far the clock may be set ahead unless Options say otherwise. It is long
// enough for a computer that sleeps over some days off.
const weekAhead = 7 * 24 * time.Hour

// jump detects a clock that was set far ahead: it compares the clock with the time that has
// passed. It belongs to the tracker; main's lock guards it.
type jump struct {
	counter Monotonic // nil: the clock is always believed
	most    time.Duration
	begun   time.Time // the clock's time when the counter was zero, by the last reading that was believed; zero: not known yet
	told    bool      // the log already says that the clock is not believed
}

func (o *Options) jump() jump {
	if counter, is := o.Clock.(Monotonic); is && o.MaxJump >= 0 {
		return jump{counter: counter, most: o.MaxJump}
	}
	return jump{}
}

// believe gives the time from what the clock shows and from the time that has passed. The clock
// is not right if it was set too far ahead; the time then continues from the last reading that
// was believed. A clock that shows less than the journal's last instant is behind, and may still
// be corrected.
func (j *jump) believe(shown, journal time.Time) (now time.Time, right bool) {
	if j.counter == nil || j.begun.IsZero() && shown.Before(journal) {
		return shown, true
	}
	passed := j.counter.Elapsed()
	begun := shown.Add(-passed)
	if !j.begun.IsZero() && begun.Sub(j.begun) > j.most {
		return j.begun.Add(passed), false
	}
	j.begun = later(j.begun, begun)
	return shown, true
}

// readClock gives the time, and a *ClockError if the clock was set too far ahead.
// The caller holds main's lock.
func (t *Tracker) readClock() (now time.Time, err error) {
	shown := instant.Tidy(t.options.Clock.Now())
	now, right := t.jump.believe(shown, t.main.at.Instant)
	if now = later(now, t.main.at.Instant); !right {
		err = &ClockError{Shown: shown, Passed: now}
	}
	if err != nil && !t.jump.told {
		t.source.log.Error("nothing is recorded, and no time passes beyond what has passed", "error", err)
	}
	t.jump.told = err != nil
	return now, err
}

// checkClock gives the error that keeps the tracker from recording, if the clock is wrong.
func (t *Tracker) checkClock() error {
	t.main.mu.Lock()
	defer t.main.mu.Unlock()
	_, err := t.readClock()
	return err
}

// lookEach is how often the clock is read. A computer's sleep that is longer than this is
// measured by itself, not added to the ones before.
const lookEach = time.Minute

// watchClock reads the clock at each interval, so that the computer's sleeps do not add up.
func (t *Tracker) watchClock() {
	defer t.running.Done()
	for t.jump.counter != nil && t.pause(lookEach) {
		t.Now()
	}
}

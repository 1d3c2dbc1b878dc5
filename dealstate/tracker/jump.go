package tracker

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// A clock that is set far ahead by mistake does lasting harm: an entry that is accepted then
// lifts the Accepted of all that follow in the journal, and clocks fire that are not due for
// years. While a tracker runs, the time that passes tells such a jump from time. Nothing
// tells it when the tracker is opened: the service may have been down for as long.

// weekAhead is how far the clock may be set ahead unless Options say otherwise. A computer
// that sleeps over some days off is let pass.
const weekAhead = 7 * 24 * time.Hour

// jump tells what the clock shows from what it was set to. Main's lock guards it.
type jump struct {
	counter Monotonic // nil: the clock is believed whatever it shows
	most    time.Duration
	begun   time.Time // what the clock, as it was set when it was believed last, showed when the counter was zero; zero: not known yet
	told    bool      // it is in the log that the clock is not believed
}

func (o *Options) jump() jump {
	if counter, is := o.Clock.(Monotonic); is && o.MaxJump >= 0 {
		return jump{counter: counter, most: o.MaxJump}
	}
	return jump{}
}

// believe gives the time by what the clock shows and has passed. It is not right where the
// clock was set too far ahead; then the time goes on from when it was believed last. A clock
// that shows less than what the journal has is behind, and may yet be set right.
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

// readClock gives what the time is, and a *ClockError where the clock was set too far ahead.
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

// checkClock gives the error with which nothing is recorded.
func (t *Tracker) checkClock() error {
	t.main.mu.Lock()
	defer t.main.mu.Unlock()
	_, err := t.readClock()
	return err
}

// lookEach is how often the clock is looked at: a computer that sleeps for longer than this
// is seen to, each time by itself.
const lookEach = time.Minute

// watchClock looks at the clock again and again, so that the computer's sleeps do not add up.
func (t *Tracker) watchClock() {
	defer t.running.Done()
	for t.jump.counter != nil && t.pause(lookEach) {
		t.Now()
	}
}

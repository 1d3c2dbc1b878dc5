package tracker

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// Options say how a tracker works. The zero Options are ready for use.
type Options struct {
	Policy dealstate.Policy // under which Record, Apply and Check decide; zero: Strict
	Clock  Clock            // nil: System
	Log    *slog.Logger     // of what goes wrong; nil: slog.Default()
	Meter  Meter            // nil: nothing is counted
	Hot    int              // how many events stay folded in memory, where each folded deal counts as 8 more; 0: 100,000, some 60 MB
	Recent int              // how many of the last decisions stay in memory for watchers; 0: 16,384
	// MaxJump is how far the clock may be set ahead while the tracker runs, or how long the
	// computer may sleep, before nothing is recorded: see [ClockError]. 0: a week; negative:
	// the clock is believed whatever it shows.
	MaxJump time.Duration
}

func (o Options) filled() Options {
	if o.Policy == (dealstate.Policy{}) {
		o.Policy = dealstate.Strict
	}
	if o.Clock == nil {
		o.Clock = System{}
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Meter == nil {
		o.Meter = noMeter{}
	}
	if o.Hot <= 0 {
		o.Hot = 100_000
	}
	if o.Recent <= 0 {
		o.Recent = 16_384
	}
	if o.MaxJump == 0 {
		o.MaxJump = weekAhead
	}
	return o
}

// atOnce is how many changes are told, or made by time, before others have a turn.
func (o *Options) atOnce() int { return min(1+o.Recent/8, 256) }

// Tracker follows the deals of one journal. It is safe for concurrent use. Several
// trackers, of one process or of many, may follow one journal.
type Tracker struct {
	options Options
	source  source
	ctx     context.Context // ends with Close
	cancel  context.CancelFunc
	running sync.WaitGroup

	main    *stream    // under the tracker's own policy
	order   []*deal    // all deals, in the order of their agreements; main's lock guards it
	calls   calls      // main's lock guards it
	jump    jump       // main's lock guards it
	alarm   alarm      // wakes the goroutine that lets time pass
	others  streams    // under other policies, while they are watched
	closing sync.Mutex // no one enters while Close begins
}

// Open reads the journal once and follows it until Close. It fires the clocks that came
// due while nobody followed. The journal stays the caller's: close it after the tracker.
func Open(ctx context.Context, j journal.Journal, o Options) (*Tracker, error) {
	o = o.filled()
	t := &Tracker{options: o, source: source{journal: j, machines: &machines{}, log: o.Log, meter: o.Meter}}
	last, err := j.Last(ctx)
	if err != nil {
		return nil, err
	}
	b, order, err := t.recover(ctx, o.Policy, Place{Position: last, Instant: instant.Tidy(o.Clock.Now())})
	if err != nil {
		return nil, err
	}
	b.own = true
	t.main, t.order = &stream{policy: o.Policy, fired: t.countFired}, order
	t.main.start(b, o.Recent)
	t.ctx, t.cancel = context.WithCancel(context.WithoutCancel(ctx))
	t.alarm.init()
	t.jump = o.jump()
	t.now() // from here on it is known how much time has passed
	t.running.Add(3)
	go t.followJournal()
	go t.followClock()
	go t.watchClock()
	return t, nil
}

// Close ends all watching and gives back what the tracker holds; nothing of it runs when
// Close returns. The journal stays open. Closing twice does no harm.
func (t *Tracker) Close() error {
	t.closing.Lock()
	t.cancel()
	t.closing.Unlock()
	t.main.mu.Lock()
	t.calls.cancel()
	t.main.mu.Unlock()
	t.running.Wait()
	return nil
}

// enter has Close wait for the caller, who calls running.Done at the end.
func (t *Tracker) enter() error {
	t.closing.Lock()
	defer t.closing.Unlock()
	if t.ctx.Err() != nil {
		return ErrClosed
	}
	t.running.Add(1)
	return nil
}

// Place gives the end of the stream: a [Filter] From there is told what comes from now on.
func (t *Tracker) Place() Place {
	t.main.mu.Lock()
	defer t.main.mu.Unlock()
	t.letTimePass() // what cannot fire now fires later, and is told then
	return t.main.at
}

// Policy gives the tracker's own policy.
func (t *Tracker) Policy() dealstate.Policy { return t.options.Policy }

// Now gives what the tracker's clock shows, or where the stream has come to if that is
// later: the clock may have been set back. A clock that was set too far ahead is not believed:
// see [ClockError].
func (t *Tracker) Now() time.Time {
	t.main.mu.Lock()
	defer t.main.mu.Unlock()
	return t.now()
}

// now is Now with the lock held.
func (t *Tracker) now() time.Time {
	now, _ := t.readClock()
	return now
}

// check gives the error with which a call ends before it begins.
func (t *Tracker) check(ctx context.Context) error {
	if t.ctx.Err() != nil {
		return ErrClosed
	}
	return ctx.Err()
}

package simulate

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Options say how much to simulate, and where to stop. Only Until is required. A run
// copies what it keeps of them.
type Options struct {
	Lives int    // 1 to 100,000,000; 0 means 10,000
	Seed  uint64 // equal seeds give equal results
	// Until is where every life is cut off: after the start, and by the end of the
	// year 9999. Where more than 73 years lie between it and the first instant from
	// which something waits, lives are exact to the microsecond, else to the nanosecond.
	Until time.Time
	// Dates are instants, from the start to Until, at which to count the state
	// held; see [Result.Held]. At most 10,000.
	Dates []time.Time
	Level float64 // of the confidence intervals: between 0 and 1; 0 means 0.95
	// Workers share the lives; 0 means one a CPU. The result does not depend on it.
	Workers int
	// Progress, if set, is told now and then how many lives are done. It is
	// called on the caller's goroutine.
	Progress func(done, of int)
}

const (
	defaultLives = 10_000
	maxLives     = 100_000_000
	maxDates     = 10_000
	maxWorkers   = 1_024
	// block is how many lives a worker takes at a time; a multiple of 64, so that
	// no two workers write to one word of a bitset.
	block = 1_024
)

func (o Options) validate(now time.Time) error {
	switch {
	case o.Lives < 0 || o.Lives > maxLives:
		return field.Errorf("lives", "%d is out of range; want 1 to %d, or 0 for %d", o.Lives, maxLives, defaultLives)
	case !o.Until.After(now):
		return field.Errorf("until", "%s is not after the start, %s", instantText(o.Until), instantText(now))
	case checkYear("until", o.Until) != nil:
		return checkYear("until", o.Until)
	case !(o.Level >= 0 && o.Level < 1):
		return field.Errorf("level", "%g is out of range; want more than 0 and less than 1, or 0 for 0.95", o.Level)
	case o.Workers < 0 || o.Workers > maxWorkers:
		return field.Errorf("workers", "%d is out of range; want 1 to %d, or 0 for one a CPU", o.Workers, maxWorkers)
	case len(o.Dates) > maxDates:
		return field.Errorf("dates", "%d of them; want at most %d", len(o.Dates), maxDates)
	}
	for i, d := range o.Dates {
		if d.Before(now) || d.After(o.Until) {
			return field.Errorf(fmt.Sprintf("dates[%d]", i), "%s is not between the start and until", instantText(d))
		}
	}
	return nil
}

// instantText writes an instant for an error message.
func instantText(t time.Time) string {
	if t.IsZero() {
		return "the zero instant"
	}
	return t.UTC().Format(time.RFC3339)
}

// filled puts the defaults in, and orders the dates.
func (o Options) filled() Options {
	if o.Lives == 0 {
		o.Lives = defaultLives
	}
	if o.Level == 0 {
		o.Level = 0.95
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	o.Workers = min(o.Workers, (o.Lives+block-1)/block)
	o.Until = o.Until.UTC()
	o.Dates = slices.Clone(o.Dates)
	slices.SortFunc(o.Dates, time.Time.Compare)
	o.Dates = slices.CompactFunc(o.Dates, time.Time.Equal)
	return o
}

// Run simulates many futures of a deal under a model of its parties, and
// counts what became of them. Equal inputs give an equal [Result] whatever the
// number of workers, for every life draws from its own random stream.
//
// The error is a *dealstate.FieldError for a bad start, model or option, and for a
// model under which a life does not end, because a party demands amendments sooner
// than time passes, or breaks and keeps a commitment by turns: a life has at most a
// million acts, and as many firings of clocks, so that Until bounds renewals. Or it is
// the context's once
// that is cancelled, which is looked at within lives too. There is no result
// then, and no goroutine is left. The cost is some
// 0.5 µs for a life of two approvals, and 8 bytes for each state that a life
// comes to.
func Run(ctx context.Context, s Start, m Model, o Options) (*Result, error) {
	p, err := newPlan(s, m, o)
	if err != nil {
		return nil, err
	}
	total, err := p.simulate(ctx, nil)
	if err != nil {
		return nil, err
	}
	return newResult(p, total), nil
}

// instants is a list of ticks that grows without ever being copied. A slice that is
// copied while it grows leaves garbage behind, and every life is slower while that is
// collected.
type instants struct {
	parts [][]int64
}

func (in *instants) add(at int64) {
	n := len(in.parts) - 1
	if n < 0 || len(in.parts[n]) == cap(in.parts[n]) {
		size := 256
		if n >= 0 {
			size = min(8192, 2*cap(in.parts[n]))
		}
		in.parts = append(in.parts, make([]int64, 0, size))
		n++
	}
	in.parts[n] = append(in.parts[n], at)
}

// counters count what some lives came to. Each worker owns one; they are added up at
// the end. Sums of whole numbers and sets do not depend on the order, so the result
// does not depend on the workers.
type counters struct {
	lives   int
	reached []instants // by state, but the one at the start: when, one entry a life that came to it
	final   []int      // by state: lives that end in it
	held    [][]int    // by date and state
	last    []int      // by actor: lives in which its approval met the condition
	open    []int      // by actor: lives that end without the condition met, and without its approval
}

// apart is the room between the counters of two workers, in ints (128 bytes). On one
// cache line, each count of one worker would stall the other (measured: 38 % more work
// a life).
const apart = 16 // ints, 128 bytes

// newCounters takes all of a worker's counters from one array, so that they lie
// together in memory.
func newCounters(p *plan) *counters {
	states, actors := len(p.states), len(p.actors)
	room := make([]int, 2*apart+states+len(p.dates)*states+2*actors)[apart:]
	take := func(n int) []int {
		taken := room[:n:n]
		room = room[n:]
		return taken
	}
	t := &counters{reached: make([]instants, states), final: take(states), last: take(actors), open: take(actors), held: make([][]int, len(p.dates))}
	for i := range t.held {
		t.held[i] = take(states)
	}
	return t
}

// countLife counts a life that has ended.
func (t *counters) countLife(l *life) {
	t.lives++
	t.final[l.state]++
	for _, s := range l.visited {
		t.reached[s].add(l.reached[s])
	}
	for d, s := range l.held {
		t.held[d][s]++
	}
	if l.met {
		if l.last >= 0 {
			t.last[l.last]++
		}
		return
	}
	for i := range l.who {
		if !l.who[i].ok {
			t.open[i]++
		}
	}
}

// add takes in another worker's counts.
func (t *counters) add(o *counters) {
	t.lives += o.lives
	for s := range t.reached {
		t.reached[s].parts = append(t.reached[s].parts, o.reached[s].parts...)
	}
	for d := range t.held {
		addAll(t.held[d], o.held[d])
	}
	addAll(t.final, o.final)
	addAll(t.last, o.last)
	addAll(t.open, o.open)
}

// addAll adds the numbers of one list to those of the other.
func addAll(to, from []int) {
	for i, n := range from {
		to[i] += n
	}
}

// sharedWork is what the workers of one run share: which lives are handed out, how
// many are done, and the first that failed. Taken is atomic, and the mutex guards what
// is below it.
type sharedWork struct {
	taken atomic.Int64 // blocks handed out, in their order
	done  chan int     // lives, block by block

	mutex  sync.Mutex
	failed int   // the first life that does not end, as far as is known; none: above all
	err    error // why
}

// fail notes a life that does not end. The failed life with the lowest number gives
// the error, so that the error does not depend on the workers: they go on with the
// lives before it.
func (c *sharedWork) fail(number int, err error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if number < c.failed {
		c.failed, c.err = number, err
	}
}

// firstFailed is the lowest number of a life known to have failed; above all numbers
// if none has.
func (c *sharedWork) firstFailed() int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.failed
}

// simulate runs all lives, block by block, on the workers, and adds their counts
// up. If watch is set, it is called on the worker's goroutine after each life.
func (p *plan) simulate(ctx context.Context, watch func(number int, l *life)) (*counters, error) {
	lives := p.options.Lives
	c := &sharedWork{done: make(chan int), failed: math.MaxInt}
	counts := make([]*counters, p.options.Workers)
	done := p.runWorkers(ctx, c, counts, watch)
	switch {
	case c.err != nil:
		return nil, c.err
	case done < lives:
		return nil, context.Cause(ctx)
	}
	for _, other := range counts[1:] {
		counts[0].add(other)
	}
	return counts[0], nil
}

// runWorkers starts the workers, reports their progress, and gives the number of
// lives done. No goroutine outlives the call, even where Progress panics: the
// workers are then cancelled and waited for.
func (p *plan) runWorkers(ctx context.Context, c *sharedWork, counts []*counters, watch func(int, *life)) (lives int) {
	ctx, cancel := context.WithCancel(ctx)
	var workers sync.WaitGroup
	for w := range counts {
		workers.Go(func() {
			counts[w] = newCounters(p)
			p.work(ctx, c, counts[w], watch)
		})
	}
	go func() {
		workers.Wait()
		close(c.done)
	}()
	defer func() {
		cancel()
		for range c.done {
		}
	}()
	for n := range c.done {
		lives += n
		if p.options.Progress != nil {
			p.options.Progress(lives, p.options.Lives)
		}
	}
	return lives
}

// work runs blocks of lives until none is left, the context is cancelled, or a life
// before the next block has failed.
func (p *plan) work(ctx context.Context, c *sharedWork, t *counters, watch func(int, *life)) {
	l, lives := newLife(p), p.options.Lives
	for ctx.Err() == nil {
		from := int(c.taken.Add(1)-1) * block
		to := min(from+block, lives, c.firstFailed())
		if from >= to {
			return
		}
		for number := from; number < to; number++ {
			if err := l.run(ctx, uint64(number)); err != nil {
				if ctx.Err() == nil {
					c.fail(number, err)
				}
				return
			}
			t.countLife(l)
			if watch != nil {
				watch(number, l)
			}
		}
		c.done <- to - from
	}
}

// index is the index of a state of the lifecycle, or -1.
func (p *plan) index(s dealstate.State) int { return slices.Index(p.states, s) }

package simulate

import (
	"math"
	"slices"
	"sync"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Result is what became of the lives of one run. It never changes, and is safe for
// concurrent use.
type Result struct {
	Start  time.Time
	Until  time.Time
	Lives  int
	Seed   uint64
	Level  float64 // of the confidence intervals
	States []dealstate.State
	// Final counts, for each of the States, the lives that are in it at Until.
	Final []int
	// Awaited says who holds the deal up, in the order of the model's parties.
	Awaited []Awaited

	timescale timescale
	first     dealstate.State // at the start
	dates     []time.Time
	held      [][]int
	times     []times // by state
}

// times holds, for one state, when the lives that reach it first do so. The ticks are
// sorted when they are first asked for, because sorting costs a fifth of the
// simulation.
type times struct {
	once sync.Once
	in   instants
	all  []int64
}

// sorted gives the ticks in order.
func (t *times) sorted() []int64 {
	t.once.Do(func() {
		t.all = slices.Concat(t.in.parts...)
		t.in.parts = nil
		slices.Sort(t.all)
	})
	return t.all
}

// Awaited says in how many lives the deal waited for one party.
type Awaited struct {
	Party string
	Last  int // its approval was the last one needed, and the condition is met at the end
	Open  int // the condition is not met at the end, and its approval is among those missing
}

func newResult(p *plan, t *counters) *Result {
	o := p.options
	r := &Result{timescale: p.timescale, Start: p.start.now, Until: o.Until, Lives: o.Lives, Seed: o.Seed, Level: o.Level,
		States: slices.Clone(p.states), Final: t.final, first: p.states[p.first], dates: o.Dates, held: t.held, times: make([]times, len(p.states))}
	for i := range r.times {
		r.times[i].in = t.reached[i]
	}
	ids := partyIDs(p.start.machine)
	for i, a := range p.actors {
		r.Awaited = append(r.Awaited, Awaited{Party: ids[a.party], Last: t.last[i], Open: t.open[i]})
	}
	return r
}

// Estimate is a share of lives, and the confidence interval of the probability that it
// estimates.
type Estimate struct {
	P         float64
	Low, High float64
	Hits, Of  int
}

// Wilson estimates a probability from hits among trials by the score interval
// of Wilson ("Probable inference, the law of succession, and statistical
// inference", J. Am. Stat. Assoc. 22, 1927). Of must be positive, hits from 0 to
// of, and the level between 0 and 1; else it is a *dealstate.FieldError.
func Wilson(hits, of int, level float64) (Estimate, error) {
	switch {
	case of < 1:
		return Estimate{}, field.Errorf("of", "%d; want at least one trial", of)
	case hits < 0 || hits > of:
		return Estimate{}, field.Errorf("hits", "%d is out of range; want 0 to %d, the trials", hits, of)
	case !(level > 0 && level < 1):
		return Estimate{}, field.Errorf("level", "%g is out of range; want more than 0 and less than 1", level)
	}
	z := twoSided(level)
	n := float64(of)
	p := float64(hits) / n
	mid := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	e := Estimate{P: p, Low: max(0, mid-half), High: min(1, mid+half), Hits: hits, Of: of}
	if hits == 0 {
		e.Low = 0
	}
	if hits == of {
		e.High = 1
	}
	return e, nil
}

// twoSided is the z within which a standard normal lies with the probability level.
func twoSided(level float64) float64 { return math.Sqrt2 * math.Erfinv(level) }

// reached gives the ticks, in order, at which the lives that reach the state first do
// so.
func (r *Result) reached(s dealstate.State) []int64 {
	switch i := slices.Index(r.States, s); {
	case i < 0:
		return nil
	case s == r.first:
		return make([]int64, r.Lives) // every life, at once
	default:
		return r.times[i].sorted()
	}
}

// estimate is empty for the zero Result, which has no lives.
func (r *Result) estimate(hits int) Estimate {
	e, _ := Wilson(hits, r.Lives, r.Level)
	return e
}

// Reached is the chance that the deal has come to the state by the instant,
// whether or not it has left it since. A state that the deal only passes through,
// at one and the same instant, is not counted; nor is what lies beyond Until.
func (r *Result) Reached(s dealstate.State, by time.Time) Estimate {
	hits := 0
	if times := r.reached(s); len(times) > 0 {
		hits, _ = slices.BinarySearchFunc(times, r.timescale.of(by), func(at, by int64) int {
			if at <= by {
				return -1
			}
			return 1
		})
	}
	return r.estimate(hits)
}

// At is the chance that the deal is in the state at Until.
func (r *Result) At(s dealstate.State) Estimate {
	i := slices.Index(r.States, s)
	if i < 0 {
		return r.estimate(0)
	}
	return r.estimate(r.Final[i])
}

// Held is the chance that the deal is in the state at the instant, which must
// be one of Options.Dates, else ok is false.
func (r *Result) Held(s dealstate.State, at time.Time) (_ Estimate, ok bool) {
	d, found := slices.BinarySearchFunc(r.dates, at, time.Time.Compare)
	i := slices.Index(r.States, s)
	if !found || i < 0 {
		return Estimate{}, false
	}
	return r.estimate(r.held[d][i]), true
}

// Quantile is the instant by which the share p of all lives has come to the
// state: the median time is that of 0.5. Ok is false when so many never do by
// Until.
func (r *Result) Quantile(s dealstate.State, p float64) (_ time.Time, ok bool) {
	times := r.reached(s)
	rank := int(math.Ceil(p*float64(r.Lives))) - 1
	if !(p >= 0 && p <= 1) || rank >= len(times) || len(times) == 0 {
		return time.Time{}, false
	}
	return r.timescale.at(times[max(0, rank)]), true
}

// Histogram counts in bins of equal length, from Start to Until, when the lives
// that come to the state first do. The error is a *dealstate.FieldError, for a number
// of bins that is not from 1 to 1,000,000.
func (r *Result) Histogram(s dealstate.State, bins int) ([]int, error) {
	if bins < 1 || bins > maxBins {
		return nil, field.Errorf("bins", "%d is out of range; want 1 to %d", bins, maxBins)
	}
	counts := make([]int, bins)
	width := float64(between(r.Start, r.Until)) / float64(r.timescale.tick) / float64(bins)
	for _, at := range r.reached(s) {
		counts[min(bins-1, int(float64(at)/width))]++
	}
	return counts, nil
}

const maxBins = 1_000_000

package benchguard

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"
)

// slack is how many times the committed ratio a measured one may be.
const slack = 1.5

// A pair is measured for the first number of rounds. Where its ratio is then too
// high, it is measured again up to the next number, and fails only after the last.
var attempts = []int{7, 21, 49}

// span is how long one side works in one round: long beside what the clock can tell.
const span = 15 * time.Millisecond

// side is one of the two things compared. Do does the work, and Units says how many
// operations, lines or events that is.
type side struct {
	Units int
	Do    func()
}

// pair is one headline operation and its reference. Begin prepares both sides when
// their turn comes, so that no pair's data burdens the garbage collector in
// another's.
type pair struct {
	Name  string
	Begin func() (ours, reference side)
}

// result is what one pair came to: the medians of its rounds. A zero Committed
// means that there is no committed ratio to compare with.
type result struct {
	Name            string
	Ours, Reference float64 // nanoseconds a unit
	Ratio           float64
	Committed       float64
	Rounds          int
}

// Limit is the highest ratio that passes.
func (r result) Limit() float64 { return slack * r.Committed }

// Slower reports whether the pair fails.
func (r result) Slower() bool { return r.Ratio > r.Limit() }

// verdict says what to do about the result, in a word or two.
func (r result) verdict() string {
	switch {
	case r.Slower():
		return "SLOWER"
	case r.Ratio*slack < r.Committed:
		return "faster; commit the new ratio"
	}
	return "as committed"
}

// guard measures by a clock, which is [cpu] but in the tests of the guard itself.
type guard struct {
	clock func() time.Duration
}

// measure runs a pair, its two sides in turn, so that what else the machine does
// strikes both.
func (g guard) measure(p pair, committed float64) result {
	ours, reference := p.Begin()
	a, b := g.paced(ours), g.paced(reference)
	r := result{Name: p.Name, Committed: committed}
	var as, bs, ratios []float64
	for _, rounds := range attempts {
		for len(ratios) < rounds {
			x, y := g.round(a), g.round(b)
			as, bs, ratios = append(as, x), append(bs, y), append(ratios, x/y)
		}
		r.Ours, r.Reference, r.Ratio, r.Rounds = median(as), median(bs), median(ratios), rounds
		if committed > 0 && !r.Slower() {
			break
		}
	}
	return r
}

// paced repeats a side's work so often that it fills the span. The first call, which
// may fill caches, does not count.
func (g guard) paced(s side) side {
	s.Do()
	start := g.clock()
	s.Do()
	times := int(span/max(g.clock()-start, time.Microsecond)) + 1
	return side{Units: s.Units * times, Do: func() {
		for range times {
			s.Do()
		}
	}}
}

// round gives the nanoseconds a unit of one round. It begins without garbage, so that
// no side pays for what the other has left.
func (g guard) round(s side) float64 {
	runtime.GC()
	start := g.clock()
	s.Do()
	return float64(g.clock()-start) / float64(s.Units)
}

func median(list []float64) float64 {
	return slices.Sorted(slices.Values(list))[len(list)/2]
}

// writeTable prints the results.
func writeTable(w io.Writer, results []result) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "pair\tours ns\treference ns\tratio\tcommitted\tlimit\trounds\t")
	for _, r := range results {
		fmt.Fprintf(table, "%s\t%.4g\t%.4g\t%.3g\t%.3g\t%.3g\t%d\t  %s\n", r.Name, r.Ours, r.Reference, r.Ratio, r.Committed, r.Limit(), r.Rounds, r.verdict())
	}
	return table.Flush()
}

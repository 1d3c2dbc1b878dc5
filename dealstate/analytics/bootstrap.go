package analytics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Bootstrap says how an interval is made: groups are drawn with replacement, as many as
// there are, each with all that is in it, and the measure is taken anew, again and again;
// the interval lies between two quantiles of what comes out (B. Efron, "Bootstrap
// methods: another look at the jackknife", Annals of Statistics 7, 1979; the groups as in
// A. C. Davison and D. V. Hinkley, Bootstrap Methods and their Application, 1997, section
// 3.8). Equal seeds give equal intervals.
//
// With few groups such intervals are too narrow: ten is few. With one, they are a point.
// It costs Resamples times the number of groups, however many forecasts they hold.
type Bootstrap struct {
	Resamples int     // 1 to 1,000,000; 0: 2000
	Level     float64 // of the interval, more than 0 and less than 1; 0: 0.95
	Seed      uint64
}

// checked fills in what is left out, and refuses what cannot be.
func (b Bootstrap) checked(at string, forecasts []Forecast) (Bootstrap, error) {
	if b.Resamples == 0 {
		b.Resamples = 2000
	}
	if b.Level == 0 {
		b.Level = 0.95
	}
	switch {
	case b.Resamples < 1 || b.Resamples > 1_000_000:
		return b, field.Errorf("resamples", "%d is out of range; want 1 to 1000000, or 0 for 2000", b.Resamples)
	case !(b.Level > 0 && b.Level < 1):
		return b, field.Errorf("level", "%g is out of range; want more than 0 and less than 1", b.Level)
	}
	return b, checkForecasts(at, forecasts)
}

// checkForecasts refuses what cannot be scored.
func checkForecasts(at string, forecasts []Forecast) error {
	if len(forecasts) == 0 {
		return field.Errorf(at, "none; want at least one")
	}
	for i, f := range forecasts {
		if !(f.P >= 0 && f.P <= 1) {
			return field.Errorf(fmt.Sprintf("%s[%d].p", at, i), "%g is no probability; want 0 to 1", f.P)
		}
	}
	return nil
}

// sums adds up a measure by group, in the order in which groups first came.
type sums struct {
	index  map[string]int
	sums   []float64
	counts []int
}

func newSums() sums { return sums{index: map[string]int{}} }

func (s *sums) add(group string, x float64) {
	i, ok := s.index[group]
	if !ok {
		i = len(s.sums)
		s.index[group] = i
		s.sums, s.counts = append(s.sums, 0), append(s.counts, 0)
	}
	s.sums[i] += x
	s.counts[i]++
}

// n is how many numbers were added.
func (s *sums) n() int {
	n := 0
	for _, c := range s.counts {
		n += c
	}
	return n
}

// mean is the mean of all that was added.
func (s *sums) mean() float64 {
	total := 0.0
	for _, x := range s.sums {
		total += x
	}
	return total / float64(s.n())
}

// mean is the mean of all that was added, with its interval.
func (b Bootstrap) mean(s sums) Estimate {
	e := Estimate{Value: s.mean()}
	drawn := make([]float64, b.Resamples)
	rng := rand.New(rand.NewPCG(b.Seed, 0))
	for k := range drawn {
		drawn[k] = s.resampled(rng)
	}
	slices.Sort(drawn)
	e.Lower, e.Upper = quantileOf(drawn, (1-b.Level)/2), quantileOf(drawn, (1+b.Level)/2)
	return e
}

// resampled is the mean over as many groups as there are, drawn with replacement.
func (s *sums) resampled(rng *rand.Rand) float64 {
	total, n := 0.0, 0
	for range s.sums {
		i := rng.IntN(len(s.sums))
		total += s.sums[i]
		n += s.counts[i]
	}
	return total / float64(n)
}

// quantileOf interpolates between order statistics (R's type 7). Two infinities of one
// sign stay one.
func quantileOf(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	low := int(math.Floor(at))
	a, b, part := sorted[low], sorted[min(low+1, len(sorted)-1)], at-float64(low)
	if a == b || part == 0 {
		return a
	}
	return a + part*(b-a)
}

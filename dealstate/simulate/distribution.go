package simulate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Distribution is how long something takes: a probability distribution of a span of
// time, as data. Make one with [Exponential], [Weibull], [LogNormal], [Fixed]
// or [Empirical], of a time.Duration or, for centuries, a [Span]. The zero Wait stands
// for "never".
//
// Every family is used through its cumulative hazard H, where the chance of
// still waiting at t is exp(-H(t)): a wait ends when H reaches a unit
// exponential draw. So a wait that has already lasted goes on from where it
// stands, and haste multiplies the hazard (Cox, "Regression models and
// life-tables", J. R. Stat. Soc. B 34, 1972).
type Distribution struct {
	family family
	scale  float64 // nanoseconds
	shape  float64
	ended  []float64 // empirical: when the recorded waits ended, in order
	hazard []float64 // empirical: H just after each
}

// family is the kind of distribution; the zero one stands for "never".
type family uint8

const (
	never family = iota
	exponential
	weibull
	logNormal
	fixed
	empirical
)

// Exponential is the wait without memory: however long it has lasted, the mean
// time to its end stays the same. H(t) = t/mean.
func Exponential[L Length](mean L) Distribution {
	return Distribution{family: exponential, scale: float64(mean)}
}

// Weibull has H(t) = (t/scale)^shape. A shape above 1 grows impatient with time,
// below 1 it tires. The mean is scale·Γ(1+1/shape).
func Weibull[L Length](scale L, shape float64) Distribution {
	return Distribution{family: weibull, scale: float64(scale), shape: shape}
}

// LogNormal is a wait whose logarithm is normal with standard deviation sigma;
// half of all waits end by the median.
func LogNormal[L Length](median L, sigma float64) Distribution {
	return Distribution{family: logNormal, scale: float64(median), shape: sigma}
}

// Fixed always takes the same time. Haste and pressure do not move it.
func Fixed[L Length](d L) Distribution { return Distribution{family: fixed, scale: float64(d)} }

// Empirical follows recorded waits, the unfinished ones included, by the
// Nelson–Aalen estimate: H rises by 1/n at each end seen among the n then still
// waiting (Aalen, "Nonparametric inference for a family of counting processes",
// Ann. Stat. 6, 1978). Beyond the longest wait that ended it goes on at its
// average rate so far. With few waits it is therefore wide, as it should be: one
// wait of 15 days puts 63 % at or below 15 days. Waits of no time count as any other;
// where none that ended took any, the wait is always of no time. The error is a
// *dealstate.FieldError, where no wait has ended or one ends before it begins.
func Empirical(waits []Wait) (Distribution, error) {
	if err := checkFit(waits); err != nil {
		return Distribution{}, err
	}
	w := Distribution{family: empirical, scale: 1}
	sorted := slices.Clone(waits)
	slices.SortStableFunc(sorted, shorter)
	h := 0.0
	for i, s := range sorted {
		if s.Ended() {
			h += 1 / float64(len(sorted)-i)
			w.ended, w.hazard = append(w.ended, float64(s.Length())), append(w.hazard, h)
		}
	}
	return w, nil
}

// shorter orders waits by length. Of two equal ones, the wait that ended comes first,
// as the Nelson–Aalen estimate wants it.
func shorter(a, b Wait) int {
	switch {
	case a.Length() != b.Length():
		return cmp.Compare(a.Length(), b.Length())
	case a.Ended() == b.Ended():
		return 0
	case a.Ended():
		return -1
	}
	return 1
}

// IsZero reports whether the wait never ends.
func (w Distribution) IsZero() bool { return w.family == never }

// cumulative is H(t), the cumulative hazard.
func (w *Distribution) cumulative(t float64) float64 {
	switch w.family {
	case exponential:
		return t / w.scale
	case weibull:
		return math.Pow(t/w.scale, w.shape)
	case logNormal:
		return normalHazard(math.Log(t/w.scale) / w.shape)
	case fixed:
		if t < w.scale {
			return 0
		}
	case empirical:
		return w.empiricalHazard(t)
	}
	return math.Inf(1)
}

// inverse is the earliest t at which H(t) reaches h.
func (w *Distribution) inverse(h float64) float64 {
	switch w.family {
	case exponential:
		return h * w.scale
	case weibull:
		return w.scale * math.Pow(h, 1/w.shape)
	case logNormal:
		return w.scale * math.Exp(w.shape*normalInverse(h))
	case fixed:
		return w.scale
	case empirical:
		return w.empiricalInverse(h)
	}
	return math.Inf(1)
}

// empiricalHazard is H(t) of recorded waits: a step function, and beyond the last step
// a straight line.
func (w *Distribution) empiricalHazard(t float64) float64 {
	t /= w.scale // of an empirical wait the scale only stretches
	n := len(w.ended)
	switch last := w.ended[n-1]; {
	case t >= last && last > 0:
		return w.hazard[n-1] * (t / last)
	case t > last: // all took no time
		return math.Inf(1)
	}
	i, _ := slices.BinarySearch(w.ended, math.Nextafter(t, math.Inf(1)))
	if i == 0 {
		return 0
	}
	return w.hazard[i-1]
}

// empiricalInverse is the inverse of empiricalHazard.
func (w *Distribution) empiricalInverse(h float64) float64 {
	n := len(w.ended)
	switch top := w.hazard[n-1]; {
	case w.ended[n-1] == 0: // all took no time
		return 0
	case h > top:
		return w.scale * w.ended[n-1] * (h / top)
	}
	i, _ := slices.BinarySearch(w.hazard, h)
	return w.scale * w.ended[i]
}

// takesNoTime reports whether the wait always ends at once.
func (w *Distribution) takesNoTime() bool {
	switch w.family {
	case fixed:
		return w.scale < 1
	case empirical:
		return w.scale*w.ended[len(w.ended)-1] < 1
	}
	return false
}

// normalHazard is -log of the chance that a standard normal lies above z. Far out,
// where that chance is no float64 any more, it is by the asymptotic series of Mills'
// ratio (M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 26.2.12).
func normalHazard(z float64) float64 {
	if z < 30 {
		return -math.Log(0.5 * math.Erfc(z/math.Sqrt2))
	}
	return z*z/2 + math.Log(z*math.Sqrt(2*math.Pi)) - math.Log1p((-1+(3-15/(z*z))/(z*z))/(z*z))
}

// normalInverse is the z of which normalHazard is h. Where 1 - 2·exp(-h) comes too close to
// 1, Newton's method does it: a party that has waited ten times as long as usual
// would else never decide.
func normalInverse(h float64) float64 {
	if h < 20 || math.IsInf(h, 1) {
		return math.Sqrt2 * math.Erfinv(1-2*math.Exp(-h))
	}
	z := math.Sqrt(2 * h)
	for range 8 {
		z -= (normalHazard(z) - h) / (z + 1/z) // the slope, to 1/z²
	}
	return z
}

// Quantile is the span by which the share p of all waits has ended; ok is
// false when it never does, when p is not at least 0 and less than 1, and for a wait
// that [Distribution.Validate] refuses.
func (w Distribution) Quantile(p float64) (_ Span, ok bool) {
	if !(p >= 0 && p < 1) || w.Validate() != nil {
		return 0, false
	}
	t := w.inverse(-math.Log1p(-p))
	if math.IsInf(t, 1) {
		return 0, false
	}
	return Span(t), true
}

// Lasting is the chance that a wait lasts longer than d; ok is false when d is NaN,
// and for a wait that [Distribution.Validate] refuses.
func (w Distribution) Lasting(d Span) (_ float64, ok bool) {
	switch {
	case math.IsNaN(float64(d)) || w.Validate() != nil:
		return 0, false
	case w.family == never || d < 0:
		return 1, true
	case math.IsInf(float64(d), 1):
		return 0, true
	}
	return math.Exp(-w.cumulative(float64(d))), true
}

// Stretched is the distribution with every wait f times as long.
func (w Distribution) Stretched(f float64) Distribution {
	w.scale *= f
	return w
}

func (w Distribution) String() string {
	span := days(w.scale)
	switch w.family {
	case exponential:
		return "exponential, mean " + span
	case weibull:
		return fmt.Sprintf("Weibull, scale %s, shape %.3g", span, w.shape)
	case logNormal:
		return fmt.Sprintf("log-normal, median %s, sigma %.3g", span, w.shape)
	case fixed:
		return "fixed, " + span
	case empirical:
		if len(w.ended) == 1 {
			return "as in 1 recorded wait"
		}
		return fmt.Sprintf("as in %d recorded waits", len(w.ended))
	}
	return "never"
}

// days writes nanoseconds in days, as people speak of waits.
func days(ns float64) string {
	if text := fmt.Sprintf("%.3g days", ns/float64(24*time.Hour)); text != "1 days" {
		return text
	}
	return "1 day"
}

// Validate reports what is wrong with the wait, as a *dealstate.FieldError of the field
// "wait": [Run] refuses such a one.
func (w Distribution) Validate() error { return w.validate("wait") }

// longestScale bounds what a wait can be given.
const longestScale = float64(10_000 * Year)

func (w Distribution) validate(at string) error {
	switch {
	case w.family == never:
		return nil
	case w.family == empirical && len(w.ended) == 0:
		return field.Errorf(at, "none of the recorded waits has ended; want at least one, or another distribution")
	case w.family == empirical && w.ended[0] < 0:
		return field.Errorf(at, "a recorded wait ends before it begins")
	case w.family == fixed && !(w.scale >= 0 && w.scale <= longestScale):
		return field.Errorf(at, "%s is out of range; want 0 to 10,000 years", days(w.scale))
	case w.family != fixed && !(w.scale > 0 && w.scale <= longestScale):
		return field.Errorf(at, "%s is out of range; want more than 0, up to 10,000 years", days(w.scale))
	case (w.family == weibull || w.family == logNormal) && !(w.shape > 0 && w.shape <= 100):
		return field.Errorf(at, "shape %g is out of range; want more than 0, up to 100", w.shape)
	}
	return nil
}

package simulate

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Wait is how long something takes: a probability distribution of a span of
// time, as data. Make one with [Exponential], [Weibull], [LogNormal], [Fixed]
// or [Empirical]. The zero Wait stands for "never".
//
// Every family is used through its cumulative hazard H, where the chance of
// still waiting at t is exp(-H(t)): a wait ends when H reaches a unit
// exponential draw. So a wait that has already lasted goes on from where it
// stands, and haste multiplies the hazard (Cox, "Regression models and
// life-tables", J. R. Stat. Soc. B 34, 1972).
type Wait struct {
	family family
	scale  float64 // nanoseconds
	shape  float64
	ended  []float64 // empirical: when the recorded waits ended, in order
	hazard []float64 // empirical: H just after each
}

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
func Exponential(mean time.Duration) Wait { return Wait{family: exponential, scale: float64(mean)} }

// Weibull has H(t) = (t/scale)^shape. A shape above 1 grows impatient with time,
// below 1 it tires. The mean is scale·Γ(1+1/shape).
func Weibull(scale time.Duration, shape float64) Wait {
	return Wait{family: weibull, scale: float64(scale), shape: shape}
}

// LogNormal is a wait whose logarithm is normal with standard deviation sigma;
// half of all waits end by the median.
func LogNormal(median time.Duration, sigma float64) Wait {
	return Wait{family: logNormal, scale: float64(median), shape: sigma}
}

// Fixed always takes the same time. Haste and pressure do not move it.
func Fixed(d time.Duration) Wait { return Wait{family: fixed, scale: float64(d)} }

// Empirical follows recorded waits, the unfinished ones included, by the
// Nelson–Aalen estimate: H rises by 1/n at each end seen among the n then still
// waiting (Aalen, "Nonparametric inference for a family of counting processes",
// Ann. Stat. 6, 1978). Beyond the longest wait that ended it goes on at its
// average rate so far. With few spells it is therefore wide, as it should be: one
// wait of 15 days puts 63 % at or below 15 days. At least one spell must have
// ended.
func Empirical(spells []Spell) Wait {
	w := Wait{family: empirical, scale: 1}
	waits := slices.Clone(spells)
	slices.SortStableFunc(waits, shorter)
	h := 0.0
	for i, s := range waits {
		if s.Ended() {
			h += 1 / float64(len(waits)-i)
			w.ended, w.hazard = append(w.ended, float64(s.Length())), append(w.hazard, h)
		}
	}
	return w
}

// shorter orders waits by length; of two equal ones, the one that ended first.
func shorter(a, b Spell) int {
	switch {
	case a.Length() != b.Length():
		return int(min(1, max(-1, a.Length()-b.Length())))
	case a.Ended() == b.Ended():
		return 0
	case a.Ended():
		return -1
	}
	return 1
}

// IsZero reports whether the wait never ends.
func (w Wait) IsZero() bool { return w.family == never }

// longest bounds what a wait can come to: beyond it, it never ends. It leaves
// room to add an instant to it without overflow.
const longest = float64(math.MaxInt64 / 4)

// Hazard is H(t), the cumulative hazard.
func (w *Wait) cumulative(t float64) float64 {
	switch w.family {
	case exponential:
		return t / w.scale
	case weibull:
		return math.Pow(t/w.scale, w.shape)
	case logNormal:
		return -math.Log(0.5 * math.Erfc(math.Log(t/w.scale)/(w.shape*math.Sqrt2)))
	case fixed:
		if t < w.scale {
			return 0
		}
	case empirical:
		return w.counted(t)
	}
	return math.Inf(1)
}

// invert is the earliest t at which H reaches h.
func (w *Wait) invert(h float64) float64 {
	switch w.family {
	case exponential:
		return h * w.scale
	case weibull:
		return w.scale * math.Pow(h, 1/w.shape)
	case logNormal:
		return w.scale * math.Exp(w.shape*math.Sqrt2*math.Erfinv(1-2*math.Exp(-h)))
	case fixed:
		return w.scale
	case empirical:
		return w.countedBack(h)
	}
	return math.Inf(1)
}

func (w *Wait) counted(t float64) float64 {
	t /= w.scale // of an empirical wait the scale only stretches
	n := len(w.ended)
	if last := w.ended[n-1]; t >= last && last > 0 {
		return w.hazard[n-1] * (t / last)
	}
	i, _ := slices.BinarySearch(w.ended, math.Nextafter(t, math.Inf(1)))
	if i == 0 {
		return 0
	}
	return w.hazard[i-1]
}

func (w *Wait) countedBack(h float64) float64 {
	n := len(w.ended)
	if top := w.hazard[n-1]; h > top {
		return w.scale * w.ended[n-1] * (h / top)
	}
	i, _ := slices.BinarySearch(w.hazard, h)
	return w.scale * w.ended[i]
}

// takesNoTime reports whether the wait always ends at once.
func (w *Wait) takesNoTime() bool {
	switch w.family {
	case fixed:
		return w.scale < 1
	case empirical:
		return w.scale*w.ended[len(w.ended)-1] < 1
	}
	return false
}

// Quantile is the span by which the share p of all waits has ended; ok is
// false when it never does. P must be at least 0 and less than 1.
func (w Wait) Quantile(p float64) (_ time.Duration, ok bool) {
	t := w.invert(-math.Log1p(-p))
	if !(t <= longest) {
		return 0, false
	}
	return time.Duration(t), true
}

// Lasting is the chance that a wait lasts longer than d.
func (w Wait) Lasting(d time.Duration) float64 {
	if w.family == never {
		return 1
	}
	return math.Exp(-w.cumulative(float64(d)))
}

// Stretched makes every wait f times as long.
func (w Wait) Stretched(f float64) Wait {
	w.scale *= f
	return w
}

func (w Wait) String() string {
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
	return fmt.Sprintf("%.3g days", ns/float64(24*time.Hour))
}

func (w Wait) validate(field string) error {
	switch {
	case w.family == never:
		return nil
	case w.family == empirical && len(w.ended) == 0:
		return fieldErr(field, "none of the recorded waits has ended; want at least one, or another distribution")
	case w.family == empirical && w.ended[0] < 0:
		return fieldErr(field, "a recorded wait ends before it begins")
	case w.family == fixed && !(w.scale >= 0 && w.scale <= longest):
		return fieldErr(field, "%s is out of range; want 0 to 73 years", days(w.scale))
	case w.family != fixed && !(w.scale > 0 && w.scale <= longest):
		return fieldErr(field, "%s is out of range; want more than 0, up to 73 years", days(w.scale))
	case (w.family == weibull || w.family == logNormal) && !(w.shape > 0 && w.shape <= 100):
		return fieldErr(field, "shape %g is out of range; want more than 0, up to 100", w.shape)
	}
	return nil
}

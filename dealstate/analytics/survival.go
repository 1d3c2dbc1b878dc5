package analytics

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Curve is the Kaplan–Meier estimate of how many are still waiting after how long. It
// has one point for each time at which something was reached or an observation ended,
// in ascending order.
type Curve []CurvePoint

// CurvePoint is one step of the curve: it holds from its time on, that time included,
// until the next one.
type CurvePoint struct {
	Time     float64 `json:"time"`     // in the unit of the lifetimes: seconds, if they are this package's
	AtRisk   int     `json:"at_risk"`  // just before Time
	Events   int     `json:"events"`   // reached at Time
	Censored int     `json:"censored"` // at Time, after the events there
	Survival float64 `json:"survival"` // 0 to 1
	// StdErr is Greenwood's standard error of Survival; 0 where Survival is 0,
	// for the formula has no value there.
	StdErr float64 `json:"std_err"`
}

// Columns names the cells.
func (CurvePoint) Columns() []string {
	return []string{"time", "at_risk", "events", "censored", "survival", "std_err"}
}

// Cells gives the row.
func (s CurvePoint) Cells() []string {
	return []string{number(s.Time), strconv.Itoa(s.AtRisk), strconv.Itoa(s.Events), strconv.Itoa(s.Censored), number(s.Survival), number(s.StdErr)}
}

// KaplanMeier estimates the survival curve of right-censored lifetimes: the
// product, over the times t(j) up to t, of 1 - d(j)/n(j), for d(j) of the n(j) at
// risk that reached it at t(j). Who is censored at a time counts as at risk there.
// Times that only rounding tells apart are one time, the least of them; see [Lifetime].
// The error is a *dealstate.FieldError that names the lifetime. It sorts once.
//
// E. L. Kaplan and P. Meier, Journal of the American Statistical Association 53
// (1958), 457–481. The standard error is S(t) times the root of the sum of
// d(j)/(n(j)(n(j)-d(j))): M. Greenwood, Reports on Public Health and Medical
// Subjects 33 (1926), 1–26.
func KaplanMeier(lives []Lifetime) (Curve, error) {
	if err := checkLives("lives", lives); err != nil {
		return nil, err
	}
	var curve Curve
	sum, since, of := 0.0, 1.0, len(lives)
	for _, s := range countByTime(lives) {
		d, n, left := float64(s.Events), float64(s.AtRisk), s.AtRisk-s.Events
		// where nobody is censored the fractions cancel out, and nothing is rounded
		if s.Survival = since * (float64(left) / float64(of)); s.Survival > 0 {
			sum += d / (n * (n - d))
			s.StdErr = s.Survival * math.Sqrt(sum)
		}
		if s.Censored > 0 {
			since, of = s.Survival, left-s.Censored
		}
		curve = append(curve, s)
	}
	return curve, nil
}

// checkLives refuses what no estimator can use: no lifetimes at all, or one that is no
// time.
func checkLives(at string, lives []Lifetime) error {
	if len(lives) == 0 {
		return field.Errorf(at, "none; want at least one")
	}
	for i, l := range lives {
		if !(l.Time >= 0) || math.IsInf(l.Time, 0) {
			return field.Errorf(fmt.Sprintf("%s[%d].time", at, i), "%g; want a finite time that is not negative", l.Time)
		}
	}
	return nil
}

// roundOff is how far apart, as a share of the larger, two times may be that count as
// one. It is far above what arithmetic on float64 leaves behind: some 3e-14 for the
// difference of two ages in years, 1e-10 for a day as the difference of two dates such
// as 2025.47. And it is far below what data tell apart: it keeps a second distinct
// from the next one for 300 years. Because it is relative, the unit makes no difference.
//
// R's package survival does the same since version 2.40 (October 2016): its aeqSurv,
// which survfit and coxph call for timefix = TRUE, takes times for tied that lie within
// sqrt(.Machine$double.eps), 1.5e-8, absolutely or in proportion to the mean time, and
// gives them the smaller value (T. Therneau, Roundoff error and tied times, the
// package's vignette "tiedtimes"). That would tie what lies 14 seconds apart after 30
// years, and everything where the unit is large; so the bound here is narrower and
// has no absolute part.
const roundOff = 1e-10

// tied reports whether two times are one; a is not the larger.
func tied(a, b float64) bool { return b-a <= roundOff*b }

// countByTime counts what happened at each distinct time.
func countByTime(lives []Lifetime) []CurvePoint {
	sorted := slices.SortedFunc(slices.Values(lives), func(a, b Lifetime) int { return cmp.Compare(a.Time, b.Time) })
	var steps []CurvePoint
	for i, l := range sorted {
		if i == 0 || !tied(steps[len(steps)-1].Time, l.Time) {
			steps = append(steps, CurvePoint{Time: l.Time, AtRisk: len(sorted) - i})
		}
		if at := &steps[len(steps)-1]; l.Reached {
			at.Events++
		} else {
			at.Censored++
		}
	}
	return steps
}

// At is the estimated share that is still waiting after the time. After the last
// step it is that of the last step, although the data say no more. A time that only
// rounding puts before a step is at it. Of NaN, At is NaN.
func (c Curve) At(time float64) float64 {
	if math.IsNaN(time) {
		return time
	}
	if s, ok := c.pointAt(time); ok {
		return s.Survival
	}
	return 1
}

// pointAt is the point that holds at the time; ok is false before the first one.
func (c Curve) pointAt(time float64) (CurvePoint, bool) {
	after, _ := slices.BinarySearchFunc(c, time, func(s CurvePoint, t float64) int {
		if s.Time <= t || tied(t, s.Time) {
			return -1
		}
		return 1
	})
	if after == 0 {
		return CurvePoint{}, false
	}
	return c[after-1], true
}

// Quantile is the first time by which the share p has been reached, so that
// 0.5 gives the median. Ok is false where the curve does not come down so far,
// and where p is not above 0 and at most 1. Where the curve stays at exactly 1 - p
// for a while, R and SAS give the middle of that while instead.
func (c Curve) Quantile(p float64) (time float64, ok bool) {
	const rounding = 1e-9 // the product of fractions may miss an exact half
	if !(p > 0 && p <= 1) {
		return 0, false
	}
	for _, s := range c {
		if s.Survival <= 1-p+rounding && s.Survival < 1 {
			return s.Time, true
		}
	}
	return 0, false
}

// Scale says on which scale a band is symmetric.
type Scale uint8

// The scales.
const (
	// Linear bands are S ± z·se, cut off at 0 and 1: Greenwood's own.
	Linear Scale = iota + 1
	// LogLog bands are symmetric on the scale of log(-log S), and stay within 0 to 1
	// by themselves; better for few lives. R and Stata call them log-log.
	LogLog
)

// Interval is a confidence interval of the survival at one step of a curve.
type Interval struct {
	Time  float64 `json:"time"`
	Lower float64 `json:"lower"`
	Upper float64 `json:"upper"`
}

// Columns names the cells.
func (Interval) Columns() []string { return []string{"time", "lower", "upper"} }

// Cells gives the row.
func (i Interval) Cells() []string {
	return []string{number(i.Time), number(i.Lower), number(i.Upper)}
}

// Band gives pointwise confidence intervals, one a step, at a level such as
// 0.95. Where the survival is still 1 or already 0 the interval is that point.
// The error is a *dealstate.FieldError, also for a step that is none.
func (c Curve) Band(level float64, scale Scale) ([]Interval, error) {
	switch {
	case !(level > 0 && level < 1):
		return nil, field.Errorf("level", "%g is out of range; want more than 0 and less than 1", level)
	case scale != Linear && scale != LogLog:
		return nil, field.Errorf("scale", "%d is unknown; want Linear or LogLog", scale)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	z := math.Sqrt2 * math.Erfinv(level)
	band := make([]Interval, len(c))
	for i, s := range c {
		band[i] = s.interval(z, scale)
	}
	return band, nil
}

// check refuses points that no estimate has.
func (c Curve) check() error {
	for i, s := range c {
		if !(s.Survival >= 0 && s.Survival <= 1) {
			return field.Errorf(fmt.Sprintf("curve[%d].survival", i), "%g is out of range; want 0 to 1", s.Survival)
		}
		if !(s.StdErr >= 0 && s.StdErr <= math.MaxFloat64) {
			return field.Errorf(fmt.Sprintf("curve[%d].std_err", i), "%g is out of range; want a finite number that is not negative", s.StdErr)
		}
	}
	return nil
}

// interval is the confidence interval at the point, for the z of its level.
func (s CurvePoint) interval(z float64, scale Scale) Interval {
	i := Interval{Time: s.Time, Lower: s.Survival, Upper: s.Survival}
	switch {
	case s.StdErr == 0 || s.Survival == 0 || s.Survival == 1:
	case scale == Linear:
		i.Lower, i.Upper = max(0, s.Survival-z*s.StdErr), min(1, s.Survival+z*s.StdErr)
	default:
		log := math.Log(s.Survival)
		theta := z * s.StdErr / (s.Survival * -log)
		i.Lower, i.Upper = math.Exp(log*math.Exp(theta)), math.Exp(log*math.Exp(-theta))
	}
	return i
}

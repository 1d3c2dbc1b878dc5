package simulate_test

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
)

const year = simulate.Year

// windsor is 9 May 1386, of the treaty between England and Portugal, and later 639 years
// after it. There are 155 leap days between them by the calendar that Go has throughout.
var (
	windsor = time.Date(1386, 5, 9, 0, 0, 0, 0, time.UTC)
	later   = time.Date(2025, 5, 9, 0, 0, 0, 0, time.UTC)
)

func TestAWaitOfCenturiesIsAsLongAsItIs(t *testing.T) {
	t.Parallel()
	require.EqualValues(t, (639*365+155)*day.Hours()/24, simulate.Wait{From: windsor, To: later}.Length().Days())
	require.EqualValues(t, -(639*365 + 155), simulate.Wait{From: later, To: windsor}.Length().Days())
	require.Equal(t, simulate.Span(90*day+1), simulate.Wait{From: june, To: june.Add(90*day + 1)}.Length(), "to the nanosecond")
	whole := simulate.Wait{From: time.Time{}, To: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)}.Length()
	require.InEpsilon(t, 9998.997, float64(whole/year), 1e-6)
	require.Equal(t, "2.33e+05 days", simulate.Wait{From: windsor, To: later}.Length().String())
}

func TestWaitsLastForCenturies(t *testing.T) {
	t.Parallel()
	for _, years := range []simulate.Span{1, 100, 292, 293, 5000, 9999} {
		d, ok := simulate.Fixed(years * year).Quantile(0.5)
		require.True(t, ok)
		require.Equal(t, years*year, d)
		d, ok = simulate.Exponential(years * year).Quantile(0.5)
		require.True(t, ok)
		require.InEpsilon(t, float64(years)*math.Ln2, float64(d/year), 1e-12)
		require.InEpsilon(t, 0.5, lasting(t, simulate.Exponential(years*year), d), 1e-12)
	}
	d, ok := simulate.Fixed(876_600 * time.Hour).Quantile(0.5) // 100 years of 365.25 days
	require.True(t, ok)
	require.Equal(t, 876_600*time.Hour, time.Duration(d))
}

// One party decides after 400 years, to the day.
func TestALifeOfCenturiesRuns(t *testing.T) {
	t.Parallel()
	one := dealstate.Agreement{Parties: []dealstate.Party{{ID: "us"}}, Deadline: windsor.AddDate(8000, 0, 0)}
	s := simulate.Beginning(compile(t, one), dealstate.Strict, windsor)
	until, on := windsor.AddDate(8500, 0, 0), windsor.AddDate(0, 0, 146_097)
	m := simulate.Model{Parties: []simulate.Party{{Party: "us", Wait: simulate.Fixed(146_097 * simulate.Day)}}}
	r := run(t, s, m, simulate.Options{Lives: 100, Until: until, Dates: []time.Time{on.Add(-time.Second), on}})
	at, ok := r.Quantile(dealstate.StateApproved, 0.5)
	require.True(t, ok)
	require.Equal(t, on, at)
	require.Equal(t, 0, r.Reached(dealstate.StateApproved, on.Add(-time.Second)).Hits)
	require.Equal(t, 100, r.Reached(dealstate.StateApproved, on).Hits)
	held, _ := r.Held(dealstate.StateApproved, on)
	require.Equal(t, 100, held.Hits)
	counts, err := r.Histogram(dealstate.StateApproved, 85)
	require.NoError(t, err)
	require.Equal(t, 100, counts[3]+counts[4], "bins of a hundred years")
	m.Parties[0].Wait = simulate.Fixed(8400 * year)
	at, ok = run(t, s, m, simulate.Options{Lives: 100, Until: until}).Quantile(dealstate.StateLapsed, 0.5)
	require.True(t, ok)
	require.Equal(t, windsor.AddDate(8000, 0, 0), at, "the deadline")
}

func TestAnExponentialOfCenturiesFollowsItsDistribution(t *testing.T) {
	t.Parallel()
	s := simulate.Beginning(compile(t, dealstate.Agreement{Parties: []dealstate.Party{{ID: "us"}}}), dealstate.Strict, windsor)
	m := simulate.Model{Parties: []simulate.Party{{Party: "us", Wait: simulate.Exponential(300 * year)}}}
	covered(t, s, m, simulate.Options{Until: windsor.AddDate(2000, 0, 0)}, 1-math.Exp(-float64(simulate.Wait{From: windsor, To: later}.Length()/(300*year))),
		func(r *simulate.Result) simulate.Estimate { return r.Reached(dealstate.StateApproved, later) })
}

// A party that has been asked for 639 years goes on from there, and its wait has not
// come to the end of all waits.
func TestAWaitThatHasLastedForCenturiesGoesOn(t *testing.T) {
	t.Parallel()
	deal := dealWith(t, dealstate.Agreement{}, dealstate.Event{Kind: dealstate.Negotiate, At: windsor}, dealstate.Event{Kind: dealstate.Approve, Party: "us", At: windsor})
	s := simulate.Present(deal, dealstate.View{AsOf: later})
	age := simulate.Wait{From: windsor, To: later}.Length()
	for name, w := range map[string]simulate.Distribution{"exponential": simulate.Exponential(10 * day), "weibull": simulate.Weibull(300*year, 3), "log-normal": simulate.LogNormal(400*year, 0.5)} {
		m := simulate.Model{Parties: []simulate.Party{{Party: "china", Wait: w}}}
		span, until := 10*day, later.AddDate(1, 0, 0)
		if name != "exponential" {
			span, until = 3653*day, later.AddDate(60, 0, 0)
		}
		truth := map[string]float64{
			"exponential": 1 - math.Exp(-1),
			"weibull":     1 - math.Exp(math.Pow(float64(age/year)/300, 3)-math.Pow(float64((age+simulate.Span(span))/year)/300, 3)),
			"log-normal":  1 - upper(math.Log(float64((age+simulate.Span(span))/year)/400)/0.5)/upper(math.Log(float64(age/year)/400)/0.5),
		}[name]
		covered(t, s, m, simulate.Options{Until: until}, truth, func(r *simulate.Result) simulate.Estimate {
			return r.Reached(dealstate.StateApproved, later.Add(span))
		})
	}
}

// upper is the chance that a standard normal lies above z.
func upper(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }

// Far in the tail of a log-normal, 1 less the share that is left is 1 in floating point.
func TestAPartyThatWaitedFarBeyondTheUsualStillDecides(t *testing.T) {
	t.Parallel()
	deal := dealWith(t, dealstate.Agreement{}, dealstate.Event{Kind: dealstate.Negotiate, At: onDay(0)}, dealstate.Event{Kind: dealstate.Approve, Party: "us", At: onDay(0)})
	s := simulate.Present(deal, dealstate.View{AsOf: onDay(1000)})
	for _, sigma := range []float64{0.3, 0.2, 0.1} { // 15, 23 and 46 standard deviations
		z := func(days float64) float64 { return math.Log(days/10) / sigma }
		span := 4 * 24 * time.Hour
		truth := 1 - upper(z(1004))/upper(z(1000))
		if sigma == 0.1 { // where upper is 0, by the first terms of the series: both are within 1/z² of it
			a, b := z(1000), z(1004)
			truth = 1 - math.Exp((a*a-b*b)/2)*a/b
		}
		m := simulate.Model{Parties: []simulate.Party{{Party: "china", Wait: simulate.LogNormal(10*day, sigma)}}}
		covered(t, s, m, simulate.Options{Until: onDay(1400)}, truth, func(r *simulate.Result) simulate.Estimate {
			return r.Reached(dealstate.StateApproved, onDay(1000).Add(span))
		})
	}
}

func TestATargetBeyondAllTimeIsReachedOnlyByWhatHappens(t *testing.T) {
	t.Parallel()
	s := beginning(t, dealstate.Agreement{})
	m := two(20*day, 20*day)
	target := simulate.Target{State: dealstate.StateApproved, By: june.AddDate(1000, 0, 0)}
	influences, err := simulate.Sensitivity(context.Background(), s, m, simulate.Options{Lives: 2000, Until: onDay(20)}, target, 0.1)
	require.NoError(t, err)
	r := run(t, s, m, simulate.Options{Lives: 2000, Until: onDay(20)})
	require.InDelta(t, r.Reached(dealstate.StateApproved, target.By).P, influences[0].Less, 0.1)
}

// ended gives waits of so many hours, of which those below zero have not ended.
func ended(hours ...float64) []simulate.Wait {
	var all []simulate.Wait
	for _, h := range hours {
		s := simulate.Wait{Deal: "d", Party: "us", From: june, To: june.Add(time.Duration(math.Abs(h) * float64(time.Hour))), End: dealstate.Approve}
		if math.Signbit(h) {
			s.End = 0
		}
		all = append(all, s)
	}
	return all
}

var openAtOnce = math.Copysign(0, -1)

// R's survreg and lifelines refuse times of 0 for a Weibull, and for all three fits there
// must be an ended wait.
func TestWhatHasNoFitIsRefused(t *testing.T) {
	t.Parallel()
	back := []simulate.Wait{{From: onDay(2), To: onDay(1), End: dealstate.Approve}}
	for name, c := range map[string]struct {
		fit   simulate.Fit
		waits []simulate.Wait
		want  string
	}{
		"weibull, nothing":       {simulate.FitWeibull, nil, "waits: none of the 0 has ended; want at least one"},
		"weibull, open only":     {simulate.FitWeibull, ended(-24, -48), "waits: none of the 2 has ended; want at least one"},
		"weibull, at once":       {simulate.FitWeibull, ended(0, 24, 48), `waits: one of "us" in "d" ended after no time, which no Weibull distribution explains; want all above 0, or FitExponential or Empirical`},
		"weibull, all at once":   {simulate.FitWeibull, ended(0, 0), `waits: one of "us" in "d" ended after no time`},
		"weibull, one":           {simulate.FitWeibull, ended(24), "waits: those that ended are so much of one length"},
		"weibull, of one length": {simulate.FitWeibull, ended(24, 24, 24, -20), "waits: those that ended are so much of one length"},
		"weibull, far apart": {simulate.FitWeibull, append(ended(1e-12, 1e-12, 1e-12), simulate.Wait{From: time.Time{}.Add(1), To: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), End: dealstate.Approve}),
			"waits: they differ so much in length that the shape would be below 0.05; want fewer orders of magnitude, or Empirical"},
		"weibull, backwards":             {simulate.FitWeibull, back, "ends before it begins"},
		"exponential, nothing":           {simulate.FitExponential, nil, "waits: none of the 0 has ended; want at least one"},
		"exponential, open only":         {simulate.FitExponential, ended(-24), "waits: none of the 1 has ended; want at least one"},
		"exponential, all at once":       {simulate.FitExponential, ended(0, openAtOnce), "waits: all 2 took no time, so that the mean would be 0; want one that took some, or Fixed(0)"},
		"exponential, backwards":         {simulate.FitExponential, back, "ends before it begins"},
		"empirical, nothing":             {simulate.Empirical, nil, "waits: none of the 0 has ended; want at least one"},
		"empirical, open only":           {simulate.Empirical, ended(-24, -24), "waits: none of the 2 has ended; want at least one"},
		"empirical, backwards":           {simulate.Empirical, back, "ends before it begins"},
		"weibull, one that is outlasted": {simulate.FitWeibull, ended(24, -48), ""},
		"weibull, open at once":          {simulate.FitWeibull, ended(24, 48, openAtOnce), ""},
		"exponential, some at once":      {simulate.FitExponential, ended(0, 24), ""},
		"empirical, all at once":         {simulate.Empirical, ended(0, 0), ""},
	} {
		w, err := c.fit(c.waits)
		if c.want == "" {
			require.NoError(t, err, name)
			require.NoError(t, w.Validate(), name)
			q, ok := w.Quantile(0.5)
			require.True(t, ok && q >= 0 && !math.IsInf(float64(q), 0), name)
			continue
		}
		var wrong *dealstate.FieldError
		require.ErrorAs(t, err, &wrong, name)
		require.ErrorContains(t, err, c.want, name)
		_, err = simulate.Calibrate(dealstate.Agreement{Parties: bothSides}, c.waits, c.fit)
		require.ErrorAs(t, err, &wrong, "Calibrate hands it on: %s", name)
	}
}

// The open wait of no time adds nothing to the likelihood.
func TestOpenWaitsOfNoTimeDoNotMoveAFit(t *testing.T) {
	t.Parallel()
	with, without := fitted(t, simulate.FitWeibull, ended(24, 48, 90, openAtOnce)), fitted(t, simulate.FitWeibull, ended(24, 48, 90))
	require.Equal(t, without, with)
}

// The 21 children on 6-mercaptopurine of Freireich and others, Blood 21 (1963), in weeks.
// The expected figures solve the likelihood equations apart, in another language: shape
// 1.3537, scale 33.765 weeks; the exponential's mean is 359 weeks for 9 relapses.
func TestFitsOfTheLeukaemiaData(t *testing.T) {
	t.Parallel()
	var waits []simulate.Wait
	for _, weeks := range []float64{6, 6, 6, 7, 10, 13, 16, 22, 23, -6, -9, -10, -11, -17, -19, -20, -25, -32, -32, -34, -35} {
		waits = append(waits, ended(weeks*7*24)...)
	}
	w := fitted(t, simulate.FitWeibull, waits)
	scale, ok := w.Quantile(1 - 1/math.E)
	require.True(t, ok)
	require.InEpsilon(t, 33.76515096763499, scale.Days()/7, 1e-9)
	require.InEpsilon(t, math.Exp(-math.Pow(2, 1.3537345238262202)), lasting(t, w, 2*scale), 1e-9)
	mean, _ := fitted(t, simulate.FitExponential, waits).Quantile(1 - 1/math.E)
	require.InEpsilon(t, 359.0/9, mean.Days()/7, 1e-12)
}

func TestAnEmpiricalWaitOfNoTimeIsOver(t *testing.T) {
	t.Parallel()
	w := fitted(t, simulate.Empirical, ended(0, 0, -24))
	for _, p := range []float64{0, 0.5, 0.999} {
		d, ok := w.Quantile(p)
		require.True(t, ok)
		require.Zero(t, d)
	}
	require.InDelta(t, math.Exp(-1.0/3-1.0/2), lasting(t, w, 0), 1e-12)
	require.Zero(t, lasting(t, w, 1))
}

// Whatever a wait is made of, and whatever is asked, it answers with a number or not.
func TestNoWaitPanicsOrGivesNaN(t *testing.T) {
	t.Parallel()
	odd := []float64{0, -1, 1, math.SmallestNonzeroFloat64, math.MaxFloat64, 1e-300, math.NaN(), math.Inf(1), math.Inf(-1), float64(day), float64(9999 * year)}
	waits := []simulate.Distribution{{}, fitted(t, simulate.Empirical, ended(0)), fitted(t, simulate.Empirical, ended(24, -48)), fitted(t, simulate.FitExponential, ended(24))}
	for _, a := range odd {
		waits = append(waits, simulate.Exponential(simulate.Span(a)), simulate.Fixed(simulate.Span(a)))
		for _, b := range odd {
			waits = append(waits, simulate.Weibull(simulate.Span(a), b), simulate.LogNormal(simulate.Span(a), b))
		}
	}
	for _, made := range waits {
		for _, f := range append([]float64{1}, odd...) {
			w := made.Stretched(f)
			sound := w.Validate() == nil
			for _, x := range odd {
				d, ok := w.Quantile(x)
				require.False(t, math.IsNaN(float64(d)) || math.IsInf(float64(d), 0) || d < 0, "%s quantile %g: %g", w, x, float64(d))
				require.False(t, ok && !sound, "%s", w)
				p, ok := w.Lasting(simulate.Span(x))
				require.True(t, p >= 0 && p <= 1, "%s lasting %g: %g", w, x, p)
				require.Equal(t, sound && !math.IsNaN(x), ok, "%s lasting %g", w, x)
			}
			require.NotPanics(t, func() { _ = fmt.Sprint(w) })
		}
	}
}

func TestWilsonRefusesWhatIsNoShare(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		hits, of int
		level    float64
		field    string
	}{{0, 0, 0.95, "of"}, {0, -1, 0.95, "of"}, {-1, 2, 0.95, "hits"}, {3, 2, 0.95, "hits"}, {1, 2, 0, "level"}, {1, 2, 1, "level"}, {1, 2, math.NaN(), "level"}} {
		e, err := simulate.Wilson(c.hits, c.of, c.level)
		var wrong *dealstate.FieldError
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, c.field, wrong.Field)
		require.Zero(t, e)
	}
	e, err := simulate.Wilson(1, 1, math.SmallestNonzeroFloat64)
	require.NoError(t, err)
	require.Equal(t, 1.0, e.P)
}

func TestAHistogramRefusesNumbersOfBinsThatAreNone(t *testing.T) {
	t.Parallel()
	r := run(t, beginning(t, dealstate.Agreement{}), two(day, day), simulate.Options{Lives: 10, Until: onDay(9)})
	for _, bins := range []int{0, -1, math.MaxInt} {
		counts, err := r.Histogram(dealstate.StateApproved, bins)
		var wrong *dealstate.FieldError
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, "bins", wrong.Field)
		require.Nil(t, counts)
	}
}

func TestZeroValuesAnswerAndAreRefused(t *testing.T) {
	t.Parallel()
	require.Zero(t, simulate.Beginning(nil, dealstate.Strict, june))
	require.Zero(t, simulate.Present(nil, dealstate.View{}))
	require.Zero(t, simulate.Start{}.Snapshot())
	var r simulate.Result
	require.Zero(t, r.Reached(dealstate.StateApproved, june))
	require.Zero(t, r.At(dealstate.StateApproved))
	_, ok := r.Held(dealstate.StateApproved, june)
	require.False(t, ok)
	_, ok = r.Quantile(dealstate.StateApproved, 0.5)
	require.False(t, ok)
	_, err := r.Histogram(dealstate.StateApproved, 3)
	require.NoError(t, err)
	var x simulate.Exploration
	_, ok = x.Shortest(dealstate.StateApproved)
	require.False(t, ok)
	require.Empty(t, x.States())
	require.Empty(t, x.DeadEnds())
	require.Empty(t, x.DeadRules())
	require.Empty(t, x.Leading(dealstate.StateApproved))
	require.Empty(t, simulate.Path{}.Events())
	require.Empty(t, simulate.Path{}.String())
	require.NotEmpty(t, simulate.Alphabet(dealstate.Agreement{}))
	for _, at := range []time.Time{time.Unix(math.MaxInt64, 0), time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(math.MinInt64/2, 0)} {
		_, err := simulate.Run(context.Background(), simulate.Beginning(compile(t, dealstate.Agreement{}), dealstate.Strict, at), two(day, day), simulate.Options{Until: at.Add(time.Hour)})
		var wrong *dealstate.FieldError
		require.ErrorAs(t, err, &wrong)
	}
}

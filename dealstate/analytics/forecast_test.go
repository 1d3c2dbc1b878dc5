package analytics_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
)

// said makes forecasts of one group each.
func said(happened bool, ps ...float64) []analytics.Forecast {
	var out []analytics.Forecast
	for i, p := range ps {
		out = append(out, analytics.Forecast{Group: fmt.Sprint(happened, i), P: p, Happened: happened})
	}
	return out
}

func TestScoresAreBriersAndGoods(t *testing.T) {
	t.Parallel()
	s, err := analytics.ScoreForecasts(append(said(true, 0.8, 0.5), said(false, 0.3, 0)...), analytics.Bootstrap{})
	require.NoError(t, err)
	require.Equal(t, [3]int{4, 4, 2}, [3]int{s.Forecasts, s.Groups, s.Happened})
	require.InDelta(t, (0.04+0.25+0.09)/4, s.Brier.Value, 1e-12)
	require.InDelta(t, -(math.Log(0.8)+math.Log(0.5)+math.Log(0.7))/4, s.Log.Value, 1e-12)
	require.Less(t, s.Brier.Lower, s.Brier.Value)
	require.Greater(t, s.Brier.Upper, s.Brier.Value)
	half, err := analytics.ScoreForecasts(append(said(true, 0.5), said(false, 0.5)...), analytics.Bootstrap{})
	require.NoError(t, err)
	require.Equal(t, "0.250 (0.250 to 0.250)", half.Brier.String())
	require.Equal(t, "0.693 (0.693 to 0.693)", half.Log.String())
	perfect, err := analytics.ScoreForecasts(append(said(true, 1), said(false, 0)...), analytics.Bootstrap{})
	require.NoError(t, err)
	require.Zero(t, perfect.Brier.Value+perfect.Log.Value)
}

func TestWhatWasSaidToBeImpossibleCostsWithoutBound(t *testing.T) {
	t.Parallel()
	wrong, fair := said(true, 0, 0.5), said(true, 0.5, 0.5)
	s, err := analytics.ScoreForecasts(wrong, analytics.Bootstrap{})
	require.NoError(t, err)
	require.True(t, math.IsInf(s.Log.Value, 1))
	require.InDelta(t, 0.625, s.Brier.Value, 1e-12)
	g, err := analytics.CompareForecasts(wrong, fair, analytics.Bootstrap{})
	require.NoError(t, err)
	require.True(t, math.IsInf(g.Log.Value, -1))
	g, err = analytics.CompareForecasts(wrong, wrong, analytics.Bootstrap{})
	require.NoError(t, err)
	require.Equal(t, analytics.Gain{}, g, "two that are wrong alike")
}

// Where each forecast is a group of its own, the interval is near that of the normal
// distribution: the mean, and 1.96 standard errors on both sides.
func TestIntervalsOfManyGroupsAreThoseOfTheory(t *testing.T) {
	t.Parallel()
	rng, n := rand.New(rand.NewPCG(1, 2)), 2000
	var forecasts []analytics.Forecast
	var sum, squares float64
	for i := range n {
		f := analytics.Forecast{Group: fmt.Sprint(i), P: rng.Float64()}
		f.Happened = rng.Float64() < f.P
		x := f.P
		if f.Happened {
			x = 1 - f.P
		}
		sum, squares = sum+x*x, squares+x*x*x*x
		forecasts = append(forecasts, f)
	}
	s, err := analytics.ScoreForecasts(forecasts, analytics.Bootstrap{Seed: 1})
	require.NoError(t, err)
	mean := sum / float64(n)
	width := 1.96 * math.Sqrt((squares/float64(n)-mean*mean)/float64(n))
	require.InDelta(t, mean, s.Brier.Value, 1e-12)
	require.InDelta(t, mean-width, s.Brier.Lower, width/10)
	require.InDelta(t, mean+width, s.Brier.Upper, width/10)
}

// A hundred forecasts on each of a few deals tell no more than the deals are.
func TestIntervalsAreByDealAndNotByForecast(t *testing.T) {
	t.Parallel()
	var alone, together []analytics.Forecast
	for deal := range 20 {
		for i := range 100 {
			f := analytics.Forecast{Group: fmt.Sprint(deal, " ", i), P: 0.3, Happened: deal%2 == 0}
			alone = append(alone, f)
			f.Group = fmt.Sprint(deal)
			together = append(together, f)
		}
	}
	a, err := analytics.ScoreForecasts(alone, analytics.Bootstrap{})
	require.NoError(t, err)
	b, err := analytics.ScoreForecasts(together, analytics.Bootstrap{})
	require.NoError(t, err)
	require.InDelta(t, a.Brier.Value, b.Brier.Value, 1e-12)
	require.InDelta(t, 10, (b.Brier.Upper-b.Brier.Lower)/(a.Brier.Upper-a.Brier.Lower), 2, "the square root of a hundred")
}

func TestTheSeedDecidesTheInterval(t *testing.T) {
	t.Parallel()
	forecasts := append(said(true, 0.8, 0.5, 0.7, 0.1), said(false, 0.3, 0.2, 0.6)...)
	score := func(seed uint64) analytics.Score {
		s, err := analytics.ScoreForecasts(forecasts, analytics.Bootstrap{Seed: seed, Resamples: 500, Level: 0.9})
		require.NoError(t, err)
		return s
	}
	require.Equal(t, score(7), score(7))
	require.NotEqual(t, score(7), score(8))
}

func TestWhatMakesAnEventHardForBothCancelsOut(t *testing.T) {
	t.Parallel()
	var better, worse []analytics.Forecast
	for i := range 30 {
		f := analytics.Forecast{Group: fmt.Sprint(i), P: 0.5 + float64(i)/100, Happened: i%2 == 0}
		better = append(better, f)
		if f.Happened {
			f.P -= 0.05
		} else {
			f.P += 0.05
		}
		worse = append(worse, f)
	}
	g, err := analytics.CompareForecasts(better, worse, analytics.Bootstrap{})
	require.NoError(t, err)
	require.Positive(t, g.Brier.Lower, "better on every event, so better in every resample")
	require.Positive(t, g.Log.Lower)
	back, err := analytics.CompareForecasts(worse, better, analytics.Bootstrap{})
	require.NoError(t, err)
	require.InDelta(t, -g.Brier.Value, back.Brier.Value, 1e-15)
}

func TestReliabilityBinsHoldEveryForecastOnce(t *testing.T) {
	t.Parallel()
	forecasts := append(said(true, 0.05, 0.1, 0.95, 1), said(false, 0, 0.14)...)
	bins, err := analytics.Reliability(forecasts, 10, 0.95)
	require.NoError(t, err)
	require.Len(t, bins, 3, "empty ones are left out")
	require.Equal(t, [3]float64{0, 0.1, 0.9}, [3]float64{bins[0].From, bins[1].From, bins[2].From})
	require.Equal(t, [3]int{2, 2, 2}, [3]int{bins[0].Forecasts, bins[1].Forecasts, bins[2].Forecasts})
	require.InDelta(t, 0.12, bins[1].Said, 1e-12)
	require.InDelta(t, 0.5, bins[1].Share.Value, 1e-12)
	z := 1.959963984540054
	require.InDelta(t, 2/(2+z*z), bins[2].Share.Lower, 1e-9, "where all happened, Wilson's bound is n/(n+z²)")
	require.Equal(t, 1.0, bins[2].Share.Upper)
	require.Equal(t, []string{"0.9", "1", "2", "2", "0.975", "1"}, bins[2].Cells()[:6])
}

// Wilson's interval of 10 among 20 is from 0.299 to 0.701 (R, prop.test(10, 20, correct =
// FALSE)); a hundred forecasts on each of the twenty deals tell no more.
func TestTheIntervalOfABinCountsEachDealOnce(t *testing.T) {
	t.Parallel()
	for _, each := range []int{1, 100} {
		var forecasts []analytics.Forecast
		for deal := range 20 {
			for range each {
				forecasts = append(forecasts, analytics.Forecast{Group: fmt.Sprint(deal), P: 0.5, Happened: deal < 10})
			}
		}
		bins, err := analytics.Reliability(forecasts, 1, 0.95)
		require.NoError(t, err)
		require.Equal(t, 20, bins[0].Groups)
		require.InDelta(t, 0.2992980, bins[0].Share.Lower, 1e-6)
		require.InDelta(t, 0.7007020, bins[0].Share.Upper, 1e-6)
	}
}

// Murphy's partition, and what it leaves where a bin holds unequal forecasts.
func TestTheBrierScoreIsTheSumOfItsParts(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	var coarse, fine []analytics.Forecast
	for i := range 500 {
		p := rng.Float64()
		f := analytics.Forecast{Group: fmt.Sprint(i), P: p, Happened: rng.Float64() < p}
		fine = append(fine, f)
		f.P = (math.Floor(p*10) + 0.5) / 10
		coarse = append(coarse, f)
	}
	for name, forecasts := range map[string][]analytics.Forecast{"equal in each bin": coarse, "unequal": fine} {
		d, err := analytics.Decompose(forecasts, 10)
		require.NoError(t, err)
		s, err := analytics.ScoreForecasts(forecasts, analytics.Bootstrap{Resamples: 1})
		require.NoError(t, err)
		require.InDelta(t, s.Brier.Value, d.Reliability-d.Resolution+d.Uncertainty+d.Within, 1e-12, name)
		if name == "equal in each bin" {
			require.InDelta(t, 0, d.Within, 1e-12)
		}
		require.Positive(t, d.Resolution)
	}
	d, err := analytics.Decompose(append(said(true, 0.5), said(false, 0.5)...), 10)
	require.NoError(t, err)
	require.Equal(t, analytics.Decomposition{Uncertainty: 0.25}, d, "always one half: no skill, no fault")
}

func TestForecastsThatCannotBeScoredAreNamed(t *testing.T) {
	t.Parallel()
	good, bad := said(true, 0.5), said(true, math.NaN())
	for field, try := range map[string]func() error{
		"forecasts":      func() error { _, err := analytics.ScoreForecasts(nil, analytics.Bootstrap{}); return err },
		"forecasts[0].p": func() error { _, err := analytics.ScoreForecasts(bad, analytics.Bootstrap{}); return err },
		"resamples":      func() error { _, err := analytics.ScoreForecasts(good, analytics.Bootstrap{Resamples: -1}); return err },
		"level":          func() error { _, err := analytics.ScoreForecasts(good, analytics.Bootstrap{Level: 1}); return err },
		"bins":           func() error { _, err := analytics.Reliability(good, 0, 0.95); return err },
		"reference": func() error {
			_, err := analytics.CompareForecasts(good, said(true, 1, 1), analytics.Bootstrap{})
			return err
		},
		"reference[0]": func() error {
			_, err := analytics.CompareForecasts(good, said(false, 1), analytics.Bootstrap{})
			return err
		},
		"reference[0].p": func() error { _, err := analytics.CompareForecasts(good, bad, analytics.Bootstrap{}); return err },
	} {
		var wrong *dealstate.FieldError
		require.ErrorAs(t, try(), &wrong, field)
		require.Equal(t, field, wrong.Field)
	}
}

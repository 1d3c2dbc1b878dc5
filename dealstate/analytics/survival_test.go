package analytics_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
)

// lives reads times of which the negative ones are censored.
func lives(times ...float64) []analytics.Lifetime {
	var out []analytics.Lifetime
	for _, t := range times {
		out = append(out, analytics.Lifetime{Time: math.Abs(t), Reached: t > 0})
	}
	return out
}

// Weeks of remission of 42 children with leukaemia: Freireich and others, Blood
// 21 (1963), 699–716; data as in Cox and Oakes, Analysis of Survival Data, table 1.1.
var (
	mercaptopurine = lives(6, 6, 6, 7, 10, 13, 16, 22, 23, -6, -9, -10, -11, -17, -19, -20, -25, -32, -32, -34, -35)
	placebo        = lives(1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)
)

// Weeks to the discontinuation of an IUD: Collett, Modelling Survival Data in
// Medical Research, table 1.1.
var iud = lives(10, -13, -18, 19, 30, 36, -38, -54, -56, 59, 75, 93, 97, 107, -104, -107, -107, -23)

// Months of survival of women with breast cancer, by staining with HPA: Collett,
// table 1.2.
var (
	unstained = lives(23, 47, 69, -70, -71, -100, -101, 148, 181, -198, -208, -212, -224)
	stained   = lives(5, 8, 10, 13, 18, 24, 26, 26, 31, 35, 40, 41, 48, 50, 59, 61, 68, 71, -76, -105, -107, -109, 113, -116, 118, 143, -154, -162, -188, -212, -217, -225)
)

// reached keeps the steps that published tables show.
func reached(c analytics.Curve) analytics.Curve {
	var out analytics.Curve
	for _, s := range c {
		if s.Events > 0 {
			out = append(out, s)
		}
	}
	return out
}

func TestKaplanMeierGivesThePublishedLeukaemiaCurve(t *testing.T) {
	t.Parallel()
	curve, err := analytics.KaplanMeier(mercaptopurine)
	require.NoError(t, err)
	// Survival: Kleinbaum and Klein, Survival Analysis: A Self-Learning Text, chapter
	// 2. Standard errors and log-log bands: Stata's sts list, as in G. Rodríguez,
	// http://data.princeton.edu/eco572/KaplanMeier.html.
	want := []struct {
		time                     float64
		atRisk, events           int
		survival, se, lower, upp float64
	}{
		{6, 21, 3, 0.8571, 0.0764, 0.6197, 0.9516},
		{7, 17, 1, 0.8067, 0.0869, 0.5631, 0.9228},
		{10, 15, 1, 0.7529, 0.0963, 0.5032, 0.8894},
		{13, 12, 1, 0.6902, 0.1068, 0.4316, 0.8491},
		{16, 11, 1, 0.6275, 0.1141, 0.3675, 0.8049},
		{22, 7, 1, 0.5378, 0.1282, 0.2678, 0.7468},
		{23, 6, 1, 0.4482, 0.1346, 0.1881, 0.6801},
	}
	got := reached(curve)
	band, err := got.Band(0.95, analytics.LogLog)
	require.NoError(t, err)
	require.Len(t, got, len(want))
	for i, w := range want {
		require.Equal(t, []any{w.time, w.atRisk, w.events}, []any{got[i].Time, got[i].AtRisk, got[i].Events})
		require.InDelta(t, w.survival, got[i].Survival, 0.00005)
		require.InDelta(t, w.se, got[i].StdErr, 0.00005)
		require.InDelta(t, w.lower, band[i].Lower, 0.00005)
		require.InDelta(t, w.upp, band[i].Upper, 0.00005)
	}
}

// The same listing's first rows of the control group.
func TestKaplanMeierGivesThePublishedControlCurve(t *testing.T) {
	t.Parallel()
	curve, err := analytics.KaplanMeier(placebo)
	require.NoError(t, err)
	band, err := curve.Band(0.95, analytics.LogLog)
	require.NoError(t, err)
	for i, w := range [][5]float64{{1, 0.9048, 0.0641, 0.6700, 0.9753}, {2, 0.8095, 0.0857, 0.5689, 0.9239}} {
		require.Equal(t, w[0], curve[i].Time)
		require.InDelta(t, w[1], curve[i].Survival, 0.00005)
		require.InDelta(t, w[2], curve[i].StdErr, 0.00005)
		require.InDelta(t, w[3], band[i].Lower, 0.00005)
		require.InDelta(t, w[4], band[i].Upper, 0.00005)
	}
}

func TestKaplanMeierGivesCollettsTable(t *testing.T) {
	t.Parallel()
	curve, err := analytics.KaplanMeier(iud)
	require.NoError(t, err)
	// Collett, chapter 2: estimate, standard error, linear 95 % band.
	want := [][5]float64{
		{10, 0.9444, 0.0540, 0.839, 1.000}, {19, 0.8815, 0.0790, 0.727, 1.000}, {30, 0.8137, 0.0978, 0.622, 1.000},
		{36, 0.7459, 0.1107, 0.529, 0.963}, {59, 0.6526, 0.1303, 0.397, 0.908}, {75, 0.5594, 0.1412, 0.283, 0.836},
		{93, 0.4662, 0.1452, 0.182, 0.751}, {97, 0.3729, 0.1430, 0.093, 0.653}, {107, 0.2486, 0.1392, 0.000, 0.522},
	}
	got := reached(curve)
	band, err := got.Band(0.95, analytics.Linear)
	require.NoError(t, err)
	require.Len(t, got, len(want))
	for i, w := range want {
		require.Equal(t, w[0], got[i].Time)
		require.InDelta(t, w[1], got[i].Survival, 0.00006)
		require.InDelta(t, w[2], got[i].StdErr, 0.00006)
		require.InDelta(t, w[3], band[i].Lower, 0.0006)
		require.InDelta(t, w[4], band[i].Upper, 0.0006)
	}
	median, ok := curve.Quantile(0.5)
	require.True(t, ok)
	require.Equal(t, 93.0, median) // Collett, chapter 2
}

func TestMediansAreThePublishedOnes(t *testing.T) {
	t.Parallel()
	treated, err := analytics.KaplanMeier(mercaptopurine)
	require.NoError(t, err)
	untreated, err := analytics.KaplanMeier(placebo)
	require.NoError(t, err)
	m, ok := treated.Quantile(0.5)
	require.True(t, ok)
	require.Equal(t, 23.0, m) // R: survfit(Surv(time, status) ~ group)
	m, ok = untreated.Quantile(0.5)
	require.True(t, ok)
	require.Equal(t, 8.0, m)
	_, ok = treated.Quantile(0.9)
	require.False(t, ok, "the curve never comes down to 0.1")
	last := untreated[len(untreated)-1]
	require.Zero(t, last.Survival)
	require.Zero(t, last.StdErr)
}

func TestLogRankGivesThePublishedFigures(t *testing.T) {
	t.Parallel()
	// Kleinbaum and Klein, chapter 2: 19.25 and 10.75 expected, log-rank 16.793.
	got, err := analytics.LogRank(mercaptopurine, placebo)
	require.NoError(t, err)
	require.Equal(t, [2]int{9, 21}, got.Observed)
	require.InDelta(t, 19.25, got.Expected[0], 0.005)
	require.InDelta(t, 10.75, got.Expected[1], 0.005)
	require.InDelta(t, 16.793, got.ChiSquare, 0.0005)
	require.InDelta(t, 4.17e-5, got.P, 0.005e-5)

	// Collett, chapter 2: U = -4.565, V = 5.929, W = 3.515, P = 0.061.
	got, err = analytics.LogRank(unstained, stained)
	require.NoError(t, err)
	require.InDelta(t, -4.565, float64(got.Observed[0])-got.Expected[0], 0.0005)
	require.InDelta(t, 5.929, got.Variance, 0.0005)
	require.InDelta(t, 3.515, got.ChiSquare, 0.0005)
	require.InDelta(t, 0.061, got.P, 0.0005)
}

func TestLogRankDoesNotDependOnWhichGroupIsFirst(t *testing.T) {
	t.Parallel()
	ab, err := analytics.LogRank(mercaptopurine, placebo)
	require.NoError(t, err)
	ba, err := analytics.LogRank(placebo, mercaptopurine)
	require.NoError(t, err)
	require.InDelta(t, ab.ChiSquare, ba.ChiSquare, 1e-12)
	require.InDelta(t, ab.Expected[0], ba.Expected[1], 1e-12)
	require.InDelta(t, 0, float64(ab.Observed[0]+ab.Observed[1])-ab.Expected[0]-ab.Expected[1], 1e-9, "expected and observed add up to the same")
	same, err := analytics.LogRank(placebo, placebo)
	require.NoError(t, err)
	require.InDelta(t, 0, same.ChiSquare, 1e-12)
	require.InDelta(t, 1, same.P, 1e-6)
}

// A product of a million fractions misses by more than the shares differ.
func TestWithoutCensoringTheCurveOfAMillionLivesIsExact(t *testing.T) {
	t.Parallel()
	const n = 1_000_000
	many := make([]analytics.Lifetime, n)
	for i := range many {
		many[i] = analytics.Lifetime{Time: float64(i), Reached: true}
	}
	curve, err := analytics.KaplanMeier(many)
	require.NoError(t, err)
	for i, s := range curve {
		if want := float64(n-1-i) / n; s.Survival != want {
			require.Equal(t, want, s.Survival, i)
		}
	}
}

func TestWithoutCensoringTheCurveIsTheEmpiricalOne(t *testing.T) {
	t.Parallel()
	curve, err := analytics.KaplanMeier(placebo)
	require.NoError(t, err)
	for time := 0.0; time < 25; time += 0.5 {
		after := 0
		for _, l := range placebo {
			if l.Time > time {
				after++
			}
		}
		require.InDelta(t, float64(after)/21, curve.At(time), 1e-12)
	}
}

func TestSurvivalRefusesWhatIsNoTime(t *testing.T) {
	t.Parallel()
	var field *dealstate.FieldError
	for name, bad := range map[string]float64{"negative": -1, "NaN": math.NaN(), "infinite": math.Inf(1)} {
		_, err := analytics.KaplanMeier([]analytics.Lifetime{{Time: 1}, {Time: bad}})
		require.ErrorAs(t, err, &field, name)
		require.Equal(t, "lives[1].time", field.Field)
	}
	_, err := analytics.KaplanMeier(nil)
	require.ErrorAs(t, err, &field)
	_, err = analytics.LogRank(placebo, nil)
	require.True(t, errors.As(err, &field) && field.Field == "b")
	_, err = analytics.LogRank(lives(-1, -2), lives(3, 4))
	require.ErrorAs(t, err, &field, "nobody of a is at risk at any event")
	_, err = analytics.LogRank(lives(3, 3), lives(3))
	require.EqualError(t, err, "a: at no event were both groups at risk and somebody left over, so that nothing can be compared")
	curve, err := analytics.KaplanMeier(placebo)
	require.NoError(t, err)
	_, err = curve.Band(1, analytics.Linear)
	require.True(t, errors.As(err, &field) && field.Field == "level")
	_, err = curve.Band(0.9, 0)
	require.True(t, errors.As(err, &field) && field.Field == "scale")
	_, ok := curve.Quantile(0)
	require.False(t, ok)
}

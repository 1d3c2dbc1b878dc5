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

// Where a comment names R, the figures were computed by R 4.2.2 with its package
// survival 3.5-3, an implementation that shares nothing with this one, from the data
// set that it names.

// Weeks of remission of 42 children with leukaemia, first in E. J. Freireich and
// others, Blood 21 (1963), 699–716. The data are those of R's MASS::gehan, which
// takes them from D. R. Cox and D. Oakes, Analysis of Survival Data, 1984, page 7.
var (
	mercaptopurine = lives(6, 6, 6, 7, 10, 13, 16, 22, 23, -6, -9, -10, -11, -17, -19, -20, -25, -32, -32, -34, -35)
	placebo        = lives(1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)
)

// Weeks to the discontinuation of an IUD, and months of survival of women with
// breast cancer by staining with HPA: D. Collett, Modelling Survival Data in Medical
// Research, 4th edition, 2023, tables 1.1 and 1.2. The data are those of IUD and bcancer
// in the R package collett 0.1.2, which has them from the book's publisher.
var iud = lives(10, -13, -18, 19, 30, 36, -38, -54, -56, 59, 75, 93, 97, 107, -104, -107, -107, -23)

var (
	unstained = lives(23, 47, 69, -70, -71, -100, -101, 148, 181, -198, -208, -212, -224)
	stained   = lives(5, 8, 10, 13, 18, 24, 26, 26, 31, 35, 40, 41, 48, 50, 59, 61, 68, 71, -76, -105, -107, -109, 113, -116, 118, 143, -154, -162, -188, -212, -217, -225)
)

// Weeks of remission in acute myelogenous leukaemia, with and without maintenance
// by chemotherapy: R's survival::aml, which has them from R. G. Miller, Survival
// Analysis, 1997.
var (
	maintained   = lives(9, 13, -13, 18, 23, -28, 31, 34, -45, 48, -161)
	unmaintained = lives(5, 5, 8, 8, 12, -16, 23, 27, 30, 33, 43, 45)
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

func TestKaplanMeierGivesRsLeukaemiaCurve(t *testing.T) {
	t.Parallel()
	curve, err := analytics.KaplanMeier(mercaptopurine)
	require.NoError(t, err)
	// R: summary(survfit(Surv(time, cens) ~ treat, gehan, conf.type = "log-log"))
	want := []struct {
		time                     float64
		atRisk, events           int
		survival, se, lower, upp float64
	}{
		{6, 21, 3, 0.857143, 0.0763604, 0.619718, 0.951552},
		{7, 17, 1, 0.806723, 0.0869353, 0.563147, 0.922809},
		{10, 15, 1, 0.752941, 0.0963497, 0.503200, 0.889362},
		{13, 12, 1, 0.690196, 0.1068147, 0.431610, 0.849066},
		{16, 11, 1, 0.627451, 0.1140539, 0.367511, 0.804912},
		{22, 7, 1, 0.537815, 0.1282338, 0.267779, 0.746791},
		{23, 6, 1, 0.448179, 0.1345915, 0.188052, 0.680143},
	}
	got := reached(curve)
	band, err := got.Band(0.95, analytics.LogLog)
	require.NoError(t, err)
	require.Len(t, got, len(want))
	for i, w := range want {
		require.Equal(t, []any{w.time, w.atRisk, w.events}, []any{got[i].Time, got[i].AtRisk, got[i].Events})
		require.InDelta(t, w.survival, got[i].Survival, 6e-7)
		require.InDelta(t, w.se, got[i].StdErr, 6e-8)
		require.InDelta(t, w.lower, band[i].Lower, 6e-7)
		require.InDelta(t, w.upp, band[i].Upper, 6e-7)
	}
}

// Stata's sts list of the control group, its first rows: G. Rodríguez, Kaplan-Meier
// Survival, in Demographic Methods, http://data.princeton.edu/eco572/KaplanMeier.html.
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

func TestKaplanMeierGivesRsCurveOfCollettsData(t *testing.T) {
	t.Parallel()
	curve, err := analytics.KaplanMeier(iud)
	require.NoError(t, err)
	// R: summary(survfit(Surv(time, status) ~ 1, IUD, conf.type = "plain"))
	want := [][5]float64{
		{10, 0.9444444, 0.05399030, 0.83862541, 1}, {19, 0.8814815, 0.07898919, 0.72666551, 1}, {30, 0.8136752, 0.09777700, 0.62203581, 1},
		{36, 0.7458689, 0.11067019, 0.52895935, 0.9627785}, {59, 0.6526353, 0.13031975, 0.39721332, 0.9080573}, {75, 0.5594017, 0.14116728, 0.28271893, 0.8360845},
		{93, 0.4661681, 0.14519912, 0.18158304, 0.7507531}, {97, 0.3729345, 0.14299297, 0.09267341, 0.6531955}, {107, 0.2486230, 0.13924720, 0, 0.5215425},
	}
	got := reached(curve)
	band, err := got.Band(0.95, analytics.Linear)
	require.NoError(t, err)
	require.Len(t, got, len(want))
	for i, w := range want {
		require.Equal(t, w[0], got[i].Time)
		require.InDelta(t, w[1], got[i].Survival, 6e-8)
		require.InDelta(t, w[2], got[i].StdErr, 6e-9)
		require.InDelta(t, w[3], band[i].Lower, 6e-8)
		require.InDelta(t, w[4], band[i].Upper, 6e-8)
	}
}

// Ten fan belts, of which five broke, in thousands of miles: W. J. Conover, Practical
// Nonparametric Statistics, 1999, page 91, as in SciPy's documentation of stats.ecdf.
// The bounds are Matlab's, as in test_right_censored_ci_nans of SciPy's
// scipy/stats/tests/test_survival.py; R gives the same.
func TestGreenwoodsBandIsThatOfMatlab(t *testing.T) {
	t.Parallel()
	curve, err := analytics.KaplanMeier(lives(-37, -43, 47, 56, -60, -62, -71, 77, 80, 81))
	require.NoError(t, err)
	got := reached(curve)
	band, err := got.Band(0.95, analytics.Linear)
	require.NoError(t, err)
	for i, w := range [][4]float64{{47, 0.875, 0.64582769623, 1}, {56, 0.75, 0.449943020228, 1}, {77, 0.5, 0.05270146407, 0.947298535929289},
		{80, 0.25, 0, 0.662388873768210}, {81, 0, 0, 0}} {
		require.Equal(t, w[0], got[i].Time)
		require.InDelta(t, w[1], got[i].Survival, 1e-15)
		require.InDelta(t, w[2], band[i].Lower, 1e-11)
		require.InDelta(t, w[3], band[i].Upper, 1e-11)
	}
}

// R: the medians that print(survfit(…)) gives, and quantile(survfit(…), c(.25, .6))
// for the last two.
func TestQuantilesOfCurvesAreRs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lives   []analytics.Lifetime
		p, want float64
	}{{mercaptopurine, 0.5, 23}, {placebo, 0.5, 8}, {iud, 0.5, 93}, {maintained, 0.5, 31}, {unmaintained, 0.5, 23}, {iud, 0.25, 36}, {iud, 0.6, 97}} {
		curve, err := analytics.KaplanMeier(c.lives)
		require.NoError(t, err)
		got, ok := curve.Quantile(c.p)
		require.True(t, ok)
		require.Equal(t, c.want, got)
	}
	treated, err := analytics.KaplanMeier(mercaptopurine)
	require.NoError(t, err)
	_, ok := treated.Quantile(0.9)
	require.False(t, ok, "the curve never comes down to 0.1")
	untreated, err := analytics.KaplanMeier(placebo)
	require.NoError(t, err)
	last := untreated[len(untreated)-1]
	require.Zero(t, last.Survival)
	require.Zero(t, last.StdErr)
	even, err := analytics.KaplanMeier(lives(1, 2, 3, 4))
	require.NoError(t, err)
	half, _ := even.Quantile(0.5)
	require.Equal(t, 2.0, half, "where R says 2.5")
}

// R: survdiff(Surv(time, status) ~ group), its expected events, variance, chi-square
// and p. The first is MASS::gehan; the package fastlogranktest documents the same
// statistic, 16.79294, and p for it. Then survival::aml, and collett::bcancer. The last three
// are the cases of test_log_rank in SciPy's scipy/stats/tests/test_survival.py, whose
// statistics and p-values these are; of their expectations and variances only R says.
func TestLogRankGivesTheFiguresOfRAndSciPy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		a, b                             []analytics.Lifetime
		expected, variance, chiSquare, p float64
	}{
		"gehan":   {mercaptopurine, placebo, 19.250500948, 6.25696057368, 16.7929409892, 4.168809109e-05},
		"aml":     {maintained, unmaintained, 10.6893359923, 4.00755074594, 3.39638869898, 0.0653393},
		"bcancer": {unstained, stained, 9.56512791, 5.928999667, 3.51499308203, 0.06081591079},
		"scipy 1": {lives(8, 12, 26, 14, 21, 27, -8, -32, -20, -40), lives(33, 28, 41, -48, -48, -25, -37, -48, -25, -43),
			2.62060308972, 1.651294665, 6.91598157449, 0.008542873404},
		"scipy 2": {lives(19, 6, 5, 4, -20, -19, -17, -14), lives(16, 21, 7, -21, -15, -18, -18, -5),
			2.88931623932, 1.47737873475, 0.835004855038, 0.3608293039},
		"scipy 3": {lives(6, 13, 21, 30, 37, 38, 49, 50, 63, 79, 86, 98, 202, 219, -31, -47, -80, -82, -82, -149),
			lives(10, 10, 12, 13, 14, 15, 16, 17, 18, 20, 24, 24, 25, 28, 30, 33, 35, 37, 40, 40, 46, 48, 76, 81, 82, 91, 112, 181, -34, -40, -70),
			22.4811569428, 9.59502695106, 7.49659416854, 0.006181578637},
	} {
		got, err := analytics.LogRank(c.a, c.b)
		require.NoError(t, err)
		require.InEpsilon(t, c.expected, got.Expected[0], 1e-9, name)
		require.InEpsilon(t, c.variance, got.Variance, 1e-9, name)
		require.InEpsilon(t, c.chiSquare, got.ChiSquare, 1e-11, name)
		require.InEpsilon(t, c.p, got.P, 1e-6, name)
		require.InDelta(t, got.Observed[0]+got.Observed[1], got.Expected[0]+got.Expected[1], 1e-9, name)
	}
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

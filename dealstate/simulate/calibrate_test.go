package simulate_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// censored draws waits and cuts some of them off, as a record does.
func censored(n int, draw func(u float64) float64) []simulate.Wait {
	rng := rand.New(rand.NewPCG(1, 2))
	var all []simulate.Wait
	for range n {
		wait, cut := draw(rng.Float64()), 40*rng.Float64()
		s := simulate.Wait{Party: "us", From: june, To: june.Add(time.Duration(min(wait, cut) * float64(day))), End: dealstate.Approve}
		if cut < wait {
			s.End = 0
		}
		all = append(all, s)
	}
	return all
}

func TestFitsFindTheDistributionThroughCensoring(t *testing.T) {
	t.Parallel()
	lives := proof.Times(20_000, 10_000)
	weibull := censored(lives, func(u float64) float64 { return 20 * math.Pow(-math.Log(u), 1/1.7) })
	for _, p := range []float64{0.1, 0.3, 0.6, 0.8} {
		want := 20 * math.Pow(-math.Log1p(-p), 1/1.7)
		for name, fit := range map[string]simulate.Fit{"weibull": simulate.FitWeibull, "empirical": simulate.Empirical} {
			w, err := fit(weibull)
			require.NoError(t, err)
			got, ok := w.Quantile(p)
			require.True(t, ok)
			require.InEpsilon(t, want, got.Hours()/24, 0.03, "%s %g", name, p)
		}
	}
	exponential := censored(lives, func(u float64) float64 { return -15 * math.Log(u) })
	w, err := simulate.FitExponential(exponential)
	require.NoError(t, err)
	got, _ := w.Quantile(0.5)
	require.InEpsilon(t, 15*math.Ln2, got.Hours()/24, 0.03)
}

func TestEmpiricalIsNelsonAalen(t *testing.T) {
	t.Parallel()
	waits := waitsOf(5, 9, 20)
	waits[1].End = 0
	w := fitted(t, simulate.Empirical, waits)
	require.InDelta(t, 1, lasting(t, w, 5*simulate.Day-1), 1e-12)
	require.InDelta(t, math.Exp(-1.0/3), lasting(t, w, 5*simulate.Day), 1e-12)
	require.InDelta(t, math.Exp(-1.0/3), lasting(t, w, 20*simulate.Day-1), 1e-12)
	require.InDelta(t, math.Exp(-4.0/3), lasting(t, w, 20*simulate.Day), 1e-12)
	require.InDelta(t, math.Exp(-8.0/3), lasting(t, w, 40*simulate.Day), 1e-12) // at its average rate
	last := simulate.Span(0)
	for p := 0.0; p < 0.999; p += 0.001 {
		d, ok := w.Quantile(p)
		require.True(t, ok)
		require.GreaterOrEqual(t, d, last)
		last = d
	}
}

func fitted(t testing.TB, fit simulate.Fit, waits []simulate.Wait) simulate.Distribution {
	t.Helper()
	w, err := fit(waits)
	require.NoError(t, err)
	return w
}

func lasting(t testing.TB, w simulate.Distribution, d simulate.Span) float64 {
	t.Helper()
	share, ok := w.Lasting(d)
	require.True(t, ok)
	return share
}

func TestQuantileAndLastingAreInverse(t *testing.T) {
	t.Parallel()
	for _, w := range []simulate.Distribution{simulate.Exponential(9 * day), simulate.Weibull(9*day, 0.6), simulate.LogNormal(9*day, 1.1), simulate.Exponential(day).Stretched(3)} {
		for p := 0.01; p < 1; p += 0.01 {
			d, ok := w.Quantile(p)
			require.True(t, ok)
			require.InDelta(t, 1-p, lasting(t, w, d), 1e-9, "%s %g", w, p)
		}
	}
	_, ok := simulate.Distribution{}.Quantile(0.5)
	require.False(t, ok)
}

func TestCalibrationUsesNothingRecordedLater(t *testing.T) {
	t.Parallel()
	known := time.Date(2025, 8, 11, 12, 0, 0, 0, time.UTC) // the order of that day was recorded at its end
	before, err := simulate.Calibrate(uschina.Stockholm(), recorded(t, known), simulate.FitExponential)
	require.NoError(t, err)
	after, err := simulate.Calibrate(uschina.Stockholm(), recorded(t, known.Add(12*time.Hour)), simulate.FitExponential)
	require.NoError(t, err)
	// 15 days of London, and 13.5 of Stockholm without end; then 13 with one.
	require.Equal(t, "exponential, mean 28.5 days", before.Parties[0].Wait.String())
	require.Equal(t, "exponential, mean 14 days", after.Parties[0].Wait.String())
	require.InDelta(t, 32, mustQuantile(t, before.Implement, 1-1/math.E).Hours()/24, 1e-6)
}

func mustQuantile(t *testing.T, w simulate.Distribution, p float64) simulate.Span {
	t.Helper()
	d, ok := w.Quantile(p)
	require.True(t, ok)
	return d
}

func TestCalibrationNeedsAnEndedWait(t *testing.T) {
	t.Parallel()
	_, err := simulate.Calibrate(uschina.London(), recorded(t, time.Date(2025, 6, 20, 0, 0, 0, 0, time.UTC)), simulate.FitExponential)
	var wrong *dealstate.FieldError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, "waits", wrong.Field)
}

func TestChoicesAreCounted(t *testing.T) {
	t.Parallel()
	waits := waitsOf(1, 2, 3, 4)
	waits[3].End = dealstate.Amend
	waits = append(waits, simulate.Wait{From: june, To: onDay(3)}) // of the deal, not ended
	m, err := simulate.Calibrate(dealstate.Agreement{Parties: bothSides}, waits, simulate.FitWeibull)
	require.NoError(t, err)
	require.Equal(t, simulate.Choice{Approve: 3.5 / 5.5, Reject: 0.5 / 5.5, Amend: 1.5 / 5.5}, m.Parties[1].Choice)
	require.True(t, m.Implement.IsZero())
	require.NoError(t, m.Validate(compile(t, dealstate.Agreement{})))
}

// Of two classes, each party is as its own, whichever deal taught it. Of a class that
// nothing is known of, the fit says so.
func TestAPartyIsCalibratedOnItsClass(t *testing.T) {
	t.Parallel()
	waits := append(waitsOf(1, 3), waitsOf(100, 300)...)
	for i := range waits {
		waits[i].Deal, waits[i].Party = "earlier", "somebody else"
		if waits[i].Class = "leader"; i > 1 {
			waits[i].Class = "parliament"
		}
	}
	waits[3].End = dealstate.Reject
	class := func(p dealstate.Party) string { return map[string]string{"us": "leader", "ep": "parliament"}[p.ID] }
	m, err := simulate.CalibrateByClass(dealstate.Agreement{Parties: []dealstate.Party{{ID: "us"}, {ID: "ep"}}}, waits, class, simulate.FitExponential)
	require.NoError(t, err)
	require.Equal(t, "exponential, mean 2 days", m.Parties[0].Wait.String())
	require.Equal(t, simulate.Choice{Approve: 2.5 / 3.5, Reject: 0.5 / 3.5, Amend: 0.5 / 3.5}, m.Parties[0].Choice)
	require.Equal(t, "exponential, mean 200 days", m.Parties[1].Wait.String())
	require.Equal(t, simulate.Choice{Approve: 1.5 / 3.5, Reject: 1.5 / 3.5, Amend: 0.5 / 3.5}, m.Parties[1].Choice)
	require.True(t, m.Implement.IsZero(), "no deal's wait is on record")
	_, err = simulate.CalibrateByClass(dealstate.Agreement{Parties: []dealstate.Party{{ID: "court"}}}, waits, class, simulate.FitExponential)
	require.ErrorContains(t, err, `the wait of "court": waits: none of the 0 has ended`)
	waits[0].To = waits[0].From.Add(-day)
	_, err = simulate.CalibrateByClass(dealstate.Agreement{}, waits, class, simulate.FitExponential)
	var wrong *dealstate.FieldError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, "waits", wrong.Field)
}

package analytics_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// units are how many of each there are in a day.
var units = map[string]float64{"seconds": day, "days": 1, "weeks": 1.0 / 7, "years": 1 / 365.25, "eras": 1e-12 / 365.25}

// measured gives the lives, which are in days, in another unit.
func measured(days []analytics.Lifetime, perDay float64) []analytics.Lifetime {
	out := make([]analytics.Lifetime, len(days))
	for i, l := range days {
		out[i] = analytics.Lifetime{Time: l.Time * perDay, Reached: l.Reached}
	}
	return out
}

// intervals are the 40 of T. M. Therneau, Roundoff error and tied times (vignette of R's
// package survival, 2016; announced on R-help, 1 November 2016): from 14 September 1998
// on, one day after the other, to ten days of December by turns. That gives four
// lengths. As differences of ages of somebody born on 10 March 1973, in years of 365.25
// days, they are eight numbers. Every third is taken for censored here, and two groups
// alternate.
func intervals(age func(days float64) float64) (all, a, b []analytics.Lifetime) {
	const start, end = 9318, 9399 // days from the birth to 13 September and to 3 December 1998
	for i := 1; i <= 40; i++ {
		l := analytics.Lifetime{Time: age(float64(end+1+(i-1)%10)) - age(float64(start+i)), Reached: i%3 != 0}
		all = append(all, l)
		if i%2 == 1 {
			a = append(a, l)
		} else {
			b = append(b, l)
		}
	}
	return all, a, b
}

// The figures are the fractions that the definitions give for the whole days, worked out
// apart in rational arithmetic: S = 33/40, 33/50, 429/1000, 1287/10000; E = 27/2, V =
// 387047/85956. For the eight numbers of years they were S = 0 at the end and p = 0.7111.
func TestTherneausIntervalsHaveFourLengthsInEveryUnit(t *testing.T) {
	t.Parallel()
	for name, perDay := range units {
		all, a, b := intervals(func(days float64) float64 { return days * perDay })
		curve, err := analytics.KaplanMeier(all)
		require.NoError(t, err)
		require.Len(t, curve, 4, name)
		for i, want := range []struct {
			days                   float64
			atRisk, events, censor int
			survival               float64
		}{{51, 40, 7, 3, 0.825}, {61, 30, 6, 4, 0.66}, {71, 20, 7, 3, 0.429}, {81, 10, 7, 3, 0.1287}} {
			require.Equal(t, []int{want.atRisk, want.events, want.censor}, []int{curve[i].AtRisk, curve[i].Events, curve[i].Censored}, name)
			require.InEpsilon(t, want.survival, curve[i].Survival, 1e-12, name)
			require.InEpsilon(t, want.days*perDay, curve[i].Time, 1e-12, name)
			require.InEpsilon(t, want.survival, curve.At(want.days*perDay), 1e-12, "%s: at a step is after it, however the time was worked out", name)
		}
		test, err := analytics.LogRank(a, b)
		require.NoError(t, err)
		require.Equal(t, [2]int{13, 14}, test.Observed)
		require.InEpsilon(t, 13.5, test.Expected[0], 1e-12, name)
		require.InEpsilon(t, 387047.0/85956, test.Variance, 1e-12, name)
		require.InEpsilon(t, 0.8137216166272816, test.P, 1e-12, name)
	}
}

// Published: R's summary(survfit(Surv(time, status) ~ x, aml)) prints these survivals and
// standard errors, and survdiff of the same formula chi-square 3.4 and p 0.0653; the 12
// digits of the statistics are R's, as in TestLogRankGivesTheFiguresOfRAndSciPy.
func TestRsLeukaemiaFiguresAreTheSameInSecondsDaysAndYears(t *testing.T) {
	t.Parallel()
	printed := [][3]float64{{9, 0.909, 0.0867}, {13, 0.818, 0.1163}, {18, 0.716, 0.1397}, {23, 0.614, 0.1526}, {31, 0.491, 0.1642}, {34, 0.368, 0.1627}, {48, 0.184, 0.1535}}
	exact := []float64{10.0 / 11, 9.0 / 11, 63.0 / 88, 27.0 / 44, 27.0 / 55, 81.0 / 220, 81.0 / 440}
	inDays := func(weeks []analytics.Lifetime) []analytics.Lifetime { return measured(weeks, 7) }
	want, err := analytics.KaplanMeier(inDays(maintained))
	require.NoError(t, err)
	for name, perDay := range units {
		a, b := measured(inDays(maintained), perDay), measured(inDays(unmaintained), perDay)
		curve, err := analytics.KaplanMeier(a)
		require.NoError(t, err)
		require.Len(t, curve, len(want))
		for i, s := range reached(curve) {
			require.InEpsilon(t, 7*printed[i][0]*perDay, s.Time, 1e-12, name)
			require.InDelta(t, printed[i][1], s.Survival, 0.0005, name)
			require.InDelta(t, printed[i][2], s.StdErr, 0.00005, name)
			require.InEpsilon(t, exact[i], s.Survival, 1e-12, name)
		}
		median, ok := curve.Quantile(0.5)
		require.True(t, ok)
		require.InEpsilon(t, 7*31*perDay, median, 1e-12, name)
		test, err := analytics.LogRank(a, b)
		require.NoError(t, err)
		require.InEpsilon(t, 10.6893359923, test.Expected[0], 1e-11, name)
		require.InEpsilon(t, 3.396388698977602, test.ChiSquare, 1e-12, name)
		require.InEpsilon(t, 0.0653393220405, test.P, 1e-11, name)
	}
}

// What data tell apart stays apart: one second from the next after 300 years.
func TestSecondsOfCenturiesAreNoTies(t *testing.T) {
	t.Parallel()
	const century = 36525 * day
	for _, perSecond := range []float64{1, 1 / day, 1 / day / 365.25} {
		curve, err := analytics.KaplanMeier(measured(lives(century, century+1, 3*century, 3*century+1), perSecond))
		require.NoError(t, err)
		require.Len(t, curve, 4)
	}
}

func TestAQuantileIsAtAnEvent(t *testing.T) {
	t.Parallel()
	curve, err := analytics.KaplanMeier(lives(-1, 2, 3))
	require.NoError(t, err)
	first, ok := curve.Quantile(1e-10)
	require.True(t, ok)
	require.Equal(t, 2.0, first, "nothing was reached at 1")
}

// The span is that of the Treaty of Windsor, 9 May 1386, to 9 May 2025: 639 years, of
// which the last 443 by the Gregorian calendar, as Go has it throughout. 639·365 days and
// 155 leap days.
func TestSpansOfCenturiesAreWhole(t *testing.T) {
	t.Parallel()
	d := recordedDeal(t, uschina.London(), act(dealstate.Negotiate, "", "1386-05-09T00:00:00Z"), act(dealstate.Approve, "us", "2025-05-09T00:00:00Z"))
	var spells analytics.Spells
	for dec := range d.Decisions() {
		require.NoError(t, spells.Add(dec))
	}
	for s := range spells.All(at("9999-12-31T00:00:00Z")) {
		if !s.Censored {
			require.Equal(t, (639*365+155)*day, s.Seconds)
		} else {
			require.Greater(t, s.Seconds, 7974*365.0*day)
		}
	}
	require.Equal(t, 7974*365, analytics.CellAt(d, at("2025-05-09T00:00:00Z").AddDate(0, 0, 7974*365), dealstate.Policy{}).Days)
}

// A store of microseconds rounds the last nanosecond of a day into the next day.
func TestAPanelsDatesAreDates(t *testing.T) {
	t.Parallel()
	d := recordedDeal(t, uschina.London(), act(dealstate.Negotiate, "", "2025-06-10T00:00:00Z"))
	for _, c := range []struct{ date, want string }{
		{"2025-06-13T23:59:59.999999999Z", "2025-06-13"}, {"2025-06-14T07:59:59.999999999+08:00", "2025-06-13"},
		{"2025-06-13T23:59:59Z", "2025-06-13T23:59:59Z"}, {"2025-06-13T00:00:00Z", "2025-06-13T00:00:00Z"},
	} {
		cell := analytics.CellAt(d, at(c.date), dealstate.Policy{})
		require.Equal(t, c.want, cell.Cells()[1])
		text, err := json.Marshal(cell)
		require.NoError(t, err)
		require.Contains(t, string(text), `{"deal":"us-china-london-2025","date":"`+c.want+`","policy":"strict"`)
		var back analytics.Cell
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, cell, back, "a date alone is read as the end of its day")
	}
	var cell analytics.Cell
	var field *dealstate.FieldError
	require.ErrorAs(t, json.Unmarshal([]byte(`{"date":"soon"}`), &cell), &field)
	text, err := json.Marshal(cell)
	require.NoError(t, err)
	require.NotContains(t, string(text), "date")
}

// A decision on another agreement would add nothing to waits.
func TestWaitsRefuseDecisionsOnAnotherAgreement(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	good := dealstate.Decision{Deal: "d", Event: "e", Kind: dealstate.Approve, Party: "us", Outcome: dealstate.Applied, At: at("2025-06-10T00:00:00Z"),
		From: dealstate.StateNegotiated, To: dealstate.StateApproved, Revision: 1}
	for field, change := range map[string]func(*dealstate.Decision){
		"party": func(d *dealstate.Decision) { d.Party = "india" },
		"from":  func(d *dealstate.Decision) { d.From = "awaiting_modi_approval" },
		"to":    func(d *dealstate.Decision) { d.To = "awaiting_modi_approval" },
	} {
		w, d := analytics.NewWaits(m), good
		change(&d)
		var wrong *analytics.DecisionError
		require.ErrorAs(t, w.Add(d), &wrong)
		require.Equal(t, field, wrong.Field)
		require.NoError(t, w.Add(good), "the fold is as it was")
	}
}

// Beyond the years 1 to 9999 spans would overflow; the zero instant is none.
func TestFoldsRefuseInstantsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, instant := range []time.Time{{}, time.Unix(math.MaxInt64, 0), time.Unix(math.MinInt64/2, 0), time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)} {
		var s analytics.Spells
		var wrong *analytics.DecisionError
		require.ErrorAs(t, s.Add(dealstate.Decision{Deal: "d", Kind: dealstate.Note, Outcome: dealstate.Noted, At: instant, From: "a", To: "a"}), &wrong)
		require.Equal(t, "at", wrong.Field)
		var l analytics.Lags
		var field *dealstate.FieldError
		require.ErrorAs(t, l.Add(dealstate.Event{Kind: dealstate.Note, At: instant}), &field)
		require.Equal(t, "at", field.Field)
		if !instant.IsZero() {
			require.ErrorAs(t, l.Add(dealstate.Event{Kind: dealstate.Note, At: at("2025-06-10T00:00:00Z"), Recorded: instant}), &field)
			require.Equal(t, "recorded", field.Field)
		}
		require.Zero(t, l.Of(nil))
	}
}

// corners are what estimators are given in the worst case.
var corners = map[string][]float64{
	"none": nil, "one": {1}, "zero": {0}, "two zeros": {0, 0}, "tied": {3, 3, 3}, "tiny": {math.SmallestNonzeroFloat64, 1}, "huge": {1, math.MaxFloat64},
	"negative": {-1, 2}, "NaN": {math.NaN(), 1}, "infinite": {1, math.Inf(1)}, "minus infinite": {math.Inf(-1)}, "far apart": {1e-300, 1e300},
}

// Whatever it is given, an estimator says what is wrong or gives numbers.
func TestNoEstimatorPanicsOrGivesNaN(t *testing.T) {
	t.Parallel()
	for name, times := range corners {
		for _, status := range []func(i int) bool{func(int) bool { return true }, func(int) bool { return false }, func(i int) bool { return i%2 == 0 }} {
			var all []analytics.Lifetime
			var s analytics.Sample
			for i, x := range times {
				all = append(all, analytics.Lifetime{Time: x, Reached: status(i)})
				_ = s.Add(x)
			}
			requireNumbers(t, name, s.Dwell(), s.Mean())
			for _, p := range []float64{0, 0.3, 1, -1, 2, math.NaN(), math.Inf(1)} {
				if q, err := s.Quantile(p); err == nil {
					requireNumbers(t, name, q)
				} else {
					requireField(t, err)
				}
			}
			tryCurve(t, name, all)
			for _, other := range corners {
				if test, err := analytics.LogRank(all, lives(other...)); err == nil {
					requireNumbers(t, name, test)
				} else {
					requireField(t, err)
				}
			}
		}
	}
}

func tryCurve(t *testing.T, name string, all []analytics.Lifetime) {
	t.Helper()
	curve, err := analytics.KaplanMeier(all)
	if err != nil {
		requireField(t, err)
	}
	for _, level := range []float64{0, 1, 0.95, -1, math.SmallestNonzeroFloat64, math.Nextafter(1, 0), math.NaN(), math.Inf(1)} {
		for scale := range analytics.LogLog + 2 {
			if band, err := curve.Band(level, scale); err == nil {
				requireNumbers(t, name, band)
			} else {
				requireField(t, err)
			}
		}
	}
	for _, x := range []float64{-1, 0, 1, math.MaxFloat64, math.Inf(1), math.Inf(-1)} {
		requireNumbers(t, name, curve, curve.At(x))
	}
	require.True(t, math.IsNaN(curve.At(math.NaN())))
	for _, p := range []float64{0, 0.5, 1, -1, math.NaN()} {
		q, _ := curve.Quantile(p)
		requireNumbers(t, name, q)
	}
}

// A curve may be the caller's own.
func TestABandRefusesStepsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, s := range []analytics.CurvePoint{{Survival: 2}, {Survival: -1}, {Survival: math.NaN()}, {Survival: 0.5, StdErr: math.NaN()}, {Survival: 0.5, StdErr: math.Inf(1)}, {StdErr: -1}} {
		_, err := analytics.Curve{s}.Band(0.95, analytics.LogLog)
		requireField(t, err)
	}
	band, err := analytics.Curve{{Survival: 1, StdErr: 0.1}}.Band(0.95, analytics.LogLog)
	require.NoError(t, err)
	require.Equal(t, []analytics.Interval{{Lower: 1, Upper: 1}}, band)
}

func requireField(t *testing.T, err error) {
	t.Helper()
	var field *dealstate.FieldError
	require.ErrorAs(t, err, &field)
	require.NotEmpty(t, field.Field)
}

// requireNumbers: JSON holds no NaN and no infinity.
func requireNumbers(t *testing.T, name string, values ...any) {
	t.Helper()
	for _, v := range values {
		_, err := json.Marshal(v)
		require.NoError(t, err, "%s: %v", name, v)
	}
}

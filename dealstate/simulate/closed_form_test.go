package simulate_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
)

// The simulation against what is known exactly: the true value must lie within
// the confidence interval in as many runs as the interval claims.

const few = 1_000 // lives a run

// covered runs the question under many seeds and holds the coverage to that
// of the level, give or take four standard deviations.
func covered(t *testing.T, s simulate.Start, m simulate.Model, o simulate.Options, truth float64, ask func(*simulate.Result) simulate.Estimate) {
	t.Helper()
	seeds := proof.Times(400, 40)
	n := float64(seeds)
	hits, sum := 0, 0.0
	for seed := range seeds {
		o.Lives, o.Seed, o.Workers = few, uint64(seed), 1
		e := ask(run(t, s, m, o))
		if e.Low <= truth && truth <= e.High {
			hits++
		}
		sum += e.P
	}
	mean, spread := sum/n, math.Sqrt(truth*(1-truth)/(n*few))
	t.Logf("truth %.4f, mean %.4f (%.1f standard errors off), within the interval in %d of %d runs", truth, mean, (mean-truth)/spread, hits, seeds)
	require.InDelta(t, truth, mean, 4*spread)
	require.InDelta(t, 0.95*n, hits, 4*math.Sqrt(n*0.95*0.05))
}

func TestWhoOfTwoExponentialsApprovesFirst(t *testing.T) {
	t.Parallel()
	// λus/(λus+λchina), with rates 1/20 and 1/30 a day.
	covered(t, beginning(t, dealstate.Agreement{}), two(20*day, 30*day), simulate.Options{Until: onDay(3_000)}, 0.6,
		func(r *simulate.Result) simulate.Estimate { return r.Reached("awaiting_xi_approval", r.Until) })
}

func TestTheLaterOfTwoExponentialsIsDistributedAsTheirMaximum(t *testing.T) {
	t.Parallel()
	for _, after := range []float64{10, 25, 60} {
		truth := (1 - math.Exp(-after/20)) * (1 - math.Exp(-after/30))
		covered(t, beginning(t, dealstate.Agreement{}), two(20*day, 30*day), simulate.Options{Until: onDay(365)}, truth,
			func(r *simulate.Result) simulate.Estimate {
				return r.Reached(dealstate.StateApproved, onDay(int(after)))
			})
	}
}

func TestADeadlineCutsTheMaximumOff(t *testing.T) {
	t.Parallel()
	s := beginning(t, dealstate.Agreement{Deadline: onDay(30)})
	truth := 1 - (1-math.Exp(-30.0/20))*(1-math.Exp(-30.0/30))
	covered(t, s, two(20*day, 30*day), simulate.Options{Until: onDay(365)}, truth,
		func(r *simulate.Result) simulate.Estimate { return r.At(dealstate.StateLapsed) })
	r := run(t, s, two(20*day, 30*day), simulate.Options{Until: onDay(365)})
	at, ok := r.Quantile(dealstate.StateLapsed, 0.1)
	require.True(t, ok)
	require.Equal(t, onDay(30), at)
}

func TestImplementationIsTheMaximumPlusAThirdWait(t *testing.T) {
	t.Parallel()
	m := two(10*day, 10*day)
	m.Implement = simulate.Exponential(5 * day)
	// max of two Exp(1/10) is Exp(2/10) + Exp(1/10); plus Exp(1/5): rates 0.2, 0.2, 0.1.
	f := func(x float64) float64 { // 1 - P(sum > x), by partial fractions of a twofold pole at 0.2
		return 1 - (4*math.Exp(-0.1*x) - (3+0.2*x)*math.Exp(-0.2*x))
	}
	covered(t, beginning(t, dealstate.Agreement{}), m, simulate.Options{Until: onDay(365)}, f(20),
		func(r *simulate.Result) simulate.Estimate { return r.Reached(dealstate.StateImplemented, onDay(20)) })
}

func TestOneWaitOfEachFamilyFollowsItsDistribution(t *testing.T) {
	t.Parallel()
	one := []dealstate.Party{{ID: "us"}}
	s := beginning(t, dealstate.Agreement{Parties: one})
	for name, w := range map[string]simulate.Distribution{
		"exponential": simulate.Exponential(20 * day), "weibull": simulate.Weibull(20*day, 2.5), "lognormal": simulate.LogNormal(20*day, 0.7),
		"empirical": fitted(t, simulate.Empirical, waitsOf(5, 9, 18, 22, 40)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := simulate.Model{Parties: []simulate.Party{{Party: "us", Wait: w}}}
			covered(t, s, m, simulate.Options{Until: onDay(365)}, 1-lasting(t, w, 18*simulate.Day),
				func(r *simulate.Result) simulate.Estimate { return r.Reached(dealstate.StateApproved, onDay(18)) })
		})
	}
}

func waitsOf(days ...int) []simulate.Wait {
	var all []simulate.Wait
	for _, d := range days {
		all = append(all, simulate.Wait{Party: "us", From: june, To: onDay(d), End: dealstate.Approve})
	}
	return all
}

func TestHasteMultipliesTheHazardOnceTheOtherHasApproved(t *testing.T) {
	t.Parallel()
	// us approves on day 10 for sure; china has rate 1/20, and thrice that afterwards.
	m := simulate.Model{Parties: []simulate.Party{{Party: "us", Wait: simulate.Fixed(10 * day)},
		{Party: "china", Wait: simulate.Exponential(20 * day), Haste: 3}}}
	truth := 1 - math.Exp(-(10.0+3*10)/20)
	covered(t, beginning(t, dealstate.Agreement{}), m, simulate.Options{Until: onDay(365)}, truth,
		func(r *simulate.Result) simulate.Estimate { return r.Reached(dealstate.StateApproved, onDay(20)) })
	m.Parties[1].Wait = simulate.Weibull(20*day, 2) // H(t) = (t/20)²
	truth = 1 - math.Exp(-(0.25 + 3*(1-0.25)))
	covered(t, beginning(t, dealstate.Agreement{}), m, simulate.Options{Until: onDay(365)}, truth,
		func(r *simulate.Result) simulate.Estimate { return r.Reached(dealstate.StateApproved, onDay(20)) })
}

func TestADeadlinePresses(t *testing.T) {
	t.Parallel()
	m := simulate.Model{Parties: []simulate.Party{{Party: "us", Wait: simulate.Fixed(day)},
		{Party: "china", Wait: simulate.Exponential(20 * day), Pressure: simulate.Pressure{Within: 5 * day, Factor: 4}}}}
	truth := 1 - math.Exp(-(25.0+4*5)/20)
	covered(t, beginning(t, dealstate.Agreement{Deadline: onDay(30)}), m, simulate.Options{Until: onDay(60)}, truth,
		func(r *simulate.Result) simulate.Estimate { return r.At(dealstate.StateApproved) })
	// Haste and pressure together, on a wait with memory.
	m.Parties[0].Wait = simulate.Fixed(27 * day)
	m.Parties[1].Wait, m.Parties[1].Haste = simulate.Weibull(40*day, 2), 2
	h := func(d float64) float64 { return d * d / 1600 }
	truth = 1 - math.Exp(-(h(25) + 4*(h(27)-h(25)) + 8*(h(30)-h(27))))
	covered(t, beginning(t, dealstate.Agreement{Deadline: onDay(30)}), m, simulate.Options{Until: onDay(60)}, truth,
		func(r *simulate.Result) simulate.Estimate { return r.At(dealstate.StateApproved) })
}

func TestAWaitThatHasLastedGoesOnFromThere(t *testing.T) {
	t.Parallel()
	deal := dealWith(t, dealstate.Agreement{}, dealstate.Event{Kind: dealstate.Negotiate, At: onDay(0)},
		dealstate.Event{Kind: dealstate.Approve, Party: "us", At: onDay(1)})
	s := simulate.Present(deal, dealstate.View{AsOf: onDay(10)})
	for _, w := range []simulate.Distribution{simulate.Weibull(20*day, 2), simulate.LogNormal(20*day, 0.5), fitted(t, simulate.Empirical, waitsOf(5, 12, 18, 22, 40))} {
		m := simulate.Model{Parties: []simulate.Party{{Party: "china", Wait: w}}}
		truth := 1 - lasting(t, w, 20*simulate.Day)/lasting(t, w, 10*simulate.Day)
		covered(t, s, m, simulate.Options{Until: onDay(400)}, truth,
			func(r *simulate.Result) simulate.Estimate { return r.Reached(dealstate.StateApproved, onDay(20)) })
	}
}

func TestAPartyThatFollowsBeginsOnlyAfterTheOther(t *testing.T) {
	t.Parallel()
	m := two(10*day, 10*day)
	m.Parties[1].After = "us"
	truth := 1 - math.Exp(-2)*(1+2) // Erlang of two, at 20 days
	covered(t, beginning(t, dealstate.Agreement{}), m, simulate.Options{Until: onDay(365)}, truth,
		func(r *simulate.Result) simulate.Estimate { return r.Reached(dealstate.StateApproved, onDay(20)) })
}

func TestChoicesFallAsTheirProbabilities(t *testing.T) {
	t.Parallel()
	m := two(10*day, 10*day)
	m.Parties[0].Choice = simulate.Choice{Approve: 0.5, Reject: 0.2, Amend: 0.2, Lapse: 0.1}
	s := beginning(t, dealstate.Agreement{})
	// Each round ends with us approving (1/2), rejecting, lapsing, or in a new round.
	covered(t, s, m, simulate.Options{Until: onDay(20_000)}, 0.5/0.8,
		func(r *simulate.Result) simulate.Estimate { return r.At(dealstate.StateApproved) })
	covered(t, s, m, simulate.Options{Until: onDay(20_000)}, 0.2/0.8,
		func(r *simulate.Result) simulate.Estimate { return r.At(dealstate.StateRejected) })
}

func TestTheIntervalIsWilsons(t *testing.T) {
	t.Parallel()
	// Newcombe, "Two-sided confidence intervals for the single proportion", Stat. Med. 17, 1998, table I.
	for _, c := range []struct {
		hits, of  int
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		e, err := simulate.Wilson(c.hits, c.of, 0.95)
		require.NoError(t, err)
		require.Equal(t, fmt.Sprintf("%.4f %.4f", c.low, c.high), fmt.Sprintf("%.4f %.4f", e.Low, e.High))
	}
}

package simulate_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

const day = 24 * time.Hour

var june = time.Date(2025, 6, 10, 0, 0, 0, 0, time.UTC)

func onDay(n int) time.Time { return june.AddDate(0, 0, n) }

var bothSides = []dealstate.Party{{ID: "us", Name: "United States", Approver: "Trump"}, {ID: "china", Name: "China", Approver: "Xi"}}

func compile(t testing.TB, a dealstate.Agreement) *dealstate.Machine {
	t.Helper()
	if a.ID == "" {
		a.ID = "x"
	}
	if a.Parties == nil {
		a.Parties = bothSides
	}
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	return m
}

func beginning(t testing.TB, a dealstate.Agreement) simulate.Start {
	t.Helper()
	return simulate.Beginning(compile(t, a), dealstate.Strict, june)
}

// two is the simplest model: two exponential waits.
func two(us, china time.Duration) simulate.Model {
	return simulate.Model{Parties: []simulate.Party{
		{Party: "us", Wait: simulate.Exponential(us)}, {Party: "china", Wait: simulate.Exponential(china)}}}
}

func run(t testing.TB, s simulate.Start, m simulate.Model, o simulate.Options) *simulate.Result {
	t.Helper()
	r, err := simulate.Run(context.Background(), s, m, o)
	require.NoError(t, err)
	return r
}

// rich uses every part of a model.
func rich() simulate.Model {
	return simulate.Model{Implement: simulate.Exponential(6 * day), Parties: []simulate.Party{
		{Party: "us", Wait: simulate.Weibull(20*day, 1.5), Choice: simulate.Choice{Approve: 0.7, Reject: 0.1, Amend: 0.15, Lapse: 0.05}, Haste: 2},
		{Party: "china", Wait: simulate.LogNormal(25*day, 0.8), Choice: simulate.Choice{Approve: 0.8, Amend: 0.2}, Haste: 0.5,
			Pressure: simulate.Pressure{Within: 10 * day, Factor: 3}}}}
}

// digest writes out all that a result holds.
func digest(r *simulate.Result) string {
	var b strings.Builder
	fmt.Fprintln(&b, r.Start, r.Until, r.Lives, r.Seed, r.Level, r.States, r.Final, r.Awaited)
	for _, s := range r.States {
		held, _ := r.Held(s, onDay(30))
		counts, err := r.Histogram(s, 50)
		fmt.Fprintln(&b, s, r.At(s), r.Reached(s, onDay(20)), held, counts, err)
		for p := 0.0; p < 1; p += 0.01 {
			at, ok := r.Quantile(s, p)
			fmt.Fprintln(&b, at, ok)
		}
	}
	return b.String()
}

func TestTheSameSeedGivesTheSameBytesWhateverTheWorkers(t *testing.T) {
	t.Parallel()
	s := beginning(t, dealstate.Agreement{Deadline: onDay(60), Term: &dealstate.Delay{Days: 20}})
	o := simulate.Options{Lives: proof.Times(20_001, 3_001), Seed: 7, Until: onDay(120), Dates: []time.Time{onDay(30), onDay(60)}, Workers: 1}
	want := digest(run(t, s, rich(), o))
	for _, workers := range []int{1, 2, 3, 16} {
		o.Workers = workers
		require.Equal(t, want, digest(run(t, s, rich(), o)), workers)
	}
	o.Seed = 8
	require.NotEqual(t, want, digest(run(t, s, rich(), o)))
	o.Workers = 1
	one, err := simulate.Sensitivity(context.Background(), s, rich(), o, simulate.Target{State: dealstate.StateImplemented, By: onDay(60)}, 0.1)
	require.NoError(t, err)
	o.Workers = 2
	two, err := simulate.Sensitivity(context.Background(), s, rich(), o, simulate.Target{State: dealstate.StateImplemented, By: onDay(60)}, 0.1)
	require.NoError(t, err)
	require.Equal(t, one, two)
}

func TestSharesOfLivesAddUp(t *testing.T) {
	t.Parallel()
	s := beginning(t, dealstate.Agreement{Deadline: onDay(60)})
	r := run(t, s, rich(), simulate.Options{Lives: 5_000, Until: onDay(120), Dates: []time.Time{june, onDay(120)}})
	final, held, first := 0, 0, 0
	for i, state := range r.States {
		final += r.Final[i]
		end, ok := r.Held(state, onDay(120))
		require.True(t, ok)
		require.Equal(t, r.Final[i], end.Hits, state)
		start, _ := r.Held(state, june)
		first += start.Hits
		held += end.Hits
		sum := 0
		counts, err := r.Histogram(state, 7)
		require.NoError(t, err)
		for _, n := range counts {
			sum += n
		}
		require.Equal(t, r.Reached(state, r.Until).Hits, sum, state)
	}
	require.Equal(t, []int{5_000, 5_000, 5_000}, []int{final, held, first})
	require.Equal(t, 5_000, r.Reached(dealstate.StateNegotiated, june).Hits)
	_, ok := r.Held(dealstate.StateApproved, onDay(3))
	require.False(t, ok)
	_, ok = r.Quantile("nowhere", 0.5)
	require.False(t, ok)
	require.Zero(t, r.At("nowhere").Hits)
	approvals := 0
	for _, a := range r.Awaited {
		approvals += a.Last
	}
	require.Equal(t, r.At(dealstate.StateApproved).Hits+r.At(dealstate.StateImplemented).Hits, approvals)
}

// A life's acts are those of the library: recorded on a deal, they lead to the
// same place.
func TestFixedWaitsUnfoldAsTheLibrarySaysTheyMust(t *testing.T) {
	t.Parallel()
	m := simulate.Model{Parties: []simulate.Party{{Party: "us", Wait: simulate.Fixed(5 * day)}, {Party: "china", Wait: simulate.Fixed(9 * day)}}}
	s := beginning(t, dealstate.Agreement{Effect: &dealstate.Delay{Days: 3}, Term: &dealstate.Delay{Days: 15}})
	r := run(t, s, m, simulate.Options{Lives: 3, Until: onDay(60)})
	for state, on := range map[dealstate.State]int{"negotiated": 0, "awaiting_xi_approval": 5, "approved": 9, "implemented": 12, "expired": 27} {
		at, ok := r.Quantile(state, 0.5)
		require.True(t, ok, state)
		require.Equal(t, onDay(on), at, state)
	}
	require.Equal(t, []simulate.Awaited{{Party: "us"}, {Party: "china", Last: 3}}, r.Awaited)
}

func TestPresentKnowsWhoHasApprovedAndWhoHasWaitedSinceWhen(t *testing.T) {
	t.Parallel()
	deal, err := uschina.Open(uschina.London(), dealstate.Strict)
	require.NoError(t, err)
	end := time.Date(2025, 6, 28, 23, 59, 59, 0, time.UTC)
	s := simulate.Present(deal, dealstate.View{AsOf: end, KnownBy: end})
	m := two(day, day)
	m.Parties[1].Wait = simulate.Fixed(30 * day) // from 10 June
	r := run(t, s, m, simulate.Options{Lives: 100, Until: onDay(60)})
	at, ok := r.Quantile(dealstate.StateApproved, 0.5)
	require.True(t, ok)
	require.Equal(t, onDay(30), at)
	require.Equal(t, 100, r.Reached("awaiting_xi_approval", end).Hits)
}

func TestCancellingEndsTheRun(t *testing.T) {
	t.Parallel()
	s := beginning(t, dealstate.Agreement{})
	ctx, cancel := context.WithCancel(context.Background())
	told := 0
	o := simulate.Options{Lives: 100_000_000, Until: onDay(99), Workers: 2, Progress: func(done, of int) {
		if told = done; done > 10_000 {
			cancel()
		}
	}}
	r, err := simulate.Run(ctx, s, two(day, day), o)
	require.ErrorIs(t, err, context.Canceled)
	require.Nil(t, r)
	require.Less(t, told, 1_000_000)
	o.Lives, o.Progress = 10, nil
	_, err = simulate.Run(ctx, s, two(day, day), o)
	require.ErrorIs(t, err, context.Canceled)
}

func TestProgressCountsEveryLife(t *testing.T) {
	t.Parallel()
	last, calls := 0, 0
	run(t, beginning(t, dealstate.Agreement{}), two(day, day), simulate.Options{Lives: 5_000, Until: onDay(99), Workers: 2, Progress: func(done, of int) {
		require.Greater(t, done, last)
		require.Equal(t, 5_000, of)
		last = done
		calls++
	}})
	require.Equal(t, 5_000, last)
	require.Equal(t, 5, calls)
}

func TestABadModelIsRefusedByField(t *testing.T) {
	t.Parallel()
	s := beginning(t, dealstate.Agreement{})
	until := simulate.Options{Until: onDay(10)}
	party := func(change func(*simulate.Party)) simulate.Model {
		m := two(day, day)
		change(&m.Parties[1])
		return m
	}
	type p = simulate.Party
	for field, m := range map[string]simulate.Model{
		"parties[1].party":           party(func(b *p) { b.Party = "france" }),
		"parties[1].after":           party(func(b *p) { b.After = "china" }),
		"parties[1].wait":            party(func(b *p) { b.Wait = simulate.Exponential(0 * day) }),
		"parties[1].haste":           party(func(b *p) { b.Haste = -1 }),
		"parties[1].pressure.factor": party(func(b *p) { b.Pressure.Factor = math.NaN() }),
		"parties[1].pressure.within": party(func(b *p) { b.Pressure.Within = -1 }),
		"parties[1].choice":          party(func(b *p) { b.Choice = simulate.Choice{Approve: 0.5} }),
		"parties[1].choice.reject":   party(func(b *p) { b.Choice = simulate.Choice{Approve: 2, Reject: -1} }),
		"implement":                  {Implement: simulate.Weibull(day, -1)},
	} {
		if field == "parties[1].choice.reject" {
			m.Parties[1].Choice = simulate.Choice{Approve: 0.5, Reject: math.NaN()}
		}
		requireField(t, field, s, m, until)
	}
	for _, w := range []simulate.Distribution{{}, simulate.LogNormal(day, 0), simulate.Fixed(-day), simulate.Fixed(11_000 * simulate.Year), simulate.Weibull(-day, 1)} {
		requireField(t, "parties[1].wait", s, party(func(b *p) { b.Wait = w }), until)
	}
	twice := two(day, day)
	twice.Parties[1].Party = "us"
	requireField(t, "parties[1].party", s, twice, until)
}

func TestBadOptionsAreRefusedByField(t *testing.T) {
	t.Parallel()
	s := beginning(t, dealstate.Agreement{})
	for field, o := range map[string]simulate.Options{
		"until":    {},
		"lives":    {Until: onDay(1), Lives: -1},
		"level":    {Until: onDay(1), Level: 1},
		"workers":  {Until: onDay(1), Workers: -1},
		"dates[0]": {Until: onDay(1), Dates: []time.Time{onDay(2)}},
	} {
		requireField(t, field, s, two(day, day), o)
	}
	requireField(t, "until", s, two(day, day), simulate.Options{Until: june.AddDate(8000, 0, 0)})
	requireField(t, "start", simulate.Start{}, two(day, day), simulate.Options{Until: onDay(1)})
	_, err := simulate.Sensitivity(context.Background(), s, two(day, day), simulate.Options{Until: onDay(1)}, simulate.Target{State: "nowhere"}, 0.1)
	require.ErrorContains(t, err, "target.state")
	_, err = simulate.Sensitivity(context.Background(), s, two(day, day), simulate.Options{Until: onDay(1)}, simulate.Target{State: dealstate.StateApproved}, 0)
	require.ErrorContains(t, err, "step")
}

func requireField(t *testing.T, field string, s simulate.Start, m simulate.Model, o simulate.Options) {
	t.Helper()
	r, err := simulate.Run(context.Background(), s, m, o)
	var wrong *dealstate.FieldError
	require.ErrorAs(t, err, &wrong, field)
	require.Equal(t, field, wrong.Field)
	require.Nil(t, r)
}

func TestSensitivityMatchesTheDerivative(t *testing.T) {
	t.Parallel()
	s := beginning(t, dealstate.Agreement{})
	o := simulate.Options{Lives: 100_000, Until: onDay(40)}
	in, err := simulate.Sensitivity(context.Background(), s, two(20*day, 30*day), o, simulate.Target{State: dealstate.StateApproved, By: onDay(30)}, 0.1)
	require.NoError(t, err)
	require.Len(t, in, 2)
	at := func(us, china float64) float64 { return (1 - math.Exp(-30/us)) * (1 - math.Exp(-30/china)) }
	truth := map[string]float64{"parties[0].wait": at(22, 30) - at(18, 30), "parties[1].wait": at(20, 33) - at(20, 27)}
	for _, i := range in {
		require.InDelta(t, truth[i.Parameter], i.Change, 4*(i.High-i.Low)/3.92, i)
		require.Less(t, i.High-i.Low, 0.005) // unpaired, it would be twice as wide
	}
	require.Equal(t, "parties[1].wait", in[0].Parameter)
}

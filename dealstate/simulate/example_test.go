package simulate_test

import (
	"context"
	"fmt"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// check keeps the examples to their story; a program would handle the error.
func check[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// endOf is the end of a day in UTC.
func endOf(date string) time.Time { return check(dealstate.ParseMoment(date)) }

// What must happen for London to be implemented, as things stood on 28 June
// 2025 for one who counts only what binds?
func ExamplePaths() {
	london := check(uschina.Open(uschina.London(), dealstate.Strict))
	now := simulate.Present(london, dealstate.View{AsOf: endOf("2025-06-28"), KnownBy: endOf("2025-06-28")})

	x := check(simulate.Paths(context.Background(), now, simulate.Search{}))
	next, _ := x.Shortest(dealstate.StateImplemented)
	fmt.Println(now.Snapshot().State)
	fmt.Println(next)
	fmt.Println("a counterexample to the both-side law:", x.Counterexample != nil)
	// Output:
	// awaiting_xi_approval
	// approve china → implement
	// a counterexample to the both-side law: false
}

// Can London ever be implemented without Xi?
func ExampleWithout() {
	london := check(dealstate.Compile(uschina.London()))
	start := simulate.Beginning(london, dealstate.Strict, endOf("2025-06-10"))

	withoutXi := simulate.Without(simulate.Alphabet(uschina.London()), dealstate.Approve, "china")
	x := check(simulate.Paths(context.Background(), start, simulate.Search{Alphabet: withoutXi}))
	_, can := x.Shortest(dealstate.StateImplemented)
	fmt.Printf("tried everything: %t; can be implemented: %t\n", x.Complete, can)
	// Output:
	// tried everything: true; can be implemented: false
}

// A rule set whose implement has lost its guard is found out, and the path
// that shows it is the shortest there is.
func ExampleCounterexample_Scenario() {
	rules := dealstate.Lifecycle{Initial: "negotiated", States: []dealstate.State{"negotiated", "implemented"}, Final: []dealstate.State{"implemented"},
		Rules: []dealstate.Rule{
			{ID: "approve", On: dealstate.Approve, From: []dealstate.State{"negotiated"}},
			{ID: "implement", On: dealstate.Implement, From: []dealstate.State{"negotiated"}, To: "implemented"},
		}}
	machine := check(dealstate.Compile(dealstate.Agreement{ID: "careless", Parties: uschina.London().Parties, Lifecycle: &rules}))
	start := simulate.Beginning(machine, dealstate.Strict, time.Date(2025, 6, 20, 0, 0, 0, 0, time.UTC))

	x := check(simulate.Paths(context.Background(), start, simulate.Search{}))
	fmt.Print(x.Counterexample.Scenario())
	// Output:
	// scenario never implemented without the approvals
	// deal careless
	// 2025-06-20 implement
	//   refused
}

// The odds of a deal that two presidents must approve, under a model.
func ExampleRun() {
	london := check(dealstate.Compile(uschina.London()))
	start := simulate.Beginning(london, dealstate.Strict, time.Date(2025, 6, 10, 0, 0, 0, 0, time.UTC))
	model := simulate.Model{Parties: []simulate.Party{
		{Party: "us", Wait: simulate.Exponential(10 * 24 * time.Hour)},
		{Party: "china", Wait: simulate.Weibull(15*24*time.Hour, 1.5), Haste: 2},
	}}
	odds := check(simulate.Run(context.Background(), start, model, simulate.Options{Seed: 1, Lives: 100_000, Until: endOf("2025-09-10")}))

	e := odds.Reached(dealstate.StateApproved, endOf("2025-06-30"))
	fmt.Printf("approved by 30 June: %.2f, from %.2f to %.2f\n", e.P, e.Low, e.High)
	half, _ := odds.Quantile(dealstate.StateApproved, 0.5)
	fmt.Println("half of all lives by", half.Format("2 January"))
	for _, a := range odds.Awaited {
		fmt.Printf("%s was the last to approve in %.0f %%\n", a.Party, 100*float64(a.Last)/float64(odds.Lives))
	}
	// Output:
	// approved by 30 June: 0.83, from 0.83 to 0.83
	// half of all lives by 22 June
	// us was the last to approve in 35 %
	// china was the last to approve in 65 %
}

// Half of all waits of a mean of 300 years have ended after 208 of them.
func ExampleSpan() {
	wait := simulate.Exponential(300 * simulate.Year)
	half, _ := wait.Quantile(0.5)
	left, _ := wait.Lasting(639 * simulate.Year)
	fmt.Printf("%.0f years; %.0f %% last longer than 639\n", half/simulate.Year, 100*left)
	// Output: 208 years; 12 % last longer than 639
}

func ExampleSensitivity() {
	london := check(dealstate.Compile(uschina.London()))
	start := simulate.Beginning(london, dealstate.Strict, time.Date(2025, 6, 10, 0, 0, 0, 0, time.UTC))
	model := simulate.Model{Parties: []simulate.Party{
		{Party: "us", Wait: simulate.Exponential(10 * 24 * time.Hour)},
		{Party: "china", Wait: simulate.Exponential(30 * 24 * time.Hour)},
	}}
	question := simulate.Target{State: dealstate.StateApproved, By: endOf("2025-06-30")}
	influences := check(simulate.Sensitivity(context.Background(), start, model, simulate.Options{Until: endOf("2025-09-10")}, question, 0.1))
	for _, i := range influences {
		fmt.Printf("%s: %+.3f\n", i.Parameter, i.Change)
	}
	// Output:
	// parties[1].wait: -0.066
	// parties[0].wait: -0.025
}

// What could one have said on 31 October 2025 about Busan, knowing only what
// was on record then?
func ExampleCalibrate() {
	then := endOf("2025-10-31")
	view := dealstate.View{AsOf: then, KnownBy: then}
	var waits []simulate.Wait
	for _, a := range uschina.Agreements() {
		deal := check(uschina.Open(a, dealstate.Official))
		waits = append(waits, simulate.Waits(deal, view)...)
	}
	model := check(simulate.Calibrate(uschina.Busan(), waits, simulate.FitExponential))

	busan := check(uschina.Open(uschina.Busan(), dealstate.Official))
	odds := check(simulate.Run(context.Background(), simulate.Present(busan, view), model, simulate.Options{Seed: 1, Until: endOf("2026-01-31")}))
	for _, date := range []string{"2025-11-10", "2025-11-30", "2026-01-31"} {
		fmt.Printf("implemented by %s: %.2f\n", date, odds.Reached(dealstate.StateImplemented, endOf(date)).P)
	}
	// Output:
	// implemented by 2025-11-10: 0.07
	// implemented by 2025-11-30: 0.34
	// implemented by 2026-01-31: 0.72
}

// Questions about the deals that were open are asked on past days, and the
// answers held against what happened. With one to three deals to learn from, the
// forecasts are poor, and the score says so: haste before a deadline, and leaders
// who meet, are in no wait recorded before. examples/montecarlo learns from more.
func ExampleHappened() {
	questions := []struct {
		deal     dealstate.Agreement
		on, by   string
		question dealstate.State
	}{
		{uschina.Stockholm(), "2025-08-01", "2025-08-12", dealstate.StateImplemented},
		{uschina.Stockholm(), "2025-08-08", "2025-08-12", dealstate.StateImplemented},
		{uschina.Madrid(), "2025-09-19", "2025-09-30", dealstate.StateApproved},
		{uschina.Madrid(), "2025-09-26", "2025-10-10", dealstate.StateApproved},
		{uschina.Busan(), "2025-10-31", "2025-11-10", dealstate.StateImplemented},
		{uschina.Busan(), "2025-11-04", "2025-11-10", dealstate.StateImplemented},
	}
	var forecasts []analytics.Forecast
	for _, q := range questions {
		target := simulate.Target{State: q.question, By: endOf(q.by)}
		f := oddsOn(q.deal, endOf(q.on), target)
		forecasts = append(forecasts, f)
		fmt.Printf("%s: %s %s? %.2f; happened: %t\n", q.on, q.deal.ID, target, f.P, f.Happened)
	}
	score := check(analytics.ScoreForecasts(forecasts, analytics.Bootstrap{Seed: 1}))
	rate := float64(score.Happened) / float64(score.Forecasts)
	fmt.Printf("Brier %.3f; the base rate, had one known it, %.3f\n", score.Brier.Value, rate*(1-rate))
	// Output:
	// 2025-08-01: us-china-stockholm-2025 implemented by 2025-08-12T23:59:59Z? 0.09; happened: true
	// 2025-08-08: us-china-stockholm-2025 implemented by 2025-08-12T23:59:59Z? 0.00; happened: true
	// 2025-09-19: us-china-madrid-2025 approved by 2025-09-30T23:59:59Z? 0.15; happened: false
	// 2025-09-26: us-china-madrid-2025 approved by 2025-10-10T23:59:59Z? 0.40; happened: false
	// 2025-10-31: us-china-busan-2025 implemented by 2025-11-10T23:59:59Z? 0.07; happened: true
	// 2025-11-04: us-china-busan-2025 implemented by 2025-11-10T23:59:59Z? 0.10; happened: true
	// Brier 0.613; the base rate, had one known it, 0.222
}

// oddsOn answers a question with what was on record on the day, and then looks
// up what happened.
func oddsOn(a dealstate.Agreement, day time.Time, t simulate.Target) analytics.Forecast {
	view := dealstate.View{AsOf: day, KnownBy: day}
	var waits []simulate.Wait
	for _, a := range uschina.Agreements() {
		waits = append(waits, simulate.Waits(check(uschina.Open(a, dealstate.Official)), view)...)
	}
	deal := check(uschina.Open(a, dealstate.Official))
	model := check(simulate.Calibrate(a, waits, simulate.FitExponential))
	odds := check(simulate.Run(context.Background(), simulate.Present(deal, view), model, simulate.Options{Seed: 1, Until: t.By.Add(time.Hour)}))
	return analytics.Forecast{Group: a.ID, P: odds.Reached(t.State, t.By).P, Happened: simulate.Happened(deal, dealstate.View{AsOf: t.By}, t)}
}

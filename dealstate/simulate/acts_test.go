package simulate_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
)

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// bothApprove has both sides approve a day after the start, and the deal come into force
// a day later.
func bothApprove(acts ...simulate.Act) simulate.Model {
	day := simulate.Fixed(days(1))
	return simulate.Model{Parties: []simulate.Party{{Party: "us", Wait: day}, {Party: "china", Wait: day}}, Implement: day, Acts: acts}
}

func live(t *testing.T, a dealstate.Agreement, m simulate.Model, until int) *simulate.Result {
	t.Helper()
	r, err := simulate.Run(context.Background(), beginning(t, a), m, simulate.Options{Lives: 64, Until: onDay(until)})
	require.NoError(t, err)
	return r
}

// when gives the day on which all lives come to the state; -1: none does.
func when(t *testing.T, r *simulate.Result, s dealstate.State) int {
	t.Helper()
	first, ok := r.Quantile(s, 0)
	if !ok {
		return -1
	}
	last, ok := r.Quantile(s, 1)
	require.True(t, ok, s)
	require.Equal(t, first, last, s)
	return int(last.Sub(june) / days(1))
}

func act(kind dealstate.Kind, party string, wait int) simulate.Act {
	return simulate.Act{Kind: kind, Party: party, Wait: simulate.Fixed(days(wait))}
}

// A deal of which the agreement allows all of it, and of which the model says nothing.
func TestWhatNoModelNamesNeverHappens(t *testing.T) {
	t.Parallel()
	r := live(t, everyKey(bothSides), bothApprove(), 400)
	for _, never := range []dealstate.State{dealstate.StateProvisional, dealstate.StateTerminated, dealstate.StateSuspended, dealstate.StateExpired} {
		require.Equal(t, -1, when(t, r, never), never)
	}
	require.Equal(t, r.Lives, r.At(dealstate.StateImplemented).Hits, "its term is renewed until the end")
}

func TestANoticeIsGivenInForceAndEndsWhenItsPeriodDoes(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{Parties: bothSides}
	m := bothApprove(act(dealstate.Withdraw, "china", 10))
	require.Equal(t, 2+10, when(t, live(t, a, m, 100), dealstate.StateTerminated))
	a.Notice = &dealstate.NoticePeriod{Delay: dealstate.Delay{Days: 30}}
	require.Equal(t, 2+10+30, when(t, live(t, a, m, 100), dealstate.StateTerminated))
	require.Equal(t, -1, when(t, live(t, a, m, 41), dealstate.StateTerminated))
	a.Term, a.Renew = &dealstate.Delay{Days: 15}, &dealstate.Delay{Days: 7}
	require.Equal(t, 2+15, when(t, live(t, a, m, 100), dealstate.StateExpired), "it runs at the term's end, and bars renewal")
	m.Acts[0].Wait = simulate.Fixed(days(20))
	require.Equal(t, 2+15+7, when(t, live(t, a, m, 100), dealstate.StateExpired), "once renewed")
}

// A notice that runs at the start ends in every life.
func TestANoticeOnRecordEnds(t *testing.T) {
	t.Parallel()
	m := compile(t, dealstate.Agreement{Parties: threeParties, Approval: condition.Count(condition.AtLeast(2), ""), Notice: &dealstate.NoticePeriod{Delay: dealstate.Delay{Days: 30}}})
	deal := m.NewDeal(dealstate.Strict)
	for i, e := range []dealstate.Event{{Kind: dealstate.Approve, Party: "chile"}, {Kind: dealstate.Approve, Party: "fiji"}, {Kind: dealstate.Implement},
		{Kind: dealstate.Withdraw, Party: "fiji"}, {Kind: dealstate.Withdraw, Party: "chile"}} {
		e.ID, e.Deal, e.Role, e.At = string(rune('a'+i)), m.Deal(), dealstate.Instrument, onDay(i)
		_, err := deal.Record(e)
		require.NoError(t, err)
	}
	r, err := simulate.Run(context.Background(), simulate.Present(deal, dealstate.View{}), simulate.Model{}, simulate.Options{Lives: 10, Until: onDay(100)})
	require.NoError(t, err)
	require.Equal(t, 4+30, when(t, r, dealstate.StateTerminated), "nobody is left")
}

func TestSignaturesAndProvisionalApplicationWaitFromTheText(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{Parties: bothSides, Approval: condition.All(condition.Signed("us"), condition.Signed("china"))}
	r := live(t, a, simulate.Model{Acts: []simulate.Act{act(dealstate.Sign, "us", 3), act(dealstate.Sign, "china", 5)}, Implement: simulate.Fixed(days(2))}, 30)
	require.Equal(t, 5, when(t, r, dealstate.StateApproved))
	require.Equal(t, 5+2, when(t, r, dealstate.StateImplemented))
	slow := bothApprove(act(dealstate.Apply, "us", 2), act(dealstate.Apply, "china", 4))
	slow.Parties[1].Wait = simulate.Fixed(days(9))
	r = live(t, dealstate.Agreement{Parties: bothSides}, slow, 30)
	require.Equal(t, 4, when(t, r, dealstate.StateProvisional))
	require.Equal(t, 9+1, when(t, r, dealstate.StateImplemented))
}

// The threshold falls with a date: no event happens that day (CPTPP, annex to its article
// 2 on the accession of the United Kingdom: after 15 months, six parties are enough).
func TestADateMeetsAConditionWithoutAnAct(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{Parties: threeParties, Approval: condition.Any(condition.Count(condition.AtLeast(3), ""), condition.All(condition.Count(condition.AtLeast(1), ""), condition.Reached(onDay(20))))}
	day := simulate.Fixed(days(1))
	r := live(t, a, simulate.Model{Parties: []simulate.Party{{Party: "fiji", Wait: day}}, Implement: simulate.Fixed(days(3))}, 60)
	require.Equal(t, 20, when(t, r, dealstate.StateApproved))
	require.Equal(t, 20+3, when(t, r, dealstate.StateImplemented))
}

// A breach waits from entry into force, its cure from the breach; a timer runs between.
func TestABreachIsCuredOrItsTimerEnds(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{Parties: bothSides, Commitments: pledge("us"), Timers: []dealstate.OwnTimer{{ID: "snapback", After: dealstate.Delay{Days: 5}}},
		Lifecycle: &dealstate.Lifecycle{Extends: "standard", States: []dealstate.State{"contested"}, InForce: []dealstate.State{"contested"}, Rules: []dealstate.Rule{
			{ID: "contest", On: dealstate.Breach, From: []dealstate.State{dealstate.StateImplemented}, To: "contested", Order: -1},
			{ID: "calm", On: dealstate.Perform, From: []dealstate.State{"contested"}, To: dealstate.StateImplemented, Order: -1},
			{ID: "snap", On: dealstate.Timer("snapback"), From: []dealstate.State{"contested"}, To: dealstate.StateTerminated}}}}
	of := func(kind dealstate.Kind, wait int) simulate.Act {
		return simulate.Act{Kind: kind, Party: "us", Commitment: "pledge-1", Wait: simulate.Fixed(days(wait))}
	}
	for cure, end := range map[int]int{3: -1, 6: 2 + 4 + 5} {
		r := live(t, a, bothApprove(of(dealstate.Breach, 4), of(dealstate.Perform, cure)), 90)
		require.Equal(t, end, when(t, r, dealstate.StateTerminated), "cured after %d days", cure)
		if end < 0 { // performed on day 3 of force, broken 4 days later, cured 3 days later, and so on
			require.Equal(t, 2+3+4, when(t, r, "contested"))
		}
	}
	_, err := simulate.Run(context.Background(), beginning(t, a), bothApprove(of(dealstate.Breach, 0), of(dealstate.Perform, 0)), simulate.Options{Lives: 1, Until: onDay(9)})
	var wrong *dealstate.FieldError
	require.True(t, errors.As(err, &wrong), err)
	require.Contains(t, []string{"acts[0].wait", "acts[1].wait"}, wrong.Field)
}

// Renewals go on for as long as one looks, so that one has to say how long.
func TestRenewalsNeedAHorizon(t *testing.T) {
	t.Parallel()
	a := everyKey(bothSides)
	a.Term, a.Renew = &dealstate.Delay{Days: 1}, &dealstate.Delay{Days: 1}
	for until, want := range map[time.Time]string{ // in force on 12 June; its term ends on the 13th, and a million times more
		{}: "until: the zero instant is not after the start, 2025-06-10T00:00:00Z",
		time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC): "until: 9999-01-01T00:00:00Z is too far: the clock term comes again and again, and a life came to 1000000 firings by 4763-05-11T00:00:00Z; want an earlier one",
	} {
		for _, m := range []simulate.Model{bothApprove(), bothApprove(act(dealstate.Sign, "us", 1))} {
			_, err := simulate.Run(context.Background(), beginning(t, a), m, simulate.Options{Lives: 1, Until: until})
			var wrong *dealstate.FieldError
			require.ErrorAs(t, err, &wrong)
			require.EqualError(t, err, want)
		}
	}
}

func TestABadActIsRefusedByField(t *testing.T) {
	t.Parallel()
	s := beginning(t, dealstate.Agreement{Parties: bothSides, Commitments: pledge("us")})
	day := simulate.Fixed(days(1))
	for want, acts := range map[string][]simulate.Act{
		"acts[0].kind: approve is no act of a model's list; want sign, apply, withdraw, terminate, perform or breach": {{Kind: dealstate.Approve, Party: "us", Wait: day}},
		"acts[0].kind:  is no act of a model's list; want sign, apply, withdraw, terminate, perform or breach":        {{Wait: day}},
		"acts[0].party: missing; withdraw needs the party whose act it is":                                            {{Kind: dealstate.Withdraw, Wait: day}},
		`acts[1].party: "fiji" is not a party; want one of us, china`:                                                 {act(dealstate.Sign, "us", 1), act(dealstate.Sign, "fiji", 1)},
		"acts[0].wait: missing; want a distribution, or leave the act out if it never happens":                        {{Kind: dealstate.Sign, Party: "us"}},
		"acts[0].wait: -1 days is out of range; want 0 to 10,000 years":                                               {act(dealstate.Sign, "us", -1)},
		"acts[1].kind: the same act is there twice":                                                                   {act(dealstate.Sign, "us", 1), act(dealstate.Sign, "us", 2)},
	} {
		_, err := simulate.Run(context.Background(), s, bothApprove(acts...), simulate.Options{Lives: 1, Until: onDay(9)})
		var wrong *dealstate.FieldError
		require.ErrorAs(t, err, &wrong, want)
		require.EqualError(t, err, want)
	}
}

func TestSensitivityAsksAboutActs(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{Parties: bothSides}
	m := bothApprove(simulate.Act{Kind: dealstate.Withdraw, Party: "us", Wait: simulate.Exponential(days(30))})
	all, err := simulate.Sensitivity(context.Background(), beginning(t, a), m, simulate.Options{Lives: 2_000, Until: onDay(40)}, simulate.Target{State: dealstate.StateTerminated, By: onDay(30)}, 0.5)
	require.NoError(t, err)
	require.Equal(t, "acts[0].wait", all[0].Parameter)
	require.Negative(t, all[0].Change, "the later the notice, the fewer lives end by then")
}

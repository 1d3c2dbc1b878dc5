package bulk

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lazydfa"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// circles are deals whose clocks are set, come due, fire, are undone and set again, often
// two at the same instant.
func circles(t *testing.T, agreements []dealstate.Agreement, seed uint64, deals int, more ...dealstate.Kind) *world {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 3))
	kinds := append([]dealstate.Kind{dealstate.Negotiate, dealstate.Approve, dealstate.Approve, dealstate.Approve, dealstate.Withdraw, dealstate.Suspend,
		dealstate.Resume, dealstate.Perform, dealstate.Amend}, more...)
	w := &world{machines: map[string]*dealstate.Machine{}, byDeal: map[string][]dealstate.Event{}}
	for _, a := range agreements {
		w.machines[a.ID] = compiled(t, a)
	}
	for i := range deals {
		a := agreements[i%len(agreements)]
		deal := fmt.Sprintf("%s/%d", a.ID, i)
		log := dirtylog.Log(rng, a, deal, 6+rng.IntN(14), kinds)
		for n := range log {
			log[n].Role, log[n].Revision, log[n].Ref = dealstate.Instrument, 0, ""
			if i/len(agreements)%2 == 0 { // much at the same instants
				log[n].At = dirtylog.OnDay(2 * rng.IntN(5))
			}
			if rng.IntN(8) > 0 {
				log[n].Modality = dealstate.Asserted
			}
			if rng.IntN(8) > 0 {
				log[n].Recorded = log[n].At
			}
		}
		slices.SortFunc(log, dirtylog.FoldOrder)
		w.byDeal[deal], w.events = log, append(w.events, log...)
	}
	w.interleave(rng)
	return w
}

func compiled(t testing.TB, a dealstate.Agreement) *dealstate.Machine {
	t.Helper()
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	return m
}

func TestClocksThatGoRoundAndRoundComeToTheSame(t *testing.T) {
	t.Parallel()
	var agreements []dealstate.Agreement
	for _, a := range dirtylog.Agreements {
		if lazydfa.New(compiled(t, a), dealstate.Strict).Timed() {
			agreements = append(agreements, a)
		}
	}
	for seed := range uint64(4) {
		w := circles(t, agreements, seed, proof.Times(2500, 200))
		l, err := ReadEvents(context.Background(), eventSeq(w.events), ByDeal(w.agreements), Options{})
		require.NoError(t, err)
		for _, v := range []dealstate.View{{}, {AsOf: dirtylog.OnDay(12)}, {KnownBy: dirtylog.OnDay(8), AsOf: dirtylog.OnDay(30)}} {
			w.truth(t, v).requireEqual(t, l, v, 1)
			r, err := l.Replay(context.Background(), v, 1)
			require.NoError(t, err)
			slow := 0
			for _, s := range r.shards {
				slow += len(s.finals)
			}
			require.Less(t, slow, len(w.deals)/4)
		}
	}
}

// Delays of no time and floors long past make clocks due at once, and several at one
// instant.
func TestRandomClocksComeToTheSame(t *testing.T) {
	t.Parallel()
	for seed := range uint64(proof.Times(30, 4)) {
		rng := rand.New(rand.NewPCG(seed, 77))
		delay := func() *dealstate.Delay {
			return &dealstate.Delay{Days: rng.IntN(4), NotBefore: dirtylog.OnDay(2 * rng.IntN(5))}
		}
		var agreements []dealstate.Agreement
		for i := range 8 {
			a := dealstate.Agreement{ID: fmt.Sprint("a", i), Parties: dirtylog.BothSides, Commitments: dirtylog.Pledges("us", "china"),
				Deadline: dirtylog.OnDay(2 * rng.IntN(6)), Effect: delay(), Term: delay()}
			if i%2 == 0 {
				a.Lifecycle = &dirtylog.Rounds
			}
			agreements = append(agreements, a)
		}
		w := circles(t, agreements, seed, 300)
		l, err := ReadEvents(context.Background(), eventSeq(w.events), ByDeal(w.agreements), Options{})
		require.NoError(t, err)
		for _, v := range []dealstate.View{{}, {AsOf: dirtylog.OnDay(rng.IntN(30))}} {
			w.truth(t, v).requireEqual(t, l, v, 1)
		}
	}
}

// Parties give notice, revoke it and leave; terms are renewed unless one does; timers run and
// are stopped; disputes pile up: in the table as in the library. Most deals stay in it.
func TestRandomNoticesRenewalsAndTimersComeToTheSame(t *testing.T) {
	t.Parallel()
	known, deals, did := 0, 0, newTotals()
	for seed := range uint64(proof.Times(60, 6)) {
		rng := rand.New(rand.NewPCG(seed, 78))
		var agreements []dealstate.Agreement
		for i := range 8 {
			agreements = append(agreements, randomNotices(rng, fmt.Sprint("a", i)))
		}
		w := circles(t, agreements, seed, 320, dealstate.Approve, dealstate.Implement, dealstate.Implement, dealstate.Withdraw, dealstate.Breach, dealstate.Dispute,
			dealstate.Dispute, dealstate.Settle, dealstate.Terminate, dealstate.Reject, dealstate.Apply, dealstate.Sign)
		l, err := ReadEvents(context.Background(), eventSeq(w.events), ByDeal(w.agreements), Options{})
		require.NoError(t, err)
		for _, v := range []dealstate.View{{}, {AsOf: dirtylog.OnDay(rng.IntN(30))}, {KnownBy: dirtylog.OnDay(4 + rng.IntN(20)), AsOf: dirtylog.OnDay(40)}} {
			w.truth(t, v).requireEqual(t, l, v, 1)
		}
		r, err := l.Replay(context.Background(), dealstate.View{}, 1)
		require.NoError(t, err)
		for deal := range l.deals {
			if _, final := r.state(uint32(deal)); final == nil {
				known++
			}
		}
		deals += len(l.deals)
		did.Merge(r.Totals())
	}
	require.Greater(t, known, deals*3/4)
	for _, reason := range []dealstate.ReasonCode{dealstate.ReasonLeaves, dealstate.ReasonRevokes, dealstate.ReasonRenewed} {
		require.NotZero(t, did.Reasons[reason], reason)
	}
	for _, rule := range []string{"leave", "denounce", "contest", "contest_again", "calm", "snap", "tire", "forget", "wake"} {
		require.NotZero(t, did.Rules[rule], rule)
	}
}

// randomNotices is an agreement with clocks that parties and rules set, by chance.
func randomNotices(rng *rand.Rand, id string) dealstate.Agreement {
	delay := func() dealstate.Delay { return dealstate.Delay{Days: 1 + rng.IntN(4)} }
	perhaps := func() *dealstate.Delay {
		if d := delay(); rng.IntN(2) == 0 {
			return &d
		}
		return nil
	}
	a := dealstate.Agreement{ID: id, Parties: dirtylog.BothSides, Effect: perhaps(), Term: perhaps()}
	switch rng.IntN(4) {
	case 0:
		a.Approval = condition.Any(condition.Approved("us"), condition.Approved("china")) // so that the other one joins
	case 1, 2:
		a.Parties, a.Approval = dirtylog.FiveParties[:3], condition.Count(condition.AtLeast(2), "")
	}
	a.Commitments = dirtylog.Pledges(a.Parties[0].ID, a.Parties[1].ID)
	if a.Term != nil {
		a.Renew = perhaps()
	}
	switch rng.IntN(4) {
	case 0:
		a.Notice = &dealstate.NoticePeriod{On: dealstate.Day{Month: time.June, Day: 15 + rng.IntN(10)}, By: dealstate.Day{Month: time.June, Day: 14}}
	case 1, 2:
		a.Notice = &dealstate.NoticePeriod{Delay: delay()}
	}
	if rng.IntN(3) == 0 {
		a.Join = &dealstate.Join{Delay: delay()}
	}
	if rng.IntN(2) == 0 {
		a.Timers = []dealstate.OwnTimer{{ID: "one", After: delay()}, {ID: "two", After: delay()}}
		a.Lifecycle = &contested
	}
	return a
}

// contested adds timers to the standard lifecycle: one ends the deal, the other a dispute.
var contested = dealstate.Lifecycle{Extends: "standard", States: []dealstate.State{"contested"}, InForce: []dealstate.State{"contested"}, Rules: []dealstate.Rule{
	{ID: "contest", On: dealstate.Dispute, From: []dealstate.State{dealstate.StateImplemented}, To: "contested", Order: -1},
	{ID: "contest_again", On: dealstate.Breach, From: []dealstate.State{"contested"}, To: "contested", Order: -1},
	{ID: "calm", On: dealstate.Settle, From: []dealstate.State{"contested"}, To: dealstate.StateImplemented, Order: -1},
	{ID: "snap", On: dealstate.Timer("one"), From: []dealstate.State{"contested"}, To: dealstate.StateTerminated, When: condition.Not(condition.Performed("pledge-1"))},
	{ID: "tire", On: dealstate.Timer("two"), From: []dealstate.State{"contested"}, To: dealstate.StateSuspended, When: condition.Due("one")},
	{ID: "forget", On: dealstate.Timer("two"), From: []dealstate.State{"contested"}, To: dealstate.StateImplemented, Order: 1},
	{ID: "wake", On: dealstate.Timer("two"), From: []dealstate.State{dealstate.StateSuspended}, To: dealstate.StateImplemented},
}}

// A deal comes into force, leaves it and comes back at one instant: its term runs anew.
func TestATermRunsFromEachEntryIntoForce(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{ID: "a", Parties: dirtylog.BothSides, Commitments: dirtylog.Pledges("us", "china"), Lifecycle: &dirtylog.Rounds,
		Deadline: dirtylog.OnDay(7), Effect: &dealstate.Delay{NotBefore: dirtylog.OnDay(7)}, Term: &dealstate.Delay{NotBefore: dirtylog.OnDay(7)}}
	log := []dealstate.Event{
		{Kind: dealstate.Negotiate, At: dirtylog.OnDay(1)}, {Kind: dealstate.Suspend, At: dirtylog.OnDay(1)}, {Kind: dealstate.Resume, At: dirtylog.OnDay(2)},
		{Kind: dealstate.Amend, At: dirtylog.OnDay(3)}, {Kind: dealstate.Approve, Party: "us", At: dirtylog.OnDay(4)}, {Kind: dealstate.Approve, Party: "china", At: dirtylog.OnDay(4)},
		{Kind: dealstate.Note, At: dirtylog.OnDay(9)},
	}
	for i := range log {
		log[i].ID, log[i].Deal, log[i].Role = fmt.Sprint(i), a.ID, dealstate.Instrument
	}
	w := &world{machines: map[string]*dealstate.Machine{a.ID: compiled(t, a)}, deals: []string{a.ID}, events: log, byDeal: map[string][]dealstate.Event{a.ID: log}}
	l, err := ReadEvents(context.Background(), eventSeq(log), ByDeal(w.agreements), Options{})
	require.NoError(t, err)
	w.truth(t, dealstate.View{}).requireEqual(t, l, dealstate.View{}, 1)
}

// A clock may be a party's, a commitment's or the agreement's own.
func TestATransitionSaysWhoseClockItWas(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{ID: "a", Parties: dirtylog.BothSides, Notice: &dealstate.NoticePeriod{Delay: dealstate.Delay{Days: 2}},
		Commitments: []dealstate.Commitment{{ID: "pledge", Party: "us", Deadline: dirtylog.OnDay(5)}}, Timers: []dealstate.OwnTimer{{ID: "grace", After: dealstate.Delay{Days: 3}}},
		Lifecycle: &dealstate.Lifecycle{Extends: "standard", States: []dealstate.State{"late"}, InForce: []dealstate.State{"late"}, Rules: []dealstate.Rule{
			{ID: "be_late", On: dealstate.Overdue, From: []dealstate.State{dealstate.StateImplemented}, To: "late", Order: -1},
			{ID: "forgive", On: dealstate.Timer("grace"), From: []dealstate.State{"late"}, To: dealstate.StateImplemented}}}}
	log := []dealstate.Event{
		{Kind: dealstate.Approve, Party: "us", At: dirtylog.OnDay(1)}, {Kind: dealstate.Approve, Party: "china", At: dirtylog.OnDay(1)}, {Kind: dealstate.Implement, At: dirtylog.OnDay(2)},
		{Kind: dealstate.Withdraw, Party: "china", At: dirtylog.OnDay(10)}, {Kind: dealstate.Note, At: dirtylog.OnDay(20)},
	}
	for i := range log {
		log[i].ID, log[i].Deal, log[i].Role = fmt.Sprint(i), a.ID, dealstate.Instrument
	}
	l, err := ReadEvents(context.Background(), eventSeq(log), Template(compiled(t, a)), Options{})
	require.NoError(t, err)
	var clocks []Transition
	for tr, err := range l.Transitions(context.Background(), dealstate.View{}, 1) {
		require.NoError(t, err)
		if tr.Clock != 0 {
			clocks = append(clocks, tr)
		}
	}
	require.Equal(t, []Transition{
		{Deal: "a", Clock: dealstate.Overdue, Commitment: "pledge", At: dirtylog.OnDay(5), Rule: "be_late", From: "implemented", To: "late"},
		{Deal: "a", Clock: dealstate.Timed, Timer: "grace", At: dirtylog.OnDay(8), Rule: "forgive", From: "late", To: "implemented"},
		{Deal: "a", Clock: dealstate.Notice, Party: "china", At: dirtylog.OnDay(12), Rule: "denounce", From: "implemented", To: "terminated"},
	}, clocks)
}

// Two clocks pass while neither runs. When the deal moves on, the one that was due first
// fires.
func TestOfTwoClocksLongDueTheFirstFires(t *testing.T) {
	t.Parallel()
	var a dealstate.Agreement
	for _, a = range dirtylog.Agreements {
		if a.ID == "rounds" {
			break
		}
	}
	w := &world{machines: map[string]*dealstate.Machine{a.ID: compiled(t, a)}, deals: []string{"rounds/1", "rounds/2"}, byDeal: map[string][]dealstate.Event{}}
	for n, deal := range w.deals {
		approved := dirtylog.OnDay(2 + 4*n) // in effect two days later; the deadline is day 7
		events := []dealstate.Event{
			{Kind: dealstate.Negotiate, At: dirtylog.OnDay(1)}, {Kind: dealstate.Suspend, At: dirtylog.OnDay(1)},
			{Kind: dealstate.Perform, Party: "us", Commitment: "pledge-1", At: dirtylog.OnDay(1).Add(time.Hour)},
			{Kind: dealstate.Approve, Party: "us", At: approved}, {Kind: dealstate.Approve, Party: "china", At: approved}, {Kind: dealstate.Resume, At: dirtylog.OnDay(12)},
		}
		for i := range events {
			events[i].ID, events[i].Deal, events[i].Role = fmt.Sprint(i), deal, dealstate.Instrument
		}
		w.byDeal[deal], w.events = events, append(w.events, events...)
	}
	l, err := ReadEvents(context.Background(), eventSeq(w.events), ByDeal(w.agreements), Options{})
	require.NoError(t, err)
	want := w.truth(t, dealstate.View{})
	require.Subset(t, want.totals.Rules, map[string]int64{"enter": 1, "lapse": 2})
	want.requireEqual(t, l, dealstate.View{}, 1)
}

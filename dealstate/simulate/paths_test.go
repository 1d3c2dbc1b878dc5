package simulate_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

var threeParties = []dealstate.Party{{ID: "chile"}, {ID: "fiji"}, {ID: "kenya"}}

func explore(t testing.TB, s simulate.Start, o simulate.Search) *simulate.Exploration {
	t.Helper()
	x, err := simulate.Paths(context.Background(), s, o)
	require.NoError(t, err)
	return x
}

func pledge(party string) []dealstate.Commitment {
	return []dealstate.Commitment{{ID: "pledge-1", Party: party}}
}

// everyClock is an agreement in which deadline, effect and term all run.
func everyClock(parties []dealstate.Party) dealstate.Agreement {
	return dealstate.Agreement{ID: "x", Parties: parties, Commitments: pledge(parties[0].ID), Deadline: onDay(10),
		Effect: &dealstate.Delay{Days: 3}, Term: &dealstate.Delay{Days: 15}}
}

// jointly leaves out extensions by one party: three of them on two clocks
// combine into more situations than a test should visit.
func jointly(a dealstate.Agreement) []simulate.Input {
	inputs := simulate.Alphabet(a)
	for _, p := range a.Parties {
		inputs = simulate.Without(inputs, dealstate.Extend, p.ID)
	}
	return inputs
}

func TestNoSituationIsImplementedWithoutTheApprovals(t *testing.T) {
	t.Parallel()
	twoOfThree := everyClock(threeParties)
	twoOfThree.Approval = condition.Count(condition.AtLeast(2), "")
	for _, c := range []struct {
		name     string
		deal     dealstate.Agreement
		alphabet []simulate.Input
		// Situations. There are more than when a rejection was the end: from there on all that
		// the parties do is kept, a withdrawal before any approval is told from a rejection,
		// and so are the sides that suspend a deal of two, and when a late party is bound.
		least int
	}{
		{"two parties", dealstate.Agreement{Parties: bothSides, Commitments: pledge("us")}, nil, 160},
		{"two parties, in effect at once", dealstate.Agreement{Parties: bothSides, Effect: &dealstate.Delay{}}, nil, 80},
		{"two parties, every clock", everyClock(bothSides), nil, 10_000},
		{"three parties", dealstate.Agreement{Parties: threeParties, Commitments: pledge("chile")}, nil, 650},
		{"three parties, every clock", everyClock(threeParties), jointly(everyClock(threeParties)), 5_000},
		{"two of three, every clock", twoOfThree, jointly(twoOfThree), 19_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := explore(t, beginning(t, c.deal), simulate.Search{Alphabet: c.alphabet})
			t.Logf("%d situations × %d inputs, the last one new after %d; implemented in %d ways; states %v", x.Situations, len(x.Inputs), x.Depth, x.Implemented, x.States())
			require.Nil(t, x.Counterexample)
			require.True(t, x.Complete)
			require.Positive(t, x.Implemented)
			require.GreaterOrEqual(t, x.Situations, c.least)
			for _, end := range x.DeadEnds() { // an expired deal that a side has left is over
				require.Equal(t, dealstate.StateExpired, end.Steps[len(end.Steps)-1].State, end)
			}
		})
	}
}

// everyKey is an agreement in which all clocks run, but for those of conditions.
func everyKey(parties []dealstate.Party) dealstate.Agreement {
	a := everyClock(parties)
	a.Notice, a.Renew = &dealstate.NoticePeriod{Delay: dealstate.Delay{Days: 20}}, &dealstate.Delay{Days: 20}
	a.Join = &dealstate.Join{Delay: dealstate.Delay{Days: 4}}
	return a
}

// The same with notices, renewals, joining parties, provisional application, signatures,
// breaches, timers and instants that conditions name.
func TestNoSituationIsImplementedWithoutTheApprovalsWhateverTheKeys(t *testing.T) {
	t.Parallel()
	var all, brief []dealstate.Kind
	for _, k := range dealstate.Kinds() {
		if !k.OfLog() {
			all = append(all, k)
		}
		switch k {
		case dealstate.Approve, dealstate.Reject, dealstate.Withdraw, dealstate.Amend, dealstate.Apply, dealstate.Implement, dealstate.Terminate:
			brief = append(brief, k)
		}
	}
	untilClocksDo := slices.DeleteFunc(slices.Clone(all), func(k dealstate.Kind) bool {
		return k == dealstate.Extend || k == dealstate.Dispute || k == dealstate.Settle
	})
	most := condition.Count(condition.AtLeast(2), "")
	two, three, twoOfThree, window := everyKey(bothSides), everyKey(threeParties), everyKey(threeParties), everyKey(threeParties)
	two.Commitments = []dealstate.Commitment{{ID: "pledge-1", Party: "us", Within: &dealstate.Delay{Days: 5}}}
	twoOfThree.Approval = most
	window.Approval = condition.All(most, condition.Reached(onDay(2)), condition.Not(condition.Reached(onDay(7))))
	snapback := dealstate.Agreement{Parties: bothSides, Commitments: pledge("us"), Timers: []dealstate.OwnTimer{{ID: "snapback", After: dealstate.Delay{Days: 30}}},
		Lifecycle: &dealstate.Lifecycle{Extends: "standard", States: []dealstate.State{"contested"}, InForce: []dealstate.State{"contested"}, Rules: []dealstate.Rule{
			{ID: "contest", On: dealstate.Breach, From: []dealstate.State{dealstate.StateImplemented}, To: "contested", Order: -1},
			{ID: "calm", On: dealstate.Perform, From: []dealstate.State{"contested"}, To: dealstate.StateImplemented, Order: -1},
			{ID: "snap", On: dealstate.Timer("snapback"), From: []dealstate.State{"contested"}, To: dealstate.StateTerminated}}}}
	for _, c := range []struct {
		name  string
		deal  dealstate.Agreement
		kinds []dealstate.Kind
		least int // situations; who withdraws ends its own provisional application too, so no party does both
	}{
		{"two parties, every kind", dealstate.Agreement{Parties: bothSides, Commitments: pledge("us")}, all, 2_900},
		{"two parties, every key", two, untilClocksDo, 7_000},
		{"three parties, every key", three, brief, 1_700},
		{"two of three, every key", twoOfThree, brief, 3_000},
		{"two of three, within a window", window, brief, 7_000},
		{"a signature and an approval", dealstate.Agreement{Parties: threeParties, Approval: condition.All(condition.Signed("chile"), condition.Approved("fiji"))}, nil, 5_000},
		{"a timer", snapback, nil, 250},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := explore(t, beginning(t, c.deal), simulate.Search{Kinds: c.kinds})
			t.Logf("%d situations × %d inputs, the last one new after %d; implemented in %d ways; states %v", x.Situations, len(x.Inputs), x.Depth, x.Implemented, x.States())
			require.Nil(t, x.Counterexample)
			require.True(t, x.Complete)
			require.Positive(t, x.Implemented)
			require.GreaterOrEqual(t, x.Situations, c.least)
		})
	}
}

// However long a term runs on, nothing new comes of it, be it counted in days or in months.
func TestARenewalLeadsBackToItsOwnSituation(t *testing.T) {
	t.Parallel()
	for _, renew := range []dealstate.Delay{{Days: 15}, {Months: 1}, {Months: 12}} {
		a := everyClock(bothSides)
		a.Renew = &renew
		x := explore(t, beginning(t, a), simulate.Search{Kinds: []dealstate.Kind{dealstate.Approve}})
		require.True(t, x.Complete)
		// None, one or both have approved; each of the three until the deadline and after, and
		// both in force besides: until the first end of the term, and for each length of a month
		// or year that it is renewed by, if that is another.
		lengths := map[dealstate.Delay]int{{Days: 15}: 0, {Months: 1}: 4, {Months: 12}: 2}[renew]
		require.LessOrEqual(t, x.Situations, 9+lengths, "%+v", renew)
		require.NotContains(t, x.States(), dealstate.StateExpired)
	}
}

// withRule changes one rule of the two-party lifecycle.
func withRule(id string, change func(*dealstate.Rule)) dealstate.Agreement {
	a := everyClock(bothSides)
	l := dealstate.TwoParty(bothSides[0], bothSides[1])
	i := slices.IndexFunc(l.Rules, func(r dealstate.Rule) bool { return r.ID == id })
	change(&l.Rules[i])
	a.Lifecycle = &l
	return a
}

func TestAMissingGuardGivesACounterexampleOfFourLines(t *testing.T) {
	t.Parallel()
	a := withRule("implement", func(r *dealstate.Rule) { r.When = condition.Condition{} })
	x := explore(t, beginning(t, a), simulate.Search{})
	require.NotNil(t, x.Counterexample)
	require.False(t, x.Complete)
	text := x.Counterexample.Scenario().String()
	require.Equal(t, "scenario never implemented without the approvals\ndeal x\n2025-06-10 implement\n  refused\n", text)
	require.LessOrEqual(t, strings.Count(text, "\n"), 4)
	broken, standard := replay(t, text, a), replay(t, text, everyClock(bothSides))
	require.Len(t, broken.Failures, 1)
	require.Equal(t, "applied", broken.Failures[0].Got.String())
	require.Equal(t, 4, broken.Failures[0].Line)
	require.True(t, standard.OK())
	require.Contains(t, x.Counterexample.Problem, "0 of 2 parties")
	// Nothing is kept of what the standard rules refuse.
	require.Equal(t, dealstate.StateImplemented, broken.Deal.Latest().State)
	for _, e := range x.Counterexample.Path.Events() {
		require.Error(t, compile(t, everyClock(bothSides)).NewDeal(dealstate.Strict).Apply(e))
	}
}

// replay reads a printed scenario back, and runs it.
func replay(t testing.TB, text string, a dealstate.Agreement) scenario.Result {
	t.Helper()
	file, err := scenario.Parse("printed", strings.NewReader(text))
	require.NoError(t, err, text)
	require.Len(t, file.Scenarios, 1)
	require.Equal(t, text, file.String(), "what is printed is canonical")
	report, err := scenario.Run(file.Scenarios[0], a)
	require.NoError(t, err, text)
	return report
}

// Where it is not an implement that breaks the law, there may be no act to be
// refused.
func TestEveryKindOfCounterexampleFailsWhenRun(t *testing.T) {
	t.Parallel()
	for on, want := range map[dealstate.Trigger]string{
		dealstate.Implement: "2025-06-10 implement\n  refused\n",
		dealstate.Reject:    "2025-06-10 reject us by Trump\n  state open\n",
		dealstate.Deadline:  "2025-06-20 time passes\n  state open\n",
	} {
		a := dealstate.Agreement{ID: "x", Parties: bothSides, Deadline: onDay(10), Lifecycle: &dealstate.Lifecycle{
			Initial: "open", States: []dealstate.State{"open", "implemented"}, Final: []dealstate.State{"implemented"},
			Rules: []dealstate.Rule{{ID: "careless", On: on, From: []dealstate.State{"open"}, To: "implemented"}}}}
		x := explore(t, beginning(t, a), simulate.Search{})
		require.NotNil(t, x.Counterexample, on)
		text := x.Counterexample.Scenario().String()
		require.Equal(t, "scenario never implemented without the approvals\ndeal x\n"+want, text)
		report := replay(t, text, a)
		require.Len(t, report.Failures, 1)
		require.Equal(t, dealstate.StateImplemented, report.Deal.At(dealstate.View{AsOf: onDay(10)}).State)
	}
}

func TestAnAmendmentThatKeepsTheStateIsFoundOut(t *testing.T) {
	t.Parallel()
	a := withRule("amend", func(r *dealstate.Rule) { r.To = "" })
	i := slices.IndexFunc(a.Lifecycle.Rules, func(r dealstate.Rule) bool { return r.ID == "implement" })
	a.Lifecycle.Rules[i].From, a.Lifecycle.Rules[i].When = []dealstate.State{dealstate.StateApproved}, condition.Condition{}
	x := explore(t, beginning(t, a), simulate.Search{})
	require.NotNil(t, x.Counterexample)
	require.Equal(t, "approve us → approve china → amend → implement", x.Counterexample.Path.String())
}

func TestTheCallersLawIsHeldToEverySituation(t *testing.T) {
	t.Parallel()
	never := func(s dealstate.Snapshot) error {
		if s.State == dealstate.StateSuspended {
			return errors.New("it was suspended")
		}
		return nil
	}
	x := explore(t, beginning(t, dealstate.Agreement{}), simulate.Search{Invariant: never})
	require.Equal(t, "it was suspended", x.Counterexample.Problem)
	require.Equal(t, "approve us → approve china → implement → suspend", x.Counterexample.Path.String())
	require.Equal(t, `scenario it was suspended
deal x
2025-06-10 approve us by Trump
2025-06-10 approve china by Xi
2025-06-10 implement
2025-06-10 suspend
  state suspended
`, x.Counterexample.Scenario().String())
}

func TestItCannotBeImplementedWithoutXi(t *testing.T) {
	t.Parallel()
	a := uschina.London()
	s := simulate.Beginning(compile(t, a), dealstate.Strict, june)
	withoutXi := simulate.Without(simulate.Alphabet(a), dealstate.Approve, "china")
	x := explore(t, s, simulate.Search{Alphabet: withoutXi})
	require.True(t, x.Complete)
	_, ok := x.Shortest(dealstate.StateImplemented)
	require.False(t, ok)
	_, ok = x.Shortest(dealstate.StateApproved)
	require.False(t, ok)
	require.Zero(t, x.Implemented)
	require.Empty(t, x.Leading(dealstate.StateImplemented))
}

func TestWhatMustHappenNextIsAskedOfARealDeal(t *testing.T) {
	t.Parallel()
	deal, err := uschina.Open(uschina.London(), dealstate.Strict)
	require.NoError(t, err)
	end := time.Date(2025, 6, 28, 23, 59, 59, 0, time.UTC)
	for policy, want := range map[string]string{"strict": "approve china → implement", "official": "implement"} {
		p, err := dealstate.ParsePolicy(policy)
		require.NoError(t, err)
		s := simulate.Present(deal, dealstate.View{AsOf: end, KnownBy: end, Policy: p})
		x := explore(t, s, simulate.Search{})
		path, ok := x.Shortest(dealstate.StateImplemented)
		require.True(t, ok)
		require.Equal(t, want, path.String(), policy)
		// What the path promises, the library does, on top of what was known.
		events := path.Events()
		for e := range deal.Events() {
			if !e.Recorded.After(end) {
				events = append(events, e)
			}
		}
		snap, _, err := deal.Machine().Fold(events, dealstate.View{Policy: p})
		require.NoError(t, err)
		require.Equal(t, dealstate.StateImplemented, snap.State)
	}
}

func TestEveryShortestPathHoldsWhenRecorded(t *testing.T) {
	t.Parallel()
	s := beginning(t, everyClock(bothSides))
	x := explore(t, s, simulate.Search{})
	require.Len(t, x.States(), 11)
	for _, state := range x.States() {
		path, ok := x.Shortest(state)
		require.True(t, ok)
		deal := compile(t, everyClock(bothSides)).NewDeal(dealstate.Strict)
		for _, e := range path.Events() {
			_, err := deal.Record(e)
			require.NoError(t, err)
		}
		require.Equal(t, state, deal.Latest().State, path)
		report := replay(t, path.Scenario("the way to "+string(state)).String(), everyClock(bothSides))
		require.Empty(t, report.Failures, path)
	}
}

// A scenario that sets out from a real deal tells how it came there.
func TestAPathFromARealDealIsToldWhole(t *testing.T) {
	t.Parallel()
	for _, a := range uschina.Agreements() {
		for _, policy := range dealstate.Policies() {
			deal, err := uschina.Open(a, policy)
			require.NoError(t, err)
			for n, view := range everyView(deal) {
				if !proof.Whole() && n%5 != 0 {
					continue
				}
				s := simulate.Present(deal, view)
				x := explore(t, s, simulate.Search{Depth: 2})
				for _, state := range x.States() {
					path, ok := x.Shortest(state)
					require.True(t, ok)
					text := path.Scenario("the way to " + string(state)).String()
					report := replay(t, text, a)
					require.Empty(t, report.Failures, text)
					var known []dealstate.Event // as it is on record
					for e := range deal.Events() {
						if !e.At.After(s.Now()) && (view.KnownBy.IsZero() || !e.Recorded.After(view.KnownBy)) {
							known = append(known, e)
						}
					}
					told := slices.Collect(report.Deal.Events())
					require.GreaterOrEqual(t, len(told), len(known))
					require.Equal(t, known, told[:len(known):len(known)])
				}
			}
		}
	}
}

// everyView looks at the deal from every instant of its log: at what happened
// by then, and at what was known by then.
func everyView(d *dealstate.Deal) []dealstate.View {
	views := []dealstate.View{{}}
	for e := range d.Events() {
		for _, v := range []dealstate.View{{AsOf: e.At}, {AsOf: e.Recorded, KnownBy: e.Recorded}} {
			if !slices.Contains(views, v) {
				views = append(views, v)
			}
		}
	}
	return views
}

func TestAPathIsTitledWithWhateverTextItIsGiven(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{ID: "x", Parties: bothSides}
	x := explore(t, beginning(t, a), simulate.Search{})
	for given, want := range map[string]string{
		"it was\nsuspended\x1b[2J\xff": "it was suspended [2J\ufffd",
		"\t":                           "approve us → approve china",
		"":                             "approve us → approve china",
	} {
		path, _ := x.Shortest(dealstate.StateApproved)
		text := path.Scenario(given).String()
		require.True(t, strings.HasPrefix(text, "scenario "+want+"\n"), text)
		require.True(t, replay(t, text, a).OK())
	}
	nowhere, _ := x.Shortest(dealstate.StateNegotiated)
	text := nowhere.Scenario("").String()
	require.Equal(t, "scenario as it stands\ndeal x\n2025-06-10 time passes\n  state negotiated\n", text)
	require.True(t, replay(t, text, a).OK())
}

// A path that was recorded is on record like any other: what is tried after it
// has ids of its own.
func TestAPathCanBeRecordedAndGoneOnFrom(t *testing.T) {
	t.Parallel()
	m := compile(t, dealstate.Agreement{Commitments: pledge("us")})
	deal := m.NewDeal(dealstate.Strict)
	start := simulate.Beginning(m, dealstate.Strict, june)
	for _, state := range []dealstate.State{dealstate.StateApproved, dealstate.StateSuspended} {
		path, ok := explore(t, start, simulate.Search{}).Shortest(state)
		require.True(t, ok)
		for _, e := range path.Events() {
			_, err := deal.Record(e)
			require.NoError(t, err)
		}
		require.Equal(t, state, deal.Latest().State)
		start = simulate.Present(deal, dealstate.View{})
	}
	require.NotContains(t, explore(t, start, simulate.Search{}).DeadRules(), "resume")
}

func TestDeadRulesAndDeadEndsAreReported(t *testing.T) {
	t.Parallel()
	within := simulate.Search{Depth: 5}
	if proof.Whole() {
		within.Depth = 0
	}
	x := explore(t, beginning(t, everyClock(bothSides)), within)
	require.NotContains(t, x.DeadRules(), "take_effect")
	x = explore(t, beginning(t, dealstate.Agreement{}), simulate.Search{})
	require.Subset(t, x.DeadRules(), []string{"lapse", "take_effect", "expire"})
	require.NotContains(t, x.DeadRules(), "implement")
	// A lifecycle from which a rejected deal never gets away.
	l := dealstate.Lifecycle{Initial: "open", States: []dealstate.State{"open", "done", "stuck"}, Final: []dealstate.State{"done"},
		Rules: []dealstate.Rule{{ID: "close", On: dealstate.Approve, From: []dealstate.State{"open"}, To: "done", When: condition.ApprovalMet()},
			{ID: "say", On: dealstate.Approve, From: []dealstate.State{"open"}, Order: 1},
			{ID: "stick", On: dealstate.Reject, From: []dealstate.State{"open"}, To: "stuck"},
			{ID: "talk", On: dealstate.Dispute, From: []dealstate.State{"stuck"}}}}
	x = explore(t, beginning(t, dealstate.Agreement{Lifecycle: &l}), simulate.Search{})
	require.True(t, x.Complete)
	require.Empty(t, x.DeadRules())
	require.Len(t, x.DeadEnds(), 1)
	require.Equal(t, "reject us", x.DeadEnds()[0].String())
	var can []string
	for _, l := range x.Leading("done") {
		can = append(can, l.String())
	}
	require.Equal(t, []string{"approve us", "approve china"}, can)
}

func TestDepthAndLimitBoundTheSearchAndSaySo(t *testing.T) {
	t.Parallel()
	s := beginning(t, everyClock(bothSides))
	x := explore(t, s, simulate.Search{Depth: 2})
	require.False(t, x.Complete)
	require.Equal(t, 2, x.Depth)
	_, ok := x.Shortest(dealstate.StateSuspended)
	require.False(t, ok)
	x = explore(t, s, simulate.Search{Limit: 10})
	require.False(t, x.Complete)
	require.Equal(t, 10, x.Situations)
	full := explore(t, s, simulate.Search{Depth: 1_000})
	require.True(t, full.Complete)
}

// No random walk may lead to a state or verdict that the exploration did not
// foresee.
func TestRandomWalksStayWithinWhatWasExplored(t *testing.T) {
	t.Parallel()
	a := everyClock(bothSides)
	x := explore(t, beginning(t, a), simulate.Search{})
	type sight struct {
		state    dealstate.State
		approved string
		next     dealstate.Clock
	}
	see := func(s dealstate.Snapshot) sight {
		to := sight{state: s.State, approved: strings.Join(s.Approved, "+")}
		if s.Next != nil {
			to.next = s.Next.Clock
		}
		return to
	}
	foreseen := map[sight]bool{}
	_ = explore(t, beginning(t, a), simulate.Search{Invariant: func(s dealstate.Snapshot) error { foreseen[see(s)] = true; return nil }})
	m := compile(t, a)
	for seed := range proof.Times(300, 60) {
		rng := rand.New(rand.NewPCG(uint64(seed), 0))
		c := m.Cursor(dealstate.Strict)
		c.Advance(june)
		for range 60 {
			l := x.Inputs[rng.IntN(len(x.Inputs))]
			e := l.Event
			e.ID, e.Deal, e.Role, e.At = "e", a.ID, dealstate.Instrument, c.Now()
			switch {
			case e.Kind == 0:
				if clock, ok := c.Next(); ok {
					c.Advance(clock.Due)
				}
			default:
				if l.Extend > 0 {
					e.Until = c.Now().Add(l.Extend)
				}
				act, err := m.Act(e)
				require.NoError(t, err)
				c.Take(act, c.Now())
			}
			require.True(t, foreseen[see(c.Snapshot())], "seed %d: %+v", seed, see(c.Snapshot()))
		}
	}
}

func TestABadSearchIsRefusedByField(t *testing.T) {
	t.Parallel()
	s := beginning(t, dealstate.Agreement{})
	for field, o := range map[string]simulate.Search{
		"depth":              {Depth: -1},
		"limit":              {Limit: -1},
		"alphabet":           {Alphabet: []simulate.Input{}},
		"party":              {Alphabet: []simulate.Input{{Event: dealstate.Event{Kind: dealstate.Approve, Party: "france"}}}},
		"alphabet[0].wait":   {Alphabet: []simulate.Input{{Wait: -1}}},
		"alphabet[0].extend": {Alphabet: []simulate.Input{{Event: dealstate.Event{Kind: dealstate.Extend}}}},
		"alphabet[1].extend": {Alphabet: []simulate.Input{{}, {Event: dealstate.Event{Kind: dealstate.Implement}, Extend: time.Hour}}},
		"kinds":              {Alphabet: []simulate.Input{{}}, Kinds: []dealstate.Kind{dealstate.Sign}},
		"kinds[1]":           {Kinds: []dealstate.Kind{dealstate.Sign, dealstate.Note}},
	} {
		_, err := simulate.Paths(context.Background(), s, o)
		var wrong *dealstate.FieldError
		require.ErrorAs(t, err, &wrong, field)
		require.Equal(t, field, wrong.Field)
	}
	_, err := simulate.Paths(context.Background(), simulate.Start{}, simulate.Search{})
	require.ErrorContains(t, err, "start:")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = simulate.Paths(ctx, s, simulate.Search{})
	require.ErrorIs(t, err, context.Canceled)
}

// Ten thousand parties make tens of thousands of inputs: they are not all admitted first.
func TestACancelledExplorationAdmitsNoInputs(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	start := beginning(t, dealstate.Agreement{})
	bad := simulate.Search{Alphabet: []simulate.Input{{Event: dealstate.Event{Kind: dealstate.Approve, Party: "nobody"}}}}
	_, err := simulate.Paths(ctx, start, bad)
	require.ErrorIs(t, err, context.Canceled)
	_, err = simulate.Paths(t.Context(), start, bad)
	require.ErrorContains(t, err, "party: ")
}

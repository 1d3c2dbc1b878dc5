package bulk

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// Dirty logs of many deals: late, doubled, contradictory, hedged, retracted.

var dayOne = time.Date(2025, 6, 10, 0, 0, 0, 0, time.UTC)

func onDay(n int) time.Time { return dayOne.AddDate(0, 0, n) }

var bothSides = []dealstate.Party{
	{ID: "us", Name: "United States", Approver: "Trump"},
	{ID: "china", Name: "China", Approver: "Xi"},
}

var fiveParties = []dealstate.Party{
	{ID: "chile", Weight: 10, Groups: []string{"south"}}, {ID: "fiji", Weight: 20, Groups: []string{"south"}},
	{ID: "kenya", Weight: 30}, {ID: "japan", Weight: 25}, {ID: "eu", Weight: 15},
}

func pledges(of ...string) []dealstate.Commitment {
	var list []dealstate.Commitment
	for i, party := range of {
		list = append(list, dealstate.Commitment{ID: fmt.Sprintf("pledge-%d", i+1), Party: party})
	}
	return list
}

// dirtyAgreements cover both standard lifecycles, with clocks and without, and
// parties that nobody asks.
var dirtyAgreements = []dealstate.Agreement{
	{ID: "plain", Parties: bothSides, Commitments: pledges("us", "china")},
	{ID: "clocks", Parties: bothSides, Commitments: pledges("us", "china"), Deadline: onDay(9),
		Effect: &dealstate.Delay{Days: 3}, Term: &dealstate.Delay{Days: 8}},
	{ID: "at-once", Parties: bothSides, Commitments: pledges("us", "china"), Deadline: onDay(12),
		Effect: &dealstate.Delay{}, Term: &dealstate.Delay{Days: 5, NotBefore: onDay(14)}},
	{ID: "count", Parties: fiveParties, Commitments: pledges("fiji", "kenya"), Approval: condition.Count(condition.AtLeast(3), "")},
	{ID: "group", Parties: fiveParties, Commitments: pledges("fiji", "kenya"), Approval: condition.Count(condition.AtLeast(2), "south")},
	{ID: "share", Parties: fiveParties, Commitments: pledges("fiji", "kenya"),
		Approval: condition.All(condition.Share(condition.Percent(55), "", 0), condition.Any(condition.Approved("eu"), condition.Performed("pledge-1")))},
	{ID: "later", Parties: fiveParties[:3], Commitments: pledges("fiji", "kenya"), Effect: &dealstate.Delay{NotBefore: onDay(11)}},
	{ID: "everyone", Parties: fiveParties[:3], Commitments: pledges("fiji", "kenya")},
	{ID: "rounds", Parties: bothSides, Commitments: pledges("us", "china"), Deadline: onDay(7), Effect: &dealstate.Delay{Days: 2}, Term: &dealstate.Delay{Days: 3}, Lifecycle: &rounds},
	{ID: "rounds-at-once", Parties: bothSides, Commitments: pledges("us", "china"), Deadline: onDay(7), Effect: &dealstate.Delay{}, Term: &dealstate.Delay{Days: 2}, Lifecycle: &rounds},
}

// rounds goes in circles: a clock may be set again and again, come due in a state in
// which it does not run, or together with another, and fire when the deal moves on.
var rounds = dealstate.Lifecycle{
	Initial: "draft",
	States:  []dealstate.State{"draft", "talks", "live", "paused", "over", "spent"},
	Rules: []dealstate.Rule{
		{ID: "open", On: dealstate.Negotiate, From: []dealstate.State{"draft"}, To: "talks"},
		{ID: "reopen", On: dealstate.Negotiate, From: []dealstate.State{"over", "spent"}, To: "draft"},
		{ID: "approve", On: dealstate.Approve, From: []dealstate.State{"draft", "talks", "live", "paused"}},
		{ID: "withdraw", On: dealstate.Withdraw, From: []dealstate.State{"live"}, To: "talks", Order: 1},
		{ID: "take_back", On: dealstate.Withdraw, From: []dealstate.State{"talks", "paused"}},
		{ID: "enter", On: dealstate.Effect, From: []dealstate.State{"talks"}, To: "live", When: condition.ApprovalMet()},
		{ID: "suspend", On: dealstate.Suspend, From: []dealstate.State{"talks", "live"}, To: "paused"},
		{ID: "resume_talks", On: dealstate.Resume, From: []dealstate.State{"paused"}, To: "talks", When: condition.Performed("pledge-1"), Order: 1},
		{ID: "resume", On: dealstate.Resume, From: []dealstate.State{"paused"}, To: "live", Order: 2},
		{ID: "lapse", On: dealstate.Deadline, From: []dealstate.State{"talks", "live"}, To: "over"},
		{ID: "expire_late", On: dealstate.Term, From: []dealstate.State{"live"}, To: "over", When: condition.Due("deadline"), Order: 1},
		{ID: "expire", On: dealstate.Term, From: []dealstate.State{"live"}, To: "spent", Order: 2},
		{ID: "perform", On: dealstate.Perform, From: []dealstate.State{"live", "paused"}},
		{ID: "amend", On: dealstate.Amend, From: []dealstate.State{"talks", "live"}, To: "talks"},
		{ID: "extend", On: dealstate.Extend, From: []dealstate.State{"talks", "live"}},
	},
}

// Likelier kinds and roles are listed more often. The tame ones leave out what
// sends a deal the slow way.
var (
	tameKinds = []dealstate.Kind{
		dealstate.Negotiate, dealstate.Negotiate, dealstate.Submit, dealstate.Approve, dealstate.Approve, dealstate.Approve, dealstate.Approve,
		dealstate.Approve, dealstate.Approve, dealstate.Reject, dealstate.Withdraw, dealstate.Withdraw, dealstate.Amend, dealstate.Implement, dealstate.Implement,
		dealstate.Perform, dealstate.Dispute, dealstate.Suspend, dealstate.Resume, dealstate.Terminate, dealstate.Note,
	}
	dirtyKinds = append([]dealstate.Kind{dealstate.Settle, dealstate.Settle, dealstate.Extend, dealstate.Extend, dealstate.Retract, dealstate.Retract}, tameKinds...)
	dirtyRoles = []dealstate.Role{
		dealstate.Instrument, dealstate.Instrument, dealstate.Instrument, dealstate.Instrument, dealstate.Approver, dealstate.Government,
		dealstate.Government, dealstate.Negotiator, dealstate.Counterparty, dealstate.Press,
	}
	dirtyModalities = []dealstate.Modality{0, 0, 0, 0, 0, 0, 0, 0, dealstate.Asserted, dealstate.Conditional, dealstate.Denied, dealstate.Planned}
)

func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }

func dirtyLog(rng *rand.Rand, a dealstate.Agreement, deal string, n int, kinds []dealstate.Kind) []dealstate.Event {
	ids := rng.Perm(n)
	var events []dealstate.Event
	for i := range n {
		e := dealstate.Event{ID: fmt.Sprintf("e%02d", ids[i]), Deal: deal, Kind: pick(rng, kinds), Role: pick(rng, dirtyRoles),
			Modality: pick(rng, dirtyModalities), At: onDay(rng.IntN(22)), Source: dealstate.Source{Publisher: "a wire"}, Note: pick(rng, []string{"", "seen"})}
		if rng.IntN(3) > 0 { // learned late, or announced ahead
			e.Recorded = e.At.Add(time.Duration(rng.IntN(300)-60) * time.Hour)
		}
		if rng.IntN(8) == 0 {
			e.Revision = 1 + rng.IntN(3)
		}
		events = append(events, completed(rng, a, e, n))
	}
	return events
}

func completed(rng *rand.Rand, a dealstate.Agreement, e dealstate.Event, n int) dealstate.Event {
	if rng.IntN(3) > 0 {
		e.Party = pick(rng, a.Parties).ID
	}
	switch e.Kind {
	case dealstate.Approve, dealstate.Reject, dealstate.Withdraw:
		e.Party = pick(rng, a.Parties).ID
	case dealstate.Perform:
		c := pick(rng, a.Commitments)
		e.Commitment, e.Party = c.ID, c.Party
	case dealstate.Extend:
		e.Until = onDay(8 + rng.IntN(20))
	case dealstate.Retract, dealstate.Settle:
		for e.Ref = ""; e.Ref == "" || e.Ref == e.ID; {
			e.Ref = fmt.Sprintf("e%02d", rng.IntN(n+1))
		}
		if e.Kind == dealstate.Settle && rng.IntN(2) == 0 {
			e.Ref = ""
		}
	}
	if e.Role == dealstate.Approver {
		e.By = a.Parties[max(0, slices.IndexFunc(a.Parties, func(p dealstate.Party) bool { return p.ID == e.Party }))].Voice()
	}
	return e
}

// world is a log of many deals with what the library says of each.
type world struct {
	machines map[string]*dealstate.Machine
	deals    []string // in order of first appearance
	events   []dealstate.Event
	byDeal   map[string][]dealstate.Event
}

func (w *world) agreements(deal string) *dealstate.Machine {
	name, _, _ := strings.Cut(deal, "/")
	return w.machines[name]
}

// newWorld makes so many deals, in turn tame and in order, tame in disorder,
// dirty and in order, and dirty in disorder; some events come twice.
func newWorld(t testing.TB, seed uint64, deals int) *world {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 2))
	w := &world{machines: map[string]*dealstate.Machine{}, byDeal: map[string][]dealstate.Event{}}
	for _, a := range dirtyAgreements {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		w.machines[a.ID] = m
	}
	for i := range deals {
		a := dirtyAgreements[i%len(dirtyAgreements)]
		deal := fmt.Sprintf("%s/%d", a.ID, i)
		how := i / len(dirtyAgreements) % 4
		kinds := tameKinds
		if how >= 2 {
			kinds = dirtyKinds
		}
		log := dirtyLog(rng, a, deal, 4+rng.IntN(14), kinds)
		w.byDeal[deal] = log
		log = slices.Clone(log)
		if how%2 == 0 {
			slices.SortFunc(log, func(a, b dealstate.Event) int { return foldOrder(a, b) })
		}
		for _, e := range log {
			w.events = append(w.events, e)
			if how%2 == 1 && rng.IntN(8) == 0 {
				w.events = append(w.events, e)
			}
		}
	}
	w.interleave(rng)
	return w
}

func foldOrder(a, b dealstate.Event) int {
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	if c := known(a).Compare(known(b)); c != 0 {
		return c
	}
	return strings.Compare(a.ID, b.ID)
}

func known(e dealstate.Event) time.Time {
	if e.Recorded.IsZero() {
		return e.At
	}
	return e.Recorded
}

// interleave mixes the deals, and leaves the order within each.
func (w *world) interleave(rng *rand.Rand) {
	queues := map[string][]dealstate.Event{}
	turns := make([]string, len(w.events))
	for i, e := range w.events {
		queues[e.Deal] = append(queues[e.Deal], e)
		turns[i] = e.Deal
	}
	rng.Shuffle(len(turns), func(i, j int) { turns[i], turns[j] = turns[j], turns[i] })
	listed := map[string]bool{}
	for i, deal := range turns {
		w.events[i] = queues[deal][0]
		if !listed[deal] {
			listed[deal] = true
			w.deals = append(w.deals, deal)
		}
		queues[deal] = queues[deal][1:]
	}
}

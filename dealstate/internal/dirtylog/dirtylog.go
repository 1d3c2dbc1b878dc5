// Package dirtylog makes logs as real ones are, for the tests of several packages: late,
// doubled, contradictory, hedged, retracted, with retracts of retracts. No production code
// imports it.
//
//	events := dirtylog.Log(rng, agreement, "deal-1", 20, dirtylog.Kinds)
package dirtylog

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// DayOne is the first day of which a log speaks.
var DayOne = time.Date(2025, 6, 10, 0, 0, 0, 0, time.UTC)

// OnDay is midnight of a day, counted from DayOne.
func OnDay(n int) time.Time { return DayOne.AddDate(0, 0, n) }

// BothSides are the parties of the agreements of two, FiveParties those of many.
var BothSides = []dealstate.Party{
	{ID: "us", Name: "United States", Approver: "Trump"},
	{ID: "china", Name: "China", Approver: "Xi"},
}

// FiveParties have weights; two of them are a group.
var FiveParties = []dealstate.Party{
	{ID: "chile", Weight: 10, Groups: []string{"south"}}, {ID: "fiji", Weight: 20, Groups: []string{"south"}},
	{ID: "kenya", Weight: 30}, {ID: "japan", Weight: 25}, {ID: "eu", Weight: 15},
}

// Pledges gives each party a commitment, pledge-1 and so on.
func Pledges(of ...string) []dealstate.Commitment {
	var list []dealstate.Commitment
	for i, party := range of {
		list = append(list, dealstate.Commitment{ID: fmt.Sprintf("pledge-%d", i+1), Party: party})
	}
	return list
}

// Standard are agreements of both standard lifecycles, with every clock.
var Standard = []dealstate.Agreement{
	{ID: "plain", Parties: BothSides, Commitments: Pledges("us", "china")},
	{ID: "clocks", Parties: BothSides, Commitments: Pledges("us", "china"), Deadline: OnDay(9),
		Effect: &dealstate.Delay{Days: 3}, Term: &dealstate.Delay{Days: 8}},
	{ID: "at-once", Parties: BothSides, Commitments: Pledges("us", "china"), Deadline: OnDay(12),
		Effect: &dealstate.Delay{}, Term: &dealstate.Delay{Days: 5, NotBefore: OnDay(14)}},
	{ID: "count", Parties: FiveParties, Commitments: Pledges("fiji", "kenya"),
		Approval: condition.Count(condition.AtLeast(3), ""), Deadline: OnDay(14), Effect: &dealstate.Delay{Days: 2}, Term: &dealstate.Delay{Days: 10}},
	{ID: "share", Parties: FiveParties, Commitments: Pledges("fiji", "kenya"),
		Approval: condition.All(condition.Share(condition.Percent(55), "", 0), condition.Any(condition.Approved("eu"), condition.Performed("pledge-1"))),
		Effect:   &dealstate.Delay{NotBefore: OnDay(11)}},
	{ID: "everyone", Parties: FiveParties[:3], Commitments: Pledges("fiji", "kenya"), Deadline: OnDay(15)},
}

// Agreements cover both standard lifecycles, with clocks and without, parties that
// nobody asks, and a lifecycle of their own.
var Agreements = []dealstate.Agreement{
	{ID: "plain", Parties: BothSides, Commitments: Pledges("us", "china")},
	{ID: "clocks", Parties: BothSides, Commitments: Pledges("us", "china"), Deadline: OnDay(9),
		Effect: &dealstate.Delay{Days: 3}, Term: &dealstate.Delay{Days: 8}},
	{ID: "at-once", Parties: BothSides, Commitments: Pledges("us", "china"), Deadline: OnDay(12),
		Effect: &dealstate.Delay{}, Term: &dealstate.Delay{Days: 5, NotBefore: OnDay(14)}},
	{ID: "count", Parties: FiveParties, Commitments: Pledges("fiji", "kenya"), Approval: condition.Count(condition.AtLeast(3), "")},
	{ID: "group", Parties: FiveParties, Commitments: Pledges("fiji", "kenya"), Approval: condition.Count(condition.AtLeast(2), "south")},
	{ID: "share", Parties: FiveParties, Commitments: Pledges("fiji", "kenya"),
		Approval: condition.All(condition.Share(condition.Percent(55), "", 0), condition.Any(condition.Approved("eu"), condition.Performed("pledge-1")))},
	{ID: "later", Parties: FiveParties[:3], Commitments: Pledges("fiji", "kenya"), Effect: &dealstate.Delay{NotBefore: OnDay(11)}},
	{ID: "everyone", Parties: FiveParties[:3], Commitments: Pledges("fiji", "kenya")},
	{ID: "rounds", Parties: BothSides, Commitments: Pledges("us", "china"), Deadline: OnDay(7), Effect: &dealstate.Delay{Days: 2}, Term: &dealstate.Delay{Days: 3}, Lifecycle: &Rounds},
	{ID: "rounds-at-once", Parties: BothSides, Commitments: Pledges("us", "china"), Deadline: OnDay(7), Effect: &dealstate.Delay{}, Term: &dealstate.Delay{Days: 2}, Lifecycle: &Rounds},
}

// Intricate are agreements with notices, parties that join, renewals, timers, instants in
// conditions and deadlines of commitments, each alone and all together, and standard ones
// in which these come about without a key.
var Intricate = []dealstate.Agreement{
	{ID: "notice", Parties: BothSides, Commitments: Pledges("us", "china"), Notice: &dealstate.NoticePeriod{Delay: dealstate.Delay{Days: 4}}, Term: &dealstate.Delay{Days: 9}},
	{ID: "whales", Parties: FiveParties, Commitments: Pledges("fiji", "kenya"), Approval: condition.Count(condition.AtLeast(2), ""),
		Notice: &dealstate.NoticePeriod{On: dealstate.Day{Month: time.June, Day: 20}, By: dealstate.Day{Month: time.June, Day: 14}}},
	{ID: "join", Parties: FiveParties, Commitments: Pledges("fiji", "kenya"), Approval: condition.Count(condition.AtLeast(2), ""),
		Effect: &dealstate.Delay{Days: 3}, Join: &dealstate.Join{Delay: dealstate.Delay{Days: 5}}},
	{ID: "join-untimed", Parties: FiveParties, Commitments: Pledges("fiji", "kenya"), Approval: condition.Count(condition.AtLeast(2), ""),
		Join: &dealstate.Join{Delay: dealstate.Delay{Days: 3}, From: dealstate.FromForce}},
	{ID: "effect", Parties: FiveParties, Commitments: Pledges("fiji", "kenya"), Approval: condition.Count(condition.AtLeast(2), ""), Effect: &dealstate.Delay{Days: 2}},
	{ID: "any", Parties: BothSides, Commitments: Pledges("us", "china"), Approval: condition.Any(condition.Approved("us"), condition.Approved("china")), Effect: &dealstate.Delay{Days: 3}},
	{ID: "renew", Parties: BothSides, Commitments: Pledges("us", "china"), Term: &dealstate.Delay{Days: 4}, Renew: &dealstate.Delay{Days: 3}},
	{ID: "renew-many", Parties: FiveParties[:3], Commitments: Pledges("fiji", "kenya"), Effect: &dealstate.Delay{Days: 1}, Term: &dealstate.Delay{Days: 4}, Renew: &dealstate.Delay{Days: 3},
		Notice: &dealstate.NoticePeriod{Delay: dealstate.Delay{Days: 2}}},
	{ID: "dates", Parties: BothSides, Commitments: []dealstate.Commitment{{ID: "pledge-1", Party: "us", Deadline: OnDay(9)}, {ID: "pledge-2", Party: "china", Within: &dealstate.Delay{Days: 4}}}},
	{ID: "window", Parties: FiveParties, Commitments: Pledges("fiji", "kenya"), Effect: &dealstate.Delay{Days: 1},
		Approval: condition.All(condition.Count(condition.AtLeast(2), ""), condition.Reached(OnDay(6)), condition.Not(condition.Reached(OnDay(16))))},
	{ID: "signed", Parties: BothSides, Commitments: Pledges("us", "china"), Approval: condition.All(condition.Signed("us"), condition.Signed("china"))},
	{ID: "snapback", Parties: BothSides, Commitments: Pledges("us", "china"), Deadline: OnDay(12), Timers: []dealstate.OwnTimer{{ID: "snapback", After: dealstate.Delay{Days: 3}}, {ID: "grace", After: dealstate.Delay{Days: 3}}},
		Lifecycle: &dealstate.Lifecycle{Extends: "standard", States: []dealstate.State{"contested"}, InForce: []dealstate.State{"contested"}, Rules: []dealstate.Rule{
			{ID: "contest", On: dealstate.Breach, From: []dealstate.State{dealstate.StateImplemented}, To: "contested", Order: 1},
			{ID: "calm", On: dealstate.Settle, From: []dealstate.State{"contested"}, To: dealstate.StateImplemented, Order: 1},
			{ID: "snap", On: dealstate.Timer("snapback"), From: []dealstate.State{"contested"}, To: dealstate.StateTerminated},
			{ID: "tire", On: dealstate.Timer("grace"), From: []dealstate.State{dealstate.StateAwaitingApprovals}, To: dealstate.StateLapsed},
			{ID: "sleep", On: dealstate.Timer("grace"), From: []dealstate.State{dealstate.StateSuspended}, To: dealstate.StateImplemented},
		}}},
	{ID: "everything", Parties: FiveParties[:3], Deadline: OnDay(14), Effect: &dealstate.Delay{Days: 2}, Term: &dealstate.Delay{Days: 6}, Renew: &dealstate.Delay{Days: 4},
		Join: &dealstate.Join{Delay: dealstate.Delay{Days: 2}}, Notice: &dealstate.NoticePeriod{Delay: dealstate.Delay{Days: 3}},
		Approval:    condition.All(condition.Count(condition.AtLeast(2), ""), condition.Reached(OnDay(4))),
		Commitments: []dealstate.Commitment{{ID: "pledge-1", Party: "fiji", Deadline: OnDay(11)}, {ID: "pledge-2", Party: "kenya", Within: &dealstate.Delay{Days: 3}}}},
}

// Rounds goes in circles: a clock may be set again and again, come due in a state in
// which it does not run, or together with another, and fire when the deal moves on.
var Rounds = dealstate.Lifecycle{
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

// TameKinds leave out the kinds that refer to other events or set clocks; Kinds have them,
// and withdrawals that say until when.
// Likelier kinds and roles are listed more often.
var (
	TameKinds = []dealstate.Kind{
		dealstate.Negotiate, dealstate.Negotiate, dealstate.Submit, dealstate.Approve, dealstate.Approve, dealstate.Approve, dealstate.Approve,
		dealstate.Approve, dealstate.Approve, dealstate.Reject, dealstate.Withdraw, dealstate.Withdraw, dealstate.Amend, dealstate.Implement, dealstate.Implement,
		dealstate.Sign, dealstate.Apply, dealstate.Apply, dealstate.Breach, dealstate.Perform, dealstate.Dispute, dealstate.Suspend, dealstate.Resume, dealstate.Terminate, dealstate.Note,
	}
	Kinds = append([]dealstate.Kind{dealstate.Settle, dealstate.Settle, dealstate.Extend, dealstate.Extend, dealstate.Retract, dealstate.Retract}, TameKinds...)
	roles = []dealstate.Role{
		dealstate.Instrument, dealstate.Instrument, dealstate.Instrument, dealstate.Instrument, dealstate.Approver, dealstate.Government,
		dealstate.Government, dealstate.Negotiator, dealstate.Counterparty, dealstate.Press,
	}
	modalities = []dealstate.Modality{0, 0, 0, 0, 0, 0, 0, 0, dealstate.Asserted, dealstate.Conditional, dealstate.Denied, dealstate.Planned}
)

// Pick gives one of the values.
func Pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }

// Log makes a log of n events of a deal, in no order, of the kinds. Days are few, so that many
// events share their instant with another or with a clock.
func Log(rng *rand.Rand, a dealstate.Agreement, deal string, n int, kinds []dealstate.Kind) []dealstate.Event {
	ids := rng.Perm(n) // so that the order of ids is not that of the making
	var events []dealstate.Event
	for i := range n {
		e := dealstate.Event{ID: fmt.Sprintf("e%02d", ids[i]), Deal: deal, Kind: Pick(rng, kinds), Role: Pick(rng, roles),
			Modality: Pick(rng, modalities), At: OnDay(rng.IntN(22)), Source: dealstate.Source{Publisher: "a wire"}, Note: Pick(rng, []string{"", "seen"})}
		if rng.IntN(3) > 0 { // learned late, or announced ahead
			e.Recorded = e.At.Add(time.Duration(rng.IntN(300)-60) * time.Hour)
		}
		if rng.IntN(8) == 0 {
			e.Revision = 1 + rng.IntN(3)
		}
		events = append(events, completed(rng, a, e, n, slices.Contains(kinds, dealstate.Extend)))
	}
	return events
}

// completed gives the event what its kind requires, and may have: an until only where
// untils are wanted.
func completed(rng *rand.Rand, a dealstate.Agreement, e dealstate.Event, n int, untils bool) dealstate.Event {
	if rng.IntN(3) > 0 {
		e.Party = Pick(rng, a.Parties).ID
	}
	switch e.Kind {
	case dealstate.Approve, dealstate.Reject, dealstate.Withdraw:
		e.Party = Pick(rng, a.Parties).ID
		if e.Kind == dealstate.Withdraw && untils && rng.IntN(4) == 0 {
			e.Until = OnDay(4 + rng.IntN(24))
		}
	case dealstate.Suspend, dealstate.Resume:
		if rng.IntN(3) == 0 {
			e.Commitment = Pick(rng, a.Commitments).ID
		}
	case dealstate.Perform, dealstate.Breach:
		c := Pick(rng, a.Commitments)
		e.Commitment, e.Party = c.ID, c.Party
	case dealstate.Extend:
		e.Until = OnDay(8 + rng.IntN(20))
	case dealstate.Retract, dealstate.Settle:
		for e.Ref = ""; e.Ref == "" || e.Ref == e.ID; {
			e.Ref = fmt.Sprintf("e%02d", rng.IntN(n+1)) // sometimes of an event that never comes
		}
		if e.Kind == dealstate.Settle && rng.IntN(2) == 0 {
			e.Ref = ""
		}
	}
	if e.Role == dealstate.Approver {
		e.By = speaker(a, e.Party)
	}
	return e
}

// speaker is who speaks for the party as approver, and for all sides the first party's.
func speaker(a dealstate.Agreement, party string) string {
	return a.Parties[max(0, slices.IndexFunc(a.Parties, func(p dealstate.Party) bool { return p.ID == party }))].Voice()
}

// FoldOrder compares events of one deal in the order in which they fold.
func FoldOrder(a, b dealstate.Event) int { return a.Compare(b) }

// Recorded is when the event was recorded: left out, at once.
func Recorded(e dealstate.Event) time.Time {
	if e.Recorded.IsZero() {
		return e.At
	}
	return e.Recorded
}

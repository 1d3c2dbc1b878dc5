package dealstate

import (
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
	naming "github.com/fe115bb3/dealtracker/dealstate/internal/names"
)

// The standard lifecycles are tables. All have the same frame; they differ in
// what it means that some have approved and some have not, and in what one
// party's leaving does to the rest.

// StandardLifecycle gives the lifecycle of an agreement that brings none:
// [TwoParty] for two parties that must both approve, else [ManyParty], in which
// two parties still part for good when one of them leaves.
func (a Agreement) StandardLifecycle() Lifecycle {
	switch {
	case len(a.Parties) != 2:
		return ManyParty()
	case a.asksBoth():
		return twoParty(a.Parties[0], a.Parties[1], a.Notice != nil)
	}
	return manyFrame(bilateral(a.Parties[0], a.Parties[1], a.Notice != nil)).lifecycle()
}

// asksBoth reports whether the condition is that both of two parties approve, and is
// lost when one rejects, however it is written. A condition that time, a signature or a performance can
// meet needs the frame of many parties.
func (a Agreement) asksBoth() bool {
	names := a.names()
	if names.CheckApproval("approval", a.Approval) != nil {
		return false
	}
	test := names.BindApproval(a.Approval)
	if reads := names.Reads(test); reads.Commitments.Count() > 0 || reads.Signatures.Count() > 0 || len(reads.Instants) > 0 {
		return false
	}
	s := newSituation(&Machine{agreement: a})
	for _, who := range []uint64{0b00, 0b01, 0b10, 0b11} {
		s.approved[0] = who
		if (test.Eval(&s) == condition.Met) != (who == 0b11) {
			return false
		}
	}
	s.approved[0] = 0
	for _, who := range []uint64{0b01, 0b10} { // two nots are met as one approval is, but nothing loses them
		s.rejected[0] = who
		if test.Eval(&s) != condition.Lost {
			return false
		}
	}
	return true
}

// TwoParty is the lifecycle of a deal that both its parties must approve. The
// states between are named after the approver who is still awaited.
func TwoParty(a, b Party) Lifecycle { return twoParty(a, b, false) }

func twoParty(a, b Party, notice bool) Lifecycle {
	awaitA, awaitB := AwaitingState(a), AwaitingState(b)
	if awaitA == awaitB { // one name for two offices: fall back on the parties' ids
		awaitA, awaitB = awaiting(a.ID), awaiting(b.ID)
	}
	f := frame{open: []State{StateNegotiated, StateAwaitingApprovals, awaitA, awaitB}, sides: bilateral(a, b, notice)}
	f.awaiting = func(on Trigger, id string, from []State, when ...condition.Condition) []Rule {
		return []Rule{
			{ID: id + "_awaiting_" + shortened(a.ID), On: on, From: from, To: awaitA, When: guarded(when, condition.Approved(b.ID), condition.Not(condition.Approved(a.ID))), Order: 2},
			{ID: id + "_awaiting_" + shortened(b.ID), On: on, From: from, To: awaitB, When: guarded(when, condition.Approved(a.ID), condition.Not(condition.Approved(b.ID))), Order: 2},
			{ID: id + "_awaiting_approvals", On: on, From: from, To: StateAwaitingApprovals, When: guarded(when), Order: 3},
		}
	}
	return f.lifecycle()
}

// ManyParty is the lifecycle of a deal of any number of parties and any
// approval condition. To suspend, resume or terminate it takes all sides: an
// event without a party. One party for itself can withdraw, and suspend its own
// part.
func ManyParty() Lifecycle { return manyFrame(multilateral()).lifecycle() }

// manyFrame allows for conditions that are met without every party, that stay
// met when one withdraws, or that something other than an approval meets or,
// under a not, undoes.
func manyFrame(s sides) frame {
	f := frame{open: []State{StateNegotiated, StateAwaitingApprovals}, sides: s, many: true}
	f.awaiting = func(on Trigger, id string, from []State, when ...condition.Condition) []Rule {
		return []Rule{{ID: id + "_awaiting_approvals", On: on, From: from, To: StateAwaitingApprovals, When: guarded(when), Order: 2}}
	}
	return f
}

var inForce = []State{StateImplemented, StateSuspended}

// sides is what depends on whether a deal has two parties or more.
type sides struct {
	leaving []Rule              // what a party's leaving does, at the end of its notice
	suspend condition.Condition // of a suspension of the whole deal
	resume  condition.Condition // met when nobody suspends it any more
	apply   condition.Condition // met when enough apply it provisionally
	end     condition.Condition // of a termination in force
	before  condition.Condition // of a termination before that, or of provisional application
	notice  []Rule              // of a termination by one side that is a notice
}

// bilateral: a deal of two does not outlive one side's leaving. Either side
// suspends it, and each resumes its own.
func bilateral(a, b Party, notice bool) sides {
	s := sides{
		leaving: []Rule{{ID: "denounce", On: Notice, From: inForce, To: StateTerminated}},
		resume:  condition.All(condition.ConcernsWhole(), condition.Not(condition.Suspended(a.ID)), condition.Not(condition.Suspended(b.ID))),
		suspend: condition.ConcernsWhole(),
		apply:   condition.All(condition.Applied(a.ID), condition.Applied(b.ID)),
	}
	if notice { // one side's termination in force is its withdrawal
		s.end = condition.ActOf("")
		s.notice = []Rule{{ID: "terminate_on_notice", On: Terminate, From: inForce, When: condition.Not(condition.ActOf("")), Order: 1}}
	}
	return s
}

// multilateral: a treaty does not end only because its parties have become fewer
// than its entry into force took (Vienna Convention on the Law of Treaties, article
// 55), but it does when nobody is left. One party of many cannot act for all.
func multilateral() sides {
	all := condition.ActOf("")
	return sides{
		leaving: []Rule{
			{ID: "last_leaves", On: Notice, From: inForce, To: StateTerminated, When: condition.Not(condition.Bound(""))},
			{ID: "leave", On: Notice, From: inForce, Order: 1},
		},
		suspend: condition.ConcernsWhole(), resume: condition.ConcernsWhole(), apply: all, end: all, before: all,
	}
}

// frame is what the standard lifecycles share. awaiting gives the rules that
// lead, on one trigger, to the state that says whose approval is outstanding,
// where the approval condition is not met.
type frame struct {
	open     []State // before the approval condition is met
	many     bool    // the condition may be met, or undone, by other than both approvals
	sides    sides
	awaiting func(on Trigger, id string, from []State, when ...condition.Condition) []Rule
}

func (f frame) lifecycle() Lifecycle {
	states := append(append([]State{}, f.open...), StateApproved, StateProvisional, StateImplemented, StateRejected,
		StateLapsed, StateSuspended, StateExpired, StateTerminated)
	return Lifecycle{Initial: StateNegotiated, States: states, Final: []State{StateTerminated}, Rules: f.rules()}
}

func (f frame) rules() []Rule {
	var rules []Rule
	for _, part := range [...][]Rule{f.talks(), f.approvals(), f.rejected(), f.provisional(), f.carryingOut(), f.suspensions(), f.extensions(), f.clocks()} {
		rules = append(rules, part...)
	}
	if f.many {
		rules = append(rules, f.otherWays()...)
	}
	return rules
}

func (f frame) before() []State { return with(f.open, StateApproved) }

// alive are the states in which the deal may be talked of and carried out.
func (f frame) alive() []State {
	return with(with(f.before(), inForce...), StateProvisional, StateRejected)
}

var (
	approved    = []State{StateApproved}
	provisional = []State{StateProvisional}
	rejected    = []State{StateRejected}
)

// placed gives the rules that lead, on a trigger, to where the approvals put the
// deal: approved, rejected, or awaiting somebody.
func (f frame) placed(on Trigger, id string, from []State, when ...condition.Condition) []Rule {
	return append([]Rule{
		{ID: id + "_rejected", On: on, From: from, To: StateRejected, When: guarded(when, condition.ApprovalLost())},
		{ID: id + "_approved", On: on, From: from, To: StateApproved, When: guarded(when, condition.ApprovalMet()), Order: 1},
	}, f.awaiting(on, id, from, when...)...)
}

func (f frame) talks() []Rule {
	everAlive := with(f.alive(), StateExpired, StateTerminated) // a dispute may outlive the deal
	return []Rule{
		{ID: "negotiate_anew", On: Negotiate, From: []State{StateRejected, StateLapsed}, To: StateNegotiated},
		{ID: "negotiate", On: Negotiate, From: f.open, Order: 2},
		{ID: "sign", On: Sign, From: f.alive(), Order: 3},
		{ID: "submit", On: Submit, From: []State{StateNegotiated}, To: StateAwaitingApprovals},
		{ID: "submit_more", On: Submit, From: with(f.open[1:], StateProvisional, StateRejected)},
		{ID: "amend_draft", On: Amend, From: []State{StateNegotiated}, Order: 2},
		{ID: "amend", On: Amend, From: with(f.before()[1:], StateRejected), To: StateAwaitingApprovals, Order: 2},
		{ID: "dispute", On: Dispute, From: everAlive},
		{ID: "settle", On: Settle, From: everAlive},
	}
}

func (f frame) approvals() []Rule {
	rules := []Rule{
		{ID: "approve_approved", On: Approve, From: with(f.open, StateRejected), To: StateApproved, When: condition.ApprovalMet(), Order: 1},
		{ID: "withdraw_ended", On: Withdraw, From: []State{StateLapsed, StateExpired}}, // so that no extension counts it
		{ID: "reject", On: Reject, From: f.before(), To: StateRejected, When: condition.ApprovalLost()},
		{ID: "refuse", On: Withdraw, From: f.before(), To: StateRejected, When: condition.ApprovalLost()},
		{ID: "give_notice", On: Withdraw, From: inForce},
		{ID: "join", On: Approve, From: inForce},
	}
	rules = append(rules, f.awaiting(Approve, "approve", with(f.open, StateRejected))...)
	return append(rules, f.awaiting(Withdraw, "withdraw", f.before())...)
}

// rejected: a rejection is not the end. What the parties do is kept, and the deal
// leaves the state as soon as the condition is no longer lost.
func (f frame) rejected() []Rule {
	lost := condition.ApprovalLost()
	return []Rule{
		{ID: "approve_rejected", On: Approve, From: rejected, When: lost},
		{ID: "reject_again", On: Reject, From: rejected},
		{ID: "withdraw_rejected", On: Withdraw, From: rejected},
	}
}

// provisional application binds as an approval does until the deal enters into
// force; approvals, rejections and amendments go on meanwhile (Vienna Convention on
// the Law of Treaties, article 25).
func (f frame) provisional() []Rule {
	rules := []Rule{
		{ID: "apply", On: Apply, From: f.before(), To: StateProvisional, When: f.sides.apply},
		{ID: "apply_alone", On: Apply, From: with(f.before(), StateProvisional), Order: 1},
		{ID: "approve_provisional", On: Approve, From: provisional},
		{ID: "reject_provisional", On: Reject, From: provisional},
		{ID: "amend_provisional", On: Amend, From: provisional},
		{ID: "lapse_provisional", On: Deadline, From: provisional, To: StateLapsed, When: condition.Not(condition.ApprovalMet())},
	}
	rules = append(rules, f.placed(Withdraw, "end_application", provisional)...)
	if f.sides.before.IsZero() {
		return append(rules, f.placed(Terminate, "terminate_application", provisional)...)
	}
	return append(rules, f.placed(Terminate, "terminate_application", provisional, f.sides.before)...)
}

func (f frame) carryingOut() []Rule {
	rules := []Rule{
		{ID: "implement", On: Implement, From: with(f.before(), StateProvisional), To: StateImplemented, When: condition.ApprovalMet()},
		{ID: "perform", On: Perform, From: f.alive(), Order: 3},
		{ID: "breach", On: Breach, From: f.alive(), Order: 3},
		{ID: "terminate", On: Terminate, From: with(f.before(), inForce...), To: StateTerminated, When: f.sides.end},
	}
	if len(f.sides.notice) > 0 { // which only concerns a deal in force
		rules = append(rules, Rule{ID: "terminate_before", On: Terminate, From: f.before(), To: StateTerminated, When: condition.Not(f.sides.end), Order: 1})
	}
	return append(rules, f.sides.notice...)
}

// suspensions of one commitment, or by one party of many, concern that part only.
func (f frame) suspensions() []Rule {
	part, partly := condition.ConcernsPart(), with(inForce, StateProvisional)
	return []Rule{
		{ID: "suspend", On: Suspend, From: []State{StateImplemented}, To: StateSuspended, When: f.sides.suspend},
		{ID: "suspend_too", On: Suspend, From: []State{StateSuspended}, When: condition.ConcernsWhole()},
		{ID: "suspend_part", On: Suspend, From: partly, When: part, Order: 1},
		{ID: "resume", On: Resume, From: []State{StateSuspended}, To: StateImplemented, When: f.sides.resume},
		{ID: "resume_own", On: Resume, From: []State{StateSuspended}, When: condition.ConcernsWhole(), Order: 1},
		{ID: "resume_part", On: Resume, From: partly, When: part, Order: 2},
	}
}

// extensions: an extension after the clock has fired revives the deal as soon
// as the new instant lies ahead for every side.
func (f frame) extensions() []Rule {
	lapsed, expired := []State{StateLapsed}, []State{StateExpired}
	rules := []Rule{
		{ID: "extend", On: Extend, From: f.alive()},
		{ID: "extend_lapsed", On: Extend, From: lapsed, Order: 4},
		{ID: "extend_expired", On: Extend, From: expired, Order: 4},
		{ID: "revive", On: Extend, From: expired, To: StateImplemented, When: condition.All(condition.Not(condition.Due(Term.String())), condition.ApprovalMet())},
		{ID: "reopen_rejected", On: Extend, From: lapsed, To: StateRejected, When: condition.All(condition.Not(condition.Due(Deadline.String())), condition.ApprovalLost())},
	}
	return append(rules, f.awaiting(Extend, "reopen", lapsed, condition.Not(condition.Due(Deadline.String())))...)
}

func (f frame) clocks() []Rule {
	rules := []Rule{
		{ID: "lapse", On: Deadline, From: with(f.open, StateRejected), To: StateLapsed},
		{ID: "take_effect", On: Effect, From: with(approved, StateProvisional), To: StateImplemented, When: condition.ApprovalMet()},
		{ID: "expire", On: Term, From: inForce, To: StateExpired},
		{ID: "overdue", On: Overdue, From: f.alive()},
	}
	return append(rules, f.sides.leaving...)
}

// otherWays are those in which a condition comes to be met, or ceases to be, by
// other than both approvals: a performance, a signature, an instant.
func (f frame) otherWays() []Rule {
	met, unmet, lost := condition.ApprovalMet(), condition.Not(condition.ApprovalMet()), condition.ApprovalLost()
	rules := append(f.awaiting(Reject, "reject", f.before()),
		Rule{ID: "negotiate_approved", On: Negotiate, From: f.open, To: StateApproved, When: met, Order: 1},
		Rule{ID: "amend_approved", On: Amend, From: with(f.before(), StateRejected), To: StateApproved, When: met, Order: 1},
		Rule{ID: "amend_rejected", On: Amend, From: rejected, When: lost}, // an instant has made it so, not a rejection
		Rule{ID: "withdraw_approved", On: Withdraw, From: f.before(), To: StateApproved, When: met, Order: 1},
		Rule{ID: "reject_approved", On: Reject, From: f.before(), To: StateApproved, When: met, Order: 1},
		Rule{ID: "approve_unmet", On: Approve, From: approved, To: StateAwaitingApprovals, When: unmet, Order: 1},
		Rule{ID: "approve_more", On: Approve, From: approved, Order: 2},
		Rule{ID: "reached_rejected", On: Reached, From: f.before(), To: StateRejected, When: lost},
	)
	for _, on := range []Trigger{Perform, Breach, Sign, Reached} {
		id := on.String()
		rules = append(rules,
			Rule{ID: id + "_approved", On: on, From: with(f.open, StateRejected), To: StateApproved, When: met, Order: 1},
			Rule{ID: id + "_unmet", On: on, From: approved, To: StateAwaitingApprovals, When: condition.All(unmet, condition.Not(lost)), Order: 1},
			Rule{ID: id + "_no_longer_lost", On: on, From: rejected, To: StateAwaitingApprovals, When: condition.All(unmet, condition.Not(lost)), Order: 2})
	}
	return rules
}

func (a Agreement) lifecycle() Lifecycle {
	if a.Lifecycle != nil {
		return a.Lifecycle.extended(a)
	}
	return a.StandardLifecycle()
}

// with gives a new list: base, then more.
func with(base []State, more ...State) []State {
	return append(append(make([]State, 0, len(base)+len(more)), base...), more...)
}

// guarded joins guards into one; none at all is the zero condition.
func guarded(guards []condition.Condition, more ...condition.Condition) condition.Condition {
	all := append(append([]condition.Condition{}, guards...), more...)
	switch len(all) {
	case 0:
		return condition.Condition{}
	case 1:
		return all[0]
	}
	return condition.All(all...)
}

// AwaitingState names the state of a two-party deal that awaits one approver
// only: awaiting_xi_approval for an approver Xi. A party that names no approver
// lends its id.
func AwaitingState(p Party) State {
	for _, name := range []string{naming.Slug(p.Approver), naming.Slug(p.ID)} {
		if name != "" {
			return awaiting(name)
		}
	}
	return awaiting(p.ID)
}

// mostNamed is how many bytes of a name enter a state's name, so that the rules that
// are named after the state have ids that fit.
const mostNamed = 180

// awaiting names the state.
func awaiting(name string) State {
	return State("awaiting_" + shortened(name) + "_approval")
}

// shortened fits a name into a state's name or a rule's id. A long one is cut, and what
// tells it from others that begin alike is a hash of the whole.
func shortened(name string) string {
	if len(name) <= mostNamed {
		return name
	}
	hash := fnv.New64a()
	hash.Write([]byte(name))
	return fmt.Sprintf("%s_%016x", strings.ToValidUTF8(name[:mostNamed-17], ""), hash.Sum64())
}

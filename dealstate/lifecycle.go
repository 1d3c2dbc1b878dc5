package dealstate

import (
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
	naming "github.com/fe115bb3/dealtracker/dealstate/internal/names"
)

// The standard lifecycles are tables. Both have the same frame; they differ in
// what it means that some have approved and some have not.

// StandardLifecycle gives the lifecycle of an agreement that brings none:
// [TwoParty] for two parties that must both approve, else [ManyParty], in which
// two parties still part for good when one of them leaves.
func (a Agreement) StandardLifecycle() Lifecycle {
	if len(a.Parties) != 2 {
		return ManyParty()
	}
	if a.asksBoth() {
		return TwoParty(a.Parties[0], a.Parties[1])
	}
	return manyParty(denounce)
}

// asksBoth reports whether the condition is that both of two parties approve,
// however it is written.
func (a Agreement) asksBoth() bool {
	names := a.names()
	if names.CheckApproval("approval", a.Approval) != nil {
		return false
	}
	test := names.BindApproval(a.Approval)
	if names.Reads(test).Commitments.Count() > 0 {
		return false
	}
	s := newSituation(&Machine{agreement: a})
	for _, who := range []uint64{0b00, 0b01, 0b10, 0b11} {
		s.approved[0] = who
		if (test.Eval(&s) == condition.Met) != (who == 0b11) {
			return false
		}
	}
	return true
}

func (a Agreement) lifecycle() Lifecycle {
	if a.Lifecycle != nil {
		return *a.Lifecycle
	}
	return a.StandardLifecycle()
}

// TwoParty is the lifecycle of a deal that both its parties must approve. The
// states between are named after the approver who is still awaited.
func TwoParty(a, b Party) Lifecycle {
	awaitA, awaitB := AwaitingState(a), AwaitingState(b)
	if awaitA == awaitB { // one name for two offices: fall back on the parties' ids
		awaitA, awaitB = awaiting(a.ID), awaiting(b.ID)
	}
	open := []State{StateNegotiated, StateAwaitingApprovals, awaitA, awaitB}
	f := frame{open: open, standing: func(on Kind, id string, from []State, when ...condition.Condition) []Rule {
		return []Rule{
			{ID: id + "_" + string(awaitA), On: on, From: from, To: awaitA, When: guarded(when, condition.Approved(b.ID), condition.Not(condition.Approved(a.ID))), Order: 2},
			{ID: id + "_" + string(awaitB), On: on, From: from, To: awaitB, When: guarded(when, condition.Approved(a.ID), condition.Not(condition.Approved(b.ID))), Order: 2},
			{ID: id + "_awaiting_approvals", On: on, From: from, To: StateAwaitingApprovals, When: guarded(when), Order: 3},
		}
	}}
	return f.lifecycle(append(f.rules(), denounce))
}

// ManyParty is the lifecycle of a deal of any number of parties and any
// approval condition. To suspend, resume or terminate it takes all sides: an
// event without a party. One party for itself can withdraw.
func ManyParty() Lifecycle {
	l := manyParty(leave)
	for i, r := range l.Rules {
		if r.On == Suspend || r.On == Resume || r.On == Terminate {
			l.Rules[i].When = condition.ActOf("") // one party of many cannot act for all
		}
	}
	return l
}

var inForce = []State{StateImplemented, StateSuspended}

// What comes of a withdrawal from a deal in force. A treaty does not end only
// because its parties have become fewer than its entry into force took (Vienna
// Convention on the Law of Treaties, article 55); a bilateral one does not
// outlive one side's leaving.
var (
	leave    = Rule{ID: "leave", On: Withdraw, From: inForce}
	denounce = Rule{ID: "denounce", On: Withdraw, From: inForce, To: StateTerminated}
)

// manyParty allows for conditions that are met without every party, that stay
// met when one withdraws, or that something other than an approval meets or,
// under a not, undoes.
func manyParty(withdrawal Rule) Lifecycle {
	open := []State{StateNegotiated, StateAwaitingApprovals}
	f := frame{open: open, standing: func(on Kind, id string, from []State, when ...condition.Condition) []Rule {
		return []Rule{{ID: id + "_awaiting_approvals", On: on, From: from, To: StateAwaitingApprovals, When: guarded(when), Order: 2}}
	}}
	before, approved := f.beforeImplemented(), []State{StateApproved}
	rules := append(f.rules(), f.standing(Reject, "reject", before)...)
	return f.lifecycle(append(rules, withdrawal,
		Rule{ID: "negotiate_approved", On: Negotiate, From: open, To: StateApproved, When: condition.ApprovalMet(), Order: 1},
		Rule{ID: "amend_approved", On: Amend, From: before, To: StateApproved, When: condition.ApprovalMet(), Order: 1},
		Rule{ID: "withdraw_approved", On: Withdraw, From: before, To: StateApproved, When: condition.ApprovalMet(), Order: 1},
		Rule{ID: "reject_approved", On: Reject, From: before, To: StateApproved, When: condition.ApprovalMet(), Order: 1},
		Rule{ID: "perform_approved", On: Perform, From: open, To: StateApproved, When: condition.ApprovalMet(), Order: 1},
		Rule{ID: "perform_unmet", On: Perform, From: approved, To: StateAwaitingApprovals, When: condition.Not(condition.ApprovalMet()), Order: 1},
		Rule{ID: "approve_unmet", On: Approve, From: approved, To: StateAwaitingApprovals, When: condition.Not(condition.ApprovalMet()), Order: 1},
		Rule{ID: "join", On: Approve, From: with(approved, inForce...), Order: 2}))
}

// frame is what the standard lifecycles share. standing gives the rules that
// lead, on one kind of event, to the state that says whose approval is
// outstanding, where the approval condition is not met.
type frame struct {
	open     []State // before the approval condition is met
	standing func(on Kind, id string, from []State, when ...condition.Condition) []Rule
}

func (f frame) lifecycle(rules []Rule) Lifecycle {
	states := append(append([]State{}, f.open...), StateApproved, StateImplemented, StateRejected,
		StateLapsed, StateSuspended, StateExpired, StateTerminated)
	return Lifecycle{Initial: StateNegotiated, States: states, Final: []State{StateTerminated}, Rules: rules}
}

func (f frame) rules() []Rule {
	var rules []Rule
	for _, part := range [...][]Rule{f.talks(), f.approvals(), f.carryingOut(), f.extensions(), f.clocks()} {
		rules = append(rules, part...)
	}
	return rules
}

func (f frame) beforeImplemented() []State { return with(f.open, StateApproved) }

func (f frame) talks() []Rule {
	everAlive := with(with(f.beforeImplemented(), inForce...), StateExpired, StateTerminated) // a dispute may outlive the deal
	return []Rule{
		{ID: "negotiate_anew", On: Negotiate, From: []State{StateRejected, StateLapsed}, To: StateNegotiated},
		{ID: "negotiate", On: Negotiate, From: f.open, Order: 2},
		{ID: "submit", On: Submit, From: []State{StateNegotiated}, To: StateAwaitingApprovals},
		{ID: "submit_more", On: Submit, From: f.open[1:]},
		{ID: "amend_draft", On: Amend, From: []State{StateNegotiated}, Order: 2},
		{ID: "amend", On: Amend, From: f.beforeImplemented()[1:], To: StateAwaitingApprovals, Order: 2},
		{ID: "dispute", On: Dispute, From: everAlive},
		{ID: "settle", On: Settle, From: everAlive},
	}
}

func (f frame) approvals() []Rule {
	rules := []Rule{
		{ID: "approve_approved", On: Approve, From: f.open, To: StateApproved, When: condition.ApprovalMet(), Order: 1},
		{ID: "withdraw_ended", On: Withdraw, From: []State{StateLapsed, StateExpired}}, // so that no extension counts it
		{ID: "reject", On: Reject, From: f.beforeImplemented(), To: StateRejected, When: condition.ApprovalLost()},
	}
	rules = append(rules, f.standing(Approve, "approve", f.open)...)
	return append(rules, f.standing(Withdraw, "withdraw", f.beforeImplemented())...)
}

func (f frame) carryingOut() []Rule {
	return []Rule{
		{ID: "implement", On: Implement, From: f.beforeImplemented(), To: StateImplemented, When: condition.ApprovalMet()},
		{ID: "perform", On: Perform, From: with(f.beforeImplemented(), inForce...), Order: 2},
		{ID: "suspend", On: Suspend, From: []State{StateImplemented}, To: StateSuspended},
		{ID: "resume", On: Resume, From: []State{StateSuspended}, To: StateImplemented},
		{ID: "terminate", On: Terminate, From: with(f.beforeImplemented(), inForce...), To: StateTerminated},
	}
}

// extensions: an extension after the clock has fired revives the deal as soon
// as the new instant lies ahead for every side.
func (f frame) extensions() []Rule {
	lapsed, expired := []State{StateLapsed}, []State{StateExpired}
	rules := []Rule{
		{ID: "extend", On: Extend, From: with(f.beforeImplemented(), inForce...)},
		{ID: "extend_lapsed", On: Extend, From: lapsed, Order: 4},
		{ID: "extend_expired", On: Extend, From: expired, Order: 4},
		{ID: "revive", On: Extend, From: expired, To: StateImplemented, When: condition.All(condition.Not(condition.Due(Term.String())), condition.ApprovalMet())},
	}
	return append(rules, f.standing(Extend, "reopen", lapsed, condition.Not(condition.Due(Deadline.String())))...)
}

func (f frame) clocks() []Rule {
	return []Rule{
		{ID: "lapse", On: Deadline, From: f.open, To: StateLapsed},
		{ID: "take_effect", On: Effect, From: []State{StateApproved}, To: StateImplemented, When: condition.ApprovalMet()},
		{ID: "expire", On: Term, From: inForce, To: StateExpired},
	}
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

// awaiting names the state. A long name is cut, and what tells it from others that
// begin alike is a hash of the whole.
func awaiting(name string) State {
	if len(name) > mostNamed {
		hash := fnv.New64a()
		hash.Write([]byte(name))
		name = fmt.Sprintf("%s_%016x", strings.ToValidUTF8(name[:mostNamed-17], ""), hash.Sum64())
	}
	return State("awaiting_" + name + "_approval")
}

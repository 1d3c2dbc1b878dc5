package evaluator

import (
	"slices"
	"time"
)

// dayOne is any instant, for what depends on none.
var dayOne = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// States of the standard lifecycles. In a deal of two whose condition reads approvals only there are two more, named
// after the approver still awaited.
const (
	negotiated  = "negotiated"
	awaiting    = "awaiting_approvals"
	approved    = "approved"
	provisional = "provisional"
	implemented = "implemented"
	rejected    = "rejected"
	lapsed      = "lapsed"
	suspended   = "suspended"
	expired     = "expired"
	terminated  = "terminated"
	awaitingOne = "awaiting one" // in the tables: both awaiting_<approver>_approval
)

// clocks are the standard clocks, "At one instant they fire in this order: reached, effect, notices in the parties'
// order, timers as listed, term, overdue, deadline".
var clocks = []string{"reached", "effect", "notice", "timer", "term", "overdue", "deadline"}

var (
	open    = []string{negotiated, awaiting, awaitingOne}
	placing = states(open, approved, rejected, provisional) // states that follow the approvals
	active  = states(open, approved, rejected, provisional, implemented, suspended)
)

// standard says in which states the standard lifecycles take each kind and each clock.
var standard = map[string][]string{
	"negotiate": states(open, rejected, lapsed),
	"submit":    states(open, provisional, rejected),
	"amend":     placing,
	"extend":    states(active, lapsed, expired),
	"perform":   active,
	"breach":    active,
	"approve":   active,
	"reject":    placing,
	"withdraw":  states(active, lapsed, expired),
	"apply":     states(open, approved, provisional), // "from the open states and `approved` to `provisional`"
	"implement": states(open, approved, provisional),
	"dispute":   states(active, expired, terminated),
	"settle":    states(active, expired, terminated),
	"suspend":   {implemented, suspended, provisional},
	"resume":    {implemented, suspended, provisional},
	"terminate": states(open, approved, provisional, implemented, suspended),

	"reached":  placing,
	"effect":   {approved, provisional},
	"notice":   {implemented, suspended},
	"term":     {implemented, suspended},
	"overdue":  active,
	"deadline": states(open, rejected, provisional),
}

// standardRules are the ids of the standard rules that an extending lifecycle may drop.
var standardRules = []string{"negotiate", "new_round", "sign", "submit", "amend", "extend", "reopen", "revive", "perform",
	"breach", "approve", "join", "revoke_notice", "reject", "withdraw", "refuse", "give_notice", "leave", "denounce", "apply",
	"end_application", "implement", "dispute", "settle", "suspend", "suspend_part", "resume", "resume_part", "terminate",
	"judge", "effect", "expire", "lapse"}

func states(some []string, more ...string) []string { return append(slices.Clone(some), more...) }

// leadTo says to which states, other than by staying, the standard rules on each kind lead.
var leadTo = map[string][]string{
	"negotiate": {negotiated},
	"submit":    {awaiting},
	"amend":     {awaiting},
	"extend":    {awaiting, awaitingOne, rejected, implemented},
	"approve":   {awaiting, awaitingOne, approved},
	"reject":    {rejected},
	"withdraw":  {awaiting, awaitingOne, rejected, approved},
	"apply":     {provisional},
	"implement": {implemented},
	"suspend":   {suspended},
	"resume":    {implemented},
	"terminate": {terminated, awaiting, awaitingOne, rejected, approved},
}

// leadToOfMany are those beside them of the lifecycle of many parties.
var leadToOfMany = map[string][]string{
	"negotiate": {approved},
	"amend":     {approved},
	"reject":    {approved, awaiting},
	"perform":   {approved, awaiting},
	"breach":    {approved, awaiting},
	"sign":      {approved, awaiting},
}

// leadsTo tells whether a rule on the kind, standard or own, leads to the state.
func (d *deal) leadsTo(kind, state string) bool {
	if slices.ContainsFunc(d.rules(), func(r Rule) bool { return r.On == kind && r.To == state }) {
		return true
	}
	if d.frame.two && slices.Contains(d.frame.names[:], state) {
		state = awaitingOne
	}
	return d.frame.standard && (slices.Contains(leadTo[kind], state) || !d.frame.two && slices.Contains(leadToOfMany[kind], state))
}

// endsTerm tells whether a rule on the term leads to the state.
func (d *deal) endsTerm(state string) bool {
	return d.frame.standard && state == expired ||
		slices.ContainsFunc(d.rules(), func(r Rule) bool { return r.On == "term" && r.To == state })
}

// frame says which standard lifecycle a deal follows.
type frame struct {
	standard bool      // the standard rules hold (alone, or extended by own ones)
	two      bool      // a state is named after the approver still awaited
	names    [2]string // those two states, by the awaited party
}

func newFrame(a *Agreement, approval *Condition) frame {
	f := frame{standard: a.Lifecycle == nil || a.Lifecycle.Extends != ""}
	if f.two = len(a.Parties) == 2 && asksBoth(a, approval); !f.two {
		return f
	}
	for i := range f.names {
		f.names[i] = "awaiting_" + stateName(a.Parties[i]) + "_approval"
	}
	if f.names[0] == f.names[1] { // Settled here: one name for two offices gives way to the parties' ids.
		for i := range f.names {
			f.names[i] = "awaiting_" + a.Parties[i].ID + "_approval"
		}
	}
	return f
}

// asksBoth tells whether the condition is that both of two approve. "Conditions that read `reached`, `signed` or
// `performed` use the many-party frame."
//
// Settled here: so do conditions of two parties that are met by one, by either or by none, or that no rejection loses.
func asksBoth(a *Agreement, approval *Condition) bool {
	if approval.readsMoreThanApprovals() {
		return false
	}
	for who := range 4 {
		d := &deal{a: a, approval: approval, parties: make([]partyFacts, 2)}
		for i := range d.parties {
			if who&(1<<i) != 0 {
				d.parties[i].approved = midnightOf(dayOne)
			}
		}
		if (d.evaluate(approval, dayOne, nil) == Met) != (who == 3) {
			return false
		}
	}
	for i := range 2 {
		d := &deal{a: a, approval: approval, parties: make([]partyFacts, 2)}
		if d.parties[i].rejected = true; d.evaluate(approval, dayOne, nil) != Lost {
			return false
		}
	}
	return true
}

// takes tells whether the standard lifecycle has a rule on the kind or clock in the state.
func (d *deal) takes(on, state string) bool {
	if !d.frame.standard {
		return false
	}
	if on == "sign" {
		return d.takesSignatures(state)
	}
	if d.isAddedInForce(state) {
		return d.addedTakes(on, state)
	}
	if d.frame.two && slices.Contains(d.frame.names[:], state) {
		state = awaitingOne
	}
	if on == "approve" && state == approved && d.frame.two {
		return false // both have approved
	}
	return slices.Contains(standard[on], state)
}

// takesSignatures: sign is taken "in any state that is neither lapsed, expired nor final".
//
// Settled here: in an added state that has own rules on sign, these alone hold.
func (d *deal) takesSignatures(state string) bool {
	if d.a.Lifecycle != nil && slices.Contains(d.a.Lifecycle.States, state) && d.ownSpeaks("sign") {
		return false
	}
	own := d.a.Lifecycle != nil && slices.Contains(d.a.Lifecycle.Final, state)
	return !own && !slices.Contains([]string{lapsed, expired, terminated}, state)
}

func (d *deal) isAddedInForce(state string) bool {
	l := d.a.Lifecycle
	return l != nil && slices.Contains(l.InForce, state) && state != implemented && state != suspended
}

// addedTakes follows "Added `in_force` states have `implemented`'s rules that move nothing, and those on withdraw,
// notice and term, unless their own rules speak of that kind."
func (d *deal) addedTakes(on, state string) bool {
	if slices.ContainsFunc(d.a.Lifecycle.Rules, func(r Rule) bool { return r.On == on && slices.Contains(r.From, state) }) {
		return false
	}
	// terminate moves nothing only where it is a notice; suspend and resume look for themselves.
	if on == "terminate" {
		return len(d.a.Parties) == 2 && d.a.Notice != nil
	}
	return slices.Contains(standard[on], implemented)
}

// inForceState tells whether the deal is in force in a state.
//
// Settled here: also in one that an own rule on the term leaves.
func (d *deal) inForceState(state string) bool {
	return d.frame.standard && (state == implemented || state == suspended) ||
		d.a.Lifecycle != nil && slices.Contains(d.a.Lifecycle.InForce, state) ||
		slices.ContainsFunc(d.rules(), func(r Rule) bool { return r.On == "term" && slices.Contains(r.From, state) })
}

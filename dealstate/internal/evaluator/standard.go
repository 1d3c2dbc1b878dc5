package evaluator

import "slices"

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
	"negotiate": states(open, provisional, rejected, lapsed),
	"submit":    states(open, provisional, rejected),
	"amend":     placing,
	"extend":    states(active, lapsed, expired),
	"perform":   active,
	"breach":    active,
	"approve":   active,
	"reject":    active,
	"withdraw":  states(active, lapsed, expired),
	"apply":     states(open, approved, provisional), // "from the open states and `approved` to `provisional`"
	"implement": states(open, approved, provisional),
	"dispute":   states(active, expired, terminated),
	"settle":    states(active, expired, terminated),
	"suspend":   {implemented, suspended},
	"resume":    {implemented, suspended},
	"terminate": states(open, approved, provisional, implemented, suspended),

	"reached":  placing,
	"effect":   {approved, provisional},
	"notice":   {implemented, suspended},
	"term":     {implemented, suspended},
	"deadline": states(open, rejected, provisional),
}

// standardRules are the ids of the standard rules that an extending lifecycle may drop.
var standardRules = []string{"negotiate", "new_round", "sign", "submit", "amend", "extend", "reopen", "revive", "perform",
	"breach", "approve", "join", "revoke_notice", "reject", "withdraw", "refuse", "give_notice", "leave", "denounce", "apply",
	"end_application", "implement", "dispute", "settle", "suspend", "suspend_part", "resume", "resume_part", "terminate",
	"judge", "effect", "expire", "lapse"}

func states(some []string, more ...string) []string { return append(slices.Clone(some), more...) }

// frame says which standard lifecycle a deal follows.
type frame struct {
	standard bool      // the standard rules hold (alone, or extended by own ones)
	two      bool      // a state is named after the approver still awaited
	names    [2]string // those two states, by the awaited party
}

func newFrame(a *Agreement, approval *Condition) frame {
	f := frame{standard: a.Lifecycle == nil || a.Lifecycle.Extends != ""}
	// "Conditions that read `reached`, `signed` or `performed` use the many-party frame."
	if f.two = len(a.Parties) == 2 && !approval.readsMoreThanApprovals(); f.two {
		for i := range f.names {
			f.names[i] = "awaiting_" + stateName(a.Parties[i]) + "_approval"
		}
	}
	return f
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
	return slices.Contains(standard[on], state)
}

// takesSignatures: sign is taken "in any state that is neither lapsed, expired nor final".
func (d *deal) takesSignatures(state string) bool {
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
	// terminate is the rule of implemented that always moves; suspend and resume look for themselves.
	return on != "terminate" && slices.Contains(standard[on], implemented)
}

func (d *deal) inForceState(state string) bool {
	return state == implemented || state == suspended || d.a.Lifecycle != nil && slices.Contains(d.a.Lifecycle.InForce, state)
}

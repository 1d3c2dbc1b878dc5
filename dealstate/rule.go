package dealstate

import (
	"fmt"
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// State names one state of a deal.
type State string

// The states of the standard lifecycles. A deal of two parties has besides one
// state an approver still awaited, such as awaiting_xi_approval.
const (
	StateNegotiated        State = "negotiated"
	StateAwaitingApprovals State = "awaiting_approvals"
	StateApproved          State = "approved"
	StateProvisional       State = "provisional"
	StateImplemented       State = "implemented"
	StateRejected          State = "rejected"
	StateLapsed            State = "lapsed"
	StateSuspended         State = "suspended"
	StateExpired           State = "expired"
	StateTerminated        State = "terminated"
)

// Rule is one row of the state machine: on a kind of event, or on a clock, from
// any of the From states, the deal moves to To if the guard When is met. The
// guard sees the deal as the event would leave it, so that the last approval
// missing counts itself.
//
// An event takes effect if a rule accepts it, and only then. Of several rules
// for one kind and state, the one of the lowest Order whose guard is met fires.
type Rule struct {
	ID    string  // permanent: decisions refer to it
	On    Trigger // a Kind or a Clock
	From  []State
	To    State               // "": the deal stays in its state
	When  condition.Condition // zero: always
	Order int
}

// Lifecycle is a state machine as data. A deal begins in Initial; a deal that
// comes back there from another state starts a new round: the revision goes up
// and earlier approvals are stale. Final states have no way out.
//
// While the deal is in a state that a Deadline, Effect or Term rule leaves,
// that clock runs. The term runs from when the deal enters such a state.
//
// A lifecycle that extends the standard one adds its states and rules to that of the
// agreement, and drops rules of it first; its own Initial, if it has one, replaces it.
type Lifecycle struct {
	Extends string // "standard", or "" for one that stands alone
	Initial State
	States  []State
	InForce []State // in which the deal is in force beside those that a Term rule leaves
	Final   []State
	Rules   []Rule
	Drop    []string // ids of rules that it does without
}

// checkOrders refuses what the JSON form would not take.
func (l Lifecycle) checkOrders() error {
	for _, r := range l.Rules {
		if r.Order < -field.MaxOrder || r.Order > field.MaxOrder {
			return field.Errorf(ruleField(r.ID)+".order", "%d is out of range; want %d to %d", r.Order, -field.MaxOrder, field.MaxOrder)
		}
	}
	return nil
}

// clone copies all that a caller could change later.
func (l Lifecycle) clone() Lifecycle {
	l.States, l.Final, l.Rules = slices.Clone(l.States), slices.Clone(l.Final), slices.Clone(l.Rules)
	l.InForce, l.Drop = slices.Clone(l.InForce), slices.Clone(l.Drop)
	for i := range l.Rules {
		l.Rules[i].From = slices.Clone(l.Rules[i].From)
	}
	return l
}

// MarshalJSON writes the lifecycle.
func (l Lifecycle) MarshalJSON() ([]byte, error) {
	var o strictjson.Object
	o.Text("extends", l.Extends)
	if l.Extends == "" || l.Initial != "" {
		o.Must("initial", l.Initial)
	}
	if l.Extends == "" || len(l.States) > 0 {
		o.Must("states", strictjson.OrEmpty(l.States))
	}
	if len(l.InForce) > 0 {
		o.Must("in_force", l.InForce)
	}
	if len(l.Final) > 0 {
		o.Must("final", l.Final)
	}
	o.Must("rules", strictjson.OrEmpty(l.Rules))
	if len(l.Drop) > 0 {
		o.Must("drop", l.Drop)
	}
	return o.Done()
}

// MarshalJSON writes the rule; empty fields are left out.
func (r Rule) MarshalJSON() ([]byte, error) {
	var o strictjson.Object
	o.Must("id", r.ID)
	o.Must("on", orNone(r.On))
	o.Must("from", strictjson.OrEmpty(r.From))
	o.Text("to", string(r.To))
	if !r.When.IsZero() {
		o.Must("when", r.When)
	}
	o.Integer("order", int64(r.Order))
	return o.Done()
}

// UnmarshalJSON reads what MarshalJSON writes; [Compile] examines it.
func (l *Lifecycle) UnmarshalJSON(data []byte) error {
	if err := strictjson.CheckSize("lifecycle", data); err != nil {
		return err
	}
	var read Lifecycle
	if err := read.read(strictjson.Field{Path: "lifecycle", Raw: data}); err != nil {
		return err
	}
	*l = read
	return nil
}

func (l *Lifecycle) read(f strictjson.Field) error {
	return f.Object(
		strictjson.Slot{Key: "extends", To: &l.Extends},
		strictjson.Slot{Key: "initial", To: (*string)(&l.Initial)},
		strictjson.Slot{Key: "in_force", To: strictjson.ListOf(&l.InForce, field.MaxStates, strictjson.ReadText)},
		strictjson.Slot{Key: "drop", To: strictjson.ListOf(&l.Drop, field.MaxRules, strictjson.ReadText)},
		strictjson.Slot{Key: "states", To: strictjson.ListOf(&l.States, field.MaxStates, strictjson.ReadText)},
		strictjson.Slot{Key: "final", To: strictjson.ListOf(&l.Final, field.MaxStates, strictjson.ReadText)},
		strictjson.Slot{Key: "rules", To: strictjson.ListOf(&l.Rules, field.MaxRules, (*Rule).read)})
}

func (r *Rule) read(f strictjson.Field) error {
	return f.Object(
		strictjson.Slot{Key: "id", To: &r.ID},
		strictjson.Slot{Key: "on", To: triggerText{&r.On}},
		strictjson.Slot{Key: "from", To: strictjson.ListOf(&r.From, field.MaxStates, strictjson.ReadText)},
		strictjson.Slot{Key: "to", To: (*string)(&r.To)},
		strictjson.Slot{Key: "when", To: &r.When},
		strictjson.Slot{Key: "order", To: &r.Order})
}

// destination is where the rule leads from one of its states.
func (r Rule) destination(from State) State {
	if r.To == "" {
		return from
	}
	return r.To
}

func ruleField(id string) string { return fmt.Sprintf("lifecycle.rules[%s]", field.Clip(id)) }

// stateSet is a set of states.
type stateSet map[State]bool

func setOf(states []State) stateSet {
	set := make(stateSet, len(states))
	for _, s := range states {
		set[s] = true
	}
	return set
}

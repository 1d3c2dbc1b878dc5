package dealstate

import (
	"cmp"
	"fmt"
	"slices"
)

// State names one state of a deal.
type State string

const (
	maxStates = 250
	maxRules  = 2_000
	maxOrder  = 1_000_000
)

// The states of the standard lifecycles. A deal of two parties has besides one
// state an approver still awaited, such as awaiting_xi_approval.
const (
	StateNegotiated        State = "negotiated"
	StateAwaitingApprovals State = "awaiting_approvals"
	StateApproved          State = "approved"
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
	ID    string // permanent: decisions refer to it
	On    Kind
	From  []State
	To    State     // "": the deal stays in its state
	When  Condition // zero: always
	Order int
}

// Lifecycle is a state machine as data. A deal begins in Initial; a deal that
// comes back there from another state starts a new round: the revision goes up
// and earlier approvals are stale. Final states have no way out.
//
// While the deal is in a state that a Deadline, Effect or Term rule leaves,
// that clock runs. The term runs from when the deal enters such a state.
type Lifecycle struct {
	Initial State
	States  []State
	Final   []State
	Rules   []Rule
}

// checkOrders refuses what the JSON form would not take.
func (l Lifecycle) checkOrders() error {
	for _, r := range l.Rules {
		if r.Order < -maxOrder || r.Order > maxOrder {
			return fieldErr(ruleField(r.ID)+".order", "%d is out of range; want %d to %d", r.Order, -maxOrder, maxOrder)
		}
	}
	return nil
}

// clone copies all that a caller could change later.
func (l Lifecycle) clone() Lifecycle {
	l.States, l.Final, l.Rules = slices.Clone(l.States), slices.Clone(l.Final), slices.Clone(l.Rules)
	for i := range l.Rules {
		l.Rules[i].From = slices.Clone(l.Rules[i].From)
	}
	return l
}

// MarshalJSON writes the lifecycle.
func (l Lifecycle) MarshalJSON() ([]byte, error) {
	var o object
	o.must("initial", l.Initial)
	o.must("states", orEmpty(l.States))
	if len(l.Final) > 0 {
		o.must("final", l.Final)
	}
	o.must("rules", orEmpty(l.Rules))
	return o.done()
}

// MarshalJSON writes the rule; empty fields are left out.
func (r Rule) MarshalJSON() ([]byte, error) {
	var o object
	o.must("id", r.ID)
	o.must("on", r.On)
	o.must("from", orEmpty(r.From))
	o.text("to", string(r.To))
	if !r.When.IsZero() {
		o.must("when", r.When)
	}
	o.integer("order", int64(r.Order))
	return o.done()
}

// UnmarshalJSON reads what MarshalJSON writes; [Compile] examines it.
func (l *Lifecycle) UnmarshalJSON(data []byte) error {
	var read Lifecycle
	if err := read.read(field{path: "lifecycle", raw: data}); err != nil {
		return err
	}
	*l = read
	return nil
}

func (l *Lifecycle) read(f field) error {
	return f.object(
		slot{"initial", &l.Initial},
		slot{"states", listOf(&l.States, maxStates, readText)},
		slot{"final", listOf(&l.Final, maxStates, readText)},
		slot{"rules", listOf(&l.Rules, maxRules, (*Rule).read)})
}

func (r *Rule) read(f field) error {
	return f.object(
		slot{"id", &r.ID},
		slot{"on", &r.On},
		slot{"from", listOf(&r.From, maxStates, readText)},
		slot{"to", &r.To},
		slot{"when", r.When.read},
		slot{"order", &r.Order})
}

// destination is where the rule leads from one of its states.
func (r Rule) destination(from State) State {
	if r.To == "" {
		return from
	}
	return r.To
}

// ordered gives the rules for one kind and state, the first to try first.
func (l Lifecycle) ordered(on Kind, from State) []int {
	var found []int
	for i, r := range l.Rules {
		if r.On == on && slices.Contains(r.From, from) {
			found = append(found, i)
		}
	}
	slices.SortStableFunc(found, func(a, b int) int { return cmp.Compare(l.Rules[a].Order, l.Rules[b].Order) })
	return found
}

func ruleField(id string) string { return fmt.Sprintf("lifecycle.rules[%s]", clip(id)) }

package dealstate

import (
	"context"

	"github.com/looplab/fsm"
)

// runner is one looplab machine with what its callback needs to see. looplab's
// FSM holds its state and its maps in one value (1.2 KB) and is not for two
// goroutines at once, so runners are pooled and each belongs to one caller at a
// time.
type runner struct {
	m     *Machine
	fsm   *fsm.FSM
	state int // that the fsm is in
	rule  int
	now   *situation // nil while probing: every guard is let through
	to    string     // where looplab says that the rule leads
}

func newRunner(m *Machine) *runner {
	r := &runner{m: m, state: m.initial}
	var events fsm.Events
	for _, rule := range m.lifecycle.Rules {
		for _, from := range rule.From {
			// A rule that stays in its state has one destination a source.
			events = append(events, fsm.EventDesc{Name: rule.ID, Src: []string{string(from)}, Dst: string(rule.destination(from))})
		}
	}
	r.fsm = fsm.NewFSM(string(m.lifecycle.Initial), events, fsm.Callbacks{"before_event": r.guard})
	return r
}

// unmetError carries the reasons of a guard through looplab.
type unmetError struct{ reasons []Reason }

func (e *unmetError) Error() string { return joinReasons(e.reasons) }

func (r *runner) guard(_ context.Context, e *fsm.Event) {
	if r.to = e.Dst; r.now == nil {
		return
	}
	if g := &r.m.guards[r.rule]; g.eval(r.now) != Met {
		e.Cancel(&unmetError{reasons: g.unmet(r.now, r.m.lifecycle.Rules[r.rule].ID, nil)})
	}
}

// fire asks looplab to take the rule from the state. Ok is false when looplab
// has no such transition, or when the guard cancelled it, for the reasons given.
func (r *runner) fire(rule, state int, now *situation) (next int, why []Reason, ok bool) {
	r.rule, r.now = rule, now
	if r.state != state {
		r.fsm.SetState(string(r.m.lifecycle.States[state]))
		r.state = state
	}
	// No caller's context: looplab v1.0.3 stays locked in mid-transition when
	// its context is cancelled under way.
	err := r.fsm.Event(context.Background(), r.m.lifecycle.Rules[rule].ID)
	r.now = nil
	switch err := err.(type) {
	case nil:
		r.state = r.m.stateOf(r.to, rule, state)
		return r.state, nil, true
	case fsm.NoTransitionError: // a rule that stays in its state
		return state, nil, true
	case fsm.CanceledError:
		if unmet, is := err.Err.(*unmetError); is {
			return state, unmet.reasons, false
		}
	}
	return state, nil, false
}

// stateOf gives looplab's state as an index. The table's guess saves a look-up.
func (m *Machine) stateOf(name string, rule, state int) int {
	if rule < len(m.next) { // while probing, the table is still being made
		if guess := m.next[rule][state]; guess >= 0 && string(m.lifecycle.States[guess]) == name {
			return guess
		}
	}
	return m.states[State(name)]
}

// live fires one rule on a pooled runner. A runner that panicked is not put
// back, for looplab may hold its lock.
func (m *Machine) live(rule, state int, now *situation) (int, []Reason, bool) {
	r := m.runners.Get().(*runner)
	next, why, ok := r.fire(rule, state, now)
	m.runners.Put(r)
	return next, why, ok
}

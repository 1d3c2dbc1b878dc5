package dealstate

import (
	"context"

	"github.com/looplab/fsm"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// runner is one looplab machine. looplab's FSM holds its state and its maps in one
// value (1.2 KB) and is not for two goroutines at once, so runners are pooled and each
// belongs to one caller at a time.
//
// It has no callbacks: a guard is judged before looplab is asked, and is not judged
// again within. Where there are none, looplab looks for none, which is a third of its
// work.
type runner struct {
	m     *Machine
	fsm   *fsm.FSM
	state int // that the fsm is in
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
	r.fsm = fsm.NewFSM(string(m.lifecycle.Initial), events, nil)
	return r
}

// can asks looplab whether it has a transition of the rule from the state. To fire one
// that it lacks takes a walk through all it has, as of v1.0.3.
func (r *runner) can(rule, state int) bool {
	r.stand(state)
	return r.fsm.Can(r.m.lifecycle.Rules[rule].ID)
}

func (r *runner) stand(state int) {
	if r.state != state {
		r.fsm.SetState(string(r.m.lifecycle.States[state]))
		r.state = state
	}
}

// fire asks looplab to take the rule from the state, if the verdict of the rule's guard
// lets it. Ok is false when looplab has no such transition, and when the guard is unmet.
func (r *runner) fire(rule, state int, verdict condition.Verdict) (next int, ok bool) {
	if verdict != condition.Met {
		return state, false
	}
	r.stand(state)
	// No caller's context: looplab v1.0.3 stays locked in mid-transition when
	// its context is cancelled under way.
	switch r.fsm.Event(context.Background(), r.m.lifecycle.Rules[rule].ID).(type) {
	case nil:
		r.state = r.m.stateOf(r.fsm.Current(), rule, state)
		return r.state, true
	case fsm.NoTransitionError: // a rule that stays in its state
		return state, true
	}
	return state, false
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

// fire fires one rule on a pooled runner. A runner that panicked is not put
// back, for looplab may hold its lock.
func (m *Machine) fire(rule, state int, verdict condition.Verdict) (next int, ok bool) {
	r := m.runners.Get().(*runner)
	next, ok = r.fire(rule, state, verdict)
	m.runners.Put(r)
	return next, ok
}

// moveByLooplab has looplab take the transition. It cannot refuse: the rule was
// found among those of the state, and its guard is met.
func (m *Machine) moveByLooplab(rule, state int) (next int) {
	next, ok := m.fire(rule, state, condition.Met)
	if !ok {
		panic("dealstate: looplab refused rule " + m.lifecycle.Rules[rule].ID + " in state " + string(m.lifecycle.States[state]))
	}
	return next
}

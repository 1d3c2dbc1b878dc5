package dealstate

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/looplab/fsm"
)

// Machine is an agreement compiled: its rules examined and handed to
// looplab/fsm. It does not change, may be shared by any number of deals, and is
// safe for concurrent use.
type Machine struct {
	agreement   Agreement
	lifecycle   Lifecycle
	states      map[State]int
	parties     map[string]int
	commitments map[string]int
	weights     []int64
	approval    guard
	asked       bitset // the parties whose approval the condition asks about
	initial     int
	guards      []guard      // by rule
	guardWords  []string     // by rule
	grounds     [][][]Reason // by rule and party: why an act counts, where that is always the same
	tried       [][][]int    // by kind and state: the rules, the first to try first
	next        [][]int      // by rule and state: where looplab led, or -1
	leadsTo     [][]bool     // by kind and state: a rule for the kind leads there from elsewhere
	runs        [][]bool     // by clock and state: the clock runs
	clocks      [][]int      // by state: those that run, in the order in which they fire
	ends        []bool       // by state: a term rule leads there
	runners     sync.Pool    // of *runner
}

// Compile examines an agreement and its rules, and builds the machine that
// runs them. The error is a *FieldError; for a rule it names the rule's id.
func Compile(a Agreement) (*Machine, error) {
	if err := a.Validate(); err != nil {
		return nil, err
	}
	a = a.clone()
	m := &Machine{agreement: a, lifecycle: a.lifecycle()}
	if err := m.lifecycle.check(a); err != nil {
		return nil, err
	}
	m.index()
	m.approval = m.bind(a.Approval)
	m.asked = newBitset(len(a.Parties))
	m.approval.relevant(m.asked)
	for _, r := range m.lifecycle.Rules {
		m.guards = append(m.guards, m.bindGuard(r.When))
		m.guardWords = append(m.guardWords, m.wordsOf(r.When))
	}
	m.runners.New = func() any { return newRunner(m) }
	if err := m.probe(); err != nil {
		return nil, err
	}
	m.tabulate()
	m.ground()
	if err := m.examineGuards(); err != nil {
		return nil, err
	}
	return m, nil
}

// Agreement returns a copy of the agreement that was compiled.
func (m *Machine) Agreement() Agreement { return m.agreement.clone() }

// Deal returns the agreement's id, by which events name their deal.
func (m *Machine) Deal() string { return m.agreement.ID }

// Lifecycle returns a copy of the rules that run it: the agreement's own, or
// the standard ones.
func (m *Machine) Lifecycle() Lifecycle { return m.lifecycle.clone() }

func (m *Machine) index() {
	m.states = make(map[State]int)
	for i, s := range m.lifecycle.States {
		m.states[s] = i
	}
	m.initial = m.states[m.lifecycle.Initial]
	m.indexNames()
}

func (m *Machine) indexNames() {
	m.parties = make(map[string]int)
	for i, p := range m.agreement.Parties {
		m.parties[p.ID] = i
		m.weights = append(m.weights, p.Weight)
	}
	m.commitments = make(map[string]int)
	for i, c := range m.agreement.Commitments {
		m.commitments[c.ID] = i
	}
}

// wordsOf says a guard, with the approval condition spelled out.
func (m *Machine) wordsOf(c Condition) string {
	if c.op == opApproval && c.name == "met" {
		return m.agreement.Approval.text()
	}
	return c.text()
}

// bindGuard differs from bind in what the zero condition means.
func (m *Machine) bindGuard(c Condition) guard {
	if c.IsZero() {
		c = All()
	}
	return m.bind(c)
}

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

// probe asks looplab for every state and rule where it leads, so that the
// table cannot hold a transition that looplab lacks.
func (m *Machine) probe() error {
	r := newRunner(m)
	for i, rule := range m.lifecycle.Rules {
		row := make([]int, len(m.lifecycle.States))
		for s, state := range m.lifecycle.States {
			next, _, ok := r.fire(i, s, nil)
			if !ok {
				next = -1
			}
			row[s] = next
			if ok != slices.Contains(rule.From, state) || ok && m.lifecycle.States[next] != rule.destination(state) {
				return fieldErr(ruleField(rule.ID), "looplab/fsm takes it from %s to another state than the rule says", state)
			}
		}
		m.next = append(m.next, row)
	}
	m.runners.Put(r)
	return nil
}

func (m *Machine) tabulate() {
	kinds := int(Term) + 1
	m.tried, m.leadsTo = make([][][]int, kinds), make([][]bool, kinds)
	for k := range kinds {
		m.tried[k] = make([][]int, len(m.lifecycle.States))
		m.leadsTo[k] = make([]bool, len(m.lifecycle.States))
		for s, state := range m.lifecycle.States {
			m.tried[k][s] = m.lifecycle.ordered(Kind(k), state)
		}
	}
	m.ends = make([]bool, len(m.lifecycle.States))
	for _, r := range m.lifecycle.Rules {
		if r.To != "" {
			m.leadsTo[r.On][m.states[r.To]] = true
			m.ends[m.states[r.To]] = m.ends[m.states[r.To]] || r.On == Term
		}
	}
	m.runs, m.clocks = make([][]bool, numClocks), make([][]int, len(m.lifecycle.States))
	for _, clock := range [...]Kind{Effect, Term, Deadline} {
		c := int(clock - firstClock)
		m.runs[c] = make([]bool, len(m.lifecycle.States))
		for s := range m.lifecycle.States {
			if m.runs[c][s] = len(m.tried[clock][s]) > 0; m.runs[c][s] {
				m.clocks[s] = append(m.clocks[s], c)
			}
		}
	}
}

// maxGrounds bounds how many reasons are made ahead. They are shared by all
// decisions, so that the usual act allocates none.
const maxGrounds = 2_000

func (m *Machine) ground() {
	parties := len(m.agreement.Parties)
	if len(m.lifecycle.Rules)*parties > maxGrounds {
		return
	}
	m.grounds = make([][][]Reason, len(m.lifecycle.Rules))
	for r, rule := range m.lifecycle.Rules {
		m.grounds[r] = append(m.grounds[r], m.findGrounds(r, Reason{Code: ReasonCounted, Detail: rule.On.String()}))
		for _, p := range m.agreement.Parties {
			m.grounds[r] = append(m.grounds[r], m.findGrounds(r, Reason{Code: ReasonCounted, Subject: p.ID, Detail: rule.On.String()}))
		}
	}
}

// groundsFor lists why an applied event counts: what it did, and what the rule
// found.
func (m *Machine) groundsFor(rule, party int, did *Reason) []Reason {
	if m.grounds != nil && did.Code == ReasonCounted {
		return m.grounds[rule][party+1]
	}
	return m.findGrounds(rule, *did)
}

func (m *Machine) findGrounds(rule int, did Reason) []Reason {
	r := m.lifecycle.Rules[rule]
	if r.When.IsZero() {
		return []Reason{did}
	}
	return []Reason{did, {Code: ReasonMet, Rule: r.ID, Detail: m.guardWords[rule]}}
}

func ruleField(id string) string { return fmt.Sprintf("lifecycle.rules[%s]", clip(id)) }

package dealstate

import (
	"cmp"
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// probe asks looplab for every state and rule where it leads, so that the
// table cannot hold a transition that looplab lacks.
func (m *Machine) probe() error {
	r := newRunner(m)
	for i, rule := range m.lifecycle.Rules {
		row, from := make([]int, len(m.lifecycle.States)), setOf(rule.From)
		for s, state := range m.lifecycle.States {
			next, ok := -1, r.can(i, s)
			if ok {
				next, ok = r.fire(i, s, condition.Met) // every guard is let through
			}
			if !ok {
				next = -1
			}
			row[s] = next
			if ok != from[state] || ok && m.lifecycle.States[next] != rule.destination(state) {
				return field.Errorf(ruleField(rule.ID), "looplab/fsm takes it from %s to another state than the rule says", state)
			}
		}
		m.next = append(m.next, row)
	}
	m.runners.Put(r)
	return nil
}

func (m *Machine) tabulate() {
	triggers := m.triggers()
	m.tried, m.leadsTo = make([][][]int, len(triggers)), make([][]bool, len(triggers))
	for on := range triggers {
		m.tried[on] = make([][]int, len(m.lifecycle.States))
		m.leadsTo[on] = make([]bool, len(m.lifecycle.States))
	}
	rows := make(map[Trigger]int, len(triggers))
	for on, trigger := range triggers {
		rows[trigger] = on
	}
	for i, r := range m.lifecycle.Rules {
		for _, from := range r.From {
			of := &m.tried[rows[r.On]][m.states[from]]
			*of = append(*of, i)
		}
	}
	for on := range m.tried {
		for _, rules := range m.tried[on] { // the first to try first
			slices.SortStableFunc(rules, func(a, b int) int { return cmp.Compare(m.lifecycle.Rules[a].Order, m.lifecycle.Rules[b].Order) })
		}
	}
	m.ends = make([]bool, len(m.lifecycle.States))
	for _, r := range m.lifecycle.Rules {
		if r.To != "" {
			m.leadsTo[rows[r.On]][m.states[r.To]] = true
			m.ends[m.states[r.To]] = m.ends[m.states[r.To]] || r.On == Term
		}
	}
	m.runs = make([][]bool, numSettings)
	for _, clock := range []Clock{Deadline, Effect, Term} {
		runs := make([]bool, len(m.lifecycle.States))
		for s := range m.lifecycle.States {
			runs[s] = len(m.tried[clock.row()][s]) > 0
		}
		m.runs[clock.place()] = runs
	}
	m.inForce = slices.Clone(m.runs[termClock])
	for _, s := range m.lifecycle.InForce {
		m.inForce[m.states[s]] = true
	}
}

// triggers lists all that a rule of this machine can wait for, each at its row.
func (m *Machine) triggers() []Trigger {
	all := []Trigger{nil}
	for _, k := range Kinds() {
		all = append(all, k)
	}
	for _, c := range Clocks() {
		all = append(all, c)
	}
	for _, t := range m.agreement.Timers {
		all = append(all, Timer(t.ID))
	}
	return all
}

// moveByTable takes the transition that looplab was asked about when the
// machine was compiled.
func (m *Machine) moveByTable(rule, state int) (next int) { return m.next[rule][state] }

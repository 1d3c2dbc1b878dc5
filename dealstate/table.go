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
	m.tried, m.leadsTo = make([][][]int, numTriggers), make([][]bool, numTriggers)
	for on := range numTriggers {
		m.tried[on] = make([][]int, len(m.lifecycle.States))
		m.leadsTo[on] = make([]bool, len(m.lifecycle.States))
	}
	for i, r := range m.lifecycle.Rules {
		for _, from := range r.From {
			of := &m.tried[r.On.row()][m.states[from]]
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
			m.leadsTo[r.On.row()][m.states[r.To]] = true
			m.ends[m.states[r.To]] = m.ends[m.states[r.To]] || r.On == Term
		}
	}
	m.runs, m.clocks = make([][]bool, numClocks), make([][]int, len(m.lifecycle.States))
	for _, clock := range firingOrder() {
		c := clock.place()
		m.runs[c] = make([]bool, len(m.lifecycle.States))
		for s := range m.lifecycle.States {
			if m.runs[c][s] = len(m.tried[clock.row()][s]) > 0; m.runs[c][s] {
				m.clocks[s] = append(m.clocks[s], c)
			}
		}
	}
}

// moveByTable takes the transition that looplab was asked about when the
// machine was compiled.
func (m *Machine) moveByTable(rule, state int) (next int) { return m.next[rule][state] }

package dealstate

import (
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Compile examines an agreement and its rules, and builds the machine that
// runs them. The error is a *FieldError; for a rule it names the rule's id. What
// compiling may cost in all is bounded, some seconds at most: an agreement of more
// rules, states and conditions than that is refused.
func Compile(a Agreement) (*Machine, error) {
	a = a.clone()
	names, err := a.validate()
	if err != nil {
		return nil, err
	}
	m := &Machine{agreement: a, lifecycle: a.lifecycle(), names: names}
	work := &budget{left: mostWork}
	costs, err := m.spendAhead(work)
	if err != nil {
		return nil, err
	}
	if err := m.lifecycle.check(a, m.names); err != nil {
		return nil, err
	}
	m.index()
	m.approval = m.names.BindApproval(a.Approval)
	m.asked = m.approval.Awaited()
	m.asksNobody = m.asked.Count() == 0
	for i, c := range a.Commitments {
		if c.Within != nil || !c.Deadline.IsZero() {
			m.dated = append(m.dated, i)
		}
	}
	for _, r := range m.lifecycle.Rules {
		m.guards = append(m.guards, m.names.BindGuard(r.When, m.approval))
		m.guardWords = append(m.guardWords, m.wordsOf(r.When))
	}
	if err := m.findInstants(); err != nil {
		return nil, err
	}
	m.runners.New = func() any { return newRunner(m) }
	if err := m.probe(); err != nil {
		return nil, err
	}
	m.tabulate()
	m.ground()
	if err := m.examineGuards(costs, work); err != nil {
		return nil, err
	}
	return m, nil
}

// findInstants lists the instants that conditions name, each once.
func (m *Machine) findInstants() error {
	m.instants = m.names.Reads(append(slices.Clone(m.guards), m.approval)...).Instants
	slices.SortFunc(m.instants, time.Time.Compare)
	m.instants = slices.CompactFunc(m.instants, time.Time.Equal)
	if len(m.instants) > field.MaxInstants {
		return field.Errorf("approval", "the conditions name %d instants; want at most %d", len(m.instants), field.MaxInstants)
	}
	return nil
}

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
		m.anyJoint = m.anyJoint || p.Approver == ""
	}
	m.speakers, _ = m.agreement.speakers() // Validate has checked them
	m.commitments = make(map[string]int)
	for i, c := range m.agreement.Commitments {
		m.commitments[c.ID] = i
	}
}

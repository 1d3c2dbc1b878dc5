package dealstate

// Compile examines an agreement and its rules, and builds the machine that
// runs them. The error is a *FieldError; for a rule it names the rule's id.
func Compile(a Agreement) (*Machine, error) {
	if err := a.Validate(); err != nil {
		return nil, err
	}
	a = a.clone()
	m := &Machine{agreement: a, lifecycle: a.lifecycle(), names: a.names()}
	if err := m.lifecycle.check(a, m.names); err != nil {
		return nil, err
	}
	m.index()
	m.approval = m.names.BindApproval(a.Approval)
	m.asked = m.approval.Awaited()
	for _, r := range m.lifecycle.Rules {
		m.guards = append(m.guards, m.names.BindGuard(r.When, m.approval))
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

package dealstate

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
	if err := m.examineGuards(costs, work); err != nil {
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

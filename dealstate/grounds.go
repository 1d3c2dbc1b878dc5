package dealstate

// maxGrounds bounds how many reasons are made ahead. They are shared by all
// decisions, so that the usual act allocates none.
const maxGrounds = 2_000

func (m *Machine) ground() {
	parties := len(m.agreement.Parties)
	if len(m.lifecycle.Rules)*parties > maxGrounds {
		return
	}
	m.grounds = make([][]*[]Reason, len(m.lifecycle.Rules))
	for r, rule := range m.lifecycle.Rules {
		m.grounds[r] = append(m.grounds[r], m.findGrounds(r, Reason{Code: ReasonCounted, Detail: rule.On.String()}))
		for _, p := range m.agreement.Parties {
			m.grounds[r] = append(m.grounds[r], m.findGrounds(r, Reason{Code: ReasonCounted, Subject: p.ID, Detail: rule.On.String()}))
		}
	}
}

// groundsFor lists why an applied event counts: what it did, and what the rule
// found.
func (m *Machine) groundsFor(rule, party int, did *Reason) *[]Reason {
	if m.grounds != nil && did.Code == ReasonCounted {
		return m.grounds[rule][party+1]
	}
	return m.findGrounds(rule, *did)
}

func (m *Machine) findGrounds(rule int, did Reason) *[]Reason {
	r := &m.lifecycle.Rules[rule]
	if r.When.IsZero() {
		return because(did)
	}
	var both struct { // made at once
		why  []Reason
		room [2]Reason
	}
	both.room = [2]Reason{did, {Code: ReasonMet, Rule: r.ID, Detail: m.guardWords[rule]}}
	both.why = both.room[:]
	return &both.why
}

// because gives a reason in the form in which a decision points to it.
func because(why Reason) *[]Reason {
	var one struct { // made at once
		why  []Reason
		room [1]Reason
	}
	one.room[0] = why
	one.why = one.room[:]
	return &one.why
}

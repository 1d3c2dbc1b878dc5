package dealstate

import (
	"fmt"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	naming "github.com/fe115bb3/dealtracker/dealstate/internal/names"
)

// speakers finds the party by any name of its approver: as it is given, and
// folded. A name that two parties share is an error.
func (a Agreement) speakers() (map[string]int, error) {
	found := make(map[string]int, 2*len(a.Parties))
	add := func(name string, party int, at func() string) error {
		folded := naming.Fold(name)
		if other, taken := found[folded]; taken && other != party {
			return field.Errorf(at(), "%q is a name of the approver of %q too; want one name for one approver, such as the office or the full name",
				field.Clip(name), field.Clip(a.Parties[other].ID))
		}
		found[folded], found[name] = party, party
		return nil
	}
	for i, p := range a.Parties {
		if p.Approver == "" {
			continue
		}
		if err := add(p.Approver, i, func() string { return fmt.Sprintf("parties[%d].approver", i) }); err != nil {
			return nil, err
		}
		for k, alias := range p.Aliases {
			if err := add(alias, i, func() string { return fmt.Sprintf("parties[%d].aliases[%d]", i, k) }); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// speaker finds the party of which the name is the approver's. Most speakers
// bear a name as the agreement gives it; only others are folded.
func (m *Machine) speaker(name string) (party int, ok bool) {
	if party, ok = m.speakers[name]; !ok {
		party, ok = m.speakers[naming.Fold(name)]
	}
	return party, ok
}

// admitSpeaker holds the approver's role to the approvers: who speaks in it must
// bear the whole name of the party's approver, or a whole alias; for all sides
// jointly, that of one of them. A party that names no approver takes any name.
func (m *Machine) admitSpeaker(e *Event, party int32) error {
	if party < 0 {
		return m.admitJointSpeaker(e)
	}
	p := &m.agreement.Parties[party]
	if p.Approver == "" {
		return nil
	}
	if of, ok := m.speaker(e.By); ok && of == int(party) {
		return nil
	}
	return field.Errorf("by", "%q is not the approver of %s: want %q or another of its whole names; if this is one, list it in parties[%d].aliases; for another speaker the role is government, negotiator or counterparty",
		field.Clip(e.By), field.Clip(p.ID), field.Clip(p.Approver), party)
}

func (m *Machine) admitJointSpeaker(e *Event) error {
	if _, ok := m.speaker(e.By); ok || m.anyJoint {
		return nil
	}
	return field.Errorf("by", "%q is the approver of no party: want the whole name of one; if this is one, list it in that party's aliases; for another speaker the role is government, negotiator or press",
		field.Clip(e.By))
}

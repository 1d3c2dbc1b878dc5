package dealstate

import (
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	naming "github.com/fe115bb3/dealtracker/dealstate/internal/names"
)

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
func (m *Machine) admitSpeaker(e *Event, party int16) error {
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

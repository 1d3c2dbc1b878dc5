package dealstate

import "time"

// step is a decision in its short form: what a Decision says, as indexes.
type step struct {
	entry    *entry   // nil: a clock
	why      []Reason // a clock's first reason holds its instant
	revision int32
	rule     int16 // -1: none fired
	from, to int16
	kind     Kind
	outcome  Outcome
}

func (m *Machine) decision(st step) Decision {
	d := Decision{Deal: m.agreement.ID, Kind: st.kind, At: st.instant(), Outcome: st.outcome, Revision: int(st.revision), Reasons: st.why,
		From: m.lifecycle.States[st.from], To: m.lifecycle.States[st.to]}
	if st.entry != nil {
		d.Event, d.Party = st.entry.ID, m.partyID(st.entry)
	}
	if st.rule >= 0 {
		d.Rule = m.lifecycle.Rules[st.rule].ID
	}
	return d
}

func (st *step) instant() time.Time {
	if st.entry != nil {
		return st.entry.At
	}
	return st.why[0].At
}

func (m *Machine) decided(steps []step) []Decision {
	out := make([]Decision, len(steps))
	for i, st := range steps {
		out[i] = m.decision(st)
	}
	return out
}

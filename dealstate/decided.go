package dealstate

import "time"

// decided is a [Decision] in compact form: what it says, as indexes into its
// machine. It never changes.
type decided struct {
	entry    *entry   // nil: a clock
	why      []Reason // a clock's first reason holds its instant
	revision int32
	rule     int16 // -1: none fired
	from, to int16
	kind     Kind
	outcome  Outcome
}

func (m *Machine) decision(d decided) Decision {
	full := Decision{Deal: m.agreement.ID, Kind: d.kind, At: d.instant(), Outcome: d.outcome, Revision: int(d.revision), Reasons: d.why,
		From: m.lifecycle.States[d.from], To: m.lifecycle.States[d.to]}
	if d.entry != nil {
		full.Event, full.Party = d.entry.ID, m.partyID(d.entry)
	}
	if d.rule >= 0 {
		full.Rule = m.lifecycle.Rules[d.rule].ID
	}
	return full
}

func (m *Machine) decisions(all []decided) []Decision {
	full := make([]Decision, len(all))
	for i, d := range all {
		full[i] = m.decision(d)
	}
	return full
}

func (d *decided) instant() time.Time {
	if d.entry != nil {
		return d.entry.At
	}
	return d.why[0].At
}

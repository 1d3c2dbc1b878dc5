package dealstate

import (
	"slices"
	"time"
)

// decided is a [Decision] in compact form: what it says, as indexes into its
// machine, in 32 bytes. It never changes.
type decided struct {
	entry    *entry    // nil: a clock
	why      *[]Reason // mostly of the machine or of the folding; a clock's first reason holds its instant
	revision int32
	rule     int16 // -1: none fired
	from, to int16
	which    int16 // the commitment or timer whose clock it is; -1: neither
	party    int16 // whose act or clock; -1: all sides, or the deal's own clock
	clock    Clock // 0: an event
	outcome  Outcome
}

// add adds a reason.
func (d *decided) add(why Reason) {
	all := append(slices.Clip(d.reasons()), why)
	d.why = &all
}

func (d *decided) reasons() []Reason {
	if d.why == nil {
		return nil
	}
	return *d.why
}

func (m *Machine) decision(d decided) Decision {
	full := Decision{Deal: m.agreement.ID, Clock: d.clock, Party: m.nameOf(int(d.party)), At: d.instant(), Outcome: d.outcome, Revision: int(d.revision), Reasons: d.reasons(),
		From: m.lifecycle.States[d.from], To: m.lifecycle.States[d.to]}
	if d.entry != nil {
		full.Event, full.Kind = d.entry.id(), d.entry.Kind
	}
	switch {
	case d.clock == Overdue:
		full.Commitment = m.agreement.Commitments[d.which].ID
	case d.clock == Timed:
		full.Timer = m.agreement.Timers[d.which].ID
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
		return d.entry.at()
	}
	return (*d.why)[0].At
}

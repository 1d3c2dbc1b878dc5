package dealstate

import "github.com/fe115bb3/dealtracker/dealstate/internal/instant"

// warnEarly flags approvals dated before the text that they approve was
// agreed. Real records hold such dates, so they stand.
func (f *folding) warnEarly(e *entry) {
	if f.agreed {
		return
	}
	f.agreed = true
	for _, a := range f.acts {
		if a.entry != nil && a.entry.Kind == Approve && a.revision == f.revision && a.entry.at().Before(e.at()) {
			f.warnings.add(Reason{Code: ReasonEarly, Event: a.entry.id(), At: a.entry.at(), Detail: "the negotiation it rests on (" + e.id() + ")"})
		}
	}
}

// warnBeforeEffect flags an entry into force before the date that the
// agreement's own delay gives: perhaps a provisional application.
func (f *folding) warnBeforeEffect(e *entry) {
	if due := f.dueAt(effectClock); due.After(e.at()) {
		f.warnings.add(Reason{Code: ReasonEarly, Event: e.id(), At: e.at(), Detail: "its date of effect, " + instant.Say(due)})
	}
}

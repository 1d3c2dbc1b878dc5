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
		if a.entry != nil && a.entry.Kind == Approve && a.revision == f.revision && a.entry.At.Before(e.At) {
			f.warnings.add(Reason{Code: ReasonEarly, Event: a.entry.ID, At: a.entry.At, Detail: "the negotiation it rests on (" + e.ID + ")"})
		}
	}
}

// warnBeforeEffect flags an entry into force before the date that the
// agreement's own delay gives: perhaps a provisional application.
func (f *folding) warnBeforeEffect(e *entry) {
	if due := f.dueAt(effectClock); due.After(e.At) {
		f.warnings.add(Reason{Code: ReasonEarly, Event: e.ID, At: e.At, Detail: "its date of effect, " + instant.Say(due)})
	}
}

package dealstate

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// longBefore is how early not even a legal instrument, which may name a later day
// than its own, is recorded.
const longBefore = 366 * 24 * time.Hour

// foresee notes an act that took effect and is dated after it was learned: what
// nobody but a legal instrument can know.
func (f *folding) foresee(e *entry) {
	early := e.Recorded.Before(e.At) && (e.Role != Instrument || e.Recorded.Before(e.At.Add(-longBefore)))
	if !early || e.Kind.OfLog() {
		return
	}
	if f.foreseen.acts == 0 {
		f.foreseen.first = e
	}
	f.foreseen.acts++
}

// deny keeps a report that does not count, and yet denies what stands: spoken of as
// denied, or for an approval a rejection or withdrawal that the policy leaves out; by
// a voice nearer to the act than the one that counted, or of the same role and not
// recorded before it. Of several, the nearest is kept, and of those the last.
func (f *folding) deny(e *entry) {
	claim := f.claim(e)
	if claim < 0 || e.Modality != Denied && (e.Modality != Asserted || e.Kind != Reject && e.Kind != Withdraw) {
		return
	}
	if e.Modality == Denied && (e.Kind == Reject || e.Kind == Withdraw) {
		return // that says the approval stands
	}
	counts := f.claimant(claim)
	if counts == nil || e.Role > counts.Role || e.Role == counts.Role && e.Recorded.Before(counts.Recorded) {
		return
	}
	if before := f.denied[claim]; before == nil || e.Role <= before.Role {
		f.denied[claim] = e
	}
}

// affirm forgets who denied a claim: it has just been made anew, or said again by a
// voice as near as the denial's or nearer.
func (f *folding) affirm(e *entry) {
	claim := f.claim(e)
	if claim < 0 {
		return
	}
	if before := f.denied[claim]; before != nil && e.Role <= before.Role {
		f.denied[claim] = nil
	}
}

// warned lists all doubt about the answer, in a fixed order: what the agreement says
// of itself, what the log contradicts, what is denied, what was foreseen, and where
// the record ends.
func (f *folding) warned() []Reason {
	var out []Reason
	if text := f.m.agreement.Incomplete; text != "" {
		out = append(out, Reason{Code: ReasonIncomplete, Detail: text})
	}
	for _, w := range f.warnings {
		if w.Code != ReasonContradiction || !f.doubtsOrderOf(w.Event) {
			out = append(out, w)
		}
	}
	out = append(out, f.doubts...)
	for claim, by := range f.denied {
		if counts := f.claimant(claim); by != nil && counts != nil {
			subject := f.m.partyID(counts)
			if counts.Kind == Perform {
				subject = f.m.commitmentID(counts)
			}
			out = append(out, Reason{Code: ReasonDenied, Subject: subject, Event: by.ID, Detail: counts.Kind.String(), At: by.At})
		}
	}
	if first := f.foreseen.first; first != nil {
		out = append(out, Reason{Code: ReasonForeseen, Event: first.ID, Detail: instant.Say(first.At), At: first.Recorded, Have: int64(f.foreseen.acts)})
	}
	if f.ranOut {
		out = append(out, Reason{Code: ReasonRecordEnds, Subject: string(f.name()), At: f.ended})
	}
	return out
}

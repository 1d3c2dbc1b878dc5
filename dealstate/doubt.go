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
	early := e.recorded().Before(e.at()) && (e.Role != Instrument || e.recorded().Before(e.at().Add(-longBefore)))
	if !early || e.Kind.OfLog() {
		return
	}
	if f.foreseen.acts == 0 {
		f.foreseen.first = e
	}
	f.foreseen.acts++
}

// deny keeps a report that does not count and may speak against a claim. Of those that
// speak against what stands, the nearest is kept, and of those the last. One that
// speaks against nothing yet is kept beside none that does, for an act that ties with
// it may follow.
func (f *folding) deny(e *entry) {
	claim := f.claim(e)
	if claim < 0 || e.Modality != Denied && e.Modality != Asserted {
		return
	}
	before := f.denied[claim]
	speaks, spoke := f.isAgainst(e, claim), f.isAgainst(before, claim)
	if speaks && !spoke || speaks == spoke && (before == nil || !before.ties(e) && !spoke || e.Role <= before.Role) {
		f.denied[claim] = e
	}
}

// isAgainst reports whether a report denies the claim as it stands: from a voice nearer
// to the act than the one that counted, or of the same role and not recorded before it.
func (f *folding) isAgainst(e *entry, claim int) bool {
	counts := f.claimant(claim)
	if e == nil || counts == nil || !e.denies(counts) || e.Role > counts.Role {
		return false
	}
	if e.revision != 0 && counts.Kind == Approve && int(e.revision) != f.acts[claim].revision {
		return false // it speaks of another text
	}
	return e.Role < counts.Role || !e.recorded().Before(counts.recorded())
}

// denies reports whether a report speaks against an act: it says that the act was not
// done or, where a policy leaves it out, that a party consented otherwise.
func (in *entry) denies(act *entry) bool {
	if in.Kind.rank().class() == rankConsent && in.Modality == Asserted {
		return (in.Kind == Approve) != (act.Kind == Approve)
	}
	sameSide := in.party == act.party || in.party < 0 || act.party < 0
	return in.Modality == Denied && in.Kind == act.Kind && sameSide
}

// made forgets who denied a claim that has just been made, but for a report that only
// its id, kind or revision put before the act.
func (f *folding) made(e *entry) {
	claim := f.claim(e)
	if claim < 0 {
		return
	}
	if before := f.denied[claim]; before != nil && !before.ties(e) {
		f.denied[claim] = nil
	}
}

// affirm forgets who denied a claim: it has just been said again, by a voice as near as
// the denial's or nearer.
func (f *folding) affirm(e *entry) {
	claim := f.claim(e)
	if claim < 0 {
		return
	}
	if before := f.denied[claim]; before != nil && e.Role <= before.Role && !before.ties(e) {
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
	for w := range f.warnings.all() {
		if w.Code != ReasonContradiction || !f.doubtsOrderOf(w.Event) {
			out = append(out, w)
		}
	}
	out = append(out, f.doubts...)
	for claim, by := range f.denied {
		if f.isAgainst(by, claim) {
			counts := f.claimant(claim)
			subject := f.m.partyID(counts)
			if counts.Kind == Perform || counts.Kind == Breach {
				subject = f.m.commitmentID(counts)
			}
			out = append(out, Reason{Code: ReasonDenied, Subject: subject, Event: by.id(), Detail: counts.Kind.String(), At: by.at()})
		}
	}
	if first := f.foreseen.first; first != nil {
		out = append(out, Reason{Code: ReasonForeseen, Event: first.id(), Detail: instant.Say(first.at()), At: first.recorded(), Have: int64(f.foreseen.acts)})
	}
	if f.ranOut {
		out = append(out, Reason{Code: ReasonRecordEnds, Subject: string(f.name()), At: f.ended})
	}
	return out
}

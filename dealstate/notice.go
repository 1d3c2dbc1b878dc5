package dealstate

import (
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// giveNotice has a bound party leave at the end of its notice. The list of notices
// is copied, so that undo can give the old one back.
func (f *folding) giveNotice(e *entry, did *change) {
	p := int(e.party)
	given, until := leave{party: p, due: f.noticeEnds(e.at()), entry: e}, e.until()
	at, running := f.notice(p)
	switch {
	case running:
		if before := f.leaving[at]; !until.After(before.at(&f.situation)) {
			did.stop(Noted, Reason{Code: ReasonAlready, Subject: f.m.partyID(e), Detail: e.Kind.String(), Event: before.entry.id(), At: before.entry.at()})
			return
		}
		given.due = until
	case !until.IsZero():
		if floor := instant.Latest(given.at(&f.situation), e.at()); until.Before(floor) {
			did.stop(Refused, Reason{Code: ReasonNoticeTooShort, Subject: f.m.partyID(e), At: floor})
			return
		}
		given.due = until
	}
	next := slices.Clone(f.leaving)
	if running {
		next[at].due = given.due
	} else {
		next = slices.Insert(next, at, given)
	}
	f.leaving = next
	did.reason = Reason{Code: ReasonLeaves, Subject: f.m.partyID(e), At: given.at(&f.situation)}
}

// noticeEnds is when a notice given at t is over; zero: when the term is.
func (f *folding) noticeEnds(t time.Time) time.Time {
	switch a := &f.m.agreement; {
	case a.Notice != nil:
		return a.Notice.After(t)
	case a.Renew != nil && !f.dueAt(termClock).IsZero():
		return time.Time{}
	}
	return t
}

// revoke takes a running notice back: the party never ceased to be bound (Vienna
// Convention on the Law of Treaties, article 68).
func (f *folding) revoke(at int, e *entry, did *change) {
	given := f.leaving[at].entry
	f.leaving = slices.Delete(slices.Clone(f.leaving), at, at+1)
	did.reason = Reason{Code: ReasonRevokes, Subject: f.m.partyID(e), Event: given.id()}
}

// leaveNow ends the party's notice: its approval goes, and so does its own suspension.
func (f *folding) leaveNow(party int) {
	at, _ := f.notice(party)
	given := f.leaving[at]
	f.leaving = slices.Delete(slices.Clone(f.leaving), at, at+1)
	f.approved.Remove(party)
	f.own(&f.suspended).Remove(party)
	f.acts[party] = act{entry: given.entry, revision: f.revision}
	f.lastLeft = f.now
}

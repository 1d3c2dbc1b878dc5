package dealstate

import (
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate/internal/bitset"
)

// What the parties do each for itself: sign, apply provisionally, suspend.

// mark sets a party's bit in a set, or for all sides jointly every bit. It copies the
// set, so that undo can give the old one back, and reports whether anything changed.
func (f *folding) mark(set *bitset.Set, party int, on bool) (changed bool) {
	*set, changed = marked(*set, party, len(f.acts), on)
	return changed
}

// marked gives a copy of a set in which a member is, or is not; or for -1, all of so many
// members.
func marked(set bitset.Set, member, count int, on bool) (next bitset.Set, changed bool) {
	next = slices.Clone(set)
	first, end := member, member+1
	if member < 0 {
		first, end = 0, count
	}
	for i := first; i < end; i++ {
		if next.Has(i) != on {
			next.Put(i, on)
			changed = true
		}
	}
	return next, changed
}

// own gives a set that no copy shares.
func (f *folding) own(set *bitset.Set) bitset.Set {
	*set = slices.Clone(*set)
	return *set
}

// sign counts a signature, which is no approval (Vienna Convention on the Law of
// Treaties, articles 12 and 18). Without party it is that of all.
func (f *folding) sign(e *entry, did *change) {
	did.set = f.signed
	if !f.mark(&f.signed, int(e.party), true) {
		did.stop(Noted, Reason{Code: ReasonAlready, Subject: f.m.partyID(e), Detail: e.Kind.String()})
	}
}

// apply counts a provisional application.
func (f *folding) apply(e *entry, did *change) {
	did.set = f.applied
	joins := e.party < 0 && f.name() != StateProvisional // what each did for itself, all now do jointly
	if !f.mark(&f.applied, int(e.party), true) && !joins {
		did.stop(Noted, Reason{Code: ReasonAlready, Subject: f.m.partyID(e), Detail: e.Kind.String()})
	}
}

// suspend holds one commitment, one party of many, or in a deal of two one side or
// both; resume takes that back. Of many jointly it is for the rules.
func (f *folding) suspend(e *entry, did *change) {
	on, set, member, count := e.Kind == Suspend, &f.suspended, int(e.party), len(f.acts)
	switch {
	case e.commitment >= 0:
		set, member, count = &f.held, int(e.commitment), len(f.records)
	case e.party < 0 && len(f.acts) != 2:
		return
	}
	did.set, did.held = *set, e.commitment >= 0
	any := set.Count() > 0
	next, changed := marked(*set, member, count, on)
	*set = next
	switch {
	case changed, !on && !any && !f.concernsPart:
	case on:
		did.stop(Noted, Reason{Code: ReasonAlready, Subject: f.m.partyID(e), Detail: e.Kind.String()})
	default:
		did.stop(Refused, Reason{Code: ReasonNothingToResume, Subject: f.m.partyID(e)})
	}
}

// isPart reports whether an event concerns a part of the deal only.
func (f *folding) isPart(e *entry) bool {
	switch e.Kind {
	case Suspend, Resume:
		return e.commitment >= 0 || e.party >= 0 && len(f.acts) != 2
	}
	return false
}

func (f *folding) undoSuspend(did *change) {
	switch {
	case did.set == nil:
	case did.held:
		f.held = did.set
	default:
		f.suspended = did.set
	}
}

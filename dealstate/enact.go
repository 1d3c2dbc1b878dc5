package dealstate

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/bitset"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// change is what an event did to the situation before any rule was asked, and
// what it takes to undo it.
type change struct {
	outcome  Outcome // Applied: go on to the rules
	reason   Reason
	approved bool // of the event's party, before
	rejected bool
	act      act
	disputes sharedList[*entry]
	clock    int // that an extension moves
	setting  setting
	leaving  []leave
	record   record
	set      bitset.Set // that mark has replaced
	held     bool       // it was the set of suspended commitments
}

func (did *change) stop(outcome Outcome, why Reason) { did.outcome, did.reason = outcome, why }

// enact makes the event's own change: the guards are then asked about the deal
// as the event would leave it.
func (f *folding) enact(e *entry, did *change) {
	if !f.speaksOfThisRevision(e) {
		did.stop(Refused, Reason{Code: ReasonRevisionMismatch, Have: int64(e.revision), Need: int64(f.revision)})
		return
	}
	did.outcome = Applied
	did.reason.Code, did.reason.Subject, did.reason.Detail = ReasonCounted, f.m.partyID(e), e.Kind.String()
	switch e.Kind {
	case Approve, Reject, Withdraw:
		f.consent(e, did)
	case Sign:
		f.sign(e, did)
	case Apply:
		f.apply(e, did)
	case Amend:
		f.amend(did)
	case Perform:
		f.perform(e, did)
	case Breach:
		f.breach(e, did)
	case Suspend, Resume:
		f.suspend(e, did)
	case Terminate:
		if f.isNotice(e) {
			f.consent(e, did)
		}
	case Dispute:
		did.disputes = f.disputes
		f.disputes.add(e)
	case Settle:
		f.settle(e, did)
	case Extend:
		f.extend(e, did)
	case Negotiate, Submit, Implement: // what these do is for the rules
	default:
		panic("dealstate: no way to enact " + e.Kind.String()) // a kind in this package that no test has tried
	}
}

// speaksOfThisRevision holds an event to the revisions that its kind may name.
func (f *folding) speaksOfThisRevision(e *entry) bool {
	named, may := int(e.revision), kinds[e.Kind].revision
	switch {
	case named == 0, may == ofAnyRevision, named == f.revision:
		return true
	}
	return may == ofThisRevisionOrTheNext && named == f.revision+1
}

// consent counts an approval, a rejection or a withdrawal. A party that is bound
// leaves by a notice, and its approval meanwhile revokes that; one whose approval
// stands takes it back at once; the withdrawal of any other is its refusal to become a
// party (Vienna Convention on the Law of Treaties, article 18(a)), and counts as its
// rejection.
func (f *folding) consent(e *entry, did *change) {
	p := int(e.party)
	did.approved, did.rejected, did.act, did.leaving = f.approved.Has(p), f.rejected.Has(p), f.acts[p], f.leaving
	at, leaving := f.notice(p)
	withdraws := e.Kind == Withdraw || e.Kind == Terminate
	switch {
	case e.Kind == Approve && leaving:
		f.revoke(at, e, did)
		return
	case withdraws && f.runsNotices() && (f.isBound(p) || f.mayLeaveUnasked(p)):
		f.giveNotice(e, did)
		return
	case e.Kind == Approve && did.approved, e.Kind == Reject && did.rejected, withdraws && !did.approved && f.left(p):
		before := did.act.entry
		did.stop(Noted, Reason{Code: ReasonAlready, Subject: f.m.partyID(e), Detail: e.Kind.String(), Event: before.id(), At: before.at()})
		return
	}
	f.approved.Put(p, e.Kind == Approve)
	f.rejected.Put(p, e.Kind == Reject || withdraws && !did.approved && !f.mayLeaveUnasked(p))
	f.acts[p] = act{entry: e, revision: f.revision, anew: e.Kind == Approve && f.left(p)}
	if withdraws && f.applied.Has(p) { // which ends its provisional application too
		did.set = f.applied
		f.own(&f.applied).Remove(p)
	}
}

// mayLeaveUnasked reports whether the deal is in force and never asked the party's
// approval: it can leave like any other.
func (f *folding) mayLeaveUnasked(party int) bool {
	return f.isInForce() && !f.m.asked.Has(party) && !f.left(party)
}

// isNotice reports whether a termination is one side's withdrawal: in force, in a deal
// of two that has a notice period.
func (f *folding) isNotice(e *entry) bool {
	return e.party >= 0 && len(f.acts) == 2 && f.m.agreement.Notice != nil && f.isInForce() && f.runsNotices()
}

func (f *folding) amend(did *change) {
	half := len(f.approved)
	copy(f.scratch[:half], f.approved)
	copy(f.scratch[half:], f.rejected)
	did.set = f.signed
	f.revise()
	did.reason = Reason{Code: ReasonRevision, Have: int64(f.revision)}
}

// settle closes the dispute that the event refers to, or those about its
// commitment, or all. The log knows which event is meant, and the open ones stand in its
// order; without a log all that are open are looked through.
func (f *folding) settle(e *entry, did *change) {
	open, settled := f.disputes, false
	if e.ref() != "" && f.onRecord != nil {
		if of := f.onRecord.find(e.ref()); of != nil && !e.isOfAnother(of) {
			open, settled = f.disputes.without(func(d *entry) int { return d.compare(of) })
		}
	} else {
		open = f.disputes.only(func(d *entry) bool {
			stays := e.ref() != "" && d.id() != e.ref() || e.isOfAnother(d)
			settled = settled || !stays
			return stays
		})
	}
	if !settled {
		did.stop(Refused, Reason{Code: ReasonNothingToSettle})
		return
	}
	did.disputes, f.disputes = f.disputes, open
}

// isOfAnother reports whether a settlement is about another commitment than the dispute.
func (in *entry) isOfAnother(dispute *entry) bool {
	return in.commitment >= 0 && dispute.commitment != in.commitment
}

// extend moves the clock that matters in the present state. One side extends
// for itself: the deal's instant is the earliest that any side stands by.
func (f *folding) extend(e *entry, did *change) {
	moved, until := Deadline, e.until()
	if f.isInForce() || f.m.ends[f.state] {
		moved = Term
	}
	did.clock = moved.place()
	clock, parties := &f.clocks[did.clock], len(f.acts)
	did.setting = *clock
	before, own := clock.due(parties), clock.of(f.actor, parties)
	switch floor := instant.Latest(own, e.at()); {
	case before.IsZero() && f.actor >= 0: // one side cannot set a limit for all
		did.stop(Refused, Reason{Code: ReasonNoClock, Detail: moved.String()})
		return
	case until.Equal(own):
		did.stop(Noted, Reason{Code: ReasonAlready, Subject: f.m.partyID(e), Detail: e.Kind.String()})
		return
	case !until.After(floor):
		did.stop(Refused, notLater(moved, own, floor))
		return
	}
	*clock = clock.movedBy(f.actor, until)
	due := clock.due(parties)
	did.reason = Reason{Code: ReasonMoved, Subject: f.m.partyID(e), Detail: moved.String(), At: due}
	if due.Equal(before) {
		did.reason.Code = ReasonNotYetMoved
	}
}

// notLater says beyond what an extension does not reach: the clock's own instant, or the
// event's.
func notLater(clock Clock, own, floor time.Time) Reason {
	r := Reason{Code: ReasonNotLater, At: floor}
	if own.Equal(floor) {
		r.Detail = clock.String()
	}
	return r
}

// undo takes back what enact did, after the rules have refused the event.
func (f *folding) undo(e *entry, did *change) {
	switch e.Kind {
	case Approve, Reject, Withdraw:
		f.undoConsent(did)
	case Sign:
		f.signed = did.set
	case Apply:
		f.applied = did.set
	case Suspend, Resume:
		f.undoSuspend(did)
	case Terminate:
		if f.isNotice(e) {
			f.undoConsent(did)
		}
	case Amend:
		f.signed = did.set
		half := len(f.approved)
		copy(f.approved, f.scratch[:half])
		copy(f.rejected, f.scratch[half:])
		f.revision--
	case Perform, Breach:
		f.undoRecord(int(e.commitment), did.record)
	case Dispute, Settle:
		f.disputes = did.disputes
	case Extend:
		f.clocks[did.clock] = did.setting
	}
}

func (f *folding) undoConsent(did *change) {
	f.approved.Put(f.actor, did.approved)
	f.rejected.Put(f.actor, did.rejected)
	f.acts[f.actor], f.leaving = did.act, did.leaving
	if did.set != nil {
		f.applied = did.set
	}
}

func (f *folding) revise() {
	f.revision++
	clear(f.approved)
	clear(f.rejected)
	f.signed = make(bitset.Set, len(f.signed)) // undo has the old one
}

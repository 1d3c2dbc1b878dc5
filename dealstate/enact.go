package dealstate

import "github.com/fe115bb3/dealtracker/dealstate/internal/instant"

// change is what an event did to the situation before any rule was asked, and
// what it takes to undo it.
type change struct {
	outcome  Outcome // Applied: go on to the rules
	reason   Reason
	approved bool // of the event's party, before
	rejected bool
	act      act
	disputes []*entry
	clock    int // that an extension moves
	setting  setting
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
	case Amend:
		f.amend(did)
	case Perform:
		f.perform(e, did)
	case Dispute:
		did.disputes = f.disputes
		f.disputes = append(f.disputes[:len(f.disputes):len(f.disputes)], e)
	case Settle:
		f.settle(e, did)
	case Extend:
		f.extend(e, did)
	case Negotiate, Submit, Implement, Suspend, Resume, Terminate: // what these do is for the rules
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

func (f *folding) consent(e *entry, did *change) {
	p := int(e.party)
	did.approved, did.rejected, did.act = f.approved.Has(p), f.rejected.Has(p), f.acts[p]
	again := e.Kind == Approve && did.approved || e.Kind == Reject && did.rejected
	if again {
		before := did.act.entry
		did.stop(Noted, Reason{Code: ReasonAlready, Subject: f.m.partyID(e), Detail: e.Kind.String(), Event: before.ID, At: before.At})
		return
	}
	if e.Kind == Withdraw && !did.approved && !f.boundUnasked(p) {
		did.stop(Refused, Reason{Code: ReasonNothingToWithdraw, Subject: f.m.partyID(e)})
		return
	}
	f.approved.Put(p, e.Kind == Approve)
	f.rejected.Put(p, e.Kind == Reject)
	f.acts[p] = act{entry: e, revision: f.revision}
}

// boundUnasked reports whether the deal binds a party whose approval it never
// asked: it can leave like any other.
func (f *folding) boundUnasked(party int) bool {
	left := f.acts[party].entry != nil && f.acts[party].entry.Kind == Withdraw
	return f.isInForce() && !f.m.asked.Has(party) && !left
}

func (f *folding) amend(did *change) {
	half := len(f.approved)
	copy(f.scratch[:half], f.approved)
	copy(f.scratch[half:], f.rejected)
	f.revise()
	did.reason = Reason{Code: ReasonRevision, Have: int64(f.revision)}
}

func (f *folding) perform(e *entry, did *change) {
	if f.performed.Has(int(e.commitment)) {
		before := f.done[e.commitment]
		did.stop(Noted, Reason{Code: ReasonAlready, Subject: f.m.commitmentID(e), Detail: e.Kind.String(), Event: before.ID, At: before.At})
		return
	}
	f.performed.Add(int(e.commitment))
	f.done[e.commitment] = e
}

// settle closes the dispute that the event refers to, or those about its
// commitment, or all.
func (f *folding) settle(e *entry, did *change) {
	var open []*entry
	for _, d := range f.disputes {
		if e.ref() != "" && d.ID != e.ref() || e.commitment >= 0 && d.commitment != e.commitment {
			open = append(open, d)
		}
	}
	if len(open) == len(f.disputes) {
		did.stop(Refused, Reason{Code: ReasonNothingToSettle})
		return
	}
	did.disputes, f.disputes = f.disputes, open
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
	switch floor := instant.Latest(own, e.At); {
	case before.IsZero() && f.actor >= 0: // one side cannot set a limit for all
		did.stop(Refused, Reason{Code: ReasonNoClock, Detail: moved.String()})
		return
	case until.Equal(own):
		did.stop(Noted, Reason{Code: ReasonAlready, Subject: f.m.partyID(e), Detail: e.Kind.String()})
		return
	case !until.After(floor):
		did.stop(Refused, Reason{Code: ReasonNotLater, At: floor})
		return
	}
	*clock = clock.extended(f.actor, until)
	due := clock.due(parties)
	did.reason = Reason{Code: ReasonMoved, Subject: f.m.partyID(e), Detail: moved.String(), At: due}
	if due.Equal(before) {
		did.reason.Code = ReasonNotYetMoved
	}
}

// undo takes back what enact did, after the rules have refused the event.
func (f *folding) undo(e *entry, did *change) {
	switch e.Kind {
	case Approve, Reject, Withdraw:
		f.approved.Put(f.actor, did.approved)
		f.rejected.Put(f.actor, did.rejected)
		f.acts[f.actor] = did.act
	case Amend:
		half := len(f.approved)
		copy(f.approved, f.scratch[:half])
		copy(f.rejected, f.scratch[half:])
		f.revision--
	case Perform:
		f.performed.Remove(int(e.commitment))
		f.done[e.commitment] = nil
	case Dispute, Settle:
		f.disputes = did.disputes
	case Extend:
		f.clocks[did.clock] = did.setting
	}
}

func (f *folding) revise() {
	f.revision++
	clear(f.approved)
	clear(f.rejected)
}

package dealstate

// change is what an event did to the situation before any rule was asked, and
// what it takes to undo it.
type change struct {
	outcome  Outcome // Applied: go on to the rules
	reason   Reason
	approved bool // of the event's party, before
	rejected bool
	act      act
	disputes []*entry
	deadline setting
	term     setting
}

func stop(outcome Outcome, why Reason) change { return change{outcome: outcome, reason: why} }

// enact makes the event's own change: the guards are then asked about the deal
// as the event would leave it.
func (f *folding) enact(e *entry) change {
	if !f.speaksOfThisRevision(e) {
		return stop(Refused, Reason{Code: ReasonRevisionMismatch, Have: int64(e.Revision), Need: int64(f.revision)})
	}
	did := change{outcome: Applied, reason: Reason{Code: ReasonCounted, Subject: e.Party, Detail: e.Kind.String()}}
	switch e.Kind {
	case Approve, Reject, Withdraw:
		return f.consent(e, did)
	case Amend:
		return f.amend(did)
	case Perform:
		return f.perform(e, did)
	case Dispute:
		did.disputes = f.disputes
		f.disputes = append(f.disputes[:len(f.disputes):len(f.disputes)], e)
	case Settle:
		return f.settle(e, did)
	case Extend:
		return f.extend(e, did)
	}
	return did
}

// speaksOfThisRevision holds an event to the revision that it names. Who reports
// a new text may mean the old number or the new one.
func (f *folding) speaksOfThisRevision(e *entry) bool {
	switch e.Kind {
	case Note:
		return true
	case Amend, Negotiate:
		return e.Revision == 0 || e.Revision == f.revision || e.Revision == f.revision+1
	}
	return e.Revision == 0 || e.Revision == f.revision
}

func (f *folding) consent(e *entry, did change) change {
	p := e.party
	did.approved, did.rejected, did.act = f.approved.has(p), f.rejected.has(p), f.acts[p]
	again := e.Kind == Approve && did.approved || e.Kind == Reject && did.rejected
	if again {
		before := did.act.entry
		return stop(Noted, Reason{Code: ReasonAlready, Subject: e.Party, Detail: e.Kind.String(), Event: before.ID, At: before.At})
	}
	if e.Kind == Withdraw && !did.approved && !f.boundUnasked(p) {
		return stop(Refused, Reason{Code: ReasonNothingToWithdraw, Subject: e.Party})
	}
	f.approved.put(p, e.Kind == Approve)
	f.rejected.put(p, e.Kind == Reject)
	f.acts[p] = act{entry: e, revision: f.revision}
	return did
}

// boundUnasked reports whether the deal binds a party whose approval it never
// asked: it can leave like any other.
func (f *folding) boundUnasked(party int) bool {
	left := f.acts[party].entry != nil && f.acts[party].entry.Kind == Withdraw
	return f.isInForce() && !f.m.asked.has(party) && !left
}

func (f *folding) amend(did change) change {
	half := len(f.approved)
	copy(f.scratch[:half], f.approved)
	copy(f.scratch[half:], f.rejected)
	f.revise()
	did.reason = Reason{Code: ReasonRevision, Have: int64(f.revision)}
	return did
}

func (f *folding) perform(e *entry, did change) change {
	if f.performed.has(e.commitment) {
		before := f.done[e.commitment]
		return stop(Noted, Reason{Code: ReasonAlready, Subject: e.Commitment, Detail: e.Kind.String(), Event: before.ID, At: before.At})
	}
	f.performed.set(e.commitment)
	f.done[e.commitment] = e
	return did
}

// settle closes the dispute that the event refers to, or those about its
// commitment, or all.
func (f *folding) settle(e *entry, did change) change {
	var open []*entry
	for _, d := range f.disputes {
		if e.Ref != "" && d.ID != e.Ref || e.Commitment != "" && d.Commitment != e.Commitment {
			open = append(open, d)
		}
	}
	if len(open) == len(f.disputes) {
		return stop(Refused, Reason{Code: ReasonNothingToSettle})
	}
	did.disputes, f.disputes = f.disputes, open
	return did
}

// extend moves the clock that matters in the present state. One side extends
// for itself: the deal's instant is the earliest that any side stands by.
func (f *folding) extend(e *entry, did change) change {
	did.deadline, did.term = f.deadline, f.term
	clock, kind := &f.deadline, Deadline
	if f.isInForce() || f.m.ends[f.state] {
		clock, kind = &f.term, Term
	}
	parties := len(f.acts)
	before, own := clock.due(parties), clock.of(e.party, parties)
	switch floor := latest(own, e.At); {
	case before.IsZero() && e.party >= 0: // one side cannot set a limit for all
		return stop(Refused, Reason{Code: ReasonNoClock, Detail: kind.String()})
	case e.Until.Equal(own):
		return stop(Noted, Reason{Code: ReasonAlready, Subject: e.Party, Detail: e.Kind.String()})
	case !e.Until.After(floor):
		return stop(Refused, Reason{Code: ReasonNotLater, At: floor})
	}
	*clock = clock.extended(e.party, e.Until)
	due := clock.due(parties)
	did.reason = Reason{Code: ReasonMoved, Subject: e.Party, Detail: kind.String(), At: due}
	if due.Equal(before) {
		did.reason.Code = ReasonNotYetMoved
	}
	return did
}

// undo takes back what enact did, after the rules have refused the event.
func (f *folding) undo(e *entry, did change) {
	switch e.Kind {
	case Approve, Reject, Withdraw:
		f.approved.put(e.party, did.approved)
		f.rejected.put(e.party, did.rejected)
		f.acts[e.party] = did.act
	case Amend:
		half := len(f.approved)
		copy(f.approved, f.scratch[:half])
		copy(f.rejected, f.scratch[half:])
		f.revision--
	case Perform:
		f.performed.clear(e.commitment)
		f.done[e.commitment] = nil
	case Dispute, Settle:
		f.disputes = did.disputes
	case Extend:
		f.deadline, f.term = did.deadline, did.term
	}
}

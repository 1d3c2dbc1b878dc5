package dealstate

// isAside reports whether an event that is an act is kept as evidence only.
func (f *folding) isAside(e *entry) bool {
	return e.Modality != Asserted || e.Kind.OfLog() || f.voids.voidedBy(e.id()) != "" || !f.policy.Counts(e.Kind, e.Role)
}

// whyAside says why an event is kept as evidence only; nothing: it is not.
func (f *folding) whyAside(e *entry) *[]Reason {
	by, counts := f.voids.voidedBy(e.id()), f.policy.Counts(e.Kind, e.Role)
	if by == "" && e.Modality == Asserted {
		switch {
		case !counts:
			return f.notOf(e.Role)
		case e.Kind == Note:
			return onlyNote
		}
	}
	var why []Reason
	if by != "" {
		why = append(why, Reason{Code: ReasonRetracted, Event: by})
	}
	if e.Modality != Asserted {
		why = append(why, Reason{Code: ReasonModality, Detail: e.Modality.String()})
	}
	if !counts {
		why = append(why, Reason{Code: ReasonPolicy, Subject: f.policy.Name, Detail: e.Role.String()})
	}
	switch {
	case e.Kind == Note:
		why = append(why, Reason{Code: ReasonNote})
	case e.Kind == Retract && f.voids.isCircular(e.id()):
		why = append(why, Reason{Code: ReasonCircular})
	case e.Kind == Retract && !f.isOnRecord(e.ref()):
		why = append(why, Reason{Code: ReasonNoTarget, Event: e.ref()})
	}
	if len(why) == 0 {
		return nil
	}
	return &why
}

// onlyNote is the reason for the usual note.
var onlyNote = because(Reason{Code: ReasonNote})

// notOf is the reason for the usual report that does not count: the policy leaves its
// role out. It is made once for each role, and shared.
func (f *folding) notOf(role Role) *[]Reason {
	why := &f.leftOut[role]
	if *why == nil {
		*why = because(Reason{Code: ReasonPolicy, Subject: f.policy.Name, Detail: role.String()})
	}
	return *why
}

// remember keeps what a report says that does not count: the approval that comes
// nearest to counting, and who denies what counts.
func (f *folding) remember(e *entry) {
	if f.voids.voidedBy(e.id()) != "" {
		return
	}
	f.deny(e)
	if e.Kind == Approve && nearer(e, f.nearest[e.party]) {
		f.nearest[e.party] = e
	}
}

// nearer ranks evidence: what is asserted before what is conditional, planned
// or denied; then the voice nearest to the act; then the latest.
func nearer(e, than *entry) bool {
	if than == nil {
		return true
	}
	if a, b := modalities[e.Modality].hedge, modalities[than.Modality].hedge; a != b {
		return a < b
	}
	if e.Role != than.Role {
		return e.Role < than.Role
	}
	return true // folded in order, so e is the later one
}

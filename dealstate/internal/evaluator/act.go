package evaluator

import (
	"slices"
	"time"
)

// verdict is what an act comes to: whether it is taken, and where the standard lifecycle then goes.
type verdict struct {
	outcome string // applied, refused or noted
	rule    string // the standard rule
	to      string // the state that the standard rule leads to
	guard   string // why the standard rule refuses; an own rule may still take the act
	reason  string
}

func refused(reason string) verdict { return verdict{outcome: Refused, reason: reason} }
func noted(reason string) verdict   { return verdict{outcome: Noted, reason: reason} }

// act notes the facts of an event that counts, and says what follows.
func (d *deal) act(e *Event) verdict {
	if !d.revisionFits(e) {
		return refused("it names another revision than the current one")
	}
	v := verdict{outcome: Applied, rule: e.Kind, to: ""}
	switch e.Kind {
	case "negotiate":
		v = d.negotiate(v)
	case "sign":
		v = d.sign(e, v)
	case "submit":
		v.to = d.placed()
	case "amend":
		v = d.amend(v)
	case "extend":
		v = d.extend(e, v)
	case "perform", "breach":
		v = d.commitmentAct(e, v)
	case "approve":
		v = d.approve(e, v)
	case "reject":
		v = d.reject(e, v)
	case "withdraw":
		v = d.withdraw(e, v)
	case "apply":
		v = d.apply(e, v)
	case "implement":
		if v.to = implemented; d.judgeApproval() != Met {
			v.guard = "the approval condition is not met"
		}
	case "suspend", "resume":
		v = d.suspension(e, v)
	case "terminate":
		v = d.terminate(e, v)
	}
	if v.to == "" {
		v.to = d.judged()
	}
	return v
}

// revisionFits follows "`amend` may name the current or the next revision, `submit`'s is not checked".
//
// Settled here: approve, reject, sign, apply and implement name the current revision or none; the others' is not
// checked.
func (d *deal) revisionFits(e *Event) bool {
	switch e.Kind {
	case "amend":
		return e.Revision == 0 || e.Revision == d.revision || e.Revision == d.revision+1
	case "approve", "reject", "sign", "apply", "implement":
		return e.Revision == 0 || e.Revision == d.revision
	}
	return true
}

// placed is where an act that concerns the approvals puts the deal: also out of negotiated.
func (d *deal) placed() string {
	if d.frame.standard && d.state != provisional && d.takes("reached", d.state) {
		return d.place()
	}
	return d.state
}

// sidesOf are the parties an event acts for: one, or all jointly.
func (d *deal) sidesOf(e *Event) []int {
	if e.Party != "" {
		return []int{d.a.party(e.Party)}
	}
	all := make([]int, len(d.parties))
	for i := range all {
		all[i] = i
	}
	return all
}

// negotiate goes on talking, or begins a new round from rejected or lapsed: "a new round drops a passed deadline".
//
// Settled here: a new round begins without approvals and rejections, on the same revision; signatures stay.
func (d *deal) negotiate(v verdict) verdict {
	if d.state != rejected && d.state != lapsed {
		return v
	}
	if due := d.due(&d.deadline); !due.IsZero() && !due.After(d.now) {
		d.deadline = sides{until: make([]time.Time, len(d.parties))}
	}
	for i := range d.parties {
		p := &d.parties[i]
		p.approved, p.rejected, p.withdrew = time.Time{}, false, false
	}
	d.metSince = time.Time{}
	v.rule, v.to = "new_round", negotiated
	return v
}

// sign: "without party it signs for all".
func (d *deal) sign(e *Event, v verdict) verdict {
	for _, i := range d.sidesOf(e) {
		if p := &d.parties[i]; p.signed.IsZero() {
			p.signed = d.now
		}
	}
	return v
}

// amend: "An `amend` makes earlier approvals stale", "clears rejections" and "clears signatures".
func (d *deal) amend(v verdict) verdict {
	d.revision++
	for i := range d.parties {
		d.parties[i].rejected, d.parties[i].signed = false, time.Time{}
	}
	if d.state != negotiated {
		v.to = d.placed()
	}
	return v
}

// extend moves the term where the deal is or was in force, else the deadline: "a joint `extend` can set a clock that was
// not there, one side cannot".
func (d *deal) extend(e *Event, v verdict) verdict {
	clock := &d.deadline
	if d.inForceState(d.state) || d.state == expired {
		clock = &d.term
	}
	if e.Party != "" && d.due(clock).IsZero() {
		return refused("one side cannot set a clock that is not there")
	}
	for _, i := range d.sidesOf(e) {
		clock.until[i] = e.Until
	}
	ahead := d.due(clock).After(d.now)
	switch {
	case d.state == lapsed && ahead:
		v.rule, v.to = "reopen", d.place() // "A lapsed deal reopened while its condition is lost goes to `rejected`."
	case d.state == expired && ahead && d.judgeApproval() == Met:
		v.rule, v.to = "revive", implemented
	}
	return v
}

// commitmentAct: "`breach` is said of a commitment by the party that owes it or by an instrument (binding, as
// `perform`); an accusation is a `dispute`, or a breach in the role of counterparty".
func (d *deal) commitmentAct(e *Event, v verdict) verdict {
	i := d.a.commitment(e.Commitment)
	c := &d.commitments[i]
	owes := e.Party == "" || e.Party == d.a.Commitments[i].Party
	if !owes && e.Role != "instrument" && !(e.Kind == "breach" && e.Role == "counterparty") {
		return refused("another party owes it")
	}
	switch {
	case e.Kind == "perform" && c.performed.IsZero():
		*c = commitmentFacts{performed: d.now, suspended: c.suspended} // "a later `perform` cures it"
	case e.Kind == "breach":
		c.performed = time.Time{} // "a `breach` undoes a `perform` (or needs none)"
		if c.breached.IsZero() {
			c.breached = d.now
		}
	}
	return v
}

// approve takes an approval: before entry into force it counts towards the condition, after it the party joins, and a
// party under notice revokes it.
func (d *deal) approve(e *Event, v verdict) verdict {
	i := d.a.party(e.Party)
	p := &d.parties[i]
	switch {
	case !d.inForceState(d.state):
		if d.stands(i) && d.state == approved && d.frame.two {
			return refused("its approval stands already")
		}
		if !d.stands(i) {
			p.approved, p.revision = d.now, d.revision
		}
		p.rejected, p.withdrew = false, false
		v.to = d.placed()
		return v
	case !d.noticeEnds(i).IsZero():
		// "Its own `approve` before that instant revokes the notice, and it never ceased to be bound"
		p.leaves, p.atTermsEnd, p.withdrew = time.Time{}, false, false
		v.rule = "revoke_notice"
	case !p.joins.IsZero():
		if d.frame.two {
			return refused("it is bound already")
		}
		return noted("its approval stands already")
	default:
		// "an `approve` at the instant or later joins anew"
		p.approved, p.revision, p.rejected, p.withdrew, p.left = d.now, d.revision, false, false, time.Time{}
		p.joins = d.joinInstant(d.now)
		v.rule = "join"
	}
	v.to = d.state
	return v
}

// reject takes a rejection by a party that is not bound.
func (d *deal) reject(e *Event, v verdict) verdict {
	i := d.a.party(e.Party)
	if d.bound(i) {
		return refused("it is bound: it may withdraw")
	}
	p := &d.parties[i]
	p.approved, p.joins, p.rejected, p.withdrew = time.Time{}, time.Time{}, true, false
	v.to = d.placed()
	return v
}

// withdraw is a notice by a party that is bound, else it takes back an approval, else it is a refusal.
func (d *deal) withdraw(e *Event, v verdict) verdict {
	i := d.a.party(e.Party)
	p := &d.parties[i]
	switch {
	case d.bound(i):
		return d.giveNotice(i, e.Until, v)
	case d.stands(i):
		// "An approval that stands but does not bind yet is taken back at once, without notice."
		p.approved, p.joins = time.Time{}, time.Time{}
	case p.withdrew:
		return noted("its last act is a withdrawal already")
	default:
		// "its refusal to become a party (VCLT 18(a)) … and counts as its rejection"
		p.approved, p.rejected = time.Time{}, true
		v.rule = "refuse"
	}
	p.withdrew, p.provisional = true, time.Time{}
	if v.to = d.placed(); d.state == provisional {
		v.to = d.place() // "a `withdraw` ends it at once and takes back that party's approval or counts as its rejection"
	}
	return v
}

// giveNotice: "Withdrawal by a party that is bound is a notice (rule `give_notice`)".
func (d *deal) giveNotice(i int, until time.Time, v verdict) verdict {
	p := &d.parties[i]
	v.rule, v.to = "give_notice", d.state
	if runs := d.noticeEnds(i); !runs.IsZero() {
		if !until.After(runs) {
			return noted("a notice runs already") // "noted unless its `until` is later"
		}
		p.leaves, p.atTermsEnd = until, false
		return v
	}
	end, atTermsEnd := d.now, false // "without `notice`, a withdrawal takes effect at its `until`, or at once"
	switch {
	case d.a.Notice != nil:
		end = d.a.Notice.after(d.now)
	case d.a.Renew != nil:
		end, atTermsEnd = d.due(&d.term), true // "with `renew` and no `notice` … when the term ends"
	}
	if !until.IsZero() {
		if until.Before(end) {
			return refused("until is before the notice ends")
		}
		end, atTermsEnd = until, false
	}
	switch {
	case atTermsEnd:
		p.atTermsEnd, p.withdrew = true, true
	case end.After(d.now):
		p.leaves, p.withdrew = end, true
	default:
		d.takeLeave(i)
		v.rule, v.to = "leave", d.afterLeaving()
	}
	return v
}

// apply is provisional application: "in a deal of two parties by both or jointly, of many jointly, or by one for itself
// only (its status)".
func (d *deal) apply(e *Event, v verdict) verdict {
	fresh := false
	for _, i := range d.sidesOf(e) {
		if p := &d.parties[i]; p.provisional.IsZero() {
			p.provisional, fresh = d.now, true
		}
	}
	all := !slices.ContainsFunc(d.parties, func(p partyFacts) bool { return p.provisional.IsZero() })
	switch {
	case d.state == provisional && !fresh:
		return noted("it is applied already")
	case e.Party == "" || len(d.parties) == 2 && all:
		v.to = provisional
	}
	return v
}

// suspension follows "`suspend`, `resume` with a commitment concern that commitment only; by one party of many, that
// party's part only. Neither moves the deal."
func (d *deal) suspension(e *Event, v verdict) verdict {
	lift := e.Kind == "resume"
	v.to = d.state
	switch {
	case e.Commitment != "":
		return setSuspended(&d.commitments[d.a.commitment(e.Commitment)].suspended, lift, d.now, v)
	case len(d.parties) == 2:
		return d.suspensionOfTwo(e, lift, v)
	case e.Party != "":
		i := d.a.party(e.Party)
		if !d.bound(i) {
			return refused("it is not bound")
		}
		return setSuspended(&d.parties[i].suspended, lift, d.now, v)
	}
	if d.jointly == !lift {
		return noted("nothing changes")
	}
	d.jointly = !lift
	return d.suspensionMoves(d.jointly, v)
}

func setSuspended(at *time.Time, lift bool, now time.Time, v verdict) verdict {
	switch {
	case lift && at.IsZero():
		return refused("it is not suspended")
	case !lift && !at.IsZero():
		return noted("it is suspended already")
	case lift:
		*at = time.Time{}
	default:
		*at = now
	}
	return v
}

// suspensionOfTwo: "A deal of two is suspended while either side suspends; a joint `suspend` is by both, and each side
// resumes its own."
func (d *deal) suspensionOfTwo(e *Event, lift bool, v verdict) verdict {
	changed, either := false, false
	for _, i := range d.sidesOf(e) {
		p := &d.parties[i]
		switch {
		case lift && !p.suspended.IsZero():
			p.suspended, changed = time.Time{}, true
		case !lift && p.suspended.IsZero():
			p.suspended, changed = d.now, true
		}
	}
	for _, p := range d.parties {
		either = either || !p.suspended.IsZero()
	}
	switch {
	case !changed && lift:
		return refused("it has not suspended")
	case !changed:
		return noted("it is suspended already")
	}
	return d.suspensionMoves(either, v)
}

// suspensionMoves moves the whole deal between implemented and suspended, and out of no other state.
func (d *deal) suspensionMoves(stopped bool, v verdict) verdict {
	if v.to = implemented; stopped {
		v.to = suspended
	}
	if d.state != implemented && d.state != suspended {
		v.guard = "the whole deal is suspended and resumed from implemented only"
	}
	return v
}

// terminate: of two, by one side or jointly; of many, jointly. "In a deal of two parties, whatever its condition, one
// side's `terminate` in force is its withdraw where there is a `notice`; a joint one is immediate."
//
// Settled here: in a provisional deal of two, one side's terminate ends the application as a joint one does.
func (d *deal) terminate(e *Event, v verdict) verdict {
	switch {
	case len(d.parties) > 2 && e.Party != "":
		return refused("it takes all sides")
	case e.Party != "" && d.inForceState(d.state) && d.a.Notice != nil:
		return d.withdraw(e, v)
	case d.state == provisional:
		v.rule, v.to = "end_application", d.place() // "a joint `terminate` ends the application only"
	default:
		v.to = terminated
	}
	return v
}

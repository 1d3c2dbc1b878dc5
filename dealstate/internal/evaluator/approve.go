package evaluator

import "time"

// approve takes an approval: before entry into force it counts towards the condition, after it the party joins, and a
// party under notice revokes it.
func (d *deal) approve(e *Event, v verdict) verdict {
	i := d.a.party(e.Party)
	p := &d.parties[i]
	switch {
	case p.noticed:
		// "Its own `approve` before that instant revokes the notice, and it never ceased to be bound"
		p.noticed, p.leaves = false, time.Time{}
		v.rule = "revoke_notice"
		return v
	case d.stands(i):
		return noted("its approval stands already")
	}
	p.anew = p.hasLeft() // "an `approve` at the instant or later joins anew"
	p.approved, p.revision, p.rejected, p.act = d.now, d.revision, false, "approve"
	return d.placedByApproval(v)
}

func (d *deal) placedByApproval(v verdict) verdict {
	result := d.judgeApproval()
	switch {
	case d.state == rejected && result == Lost:
	case (d.isOpen(d.state) || d.state == rejected) && result == Met:
		return v.leads(approved)
	case d.isOpen(d.state), d.state == rejected:
		return v.leads(d.awaitingState())
	case d.state == approved && result != Met && !d.frame.two:
		return v.leads(awaiting)
	}
	return v
}

// reject takes a rejection.
//
// Settled here: the standard lifecycles take none in force, of nobody; a party that is not bound can withdraw.
func (d *deal) reject(e *Event, v verdict) verdict {
	p := &d.parties[d.a.party(e.Party)]
	if p.rejected {
		return noted("it has rejected already")
	}
	p.approved, p.rejected, p.act = time.Time{}, true, "reject"
	return d.placedByRefusal(v)
}

// placedByRefusal is where a rejection or a withdrawal puts a deal that is neither rejected nor in force.
func (d *deal) placedByRefusal(v verdict) verdict {
	if !d.isOpen(d.state) && d.state != approved {
		return v
	}
	switch result := d.judgeApproval(); {
	case result == Lost:
		return v.leads(rejected)
	case result == Met && !d.frame.two:
		return v.leads(approved)
	}
	return v.leads(d.awaitingState())
}

// withdraw is a notice by a party that is bound, else it takes back an approval, else it is a refusal.
func (d *deal) withdraw(e *Event, v verdict) verdict {
	i := d.a.party(e.Party)
	p := &d.parties[i]
	stood, unasked := d.stands(i), d.mayLeaveUnasked(i)
	switch {
	case d.clockRuns("notice") && (d.bound(i) || unasked):
		return d.giveNotice(e, v)
	case !stood && p.hasLeft():
		return noted("its last act is a withdrawal already")
	}
	// "An approval that stands but does not bind yet is taken back at once, without notice"; else it is "its refusal to
	// become a party (VCLT 18(a)) … and counts as its rejection".
	p.approved, p.rejected, p.act, p.provisional = time.Time{}, !stood && !unasked, e.Kind, time.Time{}
	if d.state != provisional {
		return d.placedByRefusal(v)
	}
	v.rule = "end_application" // "a `withdraw` ends it at once and takes back that party's approval or counts as its rejection"
	return v.leads(d.place())
}

// mayLeaveUnasked follows "who was not asked may leave".
func (d *deal) mayLeaveUnasked(i int) bool {
	return d.inForceState(d.state) && !d.asked[i] && !d.parties[i].hasLeft()
}

// giveNotice: "Withdrawal by a party that is bound is a notice (rule `give_notice`)".
func (d *deal) giveNotice(e *Event, v verdict) verdict {
	i := d.a.party(e.Party)
	p := &d.parties[i]
	v.rule = "give_notice"
	if p.noticed {
		if !e.Until.After(d.noticeEnds(i)) {
			return noted("a notice runs already") // "noted unless its `until` is later"
		}
		p.leaves = e.Until
		return v
	}
	end, atTermsEnd := d.now, false // "without `notice`, a withdrawal takes effect at its `until`, or at once"
	switch {
	case d.a.Notice != nil:
		end = d.a.Notice.after(d.now)
	case d.a.Renew != nil && !d.due(&d.term).IsZero():
		end, atTermsEnd = d.due(&d.term), true // "with `renew` and no `notice` … when the term ends"
	}
	if !e.Until.IsZero() {
		if e.Until.Before(later(end, d.now)) {
			return refused("until is before the notice ends")
		}
		end, atTermsEnd = e.Until, false
	}
	if p.noticed, p.leaves = true, end; atTermsEnd {
		p.leaves = time.Time{}
	}
	p.noticeKind = e.Kind
	return v
}

// apply is provisional application: "in a deal of two parties by both or jointly, of many jointly, or by one for itself
// only (its status)".
func (d *deal) apply(e *Event, v verdict) verdict {
	fresh, all := false, true
	for _, i := range d.sidesOf(e) {
		if p := &d.parties[i]; p.provisional.IsZero() {
			p.provisional, fresh = d.now, true
		}
	}
	for _, p := range d.parties {
		all = all && !p.provisional.IsZero()
	}
	moves := (e.Party == "" || len(d.parties) == 2 && all) && (d.isOpen(d.state) || d.state == approved)
	switch {
	case !fresh && (e.Party != "" || d.state == provisional):
		return noted("it is applied already")
	case moves:
		return v.leads(provisional)
	}
	return v
}

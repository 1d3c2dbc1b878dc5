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
	named   bool   // the standard rule names the state to, even where the deal is in it already
	guard   string // why the standard rule refuses; an own rule may still take the act
	reason  string
}

func refused(reason string) verdict { return verdict{outcome: Refused, reason: reason} }
func noted(reason string) verdict   { return verdict{outcome: Noted, reason: reason} }

// leads gives a verdict whose rule names the state to.
func (v verdict) leads(to string) verdict {
	v.to, v.named = to, true
	return v
}

// act notes the facts of an event that counts, and says what follows.
func (d *deal) act(e *Event) verdict {
	if !d.revisionFits(e) {
		return refused("it names another revision than the current one")
	}
	v := verdict{outcome: Applied, rule: e.Kind, to: d.state}
	switch e.Kind {
	case "negotiate":
		return d.negotiate(v)
	case "sign":
		return d.sign(e, v)
	case "submit":
		if d.state == negotiated {
			return v.leads(awaiting) // Settled here: a submission is not judged: it awaits approvals, whatever the condition says.
		}
	case "amend":
		return d.amend(v)
	case "extend":
		return d.extend(e, v)
	case "perform", "breach":
		return d.commitmentAct(e, v)
	case "approve":
		return d.approve(e, v)
	case "reject":
		return d.reject(e, v)
	case "withdraw":
		return d.withdraw(e, v)
	case "apply":
		return d.apply(e, v)
	case "implement":
		if v = v.leads(implemented); d.judgeApproval() != Met {
			v.guard = "the approval condition is not met"
		}
	case "dispute":
		d.disputes = append(slices.Clone(d.disputes), dispute{e.ID, e.Commitment})
	case "settle":
		return d.settle(e, v)
	case "suspend", "resume":
		return d.suspension(e, v)
	case "terminate":
		return d.terminate(e, v)
	}
	return v
}

// revisionFits follows "`amend` may name the current or the next revision, `submit`'s is not checked".
//
// Settled here: approve, reject, withdraw, sign, apply and implement name the current revision or none; the others' is
// not checked.
func (d *deal) revisionFits(e *Event) bool {
	switch e.Kind {
	case "amend":
		return e.Revision == 0 || e.Revision == d.revision || e.Revision == d.revision+1
	case "approve", "reject", "withdraw", "sign", "apply", "implement":
		return e.Revision == 0 || e.Revision == d.revision
	}
	return true
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

// negotiate goes on talking, or begins a new round from rejected or lapsed.
func (d *deal) negotiate(v verdict) verdict {
	switch {
	case d.state == rejected || d.state == lapsed:
		v.rule = "new_round"
		return v.leads(negotiated)
	case d.isOpen(d.state) && !d.frame.two && d.judgeApproval() == Met:
		return v.leads(approved)
	}
	return v
}

// sign: "without party it signs for all".
func (d *deal) sign(e *Event, v verdict) verdict {
	fresh := false
	for _, i := range d.sidesOf(e) {
		if p := &d.parties[i]; p.signed.IsZero() {
			p.signed, fresh = d.now, true
		}
	}
	if !fresh {
		return noted("it has signed already")
	}
	return d.judged(v)
}

// amend: "An `amend` makes earlier approvals stale", "clears rejections" and "clears signatures".
func (d *deal) amend(v verdict) verdict {
	d.newText()
	switch result := d.judgeApproval(); {
	case d.state == provisional, !d.takes("amend", d.state):
	case result == Met && !d.frame.two:
		return v.leads(approved)
	case d.state == negotiated:
	case d.state == rejected && result == Lost:
		// "the state leaves only for where the approvals put it, as soon as the condition is no longer lost"
	default:
		return v.leads(awaiting)
	}
	return v
}

// extend moves the term where the deal is in force or a term has ended it, else the deadline: "a joint `extend` can set
// a clock that was not there, one side cannot, and `until` must exceed `at`".
func (d *deal) extend(e *Event, v verdict) verdict {
	clock := &d.deadline
	if d.inForceState(d.state) || d.endsTerm(d.state) {
		clock = &d.term
	}
	own := d.due(clock)
	if e.Party != "" {
		if own.IsZero() {
			return refused("one side cannot set a clock that is not there")
		}
		own = clock.of(d.a.party(e.Party))
	}
	switch {
	case e.Until.Equal(own):
		return noted("it stands by that instant already")
	case !e.Until.After(later(own, d.now)):
		return refused("until does not reach beyond what it stands by, or beyond at")
	case e.Party == "":
		*clock = sides{base: e.Until, jointly: true, until: make([]time.Time, len(d.parties))}
	default:
		clock.until = slices.Clone(clock.until)
		clock.until[d.a.party(e.Party)] = e.Until
	}
	switch result := d.judgeApproval(); {
	case d.state == lapsed && !d.isDue("deadline") && result == Lost:
		v.rule = "reopen"
		return v.leads(rejected) // "A lapsed deal reopened while its condition is lost goes to `rejected`."
	case d.state == lapsed && !d.isDue("deadline"):
		v.rule = "reopen" // Settled here: where the condition is met it waits in awaiting_approvals all the same.
		return v.leads(d.awaitingState())
	case d.state == expired && !d.isDue("term") && result == Met:
		v.rule = "revive"
		return v.leads(implemented)
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
	case e.Kind == "perform" && !c.performed.IsZero():
		return noted("it is performed already")
	case e.Kind == "breach" && !c.breached.IsZero():
		return noted("a breach stands already")
	case e.Kind == "perform":
		*c = commitmentFacts{performed: d.now, suspended: c.suspended, fired: c.fired} // "a later `perform` cures it"
	default:
		c.performed, c.breached = time.Time{}, d.now // "a `breach` undoes a `perform` (or needs none)"
		if due := d.commitmentDeadline(i); !due.IsZero() && !d.now.Before(due) && c.overdue.IsZero() {
			c.overdue = d.now // "a breach after the deadline is overdue from the breach"
		}
	}
	return d.judged(v)
}

// settle closes the dispute that the event refers to, or those about its commitment, or all.
func (d *deal) settle(e *Event, v verdict) verdict {
	open := slices.DeleteFunc(slices.Clone(d.disputes), func(o dispute) bool {
		return (e.Ref == "" || o.id == e.Ref) && (e.Commitment == "" || o.commitment == e.Commitment)
	})
	if len(open) == len(d.disputes) {
		return refused("no such dispute is open") // Settled here.
	}
	d.disputes = open
	return v
}

// suspension follows "`suspend`, `resume` with a commitment concern that commitment only; by one party of many, that
// party's part only. Neither moves the deal."
//
// Settled here: one party of many may suspend its part whether or not it is bound; all jointly may suspend again what is
// suspended; and who resumes a suspended deal of two that neither side has suspended resumes it; a resume of a deal that is in force says
// nothing new, and is noted.
func (d *deal) suspension(e *Event, v verdict) verdict {
	lift := e.Kind == "resume"
	if e.Commitment != "" {
		return d.mark([]*time.Time{&d.commitments[d.a.commitment(e.Commitment)].suspended}, lift, v)
	}
	var of []*time.Time
	for _, i := range d.sidesOf(e) {
		of = append(of, &d.parties[i].suspended)
	}
	switch {
	case len(d.parties) == 2:
		if v = d.markSides(of, lift, v); v.outcome != Applied {
			return v
		}
	case e.Party != "":
		return d.mark(of, lift, v)
	}
	return d.suspendsWhole(lift, v)
}

// mark sets or clears each of the instants.
func (d *deal) mark(of []*time.Time, lift bool, v verdict) verdict {
	changed := false
	for _, at := range of {
		switch {
		case lift && !at.IsZero():
			*at, changed = time.Time{}, true
		case !lift && at.IsZero():
			*at, changed = d.now, true
		}
	}
	switch {
	case changed:
		return v
	case lift:
		return refused("it is not suspended")
	}
	return noted("it is suspended already")
}

// markSides: "A deal of two is suspended while either side suspends; a joint `suspend` is by both, and each side resumes
// its own."
func (d *deal) markSides(of []*time.Time, lift bool, v verdict) verdict {
	if lift && d.nobodySuspends() {
		return v
	}
	return d.mark(of, lift, v)
}

func (d *deal) nobodySuspends() bool {
	return !slices.ContainsFunc(d.parties, func(p partyFacts) bool { return !p.suspended.IsZero() })
}

// wholeOnly is why a suspension or resumption of the whole deal is not taken.
const wholeOnly = "the whole deal is suspended and resumed from implemented and suspended only"

// suspendsWhole moves the whole deal between implemented and suspended, and out of no other state.
func (d *deal) suspendsWhole(lift bool, v verdict) verdict {
	switch {
	case d.state == implemented && !lift:
		return v.leads(suspended)
	case d.state == suspended && lift && (len(d.parties) > 2 || d.nobodySuspends()):
		return v.leads(implemented)
	case d.state != suspended:
		v.guard = wholeOnly
	}
	return v
}

// terminate: of two, by one side or jointly; of many, jointly. "In a deal of two parties, whatever its condition, one
// side's `terminate` in force is its withdraw where there is a `notice`; a joint one is immediate."
//
// Settled here: in a provisional deal of two, one side's terminate ends the application as a joint one does.
func (d *deal) terminate(e *Event, v verdict) verdict {
	alone := e.Party != ""
	switch {
	case alone && len(d.parties) == 2 && d.inForceState(d.state) && d.a.Notice != nil && d.clockRuns("notice"):
		return d.withdraw(e, v)
	case alone && len(d.parties) != 2:
		v.guard = "it takes all sides"
	case d.isAddedInForce(d.state):
		v.guard = "an added state in force has the rules that move nothing only"
	case d.state == provisional:
		v.rule = "end_application"
		return v.leads(d.place()) // "a joint `terminate` ends the application only"
	}
	return v.leads(terminated)
}

package evaluator

import (
	"cmp"
	"slices"
	"time"
)

// clock is one clock that runs.
type clock struct {
	name  string // effect, notice, …, or a timer's id
	rank  int    // its place among the clocks of one instant
	index int    // the party, timer or commitment it belongs to
	due   time.Time
}

// running lists every clock that runs in the state the deal is in.
func (d *deal) running() []clock {
	var list []clock
	add := func(name, kind string, index int, due time.Time) {
		if !due.IsZero() {
			list = append(list, clock{name, slices.Index(clocks, kind), index, due})
		}
	}
	if d.reachedFired < len(d.reached) {
		add("reached", "reached", 0, d.reached[d.reachedFired])
	}
	if d.clockRuns("effect") && d.a.Effect != nil && !d.metSince.IsZero() && !d.metSince.Equal(d.effectSpent) {
		add("effect", "effect", 0, d.a.Effect.after(d.metSince))
	}
	for i := range d.parties {
		if d.inForceState(d.state) {
			add("notice", "notice", i, d.noticeEnds(i))
		}
	}
	for i, t := range d.a.Timers {
		add(t.ID, "timer", i, d.timers[i].due)
	}
	if d.clockRuns("term") {
		add("term", "term", 0, d.due(&d.term))
	}
	for i := range d.commitments {
		// "`overdue` runs wherever `perform` is taken"
		if c := &d.commitments[i]; c.performed.IsZero() && c.overdue.IsZero() && d.clockRuns("perform") {
			add("overdue", "overdue", i, d.commitmentDeadline(i))
		}
	}
	if d.clockRuns("deadline") && !(d.state == provisional && d.judgeApproval() == Met) {
		add("deadline", "deadline", 0, d.due(&d.deadline))
	}
	return list
}

// clockRuns tells whether some rule, standard or own, is on the clock or kind in this state.
func (d *deal) clockRuns(on string) bool {
	return d.takes(on, d.state) ||
		slices.ContainsFunc(d.rules(), func(r Rule) bool { return r.On == on && slices.Contains(r.From, d.state) })
}

// noticeEnds is when the party leaves; zero where it has given no notice.
func (d *deal) noticeEnds(i int) time.Time {
	if d.parties[i].atTermsEnd {
		return d.due(&d.term) // "a `withdraw` takes effect when the term ends"
	}
	return d.parties[i].leaves
}

// commitmentDeadline is "an instant, or a delay from entry into force".
func (d *deal) commitmentDeadline(i int) time.Time {
	c := d.a.Commitments[i]
	switch {
	case !c.Deadline.IsZero():
		return c.Deadline
	case c.Within == nil || d.inForce.IsZero():
		return time.Time{}
	}
	return c.Within.after(d.inForce)
}

// dueOf is when the clock that a rule's `due` condition names runs out, whether it runs or not.
func (d *deal) dueOf(name string) time.Time {
	switch name {
	case "deadline":
		return d.due(&d.deadline)
	case "term":
		return d.due(&d.term)
	}
	var due time.Time
	for _, c := range d.running() {
		if c.name == name && (due.IsZero() || c.due.Before(due)) {
			due = c.due
		}
	}
	return due
}

// advance fires every clock that is due by the instant, one by one. A clock that was passed while it did not run fires
// as soon as it runs again: "a deadline that passed in `approved` fires on return to an open state".
func (d *deal) advance(to time.Time) {
	for fired := 0; ; fired++ {
		if fired > 1e6 {
			panic("clocks fire without end: " + d.a.ID)
		}
		next, found := clock{}, false
		for _, c := range d.running() {
			if c.due = later(c.due, d.now); !c.due.After(to) && (!found || c.before(next)) {
				next, found = c, true
			}
		}
		if !found {
			return
		}
		d.now = next.due
		d.fire(next)
		d.noteMet()
	}
}

func (c clock) before(o clock) bool {
	return cmp.Or(c.due.Compare(o.due), cmp.Compare(c.rank, o.rank), cmp.Compare(c.index, o.index)) < 0
}

// fire does what time does: first what is held, then the rules on the clock.
func (d *deal) fire(c clock) {
	switch clocks[c.rank] {
	case "reached":
		d.reachedFired++
		if !d.ownRules("reached", nil, false) {
			d.moveStandard(d.judged()) // "there the condition is judged again"
			d.ownRules("reached", nil, true)
		}
	case "effect":
		d.fireRules("effect", implemented)
	case "notice":
		d.fireNotice(c.index)
	case "timer":
		d.timers[c.index].due = time.Time{}
		if !d.ownRules(c.name, nil, false) {
			d.ownRules(c.name, nil, true)
		}
	case "term":
		if !d.renewed() {
			d.fireRules("term", expired)
		}
	case "overdue":
		d.commitments[c.index].overdue = d.now
		d.fireRules("overdue", d.state)
	case "deadline":
		d.fireRules("deadline", lapsed)
	}
}

// fireRules runs the own rules that come before the standard one, else the standard one, else the own rules after it.
func (d *deal) fireRules(on, standardTo string) {
	if d.ownRules(on, nil, false) {
		return
	}
	if d.takes(on, d.state) {
		d.moveStandard(standardTo)
		return
	}
	if !d.ownRules(on, nil, true) {
		d.stopClock(on)
	}
}

// stopClock keeps a clock whose rules all refuse from firing for ever.
func (d *deal) stopClock(on string) {
	switch on {
	case "term":
		d.term = sides{until: make([]time.Time, len(d.parties))}
	case "deadline":
		d.deadline = sides{until: make([]time.Time, len(d.parties))}
	case "effect":
		d.effectSpent = d.metSince
	}
}

func (d *deal) moveStandard(to string) {
	if to != d.state {
		d.move(to, false)
	}
}

// fireNotice ends a notice: "At the instant the approval goes, and `leave` and `denounce` run on `notice`."
func (d *deal) fireNotice(i int) {
	d.takeLeave(i)
	d.fireRules("notice", d.afterLeaving())
}

// takeLeave lets a bound party go.
func (d *deal) takeLeave(i int) {
	p := &d.parties[i]
	p.approved, p.joins, p.leaves, p.atTermsEnd = time.Time{}, time.Time{}, time.Time{}, false
	p.suspended, p.left, p.withdrew = time.Time{}, d.now, true
}

// afterLeaving is where the deal stands when a party has left: a deal of two ends; "When every party has left a deal of
// many, it is `terminated`."
//
// Settled here: "every party" is every party that was bound or is about to be.
func (d *deal) afterLeaving() string {
	remains := slices.ContainsFunc(d.parties, func(p partyFacts) bool { return !p.joins.IsZero() })
	if len(d.parties) == 2 || !remains {
		return terminated
	}
	return d.state
}

// renewed renews the term where it may: "tacit renewal: a term that no `extend` has set runs again by this, again and
// again, unless a party has given notice". "a notice that runs or ends at the term's instant bars renewal for all; one
// that ended earlier does not".
func (d *deal) renewed() bool {
	if d.a.Renew == nil || d.setByExtend(&d.term) {
		return false
	}
	for i, p := range d.parties {
		if !d.noticeEnds(i).IsZero() || p.left.Equal(d.now) {
			return false
		}
	}
	next := d.a.Renew.after(d.now)
	if !next.After(d.now) {
		return false
	}
	d.term.base = next
	return true
}

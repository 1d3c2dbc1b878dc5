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
	add("effect", "effect", 0, d.ownClock("effect"))
	for i := range d.parties {
		if d.clockRuns("notice") {
			add("notice", "notice", i, d.noticeEnds(i))
		}
	}
	for i, t := range d.a.Timers {
		if !d.timers[i].fired {
			add(t.ID, "timer", i, d.timers[i].due)
		}
	}
	add("term", "term", 0, d.ownClock("term"))
	for i := range d.commitments {
		// "`overdue` runs wherever `perform` is taken"
		due := d.commitmentDeadline(i)
		if c := &d.commitments[i]; c.performed.IsZero() && c.overdue.IsZero() && !due.Equal(c.fired) && d.clockRuns("perform") {
			add("overdue", "overdue", i, due)
		}
	}
	if !(d.state == provisional && !d.metSince.IsZero()) { // "the deadline does not lapse it while the condition is met"
		add("deadline", "deadline", 0, d.ownClock("deadline"))
	}
	return list
}

// ownClock is when one of the deal's own clocks is due; zero: it does not run here, is not set, or has fired.
func (d *deal) ownClock(name string) time.Time {
	due := d.dueOf(name)
	if !d.clockRuns(name) || due.Equal(d.fired[name]) {
		return time.Time{}
	}
	return due
}

// clockRuns tells whether some rule, standard or own, is on the clock or kind in this state.
func (d *deal) clockRuns(on string) bool {
	return d.takes(on, d.state) ||
		slices.ContainsFunc(d.rules(), func(r Rule) bool { return r.On == on && slices.Contains(r.From, d.state) })
}

// noticeEnds is when the party leaves; zero where it has given no notice.
func (d *deal) noticeEnds(i int) time.Time {
	if p := &d.parties[i]; !p.noticed || !p.leaves.IsZero() {
		return p.leaves
	}
	return d.due(&d.term) // "a `withdraw` takes effect when the term ends"
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
	if name == "effect" && d.a.Effect != nil && !d.metSince.IsZero() {
		return d.a.Effect.after(d.metSince)
	}
	for i, t := range d.a.Timers {
		if t.ID == name {
			return d.timers[i].due
		}
	}
	return time.Time{}
}

// advance fires every clock that is due by the instant, one by one. A clock that was passed while it did not run fires
// as soon as it runs again: "a deadline that passed in `approved` fires on return to an open state".
func (d *deal) advance(to time.Time) {
	for fired := 0; ; fired++ {
		if fired > 1e6 {
			panic("clocks fire without end: " + d.a.ID)
		}
		list := slices.DeleteFunc(d.running(), func(c clock) bool { return c.due.After(to) })
		if len(list) == 0 {
			return
		}
		next := slices.MinFunc(list, clock.compare)
		d.now = later(d.now, next.due)
		d.fire(next)
	}
}

func (c clock) compare(o clock) int {
	return cmp.Or(c.due.Compare(o.due), cmp.Compare(c.rank, o.rank), cmp.Compare(c.index, o.index))
}

// fire does what time does: first what is held, then the rules on the clock, the agreement's own before or after the
// standard one.
func (d *deal) fire(c clock) {
	v := verdict{outcome: Applied, rule: c.name, to: d.state}
	var of *Event
	switch clocks[c.rank] {
	case "reached":
		d.reachedFired++
		v = d.judged(v) // "there the condition is judged again"
	case "effect":
		d.fired["effect"] = c.due
		v = v.leads(implemented)
	case "notice":
		of = &Event{Party: d.a.Parties[c.index].ID}
		d.takeLeave(c.index)
		v = d.afterLeaving(v)
	case "timer":
		d.timers[c.index].fired = true
	case "term":
		if d.fired["term"] = c.due; d.renewed(c.due) {
			return
		}
		v = v.leads(expired)
	case "overdue":
		d.commitments[c.index].overdue, d.commitments[c.index].fired = c.due, c.due
	case "deadline":
		d.fired["deadline"] = c.due
		v = v.leads(lapsed)
	}
	if !d.ownRules(c.name, of, false) {
		standard := d.takes(clocks[c.rank], d.state) && (v.named || clocks[c.rank] != "reached") && !d.dropped(v.rule)
		if standard {
			d.move(v.to, v.named, false)
		} else {
			d.ownRules(c.name, of, true)
		}
	}
	d.noteMet()
}

// takeLeave lets a bound party go: "At the instant the approval goes".
func (d *deal) takeLeave(i int) {
	p := &d.parties[i]
	p.approved, p.act, p.noticed, p.leaves, p.suspended = time.Time{}, p.noticeKind, false, time.Time{}, time.Time{}
	d.lastLeft = d.now
}

// afterLeaving is where the deal stands when a party has left ("`leave` and `denounce` run on `notice`"): a deal of two
// ends; "When every party has left a deal of many, it is `terminated`."
//
// Settled here: "every party" is every party that was bound or is about to be.
func (d *deal) afterLeaving(v verdict) verdict {
	if v.rule = "denounce"; len(d.parties) == 2 {
		return v.leads(terminated)
	}
	v.rule = "leave"
	for i := range d.parties {
		if !d.joins(i).IsZero() {
			return v
		}
	}
	return v.leads(terminated)
}

// renewed renews the term where it may: "tacit renewal: a term that no `extend` has set runs again by this, again and
// again, unless a party has given notice". "a notice that runs or ends at the term's instant bars renewal for all; one
// that ended earlier does not".
func (d *deal) renewed(due time.Time) bool {
	noticed := slices.ContainsFunc(d.parties, func(p partyFacts) bool { return p.noticed })
	if d.a.Renew == nil || d.setByExtend(&d.term) || noticed || d.lastLeft.Equal(due) {
		return false
	}
	d.term.base = d.a.Renew.after(due)
	return true
}

package render

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// part is what one party has done for itself besides approving: a strip below its bar.
// It is empty, or the first of these that is so.
type part string

const (
	partSuspended   part = "suspended"   // it suspends its part, or, of two, the deal
	partLeaving     part = "leaving"     // its notice runs
	partProvisional part = "provisional" // it applies the deal provisionally
	partSigned      part = "signed"      // it has signed, and not approved yet
)

// parts follow each party's through the decisions.
type parts struct {
	replay *indexed
	events map[string]dealstate.Event
	now    map[string]*partsOf
	open   map[string]*bar
	strips map[string][]bar
}

// partsOf is all that one party has done for itself.
type partsOf struct {
	signed, applied, suspended, approved bool
	leaves                               time.Time // zero: it has given no notice
}

func (o partsOf) shown() part {
	switch {
	case o.suspended:
		return partSuspended
	case !o.leaves.IsZero():
		return partLeaving
	case o.applied:
		return partProvisional
	case o.signed && !o.approved:
		return partSigned
	}
	return ""
}

// strips are the stretches of what the parties did for themselves, by party.
func (s *indexed) strips() map[string][]bar {
	ps := &parts{replay: s, events: s.events, now: map[string]*partsOf{}, open: map[string]*bar{}, strips: map[string][]bar{}}
	for _, p := range s.Snapshot.Parties {
		ps.now[p.Party] = &partsOf{}
	}
	revision := 1
	for _, d := range s.Decisions {
		if d.Outcome != dealstate.Applied {
			continue
		}
		if d.Revision != revision {
			revision = d.Revision
			ps.each("", func(o *partsOf) { o.signed, o.approved = false, false })
		}
		ps.take(d)
		for _, p := range s.Snapshot.Parties {
			ps.show(p.Party, d.At)
		}
	}
	for _, p := range s.Snapshot.Parties {
		ps.end(p.Party, s.Snapshot.AsOf)
	}
	return ps.strips
}

// each changes one party, or for all sides jointly every one.
func (ps *parts) each(party string, change func(*partsOf)) {
	for id, o := range ps.now {
		if party == "" || id == party {
			change(o)
		}
	}
}

func (ps *parts) take(d dealstate.Decision) {
	leaves := leavesAt(d)
	ofDeal := ps.events[d.Event].Commitment == "" && (d.Party != "" || len(ps.now) == 2)
	switch {
	case d.Clock == dealstate.Notice:
		ps.each(d.Party, func(o *partsOf) { o.leaves, o.approved, o.suspended = time.Time{}, false, false })
	case !leaves.IsZero():
		ps.each(d.Party, func(o *partsOf) { o.leaves = leaves })
	case d.Kind == dealstate.Sign:
		ps.each(d.Party, func(o *partsOf) { o.signed = true })
	case d.Kind == dealstate.Apply:
		ps.each(d.Party, func(o *partsOf) { o.applied = true })
	case d.Kind == dealstate.Approve:
		ps.each(d.Party, func(o *partsOf) { o.leaves, o.approved = time.Time{}, true })
	case d.Kind == dealstate.Reject:
		ps.each(d.Party, func(o *partsOf) { o.approved = false })
	case d.Kind == dealstate.Withdraw:
		ps.each(d.Party, func(o *partsOf) { o.approved, o.applied = false, false })
	case d.Kind == dealstate.Suspend && ofDeal, d.Kind == dealstate.Resume && ofDeal:
		ps.each(d.Party, func(o *partsOf) { o.suspended = d.Kind == dealstate.Suspend })
	}
	if d.From != d.To {
		ps.move(d)
	}
}

// move ends what the deal's move ends: provisional application at entry into force and
// with the state of that name, and notices and suspensions with the deal's force.
func (ps *parts) move(d dealstate.Decision) {
	if d.To == dealstate.StateImplemented || d.From == dealstate.StateProvisional {
		ps.each("", func(o *partsOf) { o.applied = false })
	}
	if m := ps.replay.Machine; m.InForce(d.From) && !m.InForce(d.To) {
		ps.each("", func(o *partsOf) { o.leaves, o.suspended = time.Time{}, false })
	}
}

// leavesAt is when a notice that the decision gave ends; zero: it gave none.
func leavesAt(d dealstate.Decision) time.Time {
	for _, r := range d.Reasons {
		if r.Code == dealstate.ReasonLeaves {
			return r.At
		}
	}
	return time.Time{}
}

// show begins another strip where what is shown has changed.
func (ps *parts) show(party string, at time.Time) {
	o := ps.now[party]
	shown := o.shown()
	if b := ps.open[party]; b != nil && b.label == string(shown) {
		return
	}
	ps.end(party, at)
	if shown == "" {
		return
	}
	b := bar{from: at, hue: hue(shown), label: string(shown), title: string(shown) + ", "}
	if shown == partLeaving {
		b.title = "leaves on " + moment(o.leaves) + "; notice given, "
	}
	ps.open[party] = &b
}

func (ps *parts) end(party string, at time.Time) {
	b := ps.open[party]
	delete(ps.open, party)
	if b == nil || !at.After(b.from) && !at.Equal(ps.replay.Snapshot.AsOf) {
		return
	}
	b.to = at
	b.title = ps.replay.approverOf(party) + ": " + b.title + period(b.from, at)
	ps.strips[party] = append(ps.strips[party], *b)
}

// commitmentHistory is what became of one commitment over time.
type commitmentHistory struct {
	done, broken, overdue bool

	since  time.Time // of what is shown
	bars   []bar
	held   time.Time // since when it is suspended
	strips []bar
}

// histories follow each commitment through the decisions.
func (s *indexed) commitmentHistories() map[string]*commitmentHistory {
	histories, events := map[string]*commitmentHistory{}, s.events
	status := map[string]dealstate.CommitmentStatus{}
	for _, c := range s.Snapshot.Commitments {
		histories[c.Commitment], status[c.Commitment] = &commitmentHistory{}, c
	}
	for _, d := range s.Decisions {
		id := d.Commitment
		if id == "" {
			id = events[d.Event].Commitment
		}
		if l := histories[id]; l != nil && d.Outcome == dealstate.Applied {
			l.take(d, status[id])
		}
	}
	for id, l := range histories {
		if c := status[id]; l.since.IsZero() && !c.At.IsZero() { // of a replay without its events
			l.done, l.since = true, c.At
		}
		l.end(s.Snapshot.AsOf)
		l.hold(s.Snapshot.AsOf, false)
	}
	return histories
}

func (l *commitmentHistory) take(d dealstate.Decision, c dealstate.CommitmentStatus) {
	next := *l
	switch {
	case d.Kind == dealstate.Perform:
		next.done, next.broken, next.overdue = true, false, false
	case d.Kind == dealstate.Breach:
		next.done, next.broken = false, true
		next.overdue = l.overdue || !c.Deadline.IsZero() && !d.At.Before(c.Deadline)
	case d.Clock == dealstate.Overdue:
		next.overdue = true
	case d.Kind == dealstate.Suspend:
		l.hold(d.At, true)
		return
	case d.Kind == dealstate.Resume:
		l.hold(d.At, false)
		return
	default:
		return
	}
	l.end(d.At)
	l.done, l.broken, l.overdue, l.since = next.done, next.broken, next.overdue, d.At
}

// shown is how the commitment is drawn; no label: not at all.
func (l *commitmentHistory) shown() bar {
	switch on := moment(l.since); {
	case l.broken && l.overdue:
		return bar{hue: "vermilion", label: "breached", title: "breached and overdue since " + on}
	case l.broken:
		return bar{hue: "vermilion", label: "breached", title: "breached on " + on}
	case l.overdue:
		return bar{hue: "orange", label: "overdue", title: "overdue since " + on}
	case l.done:
		return bar{hue: "green", label: "performed", title: "performed on " + on}
	}
	return bar{}
}

func (l *commitmentHistory) end(at time.Time) {
	if b := l.shown(); b.label != "" && at.After(l.since) {
		b.from, b.to = l.since, at
		l.bars = append(l.bars, b)
	}
}

// hold begins a suspension, or ends one that runs.
func (l *commitmentHistory) hold(at time.Time, on bool) {
	switch {
	case on && l.held.IsZero():
		l.held = at
	case !on && !l.held.IsZero():
		if at.After(l.held) {
			l.strips = append(l.strips, bar{from: l.held, to: at, hue: hue(partSuspended), label: string(partSuspended),
				title: "suspended, " + period(l.held, at)})
		}
		l.held = time.Time{}
	}
}

package dealstate

import (
	"slices"
	"time"
)

// revisions pairs the decisions before with those after, and gives the pairs
// that differ: first in the order after, then those that vanished. What was
// decided on the added event is no revision.
func (m *Machine) revisions(before, after []decided, added *entry) []Revision {
	out, before, after := m.revisionsInStep(before, after, added)
	if len(before)+len(after) == 0 {
		return out
	}
	was := make(map[decidedOn]decided, len(before)) // by what they are on
	for _, d := range before {
		was[d.on()] = d
	}
	for _, now := range after {
		old, had := was[now.on()]
		delete(was, now.on())
		switch {
		case !had:
			out = append(out, Revision{Now: m.decision(now)})
		case !now.same(old):
			out = append(out, Revision{Was: m.decision(old), Now: m.decision(now)})
		}
	}
	for _, d := range before {
		if _, left := was[d.on()]; left {
			out = append(out, Revision{Was: m.decision(d)})
		}
	}
	return out
}

// revisionsInStep compares the two lists as long as they go side by side, which mostly is
// to their end, and gives what is left of them.
func (m *Machine) revisionsInStep(before, after []decided, added *entry) (out []Revision, _, _ []decided) {
	n, differ := 0, 0
	if added != nil {
		after = slices.DeleteFunc(after, func(d decided) bool { return d.entry == added })
	}
	for n < min(len(before), len(after)) && before[n].on() == after[n].on() {
		if n++; !after[n-1].same(before[n-1]) {
			differ++
		}
	}
	out = slices.Grow(out, differ)
	for i := range n {
		if !after[i].same(before[i]) {
			out = append(out, Revision{Was: m.decision(before[i]), Now: m.decision(after[i])})
		}
	}
	return out, before[n:], after[n:]
}

// markByTime marks the clocks that fire only now, and fire alone too: without the event that
// was added, by the last instant of which the log speaks with it.
func (m *Machine) markByTime(revised []Revision, alone []decided) {
	for i := range revised {
		now := revised[i].Now
		if revised[i].Was.Clock != 0 || now.Clock == 0 {
			continue
		}
		revised[i].ByTime = slices.ContainsFunc(alone, func(d decided) bool {
			o := m.decision(d)
			return o.Fired() == now.Fired() && o.Outcome == now.Outcome && o.To == now.To
		})
	}
}

// decidedOn is what was decided upon: an event, or a clock at an instant. It
// finds the same in another folding of the log.
type decidedOn struct {
	entry *entry
	clock Clock
	which int16
	party int16
	at    time.Time
}

func (d decided) on() decidedOn {
	if d.entry != nil {
		return decidedOn{entry: d.entry}
	}
	return decidedOn{clock: d.clock, which: d.which, party: d.party, at: d.instant()}
}

// same reports whether two decisions come to the same, for the same reasons.
func (d decided) same(o decided) bool {
	return slices.Equal(d.reasons(), o.reasons()) && d.outcome == o.outcome && d.rule == o.rule && d.from == o.from && d.to == o.to && d.revision == o.revision
}

package dealstate

import (
	"slices"
	"time"
)

// revisions pairs the decisions before with those after, and gives the pairs
// that differ: first in the order after, then those that vanished. What was
// decided on the added event is no revision.
func (m *Machine) revisions(before, after []decided, added *entry) []Revision {
	var out []Revision
	for len(after) > 0 { // mostly the two go side by side
		if added != nil && after[0].entry == added {
			after = after[1:]
			continue
		}
		if len(before) == 0 || before[0].on() != after[0].on() {
			break
		}
		if !after[0].same(before[0]) {
			out = append(out, Revision{Was: m.decision(before[0]), Now: m.decision(after[0])})
		}
		before, after = before[1:], after[1:]
	}
	was := make(map[decidedOn]decided, len(before))
	for _, d := range before {
		was[d.on()] = d
	}
	for _, now := range after {
		old, had := was[now.on()]
		delete(was, now.on())
		switch {
		case added != nil && now.entry == added:
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
	return slices.Equal(d.why, o.why) && d.outcome == o.outcome && d.rule == o.rule && d.from == o.from && d.to == o.to && d.revision == o.revision
}

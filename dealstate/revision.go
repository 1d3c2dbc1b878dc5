package dealstate

import (
	"slices"
	"time"
)

// revisions pairs the steps before with those after, and keeps the pairs that
// differ: first in the order after, then those that vanished.
func (m *Machine) revisions(before, after []step, added *entry) []Revision {
	was := make(map[stepKey]step, len(before))
	for _, st := range before {
		was[st.key()] = st
	}
	var out []Revision
	for _, now := range after {
		old, had := was[now.key()]
		delete(was, now.key())
		switch {
		case now.entry == added:
		case !had:
			out = append(out, Revision{Now: m.decision(now)})
		case !now.same(old):
			out = append(out, Revision{Was: m.decision(old), Now: m.decision(now)})
		}
	}
	for _, st := range before {
		if _, left := was[st.key()]; left {
			out = append(out, Revision{Was: m.decision(st)})
		}
	}
	return out
}

// stepKey finds the same event, or the same clock at the same instant, in
// another folding.
type stepKey struct {
	entry *entry
	clock Kind
	at    time.Time
}

func (st step) key() stepKey {
	if st.entry != nil {
		return stepKey{entry: st.entry}
	}
	return stepKey{clock: st.kind, at: st.instant()}
}

// same reports whether two steps on one event come to the same, for the same
// reasons.
func (st step) same(o step) bool {
	return slices.Equal(st.why, o.why) && st.outcome == o.outcome && st.rule == o.rule && st.from == o.from && st.to == o.to && st.revision == o.revision
}

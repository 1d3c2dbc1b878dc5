package bulk

import (
	"maps"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Totals count decisions and deals. The zero value is empty, and those of
// several logs can be merged.
type Totals struct {
	Deals    int64
	Unseen   int64 // deals of which the view sees no event: they are in no other count
	Events   int64 // that the view sees
	Clocks   int64 // that fired
	Moved    int64 // decisions that changed the state, clocks included
	Outcomes map[dealstate.Outcome]int64
	Reasons  map[dealstate.ReasonCode]int64 // decisions that give the reason, each once
	Rules    map[string]int64               // by the id of the rule that fired
	States   map[dealstate.State]int64      // deals that stand there
}

func newTotals() Totals {
	return Totals{Outcomes: map[dealstate.Outcome]int64{}, Reasons: map[dealstate.ReasonCode]int64{}, Rules: map[string]int64{}, States: map[dealstate.State]int64{}}
}

// Merge adds the other counts to these.
func (t *Totals) Merge(o Totals) {
	t.Deals, t.Unseen, t.Events = t.Deals+o.Deals, t.Unseen+o.Unseen, t.Events+o.Events
	t.Clocks, t.Moved = t.Clocks+o.Clocks, t.Moved+o.Moved
	t.Outcomes, t.Reasons = added(t.Outcomes, o.Outcomes), added(t.Reasons, o.Reasons)
	t.Rules, t.States = added(t.Rules, o.Rules), added(t.States, o.States)
}

func added[K comparable](to, more map[K]int64) map[K]int64 {
	if to == nil {
		to = make(map[K]int64, len(more))
	}
	for k, n := range more {
		to[k] += n
	}
	return to
}

func (t Totals) clone() Totals {
	t.Outcomes, t.Reasons = maps.Clone(t.Outcomes), maps.Clone(t.Reasons)
	t.Rules, t.States = maps.Clone(t.Rules), maps.Clone(t.States)
	return t
}

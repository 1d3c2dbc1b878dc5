package bulk

import (
	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lazydfa"
)

// counters count decisions, by the numbers of what [Totals] has by name. Each goroutine
// of a replay has its own, and adds them to its totals when it ends.
type counters struct {
	events, clocks, moved int64
	outcomes, reasons     [1 << 8]int64
	rules                 map[string]int64
}

// count counts decisions of one effect.
func (c *counters) count(e *lazydfa.Effect, times int64) {
	if e.Clock != 0 {
		c.clocks += times
	} else {
		c.events += times
	}
	if e.Moves() {
		c.moved += times
	}
	c.outcomes[e.Outcome] += times
	for _, code := range e.Reasons {
		c.reasons[code] += times
	}
	if e.Rule != "" {
		if c.rules == nil {
			c.rules = map[string]int64{}
		}
		c.rules[e.Rule] += times
	}
}

func (c *counters) addTo(to *Totals) {
	to.Events, to.Clocks, to.Moved = to.Events+c.events, to.Clocks+c.clocks, to.Moved+c.moved
	for outcome, times := range c.outcomes {
		if times > 0 {
			to.Outcomes[dealstate.Outcome(outcome)] += times
		}
	}
	for code, times := range c.reasons {
		if times > 0 {
			to.Reasons[dealstate.ReasonCode(code)] += times
		}
	}
	to.Rules = added(to.Rules, c.rules)
}

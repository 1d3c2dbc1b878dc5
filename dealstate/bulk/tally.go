package bulk

import "github.com/fe115bb3/dealtracker/dealstate"

// tally counts decisions by the numbers of what [Totals] has by name.
type tally struct {
	events, clocks, moved int64
	outcomes, reasons     [1 << 8]int64
	rules                 map[string]int64
}

func (t *tally) count(s *said, times int64) {
	if s.clock != 0 {
		t.clocks += times
	} else {
		t.events += times
	}
	if s.from != s.to {
		t.moved += times
	}
	t.outcomes[s.outcome] += times
	for _, code := range s.reasons {
		t.reasons[code] += times
	}
	if s.rule != "" {
		if t.rules == nil {
			t.rules = map[string]int64{}
		}
		t.rules[s.rule] += times
	}
}

// countHits takes the hits out of the automaton. Those that were idle do not count.
func (t *tally) countHits(a *automaton) {
	for n := range a.table {
		if times := a.table[n].hits; times > 0 && n>>a.shift != idle {
			for _, said := range a.answer(uint32(n)).said {
				t.count(&said, int64(times))
			}
		}
		a.table[n].hits = 0
	}
}

func (t *tally) addTo(to *Totals) {
	to.Events, to.Clocks, to.Moved = to.Events+t.events, to.Clocks+t.clocks, to.Moved+t.moved
	for outcome, times := range t.outcomes {
		if times > 0 {
			to.Outcomes[dealstate.Outcome(outcome)] += times
		}
	}
	for code, times := range t.reasons {
		if times > 0 {
			to.Reasons[dealstate.ReasonCode(code)] += times
		}
	}
	to.Rules = added(to.Rules, t.rules)
}

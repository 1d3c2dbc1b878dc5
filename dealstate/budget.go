package dealstate

import (
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// What compiling costs is counted in steps of some ten nanoseconds, such as judging one
// approval.
const (
	mostWork  = 100_000_000 // of one agreement; the largest real one takes a thousandth
	fireSteps = 150         // asking looplab about one rule in one state
	bindSteps = 50          // binding one condition, and saying it in words
)

// budget is what compiling one agreement may still cost. Compile owns it.
type budget struct {
	left int64
}

func (b *budget) spend(steps int64) error {
	if b.left -= steps; b.left >= 0 {
		return nil
	}
	b.left = 0
	return field.Errorf("lifecycle", "examining its rules in every state, with all their conditions, takes more than %d steps; want fewer rules, states or conditions", mostWork)
}

// spendAhead counts what binding the conditions and asking looplab will take, before
// anything of it is done, and gives what judging the guard of each rule takes.
func (m *Machine) spendAhead(work *budget) (costs []int64, err error) {
	approval, err := work.spendOn(m.names, m.agreement.Approval)
	if err != nil {
		return nil, err
	}
	for _, rule := range m.lifecycle.Rules {
		if _, err := work.spendOn(m.names, rule.When); err != nil {
			return nil, err
		}
		if err := work.spend(fireSteps * int64(len(m.lifecycle.States)+len(rule.From))); err != nil {
			return nil, err
		}
		cost := int64(1)
		if !rule.When.IsZero() {
			cost = m.names.Cost(rule.When, approval)
		}
		costs = append(costs, cost)
	}
	return costs, nil
}

// spendOn counts what binding a condition takes, and gives what judging it does. The
// size is known beforehand, so one that is too large is not walked through.
func (b *budget) spendOn(names *condition.Names, c condition.Condition) (cost int64, err error) {
	if err := b.spend(bindSteps * int64(c.Size())); err != nil {
		return 0, err
	}
	cost = names.Cost(c, 0)
	return cost, b.spend(cost)
}

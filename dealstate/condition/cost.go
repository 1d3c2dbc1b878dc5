package condition

import "github.com/fe115bb3/dealtracker/dealstate/internal/field"

// Cost says about how many steps it takes to bind the condition, or to judge it once,
// where judging the agreement's approval condition takes so many. It walks through the
// condition, unless that is larger than a check accepts.
func (n *Names) Cost(c Condition, ofApproval int64) int64 {
	if c.size > field.MaxTerms {
		return int64(c.size)
	}
	steps, parties := int64(1), int64(len(n.weights))
	switch o := c.operator().(type) {
	case count, everyone:
		steps += parties / 8
	case share:
		steps += parties
	case approval:
		steps += ofApproval
	default:
		for _, p := range o.parts() {
			steps += n.Cost(p, ofApproval)
		}
	}
	return steps
}

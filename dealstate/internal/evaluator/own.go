package evaluator

import (
	"cmp"
	"slices"
)

// ownRules runs the first of the agreement's own rules on a kind or clock whose guard is met, and tells whether there
// was one. Where the lifecycle extends the standard one, the rules of a negative order come before the standard rules
// (late is false) and the others after them (late is true).
//
// Settled here: the standard rules have order 0 and come first among equals, for "drop first, then add".
func (d *deal) ownRules(on string, e *Event, late bool) bool {
	rules := slices.Clone(d.rules())
	slices.SortStableFunc(rules, func(a, b Rule) int { return cmp.Compare(a.Order, b.Order) })
	for _, r := range rules {
		if d.frame.standard && late != (r.Order >= 0) || !d.frame.standard && late {
			continue
		}
		if r.On != on || !slices.Contains(r.From, d.state) || r.When != nil && d.evaluate(r.When, d.now, e) != Met {
			continue
		}
		to := r.To
		if to == "" {
			to = d.state
		}
		d.move(to, r.To != "", on == "extend")
		return true
	}
	return false
}

// ownSpeaks tells whether an own rule is on the kind in this state, whatever its guard.
func (d *deal) ownSpeaks(kind string) bool {
	return slices.ContainsFunc(d.rules(), func(r Rule) bool { return r.On == kind && slices.Contains(r.From, d.state) })
}

// dropped tells whether the agreement dropped a standard rule.
func (d *deal) dropped(rule string) bool {
	return d.a.Lifecycle != nil && slices.Contains(d.a.Lifecycle.Drop, rule)
}

package dealstate

import (
	"fmt"
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// standardWord is what a lifecycle extends.
const standardWord = "standard"

// extended gives the whole table of a lifecycle that extends the standard one: rules
// are dropped first, then states and rules are added.
func (l Lifecycle) extended(a Agreement) Lifecycle {
	if l.Extends == "" {
		return l
	}
	a.Lifecycle = nil
	base := a.StandardLifecycle()
	if l.Initial != "" {
		base.Initial = l.Initial
	}
	base.States = append(base.States, l.States...)
	base.Final = append(base.Final, l.Final...)
	base.Rules = slices.DeleteFunc(base.Rules, func(r Rule) bool { return slices.Contains(l.Drop, r.ID) })
	if len(l.Drop) > 0 { // which may take the rules by which implemented is known to be in force
		base.InForce = slices.Clone(inForce)
	}
	for _, s := range l.InForce {
		base.InForce = append(base.InForce, s)
		base.Rules = l.keepInForce(base.Rules, s)
	}
	base.Rules = l.keepSigning(base.Rules)
	base.Rules = append(base.Rules, l.Rules...)
	return base
}

// keepInForce gives an added state in force implemented's rules that move nothing, and
// those on withdraw, notice and term, unless an own rule of the state speaks of that
// kind.
func (l Lifecycle) keepInForce(rules []Rule, added State) []Rule {
	own := map[Trigger]bool{}
	for _, r := range l.Rules {
		if slices.Contains(r.From, added) {
			own[r.On] = true
		}
	}
	rules = slices.Clone(rules)
	for i, r := range rules {
		stays := r.To == "" || r.On == Withdraw || r.On == Notice || r.On == Term
		if slices.Contains(r.From, StateImplemented) && stays && !own[r.On] {
			rules[i].From = with(r.From, added)
		}
	}
	return rules
}

// checkLifecycle refuses what the agreement's own lifecycle says of the standard one, and
// of states, and cannot mean.
func (a Agreement) checkLifecycle() error {
	if a.Lifecycle == nil {
		return nil
	}
	if err := a.Lifecycle.checkExtends(a); err != nil {
		return err
	}
	whole := a.lifecycle()
	for i, s := range a.Lifecycle.InForce {
		if err := whole.declared(fmt.Sprintf("lifecycle.in_force[%d]", i), s); err != nil {
			return err
		}
	}
	return nil
}

// keepSigning lets a text be signed in every added state that is not final, unless an
// own rule of the state speaks of signing.
func (l Lifecycle) keepSigning(rules []Rule) []Rule {
	at := slices.IndexFunc(rules, func(r Rule) bool { return r.ID == "sign" })
	if at < 0 { // it was dropped
		return rules
	}
	for _, added := range l.States {
		own := slices.ContainsFunc(l.Rules, func(r Rule) bool { return r.On == Sign && slices.Contains(r.From, added) })
		if !own && !slices.Contains(l.Final, added) && !slices.Contains(rules[at].From, added) {
			rules = slices.Clone(rules)
			rules[at].From = with(rules[at].From, added)
		}
	}
	return rules
}

// checkExtends refuses what an extension of the standard lifecycle cannot mean.
func (l Lifecycle) checkExtends(a Agreement) error {
	switch {
	case l.Extends == "" && len(l.Drop) > 0:
		return field.Errorf("lifecycle.drop", "there is nothing to drop; want \"extends\":\"standard\" beside it")
	case l.Extends == "":
		return nil
	case l.Extends != standardWord:
		return field.Errorf("lifecycle.extends", "%q is unknown; want standard", field.Clip(l.Extends))
	}
	a.Lifecycle = nil
	standard := a.StandardLifecycle()
	for i, id := range l.Drop {
		if !slices.ContainsFunc(standard.Rules, func(r Rule) bool { return r.ID == id }) {
			return field.Errorf(fmt.Sprintf("lifecycle.drop[%d]", i), "the standard lifecycle of this agreement has no rule %q%s", field.Clip(id), standard.likeRule(id))
		}
	}
	return nil
}

package dealstate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// check examines the table of rules as such. What it finds is named by the
// rule's id.
func (l Lifecycle) check(a Agreement, names *condition.Names) error {
	if err := l.checkStates(a); err != nil {
		return err
	}
	states, final := setOf(l.States), setOf(l.Final)
	seen := make(map[string]bool)
	for i, r := range l.Rules {
		if r.ID == "" {
			return field.Errorf(fmt.Sprintf("lifecycle.rules[%d].id", i), "missing")
		}
		if seen[r.ID] {
			return field.Errorf(ruleField(r.ID), "there is another rule of this id; looplab/fsm would silently keep only one")
		}
		seen[r.ID] = true
		if err := l.checkRule(r, a, names, states, final); err != nil {
			return err
		}
	}
	return l.checkReachable(a)
}

// given is how many of the states come from a lifecycle that the agreement's own extends.
func (l Lifecycle) given(a Agreement) int {
	if own := a.Lifecycle; own != nil && own.Extends != "" {
		return len(l.States) - len(own.States)
	}
	return 0
}

// stateField names a state by its place in the agreement's own list.
func (l Lifecycle) stateField(a Agreement, i int) string {
	return fmt.Sprintf("lifecycle.states[%d]", i-l.given(a))
}

func (l Lifecycle) checkStates(a Agreement) error {
	if len(l.States) == 0 || len(l.States) > field.MaxStates {
		return field.Errorf("lifecycle.states", "%d of them; want 1 to %d", len(l.States), field.MaxStates)
	}
	if len(l.Rules) > field.MaxRules {
		return field.Errorf("lifecycle.rules", "%d of them; want at most %d", len(l.Rules), field.MaxRules)
	}
	for i, s := range l.States {
		at := l.stateField(a, i)
		if err := checkName(at, string(s)); err != nil {
			return err
		}
		if slices.Contains(l.States[:i], s) {
			return field.Errorf(at, "%q is there twice", field.Clip(string(s)))
		}
	}
	if err := l.declared("lifecycle.initial", l.Initial); err != nil {
		return err
	}
	for i, s := range l.Final {
		if err := l.declared(fmt.Sprintf("lifecycle.final[%d]", i), s); err != nil {
			return err
		}
	}
	return nil
}

// checkName refuses what looplab/fsm would read as a callback's prefix, or as
// one of its two general callbacks.
func checkName(at, name string) error {
	if err := field.CheckID(at, name); err != nil {
		return err
	}
	for _, prefix := range []string{"before_", "after_", "enter_", "leave_"} {
		if strings.HasPrefix(name, prefix) {
			return field.Errorf(at, "%q begins with %s, which looplab/fsm reads as a callback; want another name", field.Clip(name), prefix)
		}
	}
	if name == "event" || name == "state" {
		return field.Errorf(at, "%q is looplab/fsm's word for any; want another name", name)
	}
	return nil
}

func (l Lifecycle) checkRule(r Rule, a Agreement, names *condition.Names, states, final stateSet) error {
	at := ruleField(r.ID)
	if err := checkName(at+".id", r.ID); err != nil {
		return err
	}
	switch {
	case states[State(r.ID)]:
		return field.Errorf(at+".id", "a state has this name too; looplab/fsm could not tell them apart in a callback")
	case r.On == nil:
		return field.Errorf(at+".on", "missing; want a kind of event, %s, or the id of a timer", clockEnum.either())
	case r.On == Timed:
		return field.Errorf(at+".on", "%s is every timer of the agreement's own; want the id of one", r.On)
	case !a.hasTrigger(r.On):
		return field.Errorf(at+".on", "%q is neither a kind of event, a clock nor a timer of this agreement%s", field.Clip(r.On.String()), a.likeTrigger(r.On.String()))
	case isOfLog(r.On):
		return field.Errorf(at+".on", "%s never reaches the rules, so this one can never fire", r.On)
	case r.On == Effect && a.Effect == nil && !a.isStandard(r):
		return field.Errorf(at+".on", "the agreement sets no effect, so this rule can never fire")
	case len(r.From) == 0:
		return field.Errorf(at+".from", "no state, so this rule can never fire")
	}
	seen := make(stateSet, len(r.From))
	for i, s := range r.From {
		problem := ""
		switch {
		case !states[s]:
			problem = "%q is not among the declared states"
		case seen[s]:
			problem = "%q is there twice"
		case final[s] && r.destination(s) != s:
			problem = "%q is final, yet this rule leaves it"
		}
		if problem != "" {
			return field.Errorf(fmt.Sprintf("%s.from[%d]", at, i), problem, field.Clip(string(s)))
		}
		seen[s] = true
	}
	if r.To != "" && !states[r.To] {
		return l.declared(at+".to", r.To)
	}
	return names.CheckGuard(at+".when", r.When)
}

func (l Lifecycle) checkReachable(a Agreement) error {
	next := make(map[State]stateSet, len(l.States))
	for _, r := range l.Rules {
		if r.To == "" {
			continue // it leads nowhere else
		}
		for _, from := range r.From {
			if next[from] == nil {
				next[from] = stateSet{}
			}
			next[from][r.To] = true
		}
	}
	reached, open := stateSet{l.Initial: true}, []State{l.Initial}
	for len(open) > 0 {
		from := open[len(open)-1]
		open = open[:len(open)-1]
		for to := range next[from] { // in any order: only what is reached counts
			if !reached[to] {
				reached[to] = true
				open = append(open, to)
			}
		}
	}
	for i, s := range l.States {
		if !reached[s] && i >= l.given(a) { // whoever drops the rules that lead to a standard state does without it
			return field.Errorf(l.stateField(a, i), "no rule leads to %q from the initial state%s", field.Clip(string(s)), l.rulesTo(s))
		}
	}
	return nil
}

// rulesTo names the rules that would lead to a state, were they reached.
func (l Lifecycle) rulesTo(s State) string {
	var ids []string
	for _, r := range l.Rules {
		if r.To == s {
			ids = append(ids, r.ID)
		}
	}
	if len(ids) == 0 {
		return ""
	}
	return "; " + strings.Join(ids, ", ") + " can never fire"
}

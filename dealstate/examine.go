package dealstate

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/bitset"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
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

// examineGuards tries the rules in imagined worlds: every way in which the
// parties, commitments and clocks that the guards ask about can stand. It finds
// rules that can never fire, and rules of one order that could both fire.
// Beyond maxWorlds it tries uniform worlds only: then what it finds is still
// true, but it may not find all.
func (m *Machine) examineGuards(costs []int64, work *budget) error {
	x := examiner{m: m, costs: costs, work: work, scratch: newSituation(m), fires: make([]bool, len(m.guards)), sure: make([]bool, len(m.guards)), seen: map[string]bool{}}
	for r := range x.sure {
		x.sure[r] = true
	}
	for k := range m.tried {
		for s := range m.tried[k] {
			if err := x.examineOnce(s, m.tried[k][s]); err != nil {
				return err
			}
		}
	}
	for r, rule := range m.lifecycle.Rules {
		if !x.fires[r] && x.sure[r] && !m.agreement.isStandard(rule) {
			return field.Errorf(ruleField(rule.ID), "it can never fire: its guard is never met, or a rule of lower order always comes first")
		}
	}
	return nil
}

// examiner tries out rules that compete. It lives as long as one compiling.
type examiner struct {
	m       *Machine
	costs   []int64 // by rule
	work    *budget
	scratch situation
	fires   []bool          // by rule: it does in some world
	sure    []bool          // by rule: all worlds were tried
	seen    map[string]bool // lists of rules: states that share one are no different
	key     []byte
}

// examineOnce examines the rules of one trigger and state, unless others had the same:
// states that are in force, or states that are not.
func (x *examiner) examineOnce(state int, rules []int) error {
	x.key = append(x.key[:0], 0)
	if x.m.inForce[state] {
		x.key[0] = 1
	}
	for _, r := range rules {
		x.key = binary.AppendUvarint(x.key, uint64(r))
	}
	if len(rules) == 0 || x.seen[string(x.key)] {
		return nil
	}
	x.seen[string(x.key)] = true
	complete, err := x.examine(state, rules)
	if err != nil {
		return err
	}
	first, always := x.m.firstUnguarded(rules)
	for _, r := range rules {
		x.sure[r] = x.sure[r] && (complete || always && first < x.m.lifecycle.Rules[r].Order)
	}
	return nil
}

// firstUnguarded gives the lowest order of the rules that ask nothing.
func (m *Machine) firstUnguarded(rules []int) (order int, ok bool) {
	for _, r := range rules {
		if rule := &m.lifecycle.Rules[r]; rule.When.IsZero() && (!ok || rule.Order < order) {
			order, ok = rule.Order, true
		}
	}
	return order, ok
}

// isStandard reports whether the rule is a row of a standard table. These serve
// every agreement, and many need only part of them, so such a row may lie idle.
func (a Agreement) isStandard(r Rule) bool {
	switch l := a.Lifecycle; {
	case l == nil:
		return true
	case l.Extends != "":
		return !slices.ContainsFunc(l.Rules, func(own Rule) bool { return own.ID == r.ID })
	}
	tables := []Lifecycle{ManyParty()}
	if len(a.Parties) == 2 {
		for _, notice := range []bool{false, true} {
			tables = append(tables, twoParty(a.Parties[0], a.Parties[1], notice), manyFrame(bilateral(a.Parties[0], a.Parties[1], notice)).lifecycle())
		}
	}
	for _, table := range tables {
		for _, row := range table.Rules {
			if row.ID == r.ID && reflect.DeepEqual(row, r) {
				return true
			}
		}
	}
	return false
}

func (x *examiner) examine(state int, rules []int) (complete bool, err error) {
	m := x.m
	complete, spent := x.worlds(state, rules, func(s *situation) {
		first := -1
		for _, r := range rules {
			if err != nil || m.guards[r].Eval(s) != condition.Met {
				continue
			}
			switch {
			case first < 0:
				first, x.fires[r] = r, true
			case m.lifecycle.Rules[r].Order == m.lifecycle.Rules[first].Order:
				err = field.Errorf(ruleField(m.lifecycle.Rules[r].ID),
					"it competes with rule %s: both could fire on %s; give one a higher order", m.lifecycle.Rules[first].ID, m.lifecycle.Rules[r].On)
			}
		}
	})
	if spent != nil {
		return false, spent
	}
	return complete, err
}

const maxWorlds = 3_000

// worlds visits the imagined worlds that matter to the rules. The error is that of a
// budget that does not suffice; nothing is visited then.
func (x *examiner) worlds(state int, rules []int, visit func(*situation)) (complete bool, err error) {
	m := x.m
	once := int64(len(m.agreement.Parties)/64 + len(m.agreement.Commitments)/64)
	for _, r := range rules {
		once += x.costs[r]
	}
	if err := x.work.spend(once); err != nil { // what reading them takes
		return false, err
	}
	tests := make([]*condition.Test, len(rules))
	for i, r := range rules {
		tests[i] = m.guards[r]
	}
	reads := m.names.Reads(tests...)
	var choices []func(*situation, int) // each takes a number below its options
	var options []int
	choose := func(n int, f func(*situation, int)) { choices, options = append(choices, f), append(options, n) }
	actors := []int{-1}
	if _, is := m.lifecycle.Rules[rules[0]].On.(Clock); !is { // a clock is nobody's act
		reads.Actors.Each(func(p int) { actors = append(actors, p) })
		if reads.JointActor {
			actors = append(actors, len(m.agreement.Parties)) // some party that no guard names
		}
	}
	choose(len(actors), func(s *situation, i int) { s.actor = actors[i] })
	if reads.Clocks {
		for _, c := range Clocks()[:numSettings] {
			if c != Effect || m.agreement.Effect != nil { // without a delay nothing sets it
				choose(2, func(s *situation, i int) { s.clocks[c.place()] = settingFor(i) })
			}
		}
		for t := range m.agreement.Timers {
			choose(2, func(s *situation, i int) { s.timers[t].due = settingFor(i).base })
		}
	}
	if reads.Bound && m.inForce[state] { // it binds everybody or nobody, but for those whom guards name
		choose(2, func(s *situation, i int) { s.approveAll(i == 1) })
		reads.Parties.AddAll(reads.BoundParties)
	}
	if len(reads.Instants) > 0 {
		choose(2, func(s *situation, i int) { s.judgedAt = []time.Time{longAgo, instant.Last}[i] })
	}
	fixed := len(options)
	reads.Parties.Each(func(p int) {
		choose(3, func(s *situation, i int) { s.approved.Put(p, i == 1); s.rejected.Put(p, i == 2) })
	})
	for _, set := range []struct {
		of bitset.Set
		in func(*situation) bitset.Set
	}{
		{reads.Signatures, func(s *situation) bitset.Set { return s.signed }},
		{reads.Applications, func(s *situation) bitset.Set { return s.applied }},
		{reads.Suspensions, func(s *situation) bitset.Set { return s.suspended }},
	} {
		set.of.Each(func(p int) { choose(2, func(s *situation, i int) { set.in(s).Put(p, i == 1) }) })
	}
	if reads.Part {
		choose(2, func(s *situation, i int) { s.concernsPart = i == 1 })
	}
	reads.Commitments.Each(func(c int) { choose(2, func(s *situation, i int) { s.performed.Put(c, i == 1) }) })
	s := &x.scratch
	s.reset()
	s.now, s.state, s.inForce = instant.Last, state, longAgo
	if reads.Bound {
		s.actLongAgo()
	}
	worlds := min(product(options), maxWorlds+1)
	if worlds > maxWorlds {
		worlds = 3
	}
	if err := x.work.spend(int64(worlds) * (once + int64(len(options)))); err != nil {
		return false, err
	}
	if product(options) <= maxWorlds {
		every(options, func(pick []int) { imagine(s, choices, pick, visit) })
		return true, nil
	}
	for i := range 3 { // nobody, everybody approved, everybody rejected
		pick := make([]int, len(options))
		for at := fixed; at < len(pick); at++ {
			pick[at] = min(i, options[at]-1)
		}
		imagine(s, choices, pick, visit)
	}
	return false, nil
}

// actLongAgo imagines that the last act of every party was an approval.
func (s *situation) actLongAgo() {
	approval := &entry{Kind: Approve}
	approval.setAt(longAgo)
	last := act{entry: approval}
	for p := range s.acts {
		s.acts[p] = last
	}
}

// approveAll imagines that every party's approval stands, or none's.
func (s *situation) approveAll(stand bool) {
	for p := range s.acts {
		s.approved.Put(p, stand)
	}
}

// settingFor gives a clock that is not set, or one long due.
func settingFor(i int) setting {
	if i == 0 {
		return setting{}
	}
	return setting{base: longAgo}
}

var longAgo = time.Date(2, 1, 1, 0, 0, 0, 0, time.UTC)

func imagine(s *situation, choices []func(*situation, int), pick []int, visit func(*situation)) {
	for at, choice := range choices {
		choice(s, pick[at])
	}
	visit(s)
}

func product(options []int) int {
	n := 1
	for _, o := range options {
		if n > maxWorlds {
			return n
		}
		n *= o
	}
	return n
}

// every visits each way of picking one of the options at every place.
func every(options []int, visit func(pick []int)) {
	pick := make([]int, len(options))
	for {
		visit(pick)
		at := 0
		for at < len(pick) && pick[at] == options[at]-1 {
			pick[at] = 0
			at++
		}
		if at == len(pick) {
			return
		}
		pick[at]++
	}
}

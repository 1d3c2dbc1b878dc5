package dealstate

import (
	"encoding/binary"
	"reflect"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/bitset"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

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

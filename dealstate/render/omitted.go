package render

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// A diagram leaves out those of the standard rules that wait for what this deal has
// not: acts that are rare and that nobody has reported, and clocks that nothing sets.
// It says so in its last line. An agreement's own rules are always drawn.

// rare are the kinds whose standard rules are drawn only where one was reported.
var rare = []dealstate.Kind{dealstate.Sign, dealstate.Apply, dealstate.Breach}

// Whole gives the diagram with every rule, those included that the deal has had no use
// for so far.
func (d Diagram) Whole() Diagram {
	if d.whole == nil {
		return d
	}
	return d.whole().InPage(d.inPage)
}

// omitted lists the triggers whose standard rules the diagram leaves out.
func (s *indexed) omitted() []dealstate.Trigger {
	a := s.agreement
	if a.Lifecycle != nil && a.Lifecycle.Extends == "" {
		return nil
	}
	var out []dealstate.Trigger
	for _, k := range rare {
		if !slices.ContainsFunc(s.Decisions, func(d dealstate.Decision) bool { return d.Kind == k }) && !s.reads(k) {
			out = append(out, k)
		}
	}
	dated := func(c dealstate.Commitment) bool { return !c.Deadline.IsZero() || c.Within != nil }
	if !slices.ContainsFunc(a.Commitments, dated) {
		out = append(out, dealstate.Overdue)
	}
	if !s.mentions(`"reached":`) {
		out = append(out, dealstate.Reached)
	}
	return out
}

// reads reports whether a condition asks about acts of the kind.
func (s *indexed) reads(k dealstate.Kind) bool {
	switch k {
	case dealstate.Sign:
		return s.mentions(`"signed"`)
	case dealstate.Apply:
		return s.mentions(`"applied":`)
	case dealstate.Breach:
		return s.mentions(`"performed":`)
	}
	return false
}

// mentions reports whether a condition of the agreement holds the operator.
func (s *indexed) mentions(operator string) bool {
	a := s.agreement
	asked := []condition.Condition{a.Approval}
	if a.Lifecycle != nil {
		for _, r := range a.Lifecycle.Rules {
			asked = append(asked, r.When)
		}
	}
	return slices.ContainsFunc(asked, func(c condition.Condition) bool {
		text, err := json.Marshal(c)
		return !c.IsZero() && (err != nil || strings.Contains(string(text), operator))
	})
}

// drawn are the rules that a diagram shows, and the states that any of them leads to or
// in which the deal begins or has been.
func (s *indexed) drawn(l dealstate.Lifecycle, omitted []dealstate.Trigger) dealstate.Lifecycle {
	standard := map[string]dealstate.Trigger{}
	for _, r := range s.agreement.StandardLifecycle().Rules {
		standard[r.ID] = r.On
	}
	leads := map[dealstate.State]bool{l.Initial: true, s.Snapshot.State: true}
	for _, d := range s.Decisions {
		leads[d.From], leads[d.To] = true, true
	}
	without := l
	without.Rules = nil
	lost := map[dealstate.State]bool{}
	for _, r := range l.Rules {
		if on, is := standard[r.ID]; is && on == r.On && slices.Contains(omitted, r.On) {
			lost[r.To] = true
			continue
		}
		without.Rules = append(without.Rules, r)
		leads[r.To] = true
	}
	gone := func(state dealstate.State) bool { return lost[state] && !leads[state] }
	without.States = slices.DeleteFunc(slices.Clone(l.States), gone)
	for i, r := range without.Rules {
		without.Rules[i].From = slices.DeleteFunc(slices.Clone(r.From), gone)
	}
	without.Rules = slices.DeleteFunc(without.Rules, func(r dealstate.Rule) bool { return len(r.From) == 0 })
	return without
}

// omission says what a diagram leaves out; "" for nothing.
func omission(omitted []dealstate.Trigger) string {
	if len(omitted) == 0 {
		return ""
	}
	var words []string
	for _, on := range omitted {
		words = append(words, onWords(on))
	}
	return "Not drawn, for there is none here: the standard rules on " + strings.Join(words, ", ") + "."
}

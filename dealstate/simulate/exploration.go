package simulate

import (
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Exploration is every situation that a deal can come to from a start, and what
// each letter does there.
type Exploration struct {
	Situations int
	Depth      int // the number of letters to the situation farthest away
	// Complete: nothing was left out, so that what was not found cannot be. It is
	// false where Depth, Limit or a counterexample ended the search.
	Complete bool
	// Implemented counts the situations and letters that made the deal
	// implemented: where it is 0, the law was never put to the test.
	Implemented    int
	Letters        []Letter
	Counterexample *Counterexample // nil: none was found

	start Start
	nodes []node
	edges []edge // of each expanded node, one a letter
}

// States lists the states that can come about, in the lifecycle's order.
func (x *Exploration) States() []dealstate.State {
	var found []dealstate.State
	for _, s := range x.start.lifecycle().States {
		if slices.ContainsFunc(x.nodes, func(n node) bool { return n.state == s }) {
			found = append(found, s)
		}
	}
	return found
}

// Shortest is a shortest path to the state: what must happen next. Ok is false
// if none was found; if the exploration is complete, there is none.
func (x *Exploration) Shortest(to dealstate.State) (_ Path, ok bool) {
	for i, n := range x.nodes { // the nearest come first
		if n.state == to {
			return x.path(i), true
		}
	}
	return Path{}, false
}

// Leading lists what can happen now, and change something, such that the
// deal can still come to the state afterwards.
func (x *Exploration) Leading(to dealstate.State) []Letter {
	can := x.leading(func(n node) bool { return n.state == to })
	var letters []Letter
	for i, e := range x.of(0) {
		if e.to > 0 && can[e.to] {
			letters = append(letters, x.Letters[i])
		}
	}
	return letters
}

// of gives a node's edges; none if it was not expanded.
func (x *Exploration) of(at int) []edge {
	k := len(x.Letters)
	if (at+1)*k > len(x.edges) {
		return nil
	}
	return x.edges[at*k : (at+1)*k]
}

// leading marks the nodes from which some node that is wanted can be reached.
func (x *Exploration) leading(wanted func(node) bool) []bool {
	can := make([]bool, len(x.nodes))
	for i, n := range x.nodes {
		can[i] = wanted(n)
	}
	for again := true; again; {
		again = false
		for i := len(can) - 1; i >= 0; i-- {
			if !can[i] && slices.ContainsFunc(x.of(i), func(e edge) bool { return e.to >= 0 && can[e.to] }) {
				can[i], again = true, true
			}
		}
	}
	return can
}

// DeadEnds gives, for each state that is not declared final, a shortest path
// to a situation in which no letter, and no row of letters, ever leaves it.
func (x *Exploration) DeadEnds() []Path {
	leaves := func(i int) bool {
		return x.of(i) == nil || slices.ContainsFunc(x.of(i), func(e edge) bool { return e.to < 0 || x.nodes[e.to].state != x.nodes[i].state })
	}
	exits := make(map[int32]bool)
	for i := range x.nodes {
		if leaves(i) {
			exits[int32(i)] = true
		}
	}
	i := int32(-1)
	can := x.leading(func(node) bool { i++; return exits[i] })
	told := slices.Clone(x.start.lifecycle().Final)
	var ends []Path
	for i, n := range x.nodes {
		if !can[i] && !slices.Contains(told, n.state) {
			told = append(told, n.state)
			ends = append(ends, x.path(i))
		}
	}
	return ends
}

// DeadRules lists, in their order, the ids of the rules that fired on none of
// the explored paths.
func (x *Exploration) DeadRules() []string {
	rules := x.start.lifecycle().Rules
	dead := make(map[string]dealstate.Rule, len(rules))
	for _, r := range rules {
		dead[r.ID] = r
	}
	for i := range x.nodes {
		for letter, e := range x.of(i) {
			if e.applied && e.to >= 0 && x.mayRevive(dead, i, letter, e) {
				x.revive(dead, append(x.word(i), letter))
			}
		}
	}
	var ids []string
	for _, r := range rules {
		if _, is := dead[r.ID]; is {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// mayRevive spares the fold where no dead rule can have fired.
func (x *Exploration) mayRevive(dead map[string]dealstate.Rule, from, letter int, e edge) bool {
	kind, was := x.Letters[letter].Event.Kind, x.nodes[from].state
	for _, r := range dead {
		if r.On == kind && slices.Contains(r.From, was) || isClock(r.On) && (kind == 0 || leaves(kind) || x.nodes[e.to].state != was) {
			return true
		}
	}
	return false
}

func isClock(on dealstate.Trigger) bool {
	_, is := on.(dealstate.Kind)
	return !is
}

// leaves reports whether an act of the kind may be a notice that is over at once.
func leaves(kind dealstate.Kind) bool {
	return kind == dealstate.Withdraw || kind == dealstate.Terminate
}

// revive folds the path and strikes out the rules that fired.
func (x *Exploration) revive(dead map[string]dealstate.Rule, word []int) {
	_, decisions, err := x.start.fold(x.pathOf(word).Events())
	if err != nil {
		return // cannot be: every letter was admitted
	}
	for _, d := range decisions {
		delete(dead, d.Rule)
	}
}

// fold is what the library itself makes of what led to the start and what
// comes after.
func (s Start) fold(more []dealstate.Event) (dealstate.Snapshot, []dealstate.Decision, error) {
	return s.machine.Fold(slices.Concat(s.events, more), dealstate.View{Policy: s.policy})
}

// word spells the path that found a node.
func (x *Exploration) word(at int) []int {
	n := x.nodes[at]
	word := make([]int, n.depth, n.depth+1)
	for i := len(word) - 1; i >= 0; i-- {
		word[i] = int(n.letter)
		n = x.nodes[n.parent]
	}
	return word
}

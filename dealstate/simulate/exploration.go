package simulate

import (
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Exploration is what [Paths] found: every situation that a deal can reach from a
// start, and what each input does there. It does not change and is safe for concurrent
// use.
type Exploration struct {
	Situations int
	Depth      int // the number of inputs to the situation farthest away
	// Complete: nothing was left out, so that what was not found cannot be. It is
	// false where Depth, Limit or a counterexample ended the search.
	Complete bool
	// Implemented counts the situations and inputs that made the deal
	// implemented: where it is 0, the law was never put to the test.
	Implemented    int
	Inputs         []Input
	Counterexample *Counterexample // nil: none was found

	start Start
	nodes []node
	edges []edge // of each expanded node, one a input
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
func (x *Exploration) Leading(to dealstate.State) []Input {
	can := x.canReach(func(n node) bool { return n.state == to })
	var inputs []Input
	for i, e := range x.edgesOf(0) {
		if e.to > 0 && can[e.to] {
			inputs = append(inputs, x.Inputs[i])
		}
	}
	return inputs
}

// edgesOf gives the edges out of a node, one an input; none if the node was not
// expanded.
func (x *Exploration) edgesOf(at int) []edge {
	k := len(x.Inputs)
	if (at+1)*k > len(x.edges) {
		return nil
	}
	return x.edges[at*k : (at+1)*k]
}

// canReach marks the nodes from which a wanted node can be reached. It goes over the
// edges backwards until nothing changes.
func (x *Exploration) canReach(wanted func(node) bool) []bool {
	can := make([]bool, len(x.nodes))
	for i, n := range x.nodes {
		can[i] = wanted(n)
	}
	for again := true; again; {
		again = false
		for i := len(can) - 1; i >= 0; i-- {
			if !can[i] && slices.ContainsFunc(x.edgesOf(i), func(e edge) bool { return e.to >= 0 && can[e.to] }) {
				can[i], again = true, true
			}
		}
	}
	return can
}

// DeadEnds gives, for each state that is not declared final, a shortest path to a
// situation from which no sequence of inputs ever leaves that state.
func (x *Exploration) DeadEnds() []Path {
	leaves := func(i int) bool {
		return x.edgesOf(i) == nil || slices.ContainsFunc(x.edgesOf(i), func(e edge) bool { return e.to < 0 || x.nodes[e.to].state != x.nodes[i].state })
	}
	exits := make(map[int32]bool)
	for i := range x.nodes {
		if leaves(i) {
			exits[int32(i)] = true
		}
	}
	i := int32(-1)
	can := x.canReach(func(node) bool { i++; return exits[i] })
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
		for input, e := range x.edgesOf(i) {
			if e.applied && e.to >= 0 && x.mayHaveFired(dead, i, input, e) {
				x.strikeFired(dead, append(x.inputsTo(i), input))
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

// mayHaveFired reports whether an edge can have fired a rule that still counts as
// dead. It is cheap, and spares the fold for most edges.
func (x *Exploration) mayHaveFired(dead map[string]dealstate.Rule, from, input int, e edge) bool {
	kind, was := x.Inputs[input].Event.Kind, x.nodes[from].state
	for _, r := range dead {
		if r.On == kind && slices.Contains(r.From, was) || isClock(r.On) && (kind == 0 || leaves(kind) || x.nodes[e.to].state != was) {
			return true
		}
	}
	return false
}

// isClock reports whether a rule fires on a clock, not on an event.
func isClock(on dealstate.Trigger) bool {
	_, is := on.(dealstate.Kind)
	return !is
}

// leaves reports whether an act of the kind may be a notice that is over at once.
func leaves(kind dealstate.Kind) bool {
	return kind == dealstate.Withdraw || kind == dealstate.Terminate
}

// strikeFired folds the path and takes the rules that fired out of the dead ones.
func (x *Exploration) strikeFired(dead map[string]dealstate.Rule, inputs []int) {
	_, decisions, err := x.start.fold(x.pathOf(inputs).Events())
	if err != nil {
		return // cannot be: every input was admitted
	}
	for _, d := range decisions {
		delete(dead, d.Rule)
	}
}

// fold gives what the library makes of the events before the start and of more events
// after it.
func (s Start) fold(more []dealstate.Event) (dealstate.Snapshot, []dealstate.Decision, error) {
	return s.machine.Fold(slices.Concat(s.events, more), dealstate.View{Policy: s.policy})
}

// inputsTo lists the inputs of the first path that led to a node, by their indexes.
func (x *Exploration) inputsTo(at int) []int {
	n := x.nodes[at]
	inputs := make([]int, n.depth, n.depth+1)
	for i := len(inputs) - 1; i >= 0; i-- {
		inputs[i] = int(n.input)
		n = x.nodes[n.parent]
	}
	return inputs
}

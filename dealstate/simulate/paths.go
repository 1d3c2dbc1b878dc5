package simulate

import (
	"context"
	"fmt"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Search says what to explore, and how far. The zero Search tries every input of
// [Alphabet] until no new situation comes.
type Search struct {
	Alphabet []Input          // nil: that of the agreement
	Kinds    []dealstate.Kind // of act in that of the agreement; nil: [UsualKinds]
	Depth    int              // the most inputs in a row; 0: until nothing new comes
	Limit    int              // the most situations; 0 means 200,000
	// Invariant, if set, is asked about every situation; an error is a
	// counterexample. It must depend on nothing but the snapshot.
	Invariant func(dealstate.Snapshot) error
}

const (
	defaultLimit = 200_000
	maxLimit     = 20_000_000
	maxDepth     = 10_000
)

// Paths tries every path from the start: in every situation, every input. Situations
// with the same [dealstate.Cursor.AppendKey] have the same future, so the exploration
// goes on from each of them only once: a term that is renewed leads back to where its last
// renewal led. Acts follow one another in no time; only
// waiting takes time. At most one dispute is open at once, because no rule can tell
// one dispute from several.
//
// It checks the law that a deal becomes implemented, from a state before that, only if
// the approval condition is met on the current revision, and it checks the caller's
// Invariant. It stops at the first counterexample, which is therefore a shortest one.
//
// The error is a *dealstate.FieldError for a bad start or search, or the context's.
// The cost is some 2 µs and 10 bytes for each pair of situation and input.
func Paths(ctx context.Context, s Start, o Search) (*Exploration, error) {
	x, err := newExplorer(ctx, s, o)
	if err != nil {
		return nil, err
	}
	x.visit(node{parent: -1, input: -1}, x.here)
	for at := 0; at < len(x.nodes) && x.Counterexample == nil; at++ {
		if o.Depth > 0 && int(x.nodes[at].depth) == o.Depth {
			x.Complete = false
			break
		}
		if err := x.expand(ctx, at); err != nil {
			return nil, err
		}
	}
	x.Complete = x.Complete && x.Counterexample == nil
	x.Situations = len(x.nodes)
	x.Depth = int(x.nodes[len(x.nodes)-1].depth)
	return &x.Exploration, nil
}

// node is a situation that was found, with the last step of the first path to it. The
// explorer appends it once and never changes it.
type node struct {
	parent   int32
	input    int32
	depth    int32
	state    dealstate.State
	disputed bool
}

// edge is what one input does in one situation: the situation it leads to (-1: one
// beyond the limit) and whether it was applied.
type edge struct {
	to      int32
	applied bool
}

// explorer is an exploration that is still running. It belongs to one call of Paths;
// what it found is its Exploration, which the caller gets.
type explorer struct {
	Exploration
	search     Search
	acts       []*dealstate.Act // by input; nil where it must be dated
	here, next *dealstate.Cursor
	seen       map[string]int32
	key        []byte
}

// newExplorer checks the start and the search, and puts the defaults in.
func newExplorer(ctx context.Context, s Start, o Search) (*explorer, error) {
	if err := s.validate(); err != nil {
		return nil, err
	}
	if o.Alphabet == nil {
		o.Alphabet = Alphabet(s.agreement, o.Kinds...)
	} else if len(o.Kinds) > 0 {
		return nil, field.Errorf("kinds", "given beside an alphabet, whose inputs have theirs; want one of the two")
	}
	if err := checkKinds(o.Kinds); err != nil {
		return nil, err
	}
	if o.Limit == 0 {
		o.Limit = defaultLimit
	}
	if o.Depth < 0 || o.Depth > maxDepth {
		return nil, field.Errorf("depth", "%d is out of range; want 1 to %d, or 0 for no bound", o.Depth, maxDepth)
	}
	if o.Limit < 1 || o.Limit > maxLimit {
		return nil, field.Errorf("limit", "%d is out of range; want 1 to %d, or 0 for %d", o.Limit, maxLimit, defaultLimit)
	}
	x := &explorer{search: o, seen: map[string]int32{}, here: s.machine.Cursor(s.policy), next: s.machine.Cursor(s.policy)}
	x.Inputs, x.Complete, x.start = o.Alphabet, true, s.after(time.Second)
	x.here.Set(x.start.cursor)
	return x, x.ready(ctx)
}

// checkKinds refuses kinds that are no input of any alphabet.
func checkKinds(kinds []dealstate.Kind) error {
	for i, k := range kinds {
		if who := inputSides[k]; who == 0 || who == nobody {
			return field.Errorf(fmt.Sprintf("kinds[%d]", i), "%s moves no deal along; want a kind of act, such as sign", k)
		}
	}
	return nil
}

// after moves the start a moment on where events are on record, so that what is tried
// is folded after all of them.
func (s Start) after(d time.Duration) Start {
	if len(s.events) == 0 {
		return s
	}
	c := s.machine.Cursor(s.policy)
	c.Set(s.cursor)
	s.now = s.now.Add(d)
	c.Advance(s.now)
	s.cursor = c
	return s
}

// ready checks the inputs and prepares their acts once, so that trying one costs no
// admission. The error may be the context's: there can be many inputs.
func (x *explorer) ready(ctx context.Context) error {
	if len(x.Inputs) == 0 {
		return field.Errorf("alphabet", "no input; leave it out for that of the agreement")
	}
	x.acts = make([]*dealstate.Act, len(x.Inputs))
	for i, l := range x.Inputs {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := l.validate(fmt.Sprintf("alphabet[%d]", i), x.start); err != nil {
			return err
		}
		if l.Event.Kind == 0 || l.isDated() {
			continue
		}
		var err error
		if x.acts[i], err = x.start.machine.Act(l.event(x.start, 0, x.start.now)); err != nil {
			return err
		}
	}
	return nil
}

// expand tries every input in one situation. The error is the context's. It is looked
// at before each input, because the caller may have many inputs and a slow Invariant.
func (x *explorer) expand(ctx context.Context, at int) error {
	if err := x.goTo(ctx, at); err != nil {
		return err
	}
	for i := range x.Inputs {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		x.next.Set(x.here)
		to := node{parent: int32(at), input: int32(i), depth: x.nodes[at].depth + 1, disputed: x.nodes[at].disputed}
		outcome := dealstate.Noted
		if x.Inputs[i].Event.Kind != dealstate.Dispute || !to.disputed {
			outcome = x.apply(x.next, i)
		}
		if outcome == dealstate.Applied {
			to.disputed = x.disputed(i, to.disputed)
		}
		x.checkLaw(at, to)
		x.edges = append(x.edges, edge{to: x.visit(to, x.next), applied: outcome == dealstate.Applied})
	}
	return nil
}

// disputed reports whether a dispute is open after the input was applied.
func (x *explorer) disputed(input int, before bool) bool {
	switch x.Inputs[input].Event.Kind {
	case dealstate.Dispute:
		return true
	case dealstate.Settle:
		return false
	}
	return before
}

// goTo brings the cursor here to a situation by taking its path again. The path may be
// long, so the context is looked at on the way.
func (x *explorer) goTo(ctx context.Context, at int) error {
	x.here.Set(x.start.cursor)
	for i, input := range x.inputsTo(at) {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		x.apply(x.here, input)
	}
	return nil
}

// apply does what the input says on the cursor. Waiting counts as applied if a clock
// fired.
func (x *explorer) apply(c *dealstate.Cursor, input int) dealstate.Outcome {
	l := x.Inputs[input]
	switch {
	case l.Event.Kind == 0:
		return passTime(c, l.Wait)
	case l.isDated():
		act, err := x.start.machine.Act(l.event(x.start, 0, c.Now()))
		if err != nil {
			return dealstate.Refused // beyond the year 9999
		}
		return c.Take(act, c.Now())
	}
	return c.Take(x.acts[input], c.Now())
}

// passTime lets time pass: by d, or for 0 up to the next clock.
func passTime(c *dealstate.Cursor, d time.Duration) dealstate.Outcome {
	clock, runs := c.Next()
	to := waitUntil(c, d)
	c.Advance(to)
	if !runs || clock.Due.After(to) {
		return dealstate.Noted
	}
	return dealstate.Applied
}

// visit gives the node of the cursor's situation, and adds it if it is new. It gives
// -1 if the limit does not allow another node.
func (x *explorer) visit(n node, c *dealstate.Cursor) int32 {
	x.key = c.AppendKey(x.key[:0])
	if at, ok := x.seen[string(x.key)]; ok {
		return at
	}
	if len(x.nodes) >= x.search.Limit {
		x.Complete = false
		return -1
	}
	at := int32(len(x.nodes))
	x.seen[string(x.key)] = at
	n.state = c.State()
	x.nodes = append(x.nodes, n)
	if x.search.Invariant != nil && x.Counterexample == nil {
		if err := x.search.Invariant(c.Snapshot()); err != nil {
			x.Counterexample = &Counterexample{Path: x.path(int(at)), Problem: err.Error()}
		}
	}
	return at
}

// pastBinding reports the states of the standard lifecycles that a deal reaches only
// after it was implemented. From them, becoming implemented again needs no new
// approval.
func pastBinding(s dealstate.State) bool {
	return s == dealstate.StateImplemented || s == dealstate.StateSuspended || s == dealstate.StateExpired
}

// checkLaw checks the built-in law on one edge: nothing becomes implemented unless the
// approval condition is met.
func (x *explorer) checkLaw(from int, to node) {
	was, is := x.nodes[from].state, x.next.State()
	if x.Counterexample != nil || is != dealstate.StateImplemented || pastBinding(was) || x.start.machine.InForce(was) {
		return
	}
	if x.Implemented++; x.next.Verdict() == condition.Met {
		return
	}
	s := x.next.Snapshot()
	x.Counterexample = &Counterexample{Problem: fmt.Sprintf("implemented, though not approved: %s", s.Approval),
		Path: x.pathOf(append(x.inputsTo(from), int(to.input))), law: true}
}

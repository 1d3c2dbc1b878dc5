package simulate

import (
	"context"
	"fmt"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Search says what to explore. The zero Search tries every act of [Alphabet],
// until nothing new comes.
type Search struct {
	Alphabet []Letter         // nil: that of the agreement
	Kinds    []dealstate.Kind // of act in that of the agreement; nil: [UsualKinds]
	Depth    int              // the most letters in a row; 0: until nothing new comes
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

// Paths tries every path from the start: in every situation, every letter. Two
// paths that lead to the same situation, by [dealstate.Cursor.AppendKey], are
// walked on from it once: a term that is renewed leads back to the situation that its
// last renewal came to. Acts follow one another in no time; only waiting takes
// any. At most one dispute is opened, for a rule cannot tell one from more.
//
// It checks the law that a deal never becomes implemented, from a state before
// it, unless the approval condition is met on the current revision, and the
// caller's Invariant; it ends at the first, and so shortest, counterexample. The
// error is a *dealstate.FieldError for a bad start or search, or the context's. The
// cost is some 2 µs for each situation and letter, and 10 bytes.
func Paths(ctx context.Context, s Start, o Search) (*Exploration, error) {
	x, err := newExplorer(s, o)
	if err != nil {
		return nil, err
	}
	x.meet(node{parent: -1, letter: -1}, x.here)
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

// node is a situation, and the first path that leads to it.
type node struct {
	parent   int32
	letter   int32
	depth    int32
	state    dealstate.State
	disputed bool
}

// edge is what one letter does in one situation.
type edge struct {
	to      int32
	applied bool
}

// explorer is an exploration under way.
type explorer struct {
	Exploration
	search     Search
	acts       []*dealstate.Act // by letter; nil where it must be dated
	here, next *dealstate.Cursor
	seen       map[string]int32
	key        []byte
}

func newExplorer(s Start, o Search) (*explorer, error) {
	if err := s.validate(); err != nil {
		return nil, err
	}
	if o.Alphabet == nil {
		o.Alphabet = Alphabet(s.agreement, o.Kinds...)
	} else if len(o.Kinds) > 0 {
		return nil, field.Errorf("kinds", "given beside an alphabet, whose letters have theirs; want one of the two")
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
	x.Letters, x.Complete, x.start = o.Alphabet, true, s.after(time.Second)
	x.here.Set(x.start.cursor)
	return x, x.ready()
}

func checkKinds(kinds []dealstate.Kind) error {
	for i, k := range kinds {
		if who := letterActs[k]; who == 0 || who == nobody {
			return field.Errorf(fmt.Sprintf("kinds[%d]", i), "%s moves no deal along; want a kind of act, such as sign", k)
		}
	}
	return nil
}

// after sets out a moment later, where events lead up to the start, so that
// what is tried folds behind them.
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

func (x *explorer) ready() error {
	if len(x.Letters) == 0 {
		return field.Errorf("alphabet", "no letter; leave it out for that of the agreement")
	}
	x.acts = make([]*dealstate.Act, len(x.Letters))
	for i, l := range x.Letters {
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

// expand tries every letter in one situation. The error is the context's, which
// is looked at before each letter, for the caller may have many, and a law that
// takes its time.
func (x *explorer) expand(ctx context.Context, at int) error {
	if err := x.goTo(ctx, at); err != nil {
		return err
	}
	for i := range x.Letters {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		x.next.Set(x.here)
		to := node{parent: int32(at), letter: int32(i), depth: x.nodes[at].depth + 1, disputed: x.nodes[at].disputed}
		outcome := dealstate.Noted
		if x.Letters[i].Event.Kind != dealstate.Dispute || !to.disputed {
			outcome = x.take(x.next, i)
		}
		if outcome == dealstate.Applied {
			to.disputed = x.disputed(i, to.disputed)
		}
		x.checkLaw(at, to)
		x.edges = append(x.edges, edge{to: x.meet(to, x.next), applied: outcome == dealstate.Applied})
	}
	return nil
}

func (x *explorer) disputed(letter int, before bool) bool {
	switch x.Letters[letter].Event.Kind {
	case dealstate.Dispute:
		return true
	case dealstate.Settle:
		return false
	}
	return before
}

// goTo puts the cursor here into a situation, along the path that found it,
// which may be as long as there are situations.
func (x *explorer) goTo(ctx context.Context, at int) error {
	x.here.Set(x.start.cursor)
	for i, letter := range x.word(at) {
		if i%glance == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		x.take(x.here, letter)
	}
	return nil
}

// take does what the letter says. Waiting counts as applied if a clock fired.
func (x *explorer) take(c *dealstate.Cursor, letter int) dealstate.Outcome {
	l := x.Letters[letter]
	switch {
	case l.Event.Kind == 0:
		return waitOn(c, l.Wait)
	case l.isDated():
		act, err := x.start.machine.Act(l.event(x.start, 0, c.Now()))
		if err != nil {
			return dealstate.Refused // beyond the year 9999
		}
		return c.Take(act, c.Now())
	}
	return c.Take(x.acts[letter], c.Now())
}

func waitOn(c *dealstate.Cursor, d time.Duration) dealstate.Outcome {
	clock, ok := c.Next()
	to := c.Now().Add(d)
	if d == 0 {
		to = clock.Due
	}
	if !ok && d == 0 {
		return dealstate.Noted
	}
	c.Advance(to)
	if !ok || clock.Due.After(to) {
		return dealstate.Noted
	}
	return dealstate.Applied
}

// meet finds the situation among those seen, or enters it.
func (x *explorer) meet(n node, c *dealstate.Cursor) int32 {
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

// pastBinding are the states of the standard lifecycles that a deal comes to
// by having been implemented.
func pastBinding(s dealstate.State) bool {
	return s == dealstate.StateImplemented || s == dealstate.StateSuspended || s == dealstate.StateExpired
}

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
		Path: x.pathOf(append(x.word(from), int(to.letter))), law: true}
}

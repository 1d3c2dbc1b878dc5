package analytics

import (
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// follower follows each deal from state to state, as decisions come in. It is the part
// that all measures share: each measure owns one, and T is what the measure keeps of a
// deal besides.
type follower[T any] struct {
	deals map[string]*dealState[T]
}

// dealState is where one deal stands after the decisions seen so far. The follower
// owns it; each decision on the deal changes it.
type dealState[T any] struct {
	state dealstate.State
	begun time.Time // zero: nothing was applied yet
	since time.Time // in the state
	last  time.Time // decision seen
	own   T
}

// delta is what one decision changed: the spell that it ended, if it moved the deal,
// and whether it is one that measures count at all. The zero delta is that of a
// duplicate.
type delta[T any] struct {
	deal  *dealState[T]
	spell Spell // that ended; where moved
	moved bool
	first bool // the deal begins with it
	acts  bool // it is the act of a party, or a clock
}

// follow takes in the next decision and gives what it changed. Where that is an error,
// nothing changes.
func (f *follower[T]) follow(d dealstate.Decision) (delta[T], error) {
	if d.Outcome == dealstate.Duplicate {
		return delta[T]{}, nil
	}
	c := f.deals[d.Deal]
	if err := c.check(d); err != nil {
		return delta[T]{}, err
	}
	if c == nil {
		c = &dealState[T]{state: d.From}
		f.track(d.Deal, c)
	}
	c.last = d.At.UTC()
	if d.Outcome != dealstate.Applied || d.Kind.OfLog() {
		return delta[T]{deal: c}, nil
	}
	return c.apply(d), nil
}

// track begins to follow a deal.
func (f *follower[T]) track(deal string, c *dealState[T]) {
	if f.deals == nil {
		f.deals = map[string]*dealState[T]{}
	}
	f.deals[deal] = c
}

// check refuses a decision that cannot come after the ones seen so far. Nothing would
// be right after one that is missing.
func (c *dealState[T]) check(d dealstate.Decision) error {
	switch {
	case d.Deal == "":
		return decisionErr(d, "deal", "missing")
	case d.Outcome.String() == "":
		return decisionErr(d, "outcome", "missing or unknown")
	case d.From == "" || d.To == "":
		return decisionErr(d, "from", "the state before or after is missing")
	case d.At.IsZero():
		return decisionErr(d, "at", "missing")
	case !inRange(d.At):
		return decisionErr(d, "at", "year %d is out of range; want 1 to 9999", d.At.UTC().Year())
	case c == nil:
		return nil
	case d.At.Before(c.last):
		return decisionErr(d, "at", "%s is before %s, of the decision before it; want a deal's decisions in their order", instant.Format(d.At), instant.Format(c.last))
	case d.From != c.state:
		return decisionErr(d, "from", "%q, but the decision before it left the deal in %q; want all of a deal's decisions", field.Clip(string(d.From)), field.Clip(string(c.state)))
	}
	return nil
}

// apply takes in a decision that was applied.
func (c *dealState[T]) apply(d dealstate.Decision) delta[T] {
	st := delta[T]{deal: c, first: c.begun.IsZero(), acts: true}
	if st.first {
		c.begun, c.since = c.last, c.last
	}
	if d.To == d.From {
		return st
	}
	st.moved = true
	st.spell = Spell{Deal: d.Deal, State: c.state, Next: d.To, By: causeOf(d), From: c.since, To: c.last,
		Seconds: seconds(c.since, c.last), Unseen: st.first}
	c.state, c.since = d.To, c.last
	return st
}

// merge takes in the deals of another follower. Own copies what the measure keeps of a
// deal, so that the two followers share nothing.
func (f *follower[T]) merge(o *follower[T], own func(T) T) error {
	if err := f.mergeable(o); err != nil {
		return err
	}
	for deal, c := range o.deals {
		c := *c
		c.own = own(c.own)
		f.track(deal, &c)
	}
	return nil
}

// mergeable refuses a merge that would count a deal twice.
func (f *follower[T]) mergeable(o *follower[T]) error {
	if f == o {
		return selfMerge()
	}
	for _, deal := range slices.Sorted(maps.Keys(o.deals)) {
		if f.deals[deal] != nil {
			return &MergeError{Deal: deal, Problem: "both folds hold it; want each deal whole, in one shard"}
		}
	}
	return nil
}

// begun goes through the deals that have begun, ordered by id.
func (f *follower[T]) begun() iter.Seq2[string, *dealState[T]] {
	return func(yield func(string, *dealState[T]) bool) {
		for _, deal := range slices.Sorted(maps.Keys(f.deals)) {
			if c := f.deals[deal]; !c.begun.IsZero() && !yield(deal, c) {
				return
			}
		}
	}
}

// end is where observation ends: the instant itself, or for the zero one that of the
// last decision seen.
func (f *follower[T]) end(until time.Time) time.Time {
	if !until.IsZero() {
		return until.UTC()
	}
	for _, c := range f.deals {
		if c.last.After(until) {
			until = c.last
		}
	}
	return until
}

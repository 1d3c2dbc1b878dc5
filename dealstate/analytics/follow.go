package analytics

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// follower follows each deal from state to state. T is what a measure keeps of
// a deal besides.
type follower[T any] struct {
	deals map[string]*dealState[T]
}

// dealState is where one deal is.
type dealState[T any] struct {
	state dealstate.State
	begun time.Time // zero: nothing was applied yet
	since time.Time // in the state
	last  time.Time // decision seen
	own   T
}

// delta is what one decision did to a deal.
type delta[T any] struct {
	deal  *dealState[T]
	spell Spell // that ended; where moved
	moved bool
	first bool // the deal begins with it
	acts  bool // it is the act of a party, or a clock
}

// follow takes the next decision. Where it is an error, nothing changes.
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

func (f *follower[T]) track(deal string, c *dealState[T]) {
	if f.deals == nil {
		f.deals = map[string]*dealState[T]{}
	}
	f.deals[deal] = c
}

func (c *dealState[T]) check(d dealstate.Decision) error {
	wrong := func(field, format string, args ...any) error {
		return &DecisionError{Deal: d.Deal, Event: d.Event, Field: field, Problem: fmt.Sprintf(format, args...)}
	}
	switch {
	case d.Deal == "":
		return wrong("deal", "missing")
	case d.Outcome.String() == "":
		return wrong("outcome", "missing or unknown")
	case d.From == "" || d.To == "":
		return wrong("from", "the state before or after is missing")
	case d.At.IsZero():
		return wrong("at", "missing")
	case !inRange(d.At):
		return wrong("at", "year %d is out of range; want 1 to 9999", d.At.UTC().Year())
	case c == nil:
		return nil
	case d.At.Before(c.last):
		return wrong("at", "%s is before %s, of the decision before it; want a deal's decisions in their order", instant.Format(d.At), instant.Format(c.last))
	case d.From != c.state:
		return wrong("from", "%q, but the decision before it left the deal in %q; want all of a deal's decisions", field.Clip(string(d.From)), field.Clip(string(c.state)))
	}
	return nil
}

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

// merge takes in the deals of another follower. own translates what the measure
// keeps of a deal.
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

func (f *follower[T]) mergeable(o *follower[T]) error {
	if f == o {
		return &MergeError{Problem: "a fold cannot be merged into itself"}
	}
	for _, deal := range slices.Sorted(maps.Keys(o.deals)) {
		if f.deals[deal] != nil {
			return &MergeError{Deal: deal, Problem: "both folds hold it; want each deal whole, in one shard"}
		}
	}
	return nil
}

// begun goes through the deals that have begun, by their id.
func (f *follower[T]) begun() iter.Seq2[string, *dealState[T]] {
	return func(yield func(string, *dealState[T]) bool) {
		for _, deal := range slices.Sorted(maps.Keys(f.deals)) {
			if c := f.deals[deal]; !c.begun.IsZero() && !yield(deal, c) {
				return
			}
		}
	}
}

// end gives the instant itself, or for the zero one the last decision seen.
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

package dealstate

import (
	"cmp"
	"slices"
)

// Clock is what time does to a deal by itself. A rule may wait for one; an event
// cannot be one.
type Clock uint8

// The clocks. To add one, add it here and give it a row in the table below; tests
// then name every place that has yet to deal with it.
const (
	Deadline Clock = iota + 1 // the time for approving is over
	Effect                    // the delay from the approval condition to entry into force is over
	Term                      // the time that the deal stays in force is over

	endOfClocks
)

const numClocks = int(endOfClocks) - 1

// The clocks by their places in a situation.
const (
	deadlineClock = int(Deadline - 1)
	effectClock   = int(Effect - 1)
	termClock     = int(Term - 1)
)

// clockRow is what there is to know of one clock, apart from what sets it: that is
// for the situation.
type clockRow struct {
	word string // in every format
	due  string // the instant at which it is due
	rank int    // of several due at one instant, the lowest fires first; each its own
}

// Of two clocks due at once, entry into force comes before expiry, and the deadline
// comes last.
var clocks = [endOfClocks]clockRow{
	Deadline: {word: "deadline", due: "the deadline", rank: 3},
	Effect:   {word: "effect", due: "the effect", rank: 1},
	Term:     {word: "term", due: "the end of the term", rank: 2},
}

var clockEnum = enumOf[Clock]("clock", clocks[:], func(r clockRow) string { return r.word })

func (c Clock) String() string { return clockEnum.text(c) }

// place is where a situation keeps the clock.
func (c Clock) place() int { return int(c) - 1 }

// clockAt is the clock at a place.
func clockAt(place int) Clock { return Clock(place + 1) }

// ofParty says whose a clock is, where it is one party's.
func ofParty(clock, party string) string {
	if party == "" {
		return clock
	}
	return clock + " of " + party
}

// MarshalText writes the clock's word.
func (c Clock) MarshalText() ([]byte, error) { return clockEnum.marshal(c) }

// UnmarshalText reads a clock's word.
func (c *Clock) UnmarshalText(text []byte) error { return clockEnum.unmarshal(c, text) }

// Clocks lists the clocks, in their fixed order.
func Clocks() []Clock { return clockEnum.all() }

// firingOrder lists the clocks as they fire where several are due at one instant.
func firingOrder() []Clock {
	return slices.SortedFunc(slices.Values(Clocks()), func(a, b Clock) int { return cmp.Compare(clocks[a].rank, clocks[b].rank) })
}

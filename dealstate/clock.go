package dealstate

import (
	"cmp"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// Clock is what time does to a deal by itself. A rule may wait for one; an event
// cannot be one. It fires at its instant, before the events of that instant, so that as of
// the instant it has fired.
type Clock uint8

// The clocks. To add one, add it here and give it a row in the table below; tests
// then name every place that has yet to deal with it.
const (
	Deadline Clock = iota + 1 // the time for approving is over
	Effect                    // the delay from the approval condition to entry into force is over
	Term                      // the time that the deal stays in force is over
	Notice                    // a party's notice of leaving is over
	Overdue                   // the time for performing a commitment is over
	Reached                   // an instant that a condition names is reached
	Timed                     // one of the agreement's own timers is over: see [Timer]

	endOfClocks
)

const numClocks = int(endOfClocks) - 1

// The clocks that are the deal's own and can be set anew, by their places in a
// situation.
const (
	deadlineClock = int(Deadline - 1)
	effectClock   = int(Effect - 1)
	termClock     = int(Term - 1)
	numSettings   = 3
)

// clockRow is what there is to know of one clock, apart from what sets it: that is
// for the situation.
type clockRow struct {
	word string // in every format
	due  string // the instant at which it is due
	rank int    // of several due at one instant, the lowest fires first; each its own
	ends bool   // a time allowed is over: an act of the instant itself is too late
}

// Of two clocks due at once, entry into force comes before expiry, and the deadline
// comes last. Of two parties' notices, the party listed first comes first; of timers
// and commitments likewise. A deadline ends a time allowed, and people read it as the
// last day that is in time; at every other clock's instant something begins (a party is
// bound or free, the deal is over, a rule acts), and people read that instant.
var clocks = [endOfClocks]clockRow{
	Reached:  {word: "reached", due: "the instant", rank: 1},
	Effect:   {word: "effect", due: "the effect", rank: 2},
	Notice:   {word: "notice", due: "the end of the notice", rank: 3},
	Timed:    {word: "timer", due: "the end of the timer", rank: 4},
	Term:     {word: "term", due: "the end of the term", rank: 5},
	Overdue:  {word: "overdue", due: "the commitment's deadline", rank: 6, ends: true},
	Deadline: {word: "deadline", due: "the deadline", rank: 7, ends: true},
}

var clockEnum = enumOf[Clock]("clock", clocks[:], func(r clockRow) string { return r.word })

func (c Clock) String() string { return clockEnum.text(c) }

// place is where a situation keeps the clock.
func (c Clock) place() int { return int(c) - 1 }

// DueWords says for people when the clock is due. A deadline, be it the deal's or a
// commitment's, that lies at midnight UTC ends a day, and reads "end of 15 Dec 2026": acts
// of the 15th are in time, acts of the 16th are not. Any other instant reads as it is. Say
// writes a date or an instant in the caller's own form.
func (c Clock) DueWords(due time.Time, say func(time.Time) string) string {
	if day, ok := c.LastDay(due); ok {
		return "end of " + say(day)
	}
	return say(due)
}

// LastDay gives the midnight UTC at which the last day begins that is in time for a
// deadline. Ok is false for a clock that is none, and for a deadline at another time of day.
func (c Clock) LastDay(due time.Time) (day time.Time, ok bool) {
	if !clockEnum.has(c) || !clocks[c].ends || due.IsZero() || !instant.IsMidnight(due) {
		return time.Time{}, false
	}
	return due.UTC().AddDate(0, 0, -1), true
}

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

package analytics

import (
	"cmp"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Cause is what moved a deal or ended a spell: a kind of event, or a clock. One of the
// two is set; the zero Cause is none.
type Cause struct {
	Kind  dealstate.Kind
	Clock dealstate.Clock
}

func causeOf(d dealstate.Decision) Cause { return Cause{Kind: d.Kind, Clock: d.Clock} }

// trigger is the cause as the core's type for a kind or a clock.
func (c Cause) trigger() dealstate.Trigger {
	return dealstate.Decision{Kind: c.Kind, Clock: c.Clock}.Trigger()
}

func (c Cause) String() string { return c.trigger().String() }

// MarshalText writes the word of the kind or clock.
func (c Cause) MarshalText() ([]byte, error) { return c.trigger().MarshalText() }

// UnmarshalText reads the word of a kind or of a clock.
func (c *Cause) UnmarshalText(text []byte) error {
	on, err := dealstate.ParseTrigger(string(text))
	switch on := on.(type) {
	case dealstate.Kind:
		*c = Cause{Kind: on}
	case dealstate.Clock:
		*c = Cause{Clock: on}
	}
	return err
}

// compare puts kinds before clocks, each in the order of its list.
func (c Cause) compare(o Cause) int {
	return cmp.Or(cmp.Compare(c.Clock, o.Clock), cmp.Compare(c.Kind, o.Kind))
}

package analytics

import (
	"cmp"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Cause is what moved a deal or ended a spell: a kind of event, or a clock. One of the
// two is set; the zero Cause is none. Each of the agreement's own timers is a cause of
// its own: Timer is its id, and Clock is Timed.
type Cause struct {
	Kind  dealstate.Kind
	Clock dealstate.Clock
	Timer string
}

func causeOf(d dealstate.Decision) Cause { return Cause{Kind: d.Kind, Clock: d.Clock, Timer: d.Timer} }

// causeOn is what a rule waits for.
func causeOn(on dealstate.Trigger) Cause {
	switch on := on.(type) {
	case dealstate.Kind:
		return Cause{Kind: on}
	case dealstate.Clock:
		return Cause{Clock: on}
	case dealstate.Timer:
		return Cause{Clock: dealstate.Timed, Timer: string(on)}
	}
	return Cause{}
}

// trigger is the cause as the core's type for a kind or a clock.
func (c Cause) trigger() dealstate.Trigger {
	return dealstate.Decision{Kind: c.Kind, Clock: c.Clock}.Trigger()
}

// String is the word of the kind or clock, and a timer's id behind it: timer snapback.
func (c Cause) String() string {
	if c.Timer != "" {
		return c.Clock.String() + " " + c.Timer
	}
	return c.trigger().String()
}

// MarshalText writes what String gives.
func (c Cause) MarshalText() ([]byte, error) {
	if text, err := c.trigger().MarshalText(); err != nil {
		return text, err
	}
	return []byte(c.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (c *Cause) UnmarshalText(text []byte) error {
	word, timer, _ := strings.Cut(string(text), " ")
	on, err := dealstate.ParseTrigger(word)
	if err == nil && timer != "" && on != dealstate.Timed {
		_, err = dealstate.ParseTrigger(string(text))
	}
	if err == nil {
		*c = causeOn(on)
		c.Timer = timer
	}
	return err
}

// compare puts kinds before clocks, each in the order of its list, and timers by
// their ids.
func (c Cause) compare(o Cause) int {
	return cmp.Or(cmp.Compare(c.Clock, o.Clock), cmp.Compare(c.Kind, o.Kind), cmp.Compare(c.Timer, o.Timer))
}

// wanted refuses the zero Cause at a path.
func (c Cause) wanted(path string) error {
	if c == (Cause{}) {
		return field.Errorf(path, "missing")
	}
	return nil
}

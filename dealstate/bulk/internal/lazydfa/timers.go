package lazydfa

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
)

// Three clocks have timers: those of which a deal has one each. They are numbered in the
// order of their list.
const clocks = 3

// timersOf says of every clock what the table does about it.
var timersOf = map[dealstate.Clock]timersKnown{
	dealstate.Deadline: hasTimer,
	dealstate.Effect:   hasTimer,
	dealstate.Term:     hasTimer,
	dealstate.Notice:   atOnceOnly,
	dealstate.Overdue:  hasNone,
	dealstate.Reached:  hasNone,
	dealstate.Timed:    hasNone,
}

type timersKnown uint8

const (
	hasTimer   timersKnown = iota + 1 // one a deal
	atOnceOnly                        // none: it is due at the instant that sets it, or the DFA cannot know the deal
	hasNone                           // the DFA cannot know the deal
)

func clockAt(n int) dealstate.Clock { return dealstate.Deadline + dealstate.Clock(n) }

// clocksIn lists the clocks of a set, a bit for each.
func clocksIn(set uint32) (list []dealstate.Clock) {
	for n := range clocks {
		if set>>n&1 == 1 {
			list = append(list, clockAt(n))
		}
	}
	return list
}

// Timers say when the clocks of one deal are due. The replay that carries the deal along
// owns them; they change when a clock is set and when one comes due.
type Timers struct {
	due  [clocks]int64 // nanos.Never: it is not set, or has come due
	last int64         // when one came due last
}

// timerAt gives an instant as a timer. Not ok: it is the one that stands for never, or
// lies before all that 64 bits hold.
func timerAt(t time.Time) (at int64, ok bool) {
	at = nanos.Clamp(t)
	return at, at != nanos.None && (at != nanos.Never || t.After(nanos.Time(nanos.Never)))
}

// next gives the clocks due first: a bit for each.
func (t *Timers) next() (set uint32, due int64) {
	due = nanos.Never
	for clock, at := range t.due {
		switch {
		case at < due:
			set, due = 1<<clock, at
		case at == due:
			set |= 1 << clock
		}
	}
	return set, due
}

// stop stops the clocks of a set, which came due at the instant.
func (t *Timers) stop(set uint32, due int64) {
	for clock := range t.due {
		if set>>clock&1 == 1 {
			t.due[clock] = nanos.Never
		}
	}
	t.last = due
}

// timing is what sets the timers: an agreement's deadline and delays.
type timing struct {
	deadline int64
	delays   [clocks]*dealstate.Delay
	tooMuch  string // why the DFA cannot know such deals; "": it can
	inForce  map[dealstate.State]bool
	notices  map[dealstate.State]bool // a withdrawal is a notice
	joins    bool                     // a party that joins may be bound later than at once
}

func isTimed(a dealstate.Agreement) bool {
	return !a.Deadline.IsZero() || a.Effect != nil || a.Term != nil
}

func newTiming(m *dealstate.Machine) timing {
	a := m.Agreement()
	t := timing{deadline: nanos.Never, delays: [clocks]*dealstate.Delay{nil, a.Effect, a.Term}, inForce: map[dealstate.State]bool{}, notices: map[dealstate.State]bool{}}
	t.joins = bindsLate(a)
	t.tooMuch = beyond(m)
	if !a.Deadline.IsZero() {
		var ok bool
		if t.deadline, ok = timerAt(a.Deadline); !ok {
			t.tooMuch = "its deadline lies outside the years 1678 to 2261"
		}
	}
	l := m.Lifecycle()
	for _, s := range l.States {
		t.inForce[s] = m.InForce(s)
	}
	for _, r := range l.Rules {
		for _, from := range r.From {
			t.notices[from] = t.notices[from] || r.On == dealstate.Notice
		}
	}
	return t
}

// beyond says why the DFA cannot know deals of a machine at all; "": it can.
func beyond(m *dealstate.Machine) string {
	a := m.Agreement()
	switch {
	case len(a.Parties) > maxParties:
		return fmt.Sprintf("it has more than %d parties", maxParties)
	case a.Notice != nil || a.Renew != nil:
		return "a notice may run for a time"
	}
	for _, c := range m.Clocks() {
		if timersOf[c] == hasNone {
			return fmt.Sprintf("it has a clock %s", c)
		}
	}
	if bindsLate(a) && slices.ContainsFunc(m.Lifecycle().Rules, asksWhoIsBound) {
		return "its rules ask from when a party is bound"
	}
	return ""
}

// bindsLate reports whether a party that joins may be bound later than at once.
func bindsLate(a dealstate.Agreement) bool {
	takesTime := func(d *dealstate.Delay) bool { return d != nil && *d != (dealstate.Delay{}) }
	return takesTime(a.Effect) || a.Join != nil && takesTime(&a.Join.Delay)
}

// asksWhoIsBound reports whether a rule asks it of a party by name. Whether any party is
// bound does not depend on the instant.
func asksWhoIsBound(r dealstate.Rule) bool {
	guard, _ := json.Marshal(r.When)
	return bytes.Count(guard, []byte(`"bound":`)) > bytes.Count(guard, []byte(`"bound":""`))
}

// Timers are those of a deal that begins.
func (t *timing) Timers() Timers {
	return Timers{due: [clocks]int64{t.deadline, nanos.Never, nanos.Never}, last: nanos.None}
}

// withPositiveDelays gives a machine none of whose clocks is due at once at noon, so that
// an act and a clock can be asked about one by one.
func withPositiveDelays(m *dealstate.Machine) *dealstate.Machine {
	a := m.Agreement()
	positive := func(d *dealstate.Delay) bool { return d == nil || d.After(noon).After(noon) }
	if (a.Deadline.IsZero() || a.Deadline.After(noon)) && positive(a.Effect) && positive(a.Term) {
		return m
	}
	day := &dealstate.Delay{Days: 1}
	if !a.Deadline.IsZero() {
		a.Deadline = day.After(noon)
	}
	if a.Effect != nil {
		a.Effect = day
	}
	if a.Term != nil {
		a.Term = day
	}
	slower, err := dealstate.Compile(a)
	if err != nil {
		panic("bulk: an agreement that compiles does not with other delays: " + err.Error())
	}
	return slower
}

// observation is what of a cursor bears upon timers.
type observation struct {
	state    dealstate.State
	revision int
	ahead    uint32 // a bit for each clock that is set and not due
	past     uint32 // and for each that was
}

func (o *oracle) observe() observation {
	seen := observation{state: o.cursor.State(), revision: o.cursor.Revision()}
	for n := range clocks {
		switch due := o.cursor.Due(clockAt(n)); {
		case due.After(noon):
			seen.ahead |= 1 << n
		case !due.IsZero():
			seen.past |= 1 << n
		}
	}
	return seen
}

// setBetween gives the clocks that something has set, a bit for each: the delay to
// entry into force when the approval condition comes to be met, the term at every entry,
// be it that another clock ends it at the same instant.
func (t *timing) setBetween(before, after observation, told []dealstate.Decision) uint32 {
	set := after.ahead &^ before.ahead
	for _, d := range told {
		if t.inForce[d.To] && !t.inForce[d.From] {
			set |= after.ahead & termBit
		}
	}
	return set
}

const termBit = 1 << (dealstate.Term - dealstate.Deadline)

// start sets the clocks of a set at an instant. One that is no longer set need not be
// stopped: nothing comes of it when it is due. Not known: a clock is due at the very
// instant at which one came due before. If that was the same, it may have fired for it;
// if another, the two are in an order that was not asked about.
func (t *timing) start(timers *Timers, set uint32, at int64) (known bool) {
	for clock := 0; set != 0; clock, set = clock+1, set>>1 {
		if set&1 == 0 {
			continue
		}
		due, ok := timerAt(t.delays[clock].After(nanos.Time(at)))
		if !ok || due <= at && timers.last == at {
			return false
		}
		timers.due[clock] = due
	}
	return true
}

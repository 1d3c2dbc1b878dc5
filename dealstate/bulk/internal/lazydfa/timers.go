package lazydfa

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/bits"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
)

// timer is a clock of which every deal of an agreement keeps when it is due. A DFA lists
// its timers once, and numbers them in that order; a set of timers has a bit for each.
type timer struct {
	clock  dealstate.ClockStatus // which one; when it is due, each deal knows
	delays []delay               // that set it; none: the agreement names the instant
}

// delay is a time from one instant to a later one.
type delay interface{ After(time.Time) time.Time }

// timersOf gives the timers of every clock that an agreement sets; nil: the DFA cannot know
// a deal that has such a clock. A notice without a period has no timer: it is due at the
// instant that sets it, or where the deal renews itself, together with the term.
var timersOf = map[dealstate.Clock]func(a *dealstate.Agreement) []timer{
	dealstate.Deadline: func(a *dealstate.Agreement) []timer {
		return timersIf(!a.Deadline.IsZero(), timer{clock: dealstate.ClockStatus{Clock: dealstate.Deadline}})
	},
	dealstate.Effect: func(a *dealstate.Agreement) []timer {
		return timersIf(a.Effect != nil, timer{clock: dealstate.ClockStatus{Clock: dealstate.Effect}, delays: []delay{a.Effect}})
	},
	dealstate.Term: func(a *dealstate.Agreement) []timer {
		term := timer{clock: dealstate.ClockStatus{Clock: dealstate.Term}, delays: []delay{a.Term}}
		if a.Renew != nil {
			term.delays = append(term.delays, a.Renew)
		}
		return timersIf(a.Term != nil, term)
	},
	dealstate.Notice: func(a *dealstate.Agreement) (list []timer) {
		for _, p := range a.Parties {
			list = append(list, timersIf(a.Notice != nil, timer{clock: dealstate.ClockStatus{Clock: dealstate.Notice, Party: p.ID}, delays: []delay{a.Notice}})...)
		}
		return list
	},
	dealstate.Timed: func(a *dealstate.Agreement) (list []timer) {
		for i := range a.Timers {
			list = append(list, timer{clock: dealstate.ClockStatus{Clock: dealstate.Timed, Timer: a.Timers[i].ID}, delays: []delay{&a.Timers[i].After}})
		}
		return list
	},
	dealstate.Overdue: nil,
	dealstate.Reached: nil,
}

func timersIf(is bool, t timer) []timer {
	if !is {
		return nil
	}
	return []timer{t}
}

// Timers say when the timers of one deal are due, each in its place; nanos.Never: it is not
// set, or has come due. Behind them stands when one came due last. The replay that carries
// the deal along owns them; they change when a timer is set and when one comes due.
type Timers []int64

// timerAt gives an instant as a timer. Not ok: it is the one that stands for never, or
// lies before all that 64 bits hold.
func timerAt(t time.Time) (at int64, ok bool) {
	at = nanos.Clamp(t)
	return at, at != nanos.None && (at != nanos.Never || t.After(nanos.Time(nanos.Never)))
}

// Soonest is when the first one is due; nanos.Never: none is set.
func (t Timers) Soonest() int64 {
	soonest := int64(nanos.Never)
	for _, at := range t[:max(0, len(t)-1)] {
		soonest = min(soonest, at)
	}
	return soonest
}

// stop stops the timers that are due at the instant, and gives their set.
func (t Timers) stop(due int64) (set uint64) {
	last := len(t) - 1
	for n, at := range t[:last] {
		if at == due {
			t[n], set = nanos.Never, set|1<<n
		}
	}
	t[last] = due
	return set
}

// timing is what there is to know of a machine's timers, and what sets them.
type timing struct {
	timers   []timer
	setters  []setter
	setterOf []int // by timer: the first of its own
	begin    Timers
	dues     []int64 // scratch, by setter

	tooMuch  string // why the DFA cannot know such deals; "": it can
	inForce  map[dealstate.State]bool
	notices  map[dealstate.State]bool // a withdrawal is a notice
	restarts map[string]bool          // by rule: it starts the agreement's own timers
	periods  bool                     // a notice may run for a time
	joins    bool                     // a party that joins may be bound later than at once
}

// setter is one way to set a timer. A set of setters has a bit for each. It keeps what its
// delay came to last, for where that counts whole days, all instants of a day come to the
// same: a calendar costs as much as ten look-ups.
type setter struct {
	timer int
	delay delay
	days  bool  // the delay counts whole days
	day   int64 // the last one on which something began; nanos.None: nothing did
	due   int64 // when that is over
}

// after gives when what begins at an instant is over. Not ok: no timer holds that.
func (s *setter) after(at int64) (due int64, ok bool) {
	const aDay = int64(24 * time.Hour)
	day := at - (at%aDay+aDay)%aDay
	if s.days && day == s.day {
		return s.due, true
	}
	if due, ok = timerAt(s.delay.After(nanos.Time(at))); ok {
		s.day, s.due = day, due
	}
	return due, ok
}

// countsDays reports whether a delay comes to the same for all instants of a day.
func countsDays(d delay) bool {
	switch d := d.(type) {
	case *dealstate.Delay:
		return d.Days > 0 || d.Months > 0 || d.FirstOfMonth > 0
	case *dealstate.NoticePeriod:
		return d.On != dealstate.Day{} || countsDays(&d.Delay)
	}
	return false
}

func newTiming(m *dealstate.Machine) timing {
	a := m.Agreement()
	t := timing{inForce: map[dealstate.State]bool{}, notices: map[dealstate.State]bool{}, restarts: map[string]bool{},
		periods: a.Notice != nil, joins: bindsLate(a), tooMuch: beyond(m)}
	if t.tooMuch == "" {
		t.tooMuch = t.setUp(&a)
	}
	l := m.Lifecycle()
	for _, s := range l.States {
		t.inForce[s] = m.InForce(s)
	}
	for _, r := range l.Rules {
		t.restarts[r.ID] = r.To != ""
		for _, from := range r.From {
			t.notices[from] = t.notices[from] || r.On == dealstate.Notice
		}
	}
	return t
}

// setUp lists the timers, or says why the DFA cannot know them.
func (t *timing) setUp(a *dealstate.Agreement) (tooMuch string) {
	for _, c := range dealstate.Clocks() {
		if of := timersOf[c]; of != nil {
			t.timers = append(t.timers, of(a)...)
		}
	}
	if len(t.timers) > maxTimers {
		t.timers = nil
		return fmt.Sprintf("it has more than %d timers", maxTimers)
	}
	if len(t.timers) == 0 {
		return ""
	}
	for n := range t.timers {
		t.setterOf = append(t.setterOf, len(t.setters))
		for _, d := range t.timers[n].delays {
			t.setters = append(t.setters, setter{timer: n, delay: d, days: countsDays(d), day: nanos.None})
		}
	}
	t.dues = make([]int64, len(t.setters))
	t.begin = append(slices.Repeat(Timers{nanos.Never}, len(t.timers)), nanos.None)
	if at, ok := timerAt(a.Deadline); ok {
		t.begin[t.number(dealstate.ClockStatus{Clock: dealstate.Deadline})] = at
	} else if !a.Deadline.IsZero() {
		return "its deadline lies outside the years 1678 to 2261"
	}
	return ""
}

// number gives the number of a clock's timer; -1: it has none.
func (t *timing) number(of dealstate.ClockStatus) int {
	of.Due = time.Time{}
	return slices.IndexFunc(t.timers, func(timer timer) bool { return timer.clock == of })
}

// clocks lists the clocks of a set of timers.
func (t *timing) clocks(set uint64) (list []dealstate.ClockStatus) {
	for ; set != 0; set &= set - 1 {
		list = append(list, t.timers[bits.TrailingZeros64(set)].clock)
	}
	return list
}

// beyond says why the DFA cannot know deals of a machine at all; "": it can.
func beyond(m *dealstate.Machine) string {
	a := m.Agreement()
	if len(a.Parties) > maxParties {
		return fmt.Sprintf("it has more than %d parties", maxParties)
	}
	for _, c := range m.Clocks() {
		if timersOf[c] == nil {
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

// TimersADeal is how many places the [Timers] of a deal take.
func (t *timing) TimersADeal() int { return len(t.begin) }

// AppendTimers appends those of a deal that begins.
func (t *timing) AppendTimers(to Timers) Timers { return append(to, t.begin...) }

// withPositiveDelays gives a machine none of whose clocks is due at once at noon, so that
// an act and a clock can be asked about one by one.
func withPositiveDelays(m *dealstate.Machine) *dealstate.Machine {
	a, changed := m.Agreement(), false
	positive := func(d *dealstate.Delay) {
		if d != nil && !d.After(noon).After(noon) {
			*d, changed = dealstate.Delay{Days: 1}, true
		}
	}
	for _, d := range []*dealstate.Delay{a.Effect, a.Term, a.Renew} {
		positive(d)
	}
	for i := range a.Timers {
		positive(&a.Timers[i].After)
	}
	if a.Notice != nil && a.Notice.On == (dealstate.Day{}) {
		positive(&a.Notice.Delay)
	}
	if !a.Deadline.IsZero() && !a.Deadline.After(noon) {
		a.Deadline, changed = noon.AddDate(0, 0, 1), true
	}
	if !changed {
		return m
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
	ahead    uint64 // the timers that are set and not due
	past     uint64 // and those that were, perhaps in a state in which they do not run
}

func (d *DFA) observe() observation {
	seen := observation{state: d.cursor.State(), revision: d.cursor.Revision()}
	for n := range d.timers {
		switch due := d.cursor.Due(d.timers[n].clock); {
		case due.After(noon):
			seen.ahead |= 1 << n
		case !due.IsZero() && d.timers[n].clock.Clock != dealstate.Timed: // those run in every state
			seen.past |= 1 << n
		}
	}
	return seen
}

// inOneOrder reports whether it is certain which clock fires first. It is not where one
// fires that came due in a state in which it did not run, and another was past by then:
// the DFA does not know which of them was due first.
func (t *timing) inOneOrder(told []dealstate.Decision, past uint64) bool {
	old := slices.ContainsFunc(told, func(d dealstate.Decision) bool {
		n := t.number(d.Fired())
		return n >= 0 && past>>n&1 == 1
	})
	return !old || bits.OnesCount64(past) == 1
}

// setBetween gives the setters that something has made use of: the delay to entry into
// force when the approval condition comes to be met; a notice period when a party gives
// notice; the term at every entry, be it that another clock ends it at the same instant,
// and its renewal; the agreement's own timers at every rule that names a state.
func (t *timing) setBetween(before, after observation, told []dealstate.Decision) (setters uint64) {
	set, renewed := after.ahead&^before.ahead, false
	for _, d := range told {
		if t.inForce[d.To] && !t.inForce[d.From] {
			set, renewed = set|after.ahead&t.those(dealstate.Term), false
		}
		if slices.ContainsFunc(d.Reasons, func(r dealstate.Reason) bool { return r.Code == dealstate.ReasonRenewed }) {
			set, renewed = set|after.ahead&t.those(dealstate.Term), true
		}
		if t.restarts[d.Rule] {
			set |= after.ahead & t.those(dealstate.Timed)
		}
	}
	for n := range t.timers {
		if set>>n&1 == 1 {
			setters |= 1 << t.setterOf[n]
		}
	}
	if term := t.number(dealstate.ClockStatus{Clock: dealstate.Term}); renewed {
		setters = setters&^(1<<t.setterOf[term]) | 1<<(t.setterOf[term]+1)
	}
	return setters
}

// those is the set of timers of a clock.
func (t *timing) those(c dealstate.Clock) (set uint64) {
	for n := range t.timers {
		if t.timers[n].clock.Clock == c {
			set |= 1 << n
		}
	}
	return set
}

// start sets timers by a set of setters at an instant, all or none. One that is no longer
// set need not be stopped: nothing comes of it when it is due. Not known: one is due at the
// very instant at which one came due before. If that was the same, it may have fired for
// it; if another, the two are in an order that was not asked about.
func (t *timing) start(timers Timers, setters uint64, at int64) (known bool) {
	last := timers[len(timers)-1]
	for rest := setters; rest != 0; rest &= rest - 1 {
		n := bits.TrailingZeros64(rest)
		due, ok := t.setters[n].after(at)
		if !ok || due <= at && last == at {
			return false
		}
		t.dues[n] = due
	}
	for ; setters != 0; setters &= setters - 1 {
		n := bits.TrailingZeros64(setters)
		timers[t.setters[n].timer] = t.dues[n]
	}
	return true
}

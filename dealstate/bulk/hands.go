package bulk

import (
	"math"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Every agreement has the same three clocks. They are numbered in the order of their list.
const clocks = 3

func clockAt(clock int) dealstate.Clock { return dealstate.Deadline + dealstate.Clock(clock) }

// clocksIn are those of several clocks, a bit for each.
func clocksIn(set uint32) (in []dealstate.Clock) {
	for clock := range clocks {
		if set>>clock&1 == 1 {
			in = append(in, clockAt(clock))
		}
	}
	return in
}

// hands are the clocks of one deal.
type hands struct {
	due  [clocks]int64 // never: it is not set, or has come due
	last int64         // when one came due last
}

// never is the last instant that a log can hold, and stands for all beyond.
const never = math.MaxInt64

// handOf is an instant as a hand shows it. Not ok: it is the one that stands for never,
// or before all that a log can hold.
func handOf(t time.Time) (at int64, ok bool) {
	at = bound(t)
	return at, at != none && (at != never || t.After(instant(never)))
}

// next gives the clocks due first: a bit for each.
func (h *hands) next() (clocks uint32, due int64) {
	due = never
	for clock, at := range h.due {
		switch {
		case at < due:
			clocks, due = 1<<clock, at
		case at == due:
			clocks |= 1 << clock
		}
	}
	return clocks, due
}

// clockwork is what moves the hands: an agreement's deadline and delays.
type clockwork struct {
	clocked  bool // there are any
	slow     bool // the automaton cannot know such deals
	deadline int64
	delays   [clocks]*dealstate.Delay
	inForce  map[dealstate.State]bool // the term runs
}

func newClockwork(m *dealstate.Machine) clockwork {
	a := m.Agreement()
	w := clockwork{clocked: !a.Deadline.IsZero() || a.Effect != nil || a.Term != nil, deadline: never,
		delays: [clocks]*dealstate.Delay{nil, a.Effect, a.Term}, inForce: map[dealstate.State]bool{}}
	w.slow = len(a.Parties) > maxParties
	if !a.Deadline.IsZero() {
		var ok bool
		w.deadline, ok = handOf(a.Deadline)
		w.slow = w.slow || !ok
	}
	for _, r := range m.Lifecycle().Rules {
		for _, from := range r.From {
			w.inForce[from] = w.inForce[from] || r.On == dealstate.Term
		}
	}
	return w
}

// canKnow reports whether the automaton can know a deal in the view: not if clocks may
// run to an instant that no log can hold.
func (w *clockwork) canKnow(v dealstate.View) bool {
	return !w.slow && (!w.clocked || v.AsOf.Before(instant(never)))
}

// hands are those of a deal that begins.
func (w *clockwork) hands() hands {
	return hands{due: [clocks]int64{w.deadline, never, never}, last: none}
}

// withClocksThatTakeTime gives a machine none of whose clocks is due at once at
// noon, so that an act and a clock can be asked about one by one.
func withClocksThatTakeTime(m *dealstate.Machine) *dealstate.Machine {
	a := m.Agreement()
	takesTime := func(d *dealstate.Delay) bool { return d == nil || d.After(noon).After(noon) }
	if (a.Deadline.IsZero() || a.Deadline.After(noon)) && takesTime(a.Effect) && takesTime(a.Term) {
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

// standing is what of a cursor bears upon its clocks.
type standing struct {
	state    dealstate.State
	revision int
	ahead    uint32 // a bit for each clock that is set and not due
	past     uint32 // and for each that was
}

func (k *asker) now() standing {
	s := standing{state: k.cursor.State(), revision: k.cursor.Revision()}
	for clock := range clocks {
		switch due := k.cursor.Due(clockAt(clock)); {
		case due.After(noon):
			s.ahead |= 1 << clock
		case !due.IsZero():
			s.past |= 1 << clock
		}
	}
	return s
}

// setBetween gives the clocks that something has set, a bit for each: the delay to
// entry into force when the approval condition comes to be met, the term at every entry,
// be it that another clock ends it at the same instant.
func (w *clockwork) setBetween(was, is standing, told []dealstate.Decision) uint32 {
	set := is.ahead &^ was.ahead
	for _, d := range told {
		if w.inForce[d.To] && !w.inForce[d.From] {
			set |= is.ahead & termBit
		}
	}
	return set
}

const termBit = 1 << (dealstate.Term - dealstate.Deadline)

// wind sets clocks at an instant. One that is no longer set need not be stopped: nothing
// comes of it when it is due. Not known: a clock is due at the very instant at which one
// came due before. If that was the same, it may have fired for it; if another, the two are
// in an order that was not asked about.
func (w *clockwork) wind(h *hands, set uint32, at int64) (known bool) {
	for clock := 0; set != 0; clock, set = clock+1, set>>1 {
		if set&1 == 0 {
			continue
		}
		due, ok := handOf(w.delays[clock].After(instant(at)))
		if !ok || due <= at && h.last == at {
			return false
		}
		h.due[clock] = due
	}
	return true
}

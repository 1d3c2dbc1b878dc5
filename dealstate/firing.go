package dealstate

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// firing is a clock that is due.
type firing struct {
	clock Clock // 0: none runs
	which int   // the party, commitment or timer whose clock it is
	due   time.Time
}

// nextClock finds the running clock that is due first. Of several due at once the
// first of these comes first.
func (s *situation) nextClock() firing {
	var next firing
	first := func(clock Clock, which int, due time.Time) {
		if !due.IsZero() && (next.clock == 0 || due.Before(next.due)) {
			next = firing{clock, which, due}
		}
	}
	if s.reached < len(s.m.instants) {
		first(Reached, -1, s.m.instants[s.reached])
	}
	if s.clocks[effectClock].isSet() {
		first(Effect, -1, s.ownClock(effectClock))
	}
	if len(s.leaving) > 0 && s.runsNotices() {
		for _, l := range s.leaving {
			first(Notice, l.party, l.at(s))
		}
	}
	if len(s.timers) > 0 {
		timer, due := s.nextTimer()
		first(Timed, timer, due)
	}
	if s.clocks[termClock].isSet() {
		first(Term, -1, s.ownClock(termClock))
	}
	if len(s.m.dated) > 0 {
		commitment, due := s.nextOverdue()
		first(Overdue, commitment, due)
	}
	if s.clocks[deadlineClock].isSet() {
		first(Deadline, -1, s.ownClock(deadlineClock))
	}
	return next
}

// status says which clock is due, and when.
func (m *Machine) status(c firing) ClockStatus {
	s := ClockStatus{Clock: c.clock, Due: c.due}
	switch c.clock {
	case Notice:
		s.Party = m.nameOf(c.which)
	case Overdue:
		s.Commitment = m.agreement.Commitments[c.which].ID
	case Timed:
		s.Timer = m.agreement.Timers[c.which].ID
	}
	return s
}

// ownClock is when one of the deal's own clocks is due; zero: it does not run in this
// state, is not set, or has fired.
func (s *situation) ownClock(clock int) time.Time {
	due := s.dueAt(clock)
	switch {
	case due.IsZero(), due.Equal(s.fired[clock]), !s.m.runs[clock][s.state]:
		return time.Time{}
	case clock == deadlineClock && s.name() == StateProvisional && !s.met.IsZero():
		return time.Time{} // a deadline does not end provisional application while the condition is met, and may do so later
	}
	return due
}

// fire has a clock do what it does by itself, and then follows a rule that waits for
// it, if there is one.
func (f *folding) fire(c firing) {
	f.now, f.actor, f.concernsPart = instant.Latest(c.due, f.now), -1, false
	d := decided{clock: c.clock, party: -1, which: -1, rule: -1, from: int16(f.state), to: int16(f.state), revision: int32(f.revision)}
	if f.isAsked() {
		d.why = because(Reason{Code: ReasonClock, Subject: f.m.status(c).owner(), Detail: c.clock.String(), At: f.now})
	}
	row, told := c.clock.row(), false
	switch c.clock {
	case Reached:
		for f.reached < len(f.m.instants) && !f.m.instants[f.reached].After(c.due) {
			f.reached++
		}
	case Notice:
		f.actor, d.party = c.which, int16(c.which)
		f.leaveNow(c.which)
	case Timed:
		f.timers[c.which].fired = true
		row, d.which = timerRow(c.which), int16(c.which)
	case Overdue:
		f.records[c.which].fired = c.due
		f.records[c.which].overdue, d.which, told = c.due, int16(c.which), true
	case Term:
		f.fired[termClock] = c.due
		if told = f.renew(c.due, &d); told {
			break
		}
	default:
		f.fired[c.clock.place()] = c.due
	}
	if c.clock == Term && told {
		d.outcome = Applied
		f.record(d)
		return
	}
	if rule, ok := f.choose(row); ok {
		f.follow(&d, rule, c.clock.String())
		if d.from != d.to {
			f.pass(f.now)
		}
		f.record(d)
		return
	}
	f.judge()
	if told {
		d.outcome = Applied
		f.record(d)
	}
}

// renew lets a term that nobody has extended run again, unless a party's notice runs
// or ends at that instant.
func (f *folding) renew(due time.Time, d *decided) bool {
	renew, set := f.m.agreement.Renew, &f.clocks[termClock]
	if renew == nil || set.extended || !set.base.Equal(due) || len(f.leaving) > 0 || f.lastLeft.Equal(due) {
		return false
	}
	set.base = renew.After(due)
	if f.isAsked() {
		d.add(Reason{Code: ReasonRenewed, Detail: Term.String(), At: set.base})
	}
	return true
}

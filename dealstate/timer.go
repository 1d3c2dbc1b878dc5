package dealstate

import "time"

// running is an own timer of a deal.
type running struct {
	due   time.Time // zero: it does not run
	fired bool
}

// restart starts the timers of the state that a rule has named, and stops the others.
func (s *situation) restart(now time.Time) {
	for i := range s.timers {
		if len(s.m.tried[timerRow(i)][s.state]) == 0 {
			s.timers[i] = running{}
			continue
		}
		s.timers[i] = running{due: s.m.agreement.Timers[i].After.After(now)}
	}
}

// timerRow is the timer's row in the tables by trigger.
func timerRow(i int) int { return numTriggers + i }

// nextTimer finds the running timer that is due first; of two, the one listed first.
func (s *situation) nextTimer() (timer int, due time.Time) {
	timer = -1
	for i, t := range s.timers {
		if !t.due.IsZero() && !t.fired && (timer < 0 || t.due.Before(due)) {
			timer, due = i, t.due
		}
	}
	return timer, due
}

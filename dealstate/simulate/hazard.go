package simulate

import "math"

// A party decides when the hazard of its wait has used up a budget that was drawn for
// it: a unit exponential. What changes the pace (another's approval, the pressure of
// the deadline) multiplies the hazard from then on, so the instant of the decision is
// computed anew, with what is left of the budget.

// dueOf is when an actor's hazard will have used up its budget. The hazard is
// piecewise: from the press on, it is the factor times as high.
func (l *life) dueOf(a *actor, w *actorState) int64 {
	rate, from, budget := l.rate(a, w), float64(w.from-w.asked), w.budget
	begun := a.wait.hazardAt(from)
	if press := float64(a.press - w.asked); a.factor != 1 && a.press != noTime {
		if from < press {
			if t := a.wait.inverse(begun + budget/rate); t <= press {
				return w.at(t)
			}
			at := a.wait.hazardAt(press)
			budget -= rate * (at - begun)
			begun = at
		}
		rate *= a.factor
	}
	return w.at(a.wait.inverse(begun + budget/rate))
}

// hazardAt is H(t). It answers at once for 0, where most waits begin.
func (w *Distribution) hazardAt(t float64) float64 {
	if t <= 0 {
		return 0
	}
	return w.cumulative(t)
}

// at gives the instant so long after the actor was asked. It is never before the
// instant up to which the hazard is accounted for.
func (w *actorState) at(span float64) int64 {
	if !(span < longest) {
		return noTime
	}
	return max(w.from, w.asked+int64(span))
}

// rate is by how much the actor's hazard is multiplied now.
func (l *life) rate(a *actor, w *actorState) float64 {
	if l.approved > 0 && !w.ok {
		return a.haste
	}
	return 1
}

// spend takes the hazard up to now off the actor's budget, at the rate that held until
// now.
func (l *life) spend(a *actor, w *actorState, rate float64) {
	if w.due == noTime || w.due <= l.now {
		return
	}
	from, to := float64(w.from-w.asked), float64(l.now-w.asked)
	if press := float64(a.press - w.asked); a.factor != 1 && a.press != noTime && to > press {
		split := max(from, press)
		w.budget -= rate * (a.wait.hazardAt(split) - a.wait.hazardAt(from))
		from, rate = split, rate*a.factor
	}
	w.budget = max(0, w.budget-rate*(a.wait.hazardAt(to)-a.wait.hazardAt(from)))
	w.from = l.now
}

// draw draws when a wait ends that has lasted since an instant: the one for the implement
// event, if the approvals that stand since then go on standing, or that of a deed.
func (l *life) draw(wait *Distribution, since int64) int64 {
	if wait.IsZero() {
		return noTime
	}
	w := actorState{asked: since, from: l.now}
	return w.at(wait.inverse(wait.hazardAt(float64(l.now-since)) - math.Log(l.unit())))
}

package simulate

import (
	"fmt"
	"math"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Fit turns recorded waits, of which at least one has ended, into a wait:
// [FitExponential], [FitWeibull] or [Empirical]. The error is a *dealstate.FieldError
// of the field "waits", which says why these waits have no fit.
type Fit func([]Wait) (Distribution, error)

// checkFit refuses what no distribution can be fitted to.
func checkFit(waits []Wait) error {
	if err := checkLengths(waits); err != nil {
		return err
	}
	if !anyEnded(waits) {
		return field.Errorf("waits", "none of the %d has ended; want at least one", len(waits))
	}
	return nil
}

// checkLengths refuses a wait that ends before it begins.
func checkLengths(waits []Wait) error {
	for _, w := range waits {
		if w.Length() < 0 {
			return field.Errorf("waits", "one of %q in %q ends before it begins", w.Party, w.Deal)
		}
	}
	return nil
}

// FitExponential is the maximum-likelihood fit under right censoring: the mean
// is all the time waited over the number of waits that ended (Epstein and
// Sobel, "Life testing", J. Am. Stat. Assoc. 48, 1953). Waits of no time count as any
// other; it is an error where no wait took any, for then the mean would be 0.
func FitExponential(waits []Wait) (Distribution, error) {
	if err := checkFit(waits); err != nil {
		return Distribution{}, err
	}
	waited, ended := exposure(waits)
	if waited == 0 {
		return Distribution{}, field.Errorf("waits", "all %d took no time, so that the mean would be 0; want one that took some, or Fixed(0)", len(waits))
	}
	return Distribution{family: exponential, scale: waited / ended}, nil
}

// exposure is the sum of the lengths of all waits, and the number of those that ended.
func exposure(waits []Wait) (waited, ended float64) {
	for _, s := range waits {
		waited += float64(s.Length())
		if s.Ended() {
			ended++
		}
	}
	return waited, ended
}

// FitWeibull is the maximum-likelihood fit under right censoring; the equation
// for the shape is solved by bisection between 0.05 and 20 (Cohen, "Maximum
// likelihood estimation in the Weibull distribution based on complete and on
// censored samples", Technometrics 7, 1965). Few waits make it overconfident:
// below about ten, prefer FitExponential.
//
// A wait that ended at once, after no time, is an error: the density of a Weibull is 0
// or infinite there, so that the likelihood says nothing. R's survreg ("Invalid
// survival times for this distribution") and Python's lifelines refuse such times, too.
// Put in its place what the record can mean, such as half a day where it knows only
// dates, or use FitExponential or Empirical. A wait of no time that has not
// ended says nothing and is passed over. It is also an error where no shape
// between 0.05 and 20 is best: of one ended wait, or several of one length, that none
// outlasts, a greater shape is always more likely.
func FitWeibull(waits []Wait) (Distribution, error) {
	if err := checkFit(waits); err != nil {
		return Distribution{}, err
	}
	waits, err := lasting(waits)
	if err != nil {
		return Distribution{}, err
	}
	shape, err := weibullShape(waits)
	if err != nil {
		return Distribution{}, err
	}
	unit, ended := exposure(waits)
	sum := 0.0
	for _, w := range waits {
		sum += math.Pow(float64(w.Length())/unit, shape)
	}
	return Distribution{family: weibull, scale: unit * math.Pow(sum/ended, 1/shape), shape: shape}, nil
}

// weibullShape is the most likely shape. The score falls as the shape rises, so
// bisection finds where it is 0.
func weibullShape(waits []Wait) (float64, error) {
	low, high := leastShape, greatestShape
	switch {
	case weibullScore(waits, high) > 0:
		return 0, field.Errorf("waits", "those that ended are so much of one length, and outlasted by none, that the shape would be above %g; want some that differ, or FitExponential, or Fixed", high)
	case weibullScore(waits, low) < 0:
		return 0, field.Errorf("waits", "they differ so much in length that the shape would be below %g; want fewer orders of magnitude, or Empirical", low)
	}
	for range 60 {
		if mid := math.Sqrt(low * high); weibullScore(waits, mid) > 0 {
			low = mid
		} else {
			high = mid
		}
	}
	return math.Sqrt(low * high), nil
}

// The shapes among which FitWeibull looks.
const (
	leastShape    = 0.05
	greatestShape = 20.0
)

// lasting leaves out the waits of no time. If one of those ended, it is an error.
func lasting(waits []Wait) ([]Wait, error) {
	var some []Wait
	for _, s := range waits {
		switch {
		case s.Length() > 0:
			some = append(some, s)
		case s.Ended():
			return nil, field.Errorf("waits", "one of %q in %q ended after no time, which no Weibull distribution explains; want all above 0, or FitExponential or Empirical", s.Party, s.Deal)
		}
	}
	return some, nil
}

// weibullScore is the derivative of the profile likelihood by the shape, over
// the number of waits that ended; it falls as the shape rises.
func weibullScore(waits []Wait, shape float64) float64 {
	unit, ended := exposure(waits)
	var sum, sumLog, logs float64
	for _, s := range waits {
		t := float64(s.Length()) / unit
		sum += math.Pow(t, shape)
		sumLog += math.Pow(t, shape) * math.Log(t)
		if s.Ended() {
			logs += math.Log(t)
		}
	}
	return 1/shape + logs/ended - sumLog/sum
}

// Calibrate makes a model of the agreement's parties from recorded waits,
// such as those of earlier deals read with [Waits]. Each party is fitted on its
// own waits; one of which none has ended, on those of all parties together. What
// they chose is counted over all parties, for all but approvals are rare: c choices
// of one kind among n give (c+1/2)/(n+3/2), Jeffreys' prior over approving,
// rejecting and amending, so that what has never happened is not taken for
// impossible. Implement follows the waits of deals; if
// none has ended it is zero.
//
// Nothing keeps waits of the future out but the caller: read them under a view
// with KnownBy. The error is a *dealstate.FieldError if no party's wait has
// ended, or one ends before it begins; where a wait has no fit it wraps the fit's.
func Calibrate(a dealstate.Agreement, waits []Wait, fit Fit) (Model, error) {
	all, deals := split(waits)
	if err := checkWaits(waits, all); err != nil {
		return Model{}, err
	}
	choice := countChoices(all)
	return calibrate(a, deals, fit, func(p dealstate.Party) ([]Wait, Choice) {
		own := choose(all, func(w Wait) bool { return w.Party == p.ID })
		if !anyEnded(own) {
			own = all
		}
		return own, choice
	})
}

// CalibrateByClass is as [Calibrate], but that a party is fitted on the waits of all
// parties of its class, in whatever deal, and its choices are those of its class: a
// parliament behaves as parliaments do. Class gives a party's class; the waits carry
// their own. Use it where many deals are on record and each party is in few of them. A
// class of which no wait has ended is the fit's to refuse, or to assume something of; it
// is taken to choose as all do.
func CalibrateByClass(a dealstate.Agreement, waits []Wait, class func(dealstate.Party) string, fit Fit) (Model, error) {
	all, deals := split(waits)
	if err := checkLengths(waits); err != nil {
		return Model{}, err
	}
	return calibrate(a, deals, fit, func(p dealstate.Party) ([]Wait, Choice) {
		own := class(p)
		alike := choose(all, func(w Wait) bool { return w.Class == own })
		if !anyEnded(alike) {
			return alike, countChoices(all)
		}
		return alike, countChoices(alike)
	})
}

// calibrate fits each party on the waits that like gives for it, with its choices.
func calibrate(a dealstate.Agreement, deals []Wait, fit Fit, like func(dealstate.Party) ([]Wait, Choice)) (Model, error) {
	var m Model
	for _, p := range a.Parties {
		alike, choice := like(p)
		wait, err := fit(alike)
		if err != nil {
			return Model{}, fmt.Errorf("the wait of %q: %w", p.ID, err)
		}
		m.Parties = append(m.Parties, Party{Party: p.ID, Wait: wait, Choice: choice})
	}
	if !anyEnded(deals) {
		return m, nil
	}
	var err error
	if m.Implement, err = fit(deals); err != nil {
		return Model{}, fmt.Errorf("the wait to be implemented: %w", err)
	}
	return m, nil
}

// checkWaits refuses waits from which no model can be made.
func checkWaits(waits, ofParties []Wait) error {
	if err := checkLengths(waits); err != nil {
		return err
	}
	if !anyEnded(ofParties) {
		return field.Errorf("waits", "none of the %d of a party has ended; want at least one, or a model of your own", len(ofParties))
	}
	return nil
}

// split separates the waits of parties from those of deals.
func split(waits []Wait) (parties, deals []Wait) {
	for _, s := range waits {
		if s.Party == "" {
			deals = append(deals, s)
		} else {
			parties = append(parties, s)
		}
	}
	return parties, deals
}

// choose gives the waits that are like.
func choose(waits []Wait, like func(Wait) bool) []Wait {
	var chosen []Wait
	for _, w := range waits {
		if like(w) {
			chosen = append(chosen, w)
		}
	}
	return chosen
}

// anyEnded reports whether any of the waits ended.
func anyEnded(waits []Wait) bool {
	for _, s := range waits {
		if s.Ended() {
			return true
		}
	}
	return false
}

// countChoices estimates the probabilities of what parties decide, with half a choice
// of each kind added (Jeffreys' prior).
func countChoices(waits []Wait) Choice {
	kinds := [...]dealstate.Kind{dealstate.Approve, dealstate.Reject, dealstate.Amend}
	counts, n := [len(kinds)]float64{}, float64(len(kinds))/2
	for i := range kinds {
		counts[i] = 0.5
		for _, s := range waits {
			if s.End == kinds[i] {
				counts[i]++
				n++
			}
		}
	}
	return Choice{Approve: counts[0] / n, Reject: counts[1] / n, Amend: counts[2] / n}
}

// Happened answers the target's question from the record, as the view knows it.
func Happened(d *dealstate.Deal, v dealstate.View, t Target) bool {
	if !v.AsOf.IsZero() && v.AsOf.Before(t.By) {
		t.By = v.AsOf
	}
	_, decisions := d.Replay(v)
	for _, dec := range decisions {
		if dec.To == t.State && !dec.At.After(t.By) {
			return true
		}
	}
	return false
}

package main

import (
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
)

// A backtest asks questions on past dates, the origins, one after the other. What a
// forecaster may use is what was on record at the origin; the base rate, too, counts only
// questions whose answer was out by then.

// The methods, each with its own probability for every question.
const (
	byModel = iota // waits of all deals and treaties, by the kind of approver
	asOnce         // the old model: waits of the US–China deals only, each party on its own
	byRate         // the share of earlier questions of the panel that came true
	byHalf         // always one half
	methods
)

var methodNames = [methods]string{"the model", "the old model", "the base rate", "one half"}

// question is one thing that was asked at one origin.
type question struct {
	group    string // its deal
	class    string // the kind of approver asked about
	origin   time.Time
	until    time.Time
	answered time.Time // when the answer was on record: not before until
	p        [methods]float64
	happened bool
}

// panel is questions of one sort, in the order of their origins.
type panel struct {
	title     string
	has       [methods]bool
	questions []question
}

// rate fills in the base rate: of the questions that were answered by a question's
// origin, the share that came true, with half of one on either side (Jeffreys' prior).
func (p *panel) rate() {
	slices.SortStableFunc(p.questions, func(a, b question) int { return a.origin.Compare(b.origin) })
	answered := slices.Clone(p.questions)
	slices.SortStableFunc(answered, func(a, b question) int { return a.answered.Compare(b.answered) })
	next, yes := 0, 0.0
	for i := range p.questions {
		q := &p.questions[i]
		for ; next < len(answered) && !answered[next].answered.After(q.origin); next++ {
			if answered[next].happened {
				yes++
			}
		}
		q.p[byRate] = (yes + 0.5) / float64(next+1)
		q.p[byHalf] = 0.5
	}
}

// forecasts gives those of one method on the questions about some kinds of approvers;
// about all, where none is named.
func (p *panel) forecasts(method int, classes ...string) []analytics.Forecast {
	var out []analytics.Forecast
	for _, q := range p.questions {
		if len(classes) == 0 || slices.Contains(classes, q.class) {
			out = append(out, analytics.Forecast{Group: q.group, P: q.p[method], Happened: q.happened})
		}
	}
	return out
}

const (
	month = 30 * wholeDay
	year  = 365 * wholeDay
)

// fortnights are the ends of the first and the fifteenth of each month from one instant to another.
func fortnights(from, to time.Time) []time.Time {
	var days []time.Time
	for t := time.Date(from.Year(), from.Month(), 1, 23, 59, 59, 0, time.UTC); !t.After(to); t = t.AddDate(0, 1, 0) {
		for _, day := range []time.Time{t, t.AddDate(0, 0, 14)} {
			if !day.Before(from) && !day.After(to) {
				days = append(days, day)
			}
		}
	}
	return days
}

// span is from the first report on any of the deals to the end of the last record.
func (r *record) span() (from, to time.Time) {
	for _, d := range r.deals {
		if d.end.After(to) {
			to = d.end
		}
		for e := range d.log.Events() {
			if from.IsZero() || e.At.Before(from) {
				from = e.At
			}
			break
		}
	}
	return from, to
}

// usChina leaves the waits of the US–China deals.
func usChina(waits []simulate.Wait) []simulate.Wait {
	var own []simulate.Wait
	for _, w := range waits {
		if strings.HasPrefix(w.Deal, "us-china-") {
			own = append(own, w)
		}
	}
	return own
}

// learnAsOnce is how this program learned before: each party on its own waits in the
// US–China deals, or on those of both, and where none had ended, an assumption.
func learnAsOnce(a dealstate.Agreement, waits []simulate.Wait) (simulate.Model, error) {
	m := simulate.Model{}
	var err error
	if slices.ContainsFunc(waits, func(w simulate.Wait) bool { return w.Party != "" && w.Ended() }) {
		m, err = simulate.Calibrate(a, waits, simulate.Empirical)
	} else {
		for _, p := range a.Parties {
			m.Parties = append(m.Parties, simulate.Party{Party: p.ID, Wait: simulate.Exponential(assumedWait)})
		}
	}
	switch {
	case a.Effect != nil:
		m.Implement = simulate.Distribution{}
	case m.Implement.IsZero():
		m.Implement = simulate.Exponential(assumedImplement)
	}
	return m, err
}

func modelOf(m simulate.Model, party string) simulate.Party {
	for _, p := range m.Parties {
		if p.Party == party {
			return p
		}
	}
	return simulate.Party{}
}

// longer counts the waits that lasted at least so long: as many as the model has to go by.
func longer(waits []simulate.Wait, span simulate.Span) int {
	n := 0
	for _, w := range waits {
		if w.Party != "" && w.Length() >= span {
			n++
		}
	}
	return n
}

// within is the chance that a party which has waited so long approves within the next
// span. A model that goes by n waits never says 0 or 1: half a case is added to either
// side (Jeffreys' prior).
func within(p simulate.Party, waited simulate.Span, next time.Duration, n int) float64 {
	before, _ := p.Wait.Lasting(waited)
	after, _ := p.Wait.Lasting(waited + simulate.Span(next))
	approve := p.Choice.Approve
	if p.Choice == (simulate.Choice{}) {
		approve = 1
	}
	chance := approve
	if before > 0 {
		chance = approve * (1 - after/before)
	}
	return (chance*float64(n) + 0.5) / float64(n+1)
}

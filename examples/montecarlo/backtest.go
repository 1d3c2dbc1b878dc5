package main

import (
	"context"
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

// approvals asks of every party of a deal that is awaited whether it will have approved
// within 30 days.
func (r *record) approvals() (panel, error) {
	p := panel{title: "will the approver have approved within 30 days?", has: [methods]bool{true, true, true, true}}
	from, to := r.span()
	for _, origin := range fortnights(from, to) {
		waits := r.waits(origin)
		for _, d := range r.deals {
			qs, err := r.approvalsOf(d, origin, waits)
			if err != nil {
				return p, err
			}
			p.questions = append(p.questions, qs...)
		}
	}
	p.rate()
	return p, nil
}

// approvalsOf are the questions on one deal. What lies beyond the end of its record
// is not asked, whatever the answer would be.
func (r *record) approvalsOf(d recorded, origin time.Time, waits []simulate.Wait) ([]question, error) {
	until := origin.Add(month)
	if until.After(d.end) {
		return nil, nil
	}
	model, err := learn(d.asks, waits)
	if err != nil {
		return nil, err
	}
	once, err := learnAsOnce(d.asks, usChina(waits))
	if err != nil {
		return nil, err
	}
	var qs []question
	for _, w := range d.waits(origin) {
		if w.Party == "" || w.Ended() {
			continue
		}
		q := question{group: d.Name, class: w.Class, origin: origin, until: until}
		q.happened, q.answered = d.approved(w, until)
		waited := simulate.Wait{From: w.From, To: origin}.Length()
		q.p[byModel] = within(modelOf(model, w.Party), waited, month, longer(ofClass(waits, w.Class), waited))
		q.p[asOnce] = within(modelOf(once, w.Party), waited, month, longer(usChina(waits), waited))
		qs = append(qs, q)
	}
	return qs, nil
}

// approved reports whether the party's wait ended with its approval by then, by all that
// is on record today, and when that was known.
func (d recorded) approved(w simulate.Wait, by time.Time) (bool, time.Time) {
	for _, all := range simulate.Waits(d.log, dealstate.View{}) {
		if all.Party == w.Party && all.End == dealstate.Approve && all.To.After(w.From) && !all.To.After(by) {
			return true, latest(by, d.learned(all.Event))
		}
	}
	return false, by
}

// learned is when an event was recorded; zero: it is none, but a clock.
func (d recorded) learned(event string) time.Time {
	e, _, _ := d.log.Event(event)
	return e.Recorded
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

// anyState stands for the agreement of a state that deposits.
var anyState = dealstate.Agreement{Parties: []dealstate.Party{{ID: state}}}

// deposits asks on each first of January of every state whether it will have deposited
// within a year, for each treaty that was open and that it had not joined.
func (r *record) deposits() (panel, error) {
	p := panel{title: "will the state have deposited within a year?", has: [methods]bool{byModel: true, byRate: true, byHalf: true}}
	_, to := r.span()
	for y := 1970; y <= to.Year(); y++ {
		origin := time.Date(y, 1, 1, 23, 59, 59, 0, time.UTC)
		waits := ofClass(r.waits(origin), state)
		if countEnded(waits) == 0 {
			continue
		}
		model, err := learn(anyState, waits)
		if err != nil {
			return p, err
		}
		p.questions = append(p.questions, r.depositsFrom(origin, waits, model.Parties[0])...)
	}
	p.rate()
	return p, nil
}

// depositsFrom are the questions of one year.
func (r *record) depositsFrom(origin time.Time, waits []simulate.Wait, party simulate.Party) []question {
	until := origin.Add(year)
	joined, ends := r.joined()
	lengths := make([]simulate.Span, len(waits))
	for i, w := range waits {
		lengths[i] = w.Length()
	}
	slices.Sort(lengths)
	var qs []question
	for _, w := range waits {
		if w.Ended() || until.After(ends[w.Deal]) {
			continue
		}
		a, will := joined[[2]string{w.Deal, w.Party}]
		shorter, _ := slices.BinarySearch(lengths, w.Length())
		q := question{group: w.Deal, class: state, origin: origin, until: until, answered: until}
		if q.happened = will && !a.at.After(until); q.happened {
			q.answered = latest(until, a.recorded)
		}
		q.p[byModel] = within(party, w.Length(), year, len(lengths)-shorter)
		qs = append(qs, q)
	}
	return qs
}

// joined gives the first approval of each treaty by each party, by all that is on record
// today, and when the record of each treaty ends.
func (r *record) joined() (first map[[2]string]act, ends map[string]time.Time) {
	first, ends = map[[2]string]act{}, map[string]time.Time{}
	for _, t := range r.treaties {
		ends[t.ID] = t.end
		for _, a := range t.acts {
			k := [2]string{t.ID, a.party}
			if _, has := first[k]; !has && a.kind == dealstate.Approve && a.voided.IsZero() {
				first[k] = a
			}
		}
	}
	return first, ends
}

// lives is how many futures answer a question on a whole deal.
const lives = 2000

// implementations asks of every deal that awaits its implementation whether it will have
// come within 30 days.
func (r *record) implementations(ctx context.Context, seed uint64) (panel, error) {
	p := panel{title: "will the deal have been implemented within 30 days?", has: [methods]bool{true, true, true, true}}
	from, to := r.span()
	for _, origin := range fortnights(from, to) {
		waits := r.waits(origin)
		for _, d := range r.deals {
			until := origin.Add(month)
			if until.After(d.end) || !d.open(origin) {
				continue
			}
			q := question{group: d.Name, origin: origin, until: until}
			if err := r.imagine(ctx, seed, d, waits, dealstate.StateImplemented, learnAsOnce, &q); err != nil {
				return p, err
			}
			p.questions = append(p.questions, q)
		}
	}
	p.rate()
	return p, nil
}

// open reports whether there was a deal at the origin, as was known then, that was not
// implemented.
func (d recorded) open(origin time.Time) bool {
	view := dealstate.View{AsOf: origin, KnownBy: origin, Policy: d.log.Policy()}
	s, decisions := d.log.Replay(view)
	over := []dealstate.State{dealstate.StateExpired, dealstate.StateTerminated, dealstate.StateLapsed}
	return len(decisions) > 0 && !slices.Contains(over, s.State) &&
		!simulate.Happened(d.log, view, simulate.Target{State: dealstate.StateImplemented, By: origin})
}

// imagine lets both models live the deal on, and looks up what happened. Old is how the
// model as it once was is learned.
func (r *record) imagine(ctx context.Context, seed uint64, d recorded, waits []simulate.Wait, to dealstate.State, old learner, q *question) error {
	target := simulate.Target{State: to, By: q.until}
	q.happened, q.answered = d.reached(target)
	start := simulate.Present(d.log, dealstate.View{AsOf: q.origin, KnownBy: q.origin})
	for method, learned := range map[int]learner{byModel: learn, asOnce: func(a dealstate.Agreement, waits []simulate.Wait) (simulate.Model, error) {
		return old(a, usChina(waits))
	}} {
		m, err := learned(d.asks, waits)
		if err != nil {
			return err
		}
		odds, err := simulate.Run(ctx, start, m, simulate.Options{Lives: lives, Seed: seed, Until: q.until.Add(time.Second)})
		if err != nil {
			return err
		}
		q.p[method] = (odds.Reached(target.State, target.By).P*lives + 0.5) / (lives + 1)
	}
	return nil
}

// reached reports whether the deal came to the state by the day, by all that is on record
// today, and when that was known.
func (d recorded) reached(t simulate.Target) (bool, time.Time) {
	_, decisions := d.log.Replay(dealstate.View{AsOf: t.By})
	for _, dec := range decisions {
		if dec.To == t.State {
			return true, latest(t.By, d.learned(dec.Event))
		}
	}
	return false, t.By
}

// learner makes a model of an agreement from waits.
type learner func(dealstate.Agreement, []simulate.Wait) (simulate.Model, error)

// firstAsked are the six questions on which forecasts of this library were first scored:
// Brier 0.605, and 0.613 once the record was corrected.
var firstAsked = []struct {
	deal, on, by string
	to           dealstate.State
}{
	{"stockholm", "2025-08-01", "2025-08-12", dealstate.StateImplemented},
	{"stockholm", "2025-08-08", "2025-08-12", dealstate.StateImplemented},
	{"madrid", "2025-09-19", "2025-09-30", dealstate.StateApproved},
	{"madrid", "2025-09-26", "2025-10-10", dealstate.StateApproved},
	{"busan", "2025-10-31", "2025-11-10", dealstate.StateImplemented},
	{"busan", "2025-11-04", "2025-11-10", dealstate.StateImplemented},
}

// firstQuestions asks them again. The old model was then of exponential waits.
func (r *record) firstQuestions(ctx context.Context, seed uint64) (panel, error) {
	p := panel{title: "the six questions that were asked first", has: [methods]bool{true, true, true, true}}
	exponential := func(a dealstate.Agreement, waits []simulate.Wait) (simulate.Model, error) {
		return simulate.Calibrate(a, waits, simulate.FitExponential)
	}
	for _, f := range firstAsked {
		q := question{group: f.deal}
		var err error
		if q.origin, err = dealstate.ParseMoment(f.on); err != nil {
			return p, err
		}
		if q.until, err = dealstate.ParseMoment(f.by); err != nil {
			return p, err
		}
		if err := r.imagine(ctx, seed, r.find(f.deal), r.waits(q.origin), f.to, exponential, &q); err != nil {
			return p, err
		}
		p.questions = append(p.questions, q)
	}
	p.rate()
	return p, nil
}

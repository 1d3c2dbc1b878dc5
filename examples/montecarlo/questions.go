package main

import (
	"context"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
)

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

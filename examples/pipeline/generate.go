package main

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// How a realistic log is made: a thousand deals are under way at any time, and
// each follows a plan of its own. Reports come from several voices; some are late,
// a few come twice, contradict one another or are retracted.

const underWay = 1000

// generator makes the log: it holds the deals that are under way. Equal seeds give
// equal logs.
type generator struct {
	rng       *rand.Rand
	agreement dealstate.Agreement
	now       time.Time
	deals     int
	live      []*dealPlan
}

// dealPlan is one deal's plan of what is still to be reported.
type dealPlan struct {
	deal string
	made int
	plan []dealstate.Event
}

func generate(a dealstate.Agreement, events int, seed uint64) iter.Seq2[dealstate.Event, error] {
	return func(yield func(dealstate.Event, error) bool) {
		g := &generator{rng: rand.New(rand.NewPCG(seed, 0)), agreement: a, now: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)}
		for range min(underWay, events/10+1) {
			g.live = append(g.live, g.begin())
		}
		for made := 0; made < events; made++ {
			e := g.next()
			if !yield(e, nil) {
				return
			}
			if g.rng.IntN(200) == 0 && made+1 < events { // a wire that says it twice
				made++
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

func (g *generator) next() dealstate.Event {
	g.now = g.now.Add(time.Duration(1+g.rng.IntN(120)) * time.Second)
	i := g.rng.IntN(len(g.live))
	if len(g.live[i].plan) == 0 {
		g.live[i] = g.begin()
	}
	s := g.live[i]
	e := s.plan[0]
	s.plan = s.plan[1:]
	s.made++
	e.ID, e.Deal = fmt.Sprintf("%s-%02d", s.deal, s.made), s.deal
	e.At, e.Recorded = g.now, g.now.Add(time.Duration(g.rng.IntN(36))*time.Hour)
	if g.rng.IntN(50) == 0 { // a late report of what was before
		e.At = g.now.Add(-time.Duration(g.rng.IntN(20*24)) * time.Hour)
	}
	if e.Kind == dealstate.Retract {
		e.Ref = fmt.Sprintf("%s-%02d", s.deal, 1+g.rng.IntN(s.made-1))
	}
	e.Source = dealstate.Source{Publisher: publishers[g.rng.IntN(len(publishers))], URL: "https://example.org/" + e.ID, Published: e.Recorded.Format(time.DateOnly)}
	return e
}

var publishers = []string{"Reuters", "Xinhua", "Federal Register", "Yicai", "Financial Times", "MOFCOM"}

func (g *generator) begin() *dealPlan {
	g.deals++
	s := &dealPlan{deal: fmt.Sprintf("deal-%07d", g.deals)}
	s.add(dealstate.Negotiate, "", dealstate.Negotiator)
	if g.rng.IntN(3) > 0 {
		s.add(dealstate.Submit, "", dealstate.Negotiator)
	}
	for _, i := range g.rng.Perm(len(g.agreement.Parties)) {
		g.consent(s, g.agreement.Parties[i])
	}
	g.carryOut(s)
	if g.rng.IntN(12) == 0 {
		s.add(dealstate.Retract, "", 0)
	}
	return s
}

// consent: the press hears of it first, then that side's government, and the
// approver or a legal instrument last, if ever.
func (g *generator) consent(s *dealPlan, p dealstate.Party) {
	if g.rng.IntN(2) == 0 {
		s.add(dealstate.Approve, p.ID, dealstate.Press)
	}
	if g.rng.IntN(2) == 0 {
		s.add(dealstate.Approve, p.ID, dealstate.Government)
	}
	switch g.rng.IntN(10) {
	case 0:
		s.add(dealstate.Reject, p.ID, dealstate.Instrument)
	case 1: // nobody ever hears
	case 2:
		s.add(dealstate.Approve, p.ID, dealstate.Instrument)
		s.add(dealstate.Withdraw, p.ID, dealstate.Instrument)
	case 3, 4, 5:
		s.add(dealstate.Approve, p.ID, dealstate.Approver)
		s.plan[len(s.plan)-1].By = p.Approver
	default:
		s.add(dealstate.Approve, p.ID, dealstate.Instrument)
	}
}

func (g *generator) carryOut(s *dealPlan) {
	if g.rng.IntN(8) == 0 {
		s.add(dealstate.Amend, "", dealstate.Negotiator)
	}
	for _, c := range g.agreement.Commitments {
		if g.rng.IntN(2) == 0 {
			s.add(dealstate.Perform, c.Party, dealstate.Instrument)
			s.plan[len(s.plan)-1].Commitment = c.ID
		}
	}
	if g.rng.IntN(4) > 0 {
		s.add(dealstate.Implement, "", dealstate.Instrument)
	}
	if g.rng.IntN(6) == 0 {
		party := g.agreement.Parties[g.rng.IntN(len(g.agreement.Parties))].ID
		s.add(dealstate.Dispute, party, dealstate.Government)
		s.add(dealstate.Settle, party, dealstate.Negotiator)
	}
	if g.rng.IntN(10) == 0 {
		s.add(dealstate.Terminate, "", dealstate.Instrument)
	}
}

func (s *dealPlan) add(kind dealstate.Kind, party string, role dealstate.Role) {
	s.plan = append(s.plan, dealstate.Event{Kind: kind, Party: party, Role: role})
}

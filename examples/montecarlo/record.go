package main

import (
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
	"github.com/fe115bb3/dealtracker/examples/internal/deals"
)

// The kinds of approver. The record tells them by the approver that an agreement names.
// Who speaks for a party in the end, and in what role, nobody knows beforehand: so waits
// are alike by the kind of approver, and the role is only counted.
const (
	leader     = "leader"     // a person: a president or prime minister
	parliament = "parliament" // a body of many that votes in public
	council    = "council"    // of ministers
	state      = "state"      // no approver is named: its deposit counts, whoever had to consent at home
)

// bodies are words by which a body is told from a person.
var bodies = []struct{ word, class string }{
	{"parliament", parliament}, {"congress", parliament}, {"assembly", parliament}, {"senate", parliament}, {"council", council},
}

// classOf is the kind of a party's approver.
func classOf(p dealstate.Party) string {
	if p.Approver == "" {
		return state
	}
	for _, b := range bodies {
		if strings.Contains(strings.ToLower(p.Approver), b.word) {
			return b.class
		}
	}
	return leader
}

// record is all that there is to learn from: the deals of the library, and treaties with
// hundreds of deposits. It is read once, and does not change.
type record struct {
	policy   dealstate.Policy
	deals    []recorded
	treaties []treaty
}

// recorded is one deal with its log.
type recorded struct {
	deals.Deal
	log     *dealstate.Deal
	asks    dealstate.Agreement // the agreement with those parties only whose approval it asks
	classes map[string]string   // by party
	end     time.Time           // of the record of it
}

// loadRecord reads everything, under the policy.
func loadRecord(p dealstate.Policy) (*record, error) {
	r := &record{policy: p}
	for _, d := range deals.All() {
		log, err := d.Open(p)
		if err != nil {
			return nil, err
		}
		one := recorded{Deal: d, log: log, asks: d.Agreement, classes: map[string]string{}}
		one.asks.Parties = nil
		for i, party := range log.Latest().Parties {
			if p := d.Agreement.Parties[i]; party.Asked {
				one.asks.Parties = append(one.asks.Parties, p)
				one.classes[p.ID] = classOf(p)
			}
		}
		if one.end, err = d.RecordEnds(); err != nil {
			return nil, err
		}
		r.deals = append(r.deals, one)
	}
	var err error
	r.treaties, err = loadTreaties()
	return r, err
}

// find gives a deal by its short name.
func (r *record) find(name string) recorded {
	for _, d := range r.deals {
		if d.Name == name {
			return d
		}
	}
	return recorded{}
}

// waits are all that were on record then, and nothing that was recorded later.
func (r *record) waits(then time.Time) []simulate.Wait {
	var all []simulate.Wait
	for _, d := range r.deals {
		all = append(all, d.waits(then)...)
	}
	states := statesKnown(r.treaties, then)
	for i := range r.treaties {
		all = append(all, r.treaties[i].waits(then, states)...)
	}
	return all
}

// waits are the deal's own.
func (d recorded) waits(then time.Time) []simulate.Wait {
	waits := simulate.Waits(d.log, dealstate.View{AsOf: then, KnownBy: then})
	for i := range waits {
		waits[i].Class = d.classes[waits[i].Party]
		if !waits[i].Ended() && waits[i].To.After(d.end) {
			waits[i].To = latest(d.end, waits[i].From) // of what came after, nothing is known
		}
	}
	return waits
}

// What is assumed where few waits have ended: one of these is added to those on record.
const (
	assumedWait      = 14 * 24 * time.Hour
	assumedImplement = 7 * 24 * time.Hour
)

// enough is how many ended waits speak for themselves.
const enough = 30

// cautious follows the waits on record where enough of them have ended. Where few have, it
// is exponential, and one assumed wait is added, so that nothing rests on one deal alone.
func cautious(assumed time.Duration) simulate.Fit {
	return func(waits []simulate.Wait) (simulate.Distribution, error) {
		if countEnded(waits) >= enough {
			return simulate.Empirical(waits)
		}
		start := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
		return simulate.FitExponential(append(waits[:len(waits):len(waits)], simulate.Wait{From: start, To: start.Add(assumed), End: dealstate.Approve}))
	}
}

func countEnded(waits []simulate.Wait) int {
	n := 0
	for _, w := range waits {
		if w.Ended() {
			n++
		}
	}
	return n
}

// learn makes the agreement's model from the waits on record, each party by the kind of
// its approver.
func learn(a dealstate.Agreement, waits []simulate.Wait) (simulate.Model, error) {
	m, err := simulate.CalibrateByClass(a, waits, classOf, cautious(assumedWait))
	if err != nil {
		return m, err
	}
	m.Implement = simulate.Distribution{}
	if a.Effect == nil { // else its clock does it
		m.Implement, err = cautious(assumedImplement)(ofClass(waits, ""))
	}
	return m, err
}

// ofClass gives the waits of one class; "" is the deals' own.
func ofClass(waits []simulate.Wait, class string) []simulate.Wait {
	var alike []simulate.Wait
	for _, w := range waits {
		if w.Class == class {
			alike = append(alike, w)
		}
	}
	return alike
}

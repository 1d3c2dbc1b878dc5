// Package deals lists the real deals that come with the library, those of package
// uschina and of package leaders, each by a short name. The examples take them by it.
package deals

import (
	"fmt"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/leaders"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// Deal is one of the deals. It is plain data.
type Deal struct {
	Name      string // short and of one word: the city, or the other side
	Agreement dealstate.Agreement
	open      func(dealstate.Agreement, dealstate.Policy) (*dealstate.Deal, error)
}

// All lists them, US–China first.
func All() []Deal {
	return []Deal{
		{"geneva", uschina.Geneva(), uschina.Open},
		{"london", uschina.London(), uschina.Open},
		{"stockholm", uschina.Stockholm(), uschina.Open},
		{"madrid", uschina.Madrid(), uschina.Open},
		{"busan", uschina.Busan(), uschina.Open},
		{"turnberry", leaders.Turnberry(), leaders.Open},
		{"india", leaders.India(), leaders.Open},
		{"mercosur", leaders.Mercosur(), leaders.Open},
	}
}

// Open opens the deal with all that is on record about it, under the policy.
func (d Deal) Open(p dealstate.Policy) (*dealstate.Deal, error) { return d.open(d.Agreement, p) }

// RecordEnds is when the record of the deal ends: with the last report on it or, of the
// US–China deals, whose record was kept as one, with the last on any of them.
func (d Deal) RecordEnds() (end time.Time, err error) {
	log, all := leaders.Events(), false
	for _, a := range uschina.Agreements() {
		if a.ID == d.Agreement.ID {
			log, all = uschina.Events(), true
		}
	}
	for e, err := range log {
		if err != nil {
			return end, err
		}
		if (all || e.Deal == d.Agreement.ID) && e.Recorded.After(end) {
			end = e.Recorded
		}
	}
	return end, nil
}

// Find looks a deal up by its id or its short name.
func Find(name string) (Deal, error) {
	for _, d := range All() {
		if name == d.Agreement.ID || name == d.Name {
			return d, nil
		}
	}
	return Deal{}, fmt.Errorf("-deal: %q is unknown; want one of %s", name, Names())
}

// Names lists the short names, for people.
func Names() string {
	var names []string
	for _, d := range All() {
		names = append(names, d.Name)
	}
	return strings.Join(names, ", ")
}

package web

import (
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// The JSON forms of what a tracker gives. Empty fields are left out; instants are in UTC.

// summaryJSON is where a deal stands.
type summaryJSON struct {
	ID       string                 `json:"id"`
	Title    string                 `json:"title,omitempty"`
	State    dealstate.State        `json:"state"`
	Since    time.Time              `json:"since,omitzero"`
	Awaiting []string               `json:"awaiting,omitempty"`
	Next     *dealstate.ClockStatus `json:"next,omitempty"`
	Warnings int                    `json:"warnings,omitempty"`
	Version  int64                  `json:"version"`
}

// dealsJSON is a page of deals, and how many the query finds on all pages.
type dealsJSON struct {
	Deals  []summaryJSON    `json:"deals"`
	Next   string           `json:"next,omitempty"`
	Total  int              `json:"total"`
	States []stateCountJSON `json:"states"`
}

// stateCountJSON is how many of these deals are in a state.
type stateCountJSON struct {
	State dealstate.State `json:"state"`
	Deals int             `json:"deals"`
}

func pageJSON(p tracker.Page) dealsJSON {
	page := dealsJSON{Deals: []summaryJSON{}, Next: p.Next, Total: p.Total, States: []stateCountJSON{}}
	for _, d := range p.Deals {
		page.Deals = append(page.Deals, summaryJSON(d))
	}
	for _, of := range p.States {
		page.States = append(page.States, stateCountJSON(of))
	}
	return page
}

// doneJSON is what became of one event. Where it was only tried, it has no place.
type doneJSON struct {
	Place    *tracker.Place     `json:"place,omitempty"`
	Decision dealstate.Decision `json:"decision"`
}

func recordedJSON(did []tracker.Recorded) []doneJSON {
	var all []doneJSON
	for _, d := range did {
		of := doneJSON{Decision: d.Decision}
		if d.Place != (tracker.Place{}) {
			of.Place = &d.Place
		}
		all = append(all, of)
	}
	return all
}

// clockJSON is a clock that does something.
type clockJSON struct {
	Deal     string             `json:"deal"`
	Title    string             `json:"title,omitempty"`
	Decision dealstate.Decision `json:"decision"`
}

func dueJSON(due []tracker.Due) []clockJSON {
	all := []clockJSON{}
	for _, d := range due {
		all = append(all, clockJSON(d))
	}
	return all
}

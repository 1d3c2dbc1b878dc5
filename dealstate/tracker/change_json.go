package tracker

import (
	"encoding/json"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// changeJSON is the JSON form of a change. Instants are in UTC.
type changeJSON struct {
	Place     Place                `json:"place"`
	Deal      string               `json:"deal"`
	From      dealstate.State      `json:"from,omitempty"` // none where the deal is new
	To        dealstate.State      `json:"to"`
	By        string               `json:"by,omitempty"`      // who had it recorded
	Accepted  time.Time            `json:"accepted,omitzero"` // when the entry was taken
	Event     *dealstate.Event     `json:"event,omitempty"`   // none where time did it, or where the deal is new
	Decisions []dealstate.Decision `json:"decisions,omitempty"`
	Revised   []dealstate.Revision `json:"revised,omitempty"`
}

// MarshalJSON writes the change as the stream of changes of package web does: place,
// deal, from, to, by, accepted, event, decisions and revised, without those that are empty.
func (c Change) MarshalJSON() ([]byte, error) {
	of := changeJSON{Place: c.Place, Deal: c.Deal, From: c.From, To: c.To, Decisions: c.Decisions, Revised: c.Revised, By: c.Entry.By, Accepted: c.Entry.Accepted}
	if c.Entry.Position > 0 && c.Entry.Agreement == nil {
		of.Event = &c.Entry.Event
	}
	return json.Marshal(of)
}

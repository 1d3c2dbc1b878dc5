package analytics

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Case is one deal of an event log.
type Case struct {
	Deal      string // without white space; "": the agreement's id
	Agreement dealstate.Agreement
	Decisions []dealstate.Decision // in their order; duplicates are passed over
	// Events are the reports decided upon, in any order. Those left out cost the log
	// who said it, in what role, when it was recorded, and where it was read.
	Events []dealstate.Event
}

// CaseOf gives the deal as it stands under its own policy. To write the deal as
// it was known at some time, fill in a Case from [dealstate.Deal.Replay].
func CaseOf(d *dealstate.Deal) Case {
	return Case{Agreement: d.Machine().Agreement(), Decisions: slices.Collect(d.Decisions()), Events: slices.Collect(d.Events())}
}

func (c Case) deal() string {
	if c.Deal != "" {
		return c.Deal
	}
	return c.Agreement.ID
}

// entry is one line of an event log: what was decided, and on what.
type entry struct {
	dealstate.Decision
	id    string // unique in the case; no event's id holds a space
	event dealstate.Event
}

// entries pairs decisions with their events. The error names what the formats
// could not carry.
func (c Case) entries() ([]entry, error) {
	switch {
	case c.deal() == "":
		return nil, field.Errorf("deal", "missing")
	case spaced(c.deal()):
		return nil, field.Errorf("deal", "%q holds white space", field.Clip(c.deal()))
	}
	events := make(map[string]dealstate.Event, len(c.Events))
	for _, e := range c.Events {
		events[e.ID] = e
	}
	var all []entry
	seen := map[string]bool{}
	for i, d := range c.Decisions {
		e := entry{Decision: d, id: entryID(d, i), event: events[d.Event]}
		switch {
		case d.Outcome == dealstate.Duplicate:
			continue
		case spaced(d.Event):
			return nil, eventErr(i, "%q holds white space", field.Clip(d.Event))
		case seen[e.id]:
			return nil, eventErr(i, "%q of deal %q is decided upon twice", field.Clip(e.id), field.Clip(c.deal()))
		}
		seen[e.id] = true
		all = append(all, e)
	}
	return all, nil
}

// spaced: what the logs join with a space has to come apart again.
func spaced(id string) bool { return strings.ContainsFunc(id, unicode.IsSpace) }

func eventErr(place int, format string, args ...any) error {
	return field.Errorf("decisions["+strconv.Itoa(place)+"].event", format, args...)
}

// entryID names a clock by its place.
func entryID(d dealstate.Decision, place int) string {
	if d.Event == "" {
		return d.Trigger().String() + " " + strconv.Itoa(place)
	}
	return d.Event
}

// detail is an attribute of an event, as text.
type detail struct {
	name string
	of   func(entry) string
}

// details are the attributes that both log formats give an event, besides what
// each has a name of its own for. An empty one is left out.
var details = []detail{
	{"outcome", func(e entry) string { return e.Outcome.String() }},
	{"rule", func(e entry) string { return e.Rule }},
	{"from", func(e entry) string { return string(e.From) }},
	{"to", func(e entry) string { return string(e.To) }},
	{"revision", func(e entry) string { return strconv.Itoa(e.Revision) }},
	{"reasons", func(e entry) string { return inWords(e.Reasons) }},
	{"modality", func(e entry) string { return e.event.Modality.String() }},
	{"publisher", func(e entry) string { return e.event.Source.Publisher }},
	{"url", func(e entry) string { return e.event.Source.URL }},
	{"published", func(e entry) string { return e.event.Source.Published }},
	{"note", func(e entry) string { return e.event.Note }},
}

// commitment is that of which the event or the clock speaks; "": none.
func (e entry) commitment() string { return cmp.Or(e.event.Commitment, e.Decision.Commitment) }

// recorded is when the event was learned of; zero where that is not known.
func (e entry) recorded() time.Time {
	if e.event.Recorded.IsZero() {
		return e.event.At
	}
	return e.event.Recorded
}

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

// Case is one deal of an event log, as it is written: the deal's agreement, its
// decisions, and the events on which these were made. The caller fills it, and the
// writers only read it.
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

// deal is the deal's id, which is the agreement's unless the case gives another.
func (c Case) deal() string {
	if c.Deal != "" {
		return c.Deal
	}
	return c.Agreement.ID
}

// logEntry is one line of an event log: a decision, and the event on which it was
// made.
type logEntry struct {
	dealstate.Decision
	id    string // unique in the case; no event's id holds a space
	event dealstate.Event
}

// entries pairs the decisions with their events, and gives each line an id. The error
// names what the formats cannot carry.
func (c Case) entries() ([]logEntry, error) {
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
	var all []logEntry
	seen := map[string]bool{}
	for i, d := range c.Decisions {
		e := logEntry{Decision: d, id: entryID(d, i), event: events[d.Event]}
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

// spaced reports white space in an id. The logs join ids with a space, so none may
// hold one.
func spaced(id string) bool { return strings.ContainsFunc(id, unicode.IsSpace) }

// eventErr is the error for the event of the decision at that index.
func eventErr(index int, format string, args ...any) error {
	return field.Errorf("decisions["+strconv.Itoa(index)+"].event", format, args...)
}

// entryID is the event's id; a clock has none, and is named by its word and its index.
func entryID(d dealstate.Decision, index int) string {
	if d.Event == "" {
		return d.Trigger().String() + " " + strconv.Itoa(index)
	}
	return d.Event
}

// detail is one attribute of an event: its name, and how its text is found.
type detail struct {
	name string
	of   func(logEntry) string
}

// details are the attributes that both log formats give an event, besides what
// each has a name of its own for. An empty one is left out.
var details = []detail{
	{"outcome", func(e logEntry) string { return e.Outcome.String() }},
	{"rule", func(e logEntry) string { return e.Rule }},
	{"from", func(e logEntry) string { return string(e.From) }},
	{"to", func(e logEntry) string { return string(e.To) }},
	{"revision", func(e logEntry) string { return strconv.Itoa(e.Revision) }},
	{"reasons", func(e logEntry) string { return inWords(e.Reasons) }},
	{"modality", func(e logEntry) string { return e.event.Modality.String() }},
	{"publisher", func(e logEntry) string { return e.event.Source.Publisher }},
	{"url", func(e logEntry) string { return e.event.Source.URL }},
	{"published", func(e logEntry) string { return e.event.Source.Published }},
	{"note", func(e logEntry) string { return e.event.Note }},
}

// commitment is that of which the event or the clock speaks; "": none.
func (e logEntry) commitment() string { return cmp.Or(e.event.Commitment, e.Decision.Commitment) }

// recorded is when we learned of the event; zero where that is not known.
func (e logEntry) recorded() time.Time {
	if e.event.Recorded.IsZero() {
		return e.event.At
	}
	return e.event.Recorded
}

package analytics

import (
	"bufio"
	"io"
	"iter"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// WriteXES writes an event log in XES, IEEE Std 1849-2016: one trace a deal, one
// event a decision, in their order.
//
// concept:name is the deal's id, and for an event its kind, such as approve, or
// its clock; that is also what [WritePNML] calls its transitions. time:timestamp is
// when it happened, cut to milliseconds, which is what XES tools read;
// org:resource is who said so, org:role in what role, and org:group the party.
// commitment is what was performed or broken, or became overdue; an agreement's own
// timer is called by its id, as timer snapback.
// lifecycle:transition is complete for what was applied, and unknown for what was
// refused or noted: such an event was reported and changed nothing. Whoever mines
// a process wants the complete ones only, and filters for them, or leaves the
// others out of the case. The remaining attributes are this library's own.
//
// Of a case only its name is kept: readers take two traces of one name for one.
// The error is the writer's, or a *dealstate.FieldError for a case without a name,
// one that comes twice, or an event decided upon twice; what was written until then
// is no whole document.
func WriteXES(w io.Writer, cases iter.Seq[Case]) error {
	m, seen := markup{out: bufio.NewWriter(w)}, map[string]bool{}
	xesHead(m)
	for c := range cases {
		if seen[c.deal()] {
			return field.Errorf("deal", "%q comes twice", field.Clip(c.deal()))
		}
		seen[c.deal()] = true
		if err := xesTrace(m, c); err != nil {
			return err
		}
	}
	m.close(0, "log")
	return m.out.Flush()
}

// xesExtensions are standard ones; their prefixes are what attribute keys begin
// with.
var xesExtensions = [][2]string{{"Concept", "concept"}, {"Lifecycle", "lifecycle"}, {"Organizational", "org"}, {"Time", "time"}}

func xesHead(m markup) {
	m.declare()
	m.open(0, "log", "xes.version", "1849.2016", "xes.features", "", "xmlns", "http://www.xes-standard.org/")
	for _, x := range xesExtensions {
		m.empty(1, "extension", "name", x[0], "prefix", x[1], "uri", "http://www.xes-standard.org/"+x[1]+".xesext")
	}
	m.open(1, "global", "scope", "trace")
	xesText(m, 2, "concept:name", "UNKNOWN")
	m.close(1, "global")
	m.open(1, "global", "scope", "event")
	xesText(m, 2, "concept:name", "UNKNOWN")
	xesText(m, 2, "lifecycle:transition", "unknown")
	xesText(m, 2, "outcome", "unknown")
	xesDate(m, 2, "time:timestamp", time.Unix(0, 0))
	m.close(1, "global")
	m.empty(1, "classifier", "name", "Activity", "keys", "concept:name")
	m.empty(1, "classifier", "name", "Activity_and_outcome", "keys", "concept:name outcome")
	xesText(m, 1, "concept:name", "dealstate")
	xesText(m, 1, "lifecycle:model", "standard")
}

func xesTrace(m markup, c Case) error {
	entries, err := c.entries()
	if err != nil {
		return err
	}
	m.open(1, "trace")
	xesText(m, 2, "concept:name", c.deal())
	xesText(m, 2, "title", c.Agreement.Title)
	for _, e := range entries {
		xesEvent(m, e)
	}
	m.close(1, "trace")
	return m.failed()
}

func xesEvent(m markup, e logEntry) {
	m.open(2, "event")
	xesText(m, 3, "concept:name", causeOf(e.Decision).String())
	xesText(m, 3, "lifecycle:transition", xesTransition(e.Outcome))
	xesDate(m, 3, "time:timestamp", e.At)
	xesText(m, 3, "org:resource", e.event.By)
	xesText(m, 3, "org:role", e.event.Role.String())
	xesText(m, 3, "org:group", e.Party)
	xesText(m, 3, "event", e.id)
	xesText(m, 3, "commitment", e.commitment())
	xesDate(m, 3, "recorded", e.recorded())
	for _, d := range details {
		xesText(m, 3, d.name, d.of(e))
	}
	m.close(2, "event")
}

func xesTransition(o dealstate.Outcome) string {
	if o == dealstate.Applied {
		return "complete"
	}
	return "unknown"
}

func xesText(m markup, depth int, key, value string) {
	if value != "" {
		m.empty(depth, "string", "key", key, "value", value)
	}
}

func xesDate(m markup, depth int, key string, at time.Time) {
	if !at.IsZero() {
		m.empty(depth, "date", "key", key, "value", at.UTC().Format("2006-01-02T15:04:05.000Z"))
	}
}

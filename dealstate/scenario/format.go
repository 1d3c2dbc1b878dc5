package scenario

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Write writes the scenarios in the canonical form of the text format, the one
// that [Parse] reads. The error is the writer's.
func Write(w io.Writer, scenarios ...Scenario) error {
	return (&File{Scenarios: scenarios}).Write(w)
}

// Write writes the file in the canonical form, with its comments.
func (f *File) Write(w io.Writer) error {
	out := bufio.NewWriter(w)
	for i, s := range f.Scenarios {
		if i > 0 {
			out.WriteString("\n")
		}
		s.write(out, trimmed(s.Doc))
	}
	writeDoc(out, "", squeezed(f.End, len(f.Scenarios) == 0, true))
	return out.Flush()
}

// String is the file in the canonical form.
func (f *File) String() string {
	var b strings.Builder
	_ = f.Write(&b) // a Builder takes everything
	return b.String()
}

// String is the scenario in the canonical form.
func (s Scenario) String() string { return (&File{Scenarios: []Scenario{s}}).String() }

func (s Scenario) write(out *bufio.Writer, doc []string) {
	writeDoc(out, "", doc)
	out.WriteString("scenario " + quoteRest(squash(s.Name)) + "\n")
	writeDoc(out, "", squeezed(s.Agreement.Doc, false, false))
	out.WriteString(s.Agreement.String())
	if s.Policy.Name != "" {
		out.WriteString(" under " + s.Policy.Name)
	}
	out.WriteString("\n")
	writeExpected(out, s.Expect)
	for _, step := range s.Steps {
		writeDoc(out, "", squeezed(step.Doc, false, false))
		out.WriteString(step.String() + "\n")
		writeExpected(out, step.Expect)
	}
}

func writeExpected(out *bufio.Writer, list []Expectation) {
	for _, e := range list {
		writeDoc(out, "  ", squeezed(e.Doc, false, false))
		out.WriteString("  " + e.String() + "\n")
	}
}

func writeDoc(out *bufio.Writer, indent string, doc []string) {
	for _, text := range doc {
		if text != "" {
			out.WriteString(indent + text)
		}
		out.WriteString("\n")
	}
}

// trimmed makes one of each run of blank lines, and drops those at the beginning.
func trimmed(doc []string) []string { return squeezed(doc, true, false) }

// squeezed makes one of each run of blank lines. First and last say whether to drop
// those at the beginning and at the end.
func squeezed(doc []string, first, last bool) []string {
	var out []string
	for _, text := range doc {
		if text == "" && (len(out) == 0 && first || len(out) > 0 && out[len(out)-1] == "") {
			continue
		}
		out = append(out, text)
	}
	if n := len(out); last && n > 0 && out[n-1] == "" {
		out = out[:n-1]
	}
	return out
}

// String is the line that names the agreement.
func (r Ref) String() string {
	if r.File != "" {
		return "agreement " + quote(r.File)
	}
	return "deal " + quote(r.Deal)
}

// String is the step's line.
func (s Step) String() string {
	if s.Passes() {
		return startText(s.At) + " time passes"
	}
	return startText(s.At) + " " + actText(s.Act)
}

// actText writes an act and its clauses, in a fixed order.
func actText(e dealstate.Event) string {
	text, party := e.Kind.String(), e.Party
	if e.Kind == dealstate.Retract {
		text, party = text+spaced("", quote, e.Ref)+spaced("party ", quote, e.Party), ""
		e.Ref = ""
	}
	text += spaced("", quote, party) + spaced("by ", quoteName, e.By) + spaced("as ", plain, e.Role.String())
	if e.Modality != dealstate.Asserted {
		text += spaced("", plain, e.Modality.String())
	}
	if !e.Recorded.IsZero() {
		text += " known " + startText(e.Recorded)
	}
	if e.Revision != 0 {
		text += " revision " + strconv.Itoa(e.Revision)
	}
	text += spaced("commitment ", quote, e.Commitment) + spaced("ref ", quote, e.Ref)
	if !e.Until.IsZero() {
		text += " until " + startText(e.Until)
	}
	return text + spaced("id ", quote, e.ID) + spaced("source ", quoteName, e.Source.Publisher) + spaced("url ", quote, e.Source.URL) +
		spaced("published ", quote, e.Source.Published) + spaced("saying ", strconv.Quote, e.Note)
}

func plain(text string) string { return text }

// spaced writes a clause, or nothing if it has no text.
func spaced(clause string, quoted func(string) string, text string) string {
	if text == "" {
		return ""
	}
	return " " + clause + quoted(text)
}

// startText writes an instant of an act: a date means its start.
func startText(t time.Time) string {
	t = t.UTC()
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339Nano)
}

// viewInstantText writes an instant of a view: a date means its end.
func viewInstantText(t time.Time) string {
	t = t.UTC()
	if next := t.Add(1); next.Equal(next.Truncate(24 * time.Hour)) {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339Nano)
}

// String is the expectation's line, without its indentation.
func (e Expectation) String() string {
	text := e.Verb.String()
	switch e.Verb {
	case State, Verdict, Revision:
		text += " " + listed(e.Names, nil, quote, "nothing")
	case Fires, Revised, Next:
		text += " " + listed(e.Names, nil, quoteClock, "nothing")
	case Warning:
		if e.Text == "" {
			text = "no warning"
		}
	default:
		if l, is := listings[e.Verb]; is {
			text += " " + listed(e.Names, e.Dates, quote, l.none)
		}
	}
	if e.Verb == Next && len(e.Names) > 0 {
		text += " " + startText(e.At)
	}
	text += viewText(e.View)
	if e.Text != "" {
		text += ": " + quoteRest(e.Text)
	}
	return text
}

// listed writes names and the dates behind them.
func listed(names []string, dates []time.Time, quote func(string) string, none string) string {
	if len(names) == 0 {
		return none
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		if quoted[i] = quote(name); i < len(dates) && !dates[i].IsZero() {
			quoted[i] += " " + startText(dates[i])
		}
	}
	return strings.Join(quoted, ", ")
}

// viewText is empty for the view that goes without saying.
func viewText(v dealstate.View) string {
	text := spaced("under ", plain, v.Policy.Name)
	if !v.AsOf.IsZero() {
		text += " as of " + viewInstantText(v.AsOf)
	}
	if !v.KnownBy.IsZero() {
		text += " known by " + viewInstantText(v.KnownBy)
	}
	return text
}

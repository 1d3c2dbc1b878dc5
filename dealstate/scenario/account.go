package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
)

// Account tells what a deal's log did in a view, to help find out why the deal is not
// where it was expected. It lists every event and clock in the order of the fold, with
// one line marked, and then the snapshot's own explanation. The caller fills it in; it
// only reads the deal.
type Account struct {
	Deal   *dealstate.Deal
	View   dealstate.View
	Mark   string              // the id of the event, or the clock, whose line is marked
	Here   string              // the line to mark where Mark is on none
	Label  func(string) string // what stands before an event, by its id; nil: the id
	Needed []string            // sentences on what would have been needed
}

// An account shows at most so many lines before the one that is marked, and
// after it.
const (
	mostBefore = 30
	mostAfter  = 12
)

// mostAccounts is how many failures of one run tell the deal so far: each takes a fold of
// the log, and nobody reads more of them.
const mostAccounts = 100

// accountRow is one event or clock, and what it did.
type accountRow struct {
	key, label, act, did string
}

// String is the account as text, indented by four blanks. What in a stranger's
// text would act on a terminal, or end a line, is written as an escape.
func (a Account) String() string {
	snap, decisions := a.Deal.Replay(a.View)
	var b strings.Builder
	write(&b, "The deal so far, under policy %s:", snap.Policy)
	a.timeline(&b, a.rows(decisions))
	b.WriteString("\nWhere it stands:\n")
	for text := range strings.Lines(snap.Explain(decisions...)) {
		b.WriteString("    " + text)
	}
	if len(a.Needed) > 0 {
		b.WriteString("\nWhat would have been needed:\n")
	}
	for _, text := range a.Needed {
		write(&b, "    %s", text)
	}
	return b.String()
}

// write writes one line, in which no stranger's text can begin another.
func write(b *strings.Builder, format string, args ...any) {
	b.WriteString(display.Inert(fmt.Sprintf(format, args...)) + "\n")
}

// rows are the events and clocks that the view sees, and then those that it does not.
func (a Account) rows(decisions []dealstate.Decision) []accountRow {
	events := map[string]dealstate.Event{}
	for e := range a.Deal.Events() {
		events[e.ID] = e
	}
	var rows []accountRow
	for _, d := range decisions {
		r := accountRow{key: d.Event, did: didText(d)}
		if d.Event == "" {
			r.key, r.label, r.act = clockName(d), "clock", startText(d.At)+" "+clockName(d)
		} else {
			r.label, r.act = a.label(d.Event), eventText(events[d.Event])
			delete(events, d.Event)
		}
		rows = append(rows, r)
	}
	for e := range a.Deal.Events() {
		if _, left := events[e.ID]; left {
			rows = append(rows, accountRow{key: e.ID, label: a.label(e.ID), act: eventText(e), did: "not seen in this view: it happened, or was learned, later"})
		}
	}
	return rows
}

func (a Account) label(event string) string {
	if a.Label == nil {
		return event
	}
	return a.Label(event)
}

// timeline writes the rows around the marked one.
func (a Account) timeline(b *strings.Builder, rows []accountRow) {
	mark := -1
	for i, r := range rows {
		if r.key == a.Mark && a.Mark != "" {
			mark = i
		}
	}
	if mark < 0 && a.Here != "" {
		mark, rows = len(rows), append(rows, accountRow{label: a.label(""), act: a.Here})
	}
	if mark < 0 {
		mark = len(rows) - 1
	}
	width := 0
	for _, r := range rows {
		width = max(width, display.Width(display.Inert(r.label)))
	}
	first, last := max(0, mark-mostBefore), min(len(rows), mark+1+mostAfter)
	elided(b, first)
	for i := first; i < last; i++ {
		rows[i].write(b, width, i == mark)
	}
	elided(b, len(rows)-last)
}

// elided says how many rows are left out.
func elided(b *strings.Builder, n int) {
	if n > 0 {
		fmt.Fprintf(b, "    … %d more\n", n)
	}
}

func (r accountRow) write(b *strings.Builder, width int, marked bool) {
	mark := "   "
	if marked {
		mark = "  >"
	}
	write(b, "%s %s  %s", mark, display.Pad(display.Inert(r.label), width), r.act)
	if r.did != "" {
		write(b, "    %s    %s", display.Pad("", width), r.did)
	}
}

// eventText is an event as a scenario says it, without what is only for the
// record.
func eventText(e dealstate.Event) string {
	at := e.At
	if e.Recorded.Equal(at) {
		e.Recorded = Step{}.At
	}
	e.ID, e.Source, e.Note = "", dealstate.Source{}, ""
	return startText(at) + " " + actText(e)
}

// didText says a decision in words. Of an applied one it says only what the act itself
// does not.
func didText(d dealstate.Decision) string {
	text := d.Outcome.String()
	if d.From != d.To {
		text += fmt.Sprintf(", %s → %s", d.From, d.To)
	}
	reasons := slices.DeleteFunc(slices.Clone(d.Reasons), func(r dealstate.Reason) bool {
		return r.Code == dealstate.ReasonCounted || r.Code == dealstate.ReasonMet
	})
	if len(reasons) > 0 {
		text += ": " + strings.Join(texts(reasons), "; ")
	}
	return text
}

// Needed says what would have brought the deal to the state in the view: which rules
// lead there, whose approval is missing, and under which other policies the deal is
// there. It is empty where the deal is in that state.
func Needed(d *dealstate.Deal, v dealstate.View, want dealstate.State) []string {
	snap, lifecycle := d.At(v), d.Machine().Lifecycle()
	if snap.State == want {
		return nil
	}
	if !slices.Contains(lifecycle.States, want) {
		return []string{fmt.Sprintf("No state of this agreement is called %s; they are %s%s", want, strings.Join(stateNames(lifecycle.States), ", "), endOr(nearest.Hint(string(want), stateNames(lifecycle.States))))}
	}
	out := append(RulesBetween(lifecycle, snap.State, want), Missing(d, v)...)
	return append(out, elsewhere(d, v, want)...)
}

// RulesBetween says which rules lead from one state directly to another. Of several with one
// condition it names the first, which is the usual one, and counts the others.
func RulesBetween(l dealstate.Lifecycle, from, to dealstate.State) []string {
	type group struct {
		text string
		more int
	}
	var groups []group
	place := map[string]int{}
	for _, r := range l.Rules {
		if r.To != to || !slices.Contains(r.From, from) {
			continue
		}
		when := ""
		if !r.When.IsZero() {
			when = ", when " + r.When.String()
		}
		if i, known := place[when]; known {
			groups[i].more++
			continue
		}
		place[when] = len(groups)
		groups = append(groups, group{text: fmt.Sprintf("From %s, %s leads to %s (rule %s)%s", from, onWords(r.On), to, r.ID, when)})
	}
	if groups == nil {
		return []string{fmt.Sprintf("No rule leads from %s straight to %s.", from, to)}
	}
	var out []string
	for _, g := range groups {
		switch g.more {
		case 0:
			out = append(out, g.text+".")
		case 1:
			out = append(out, g.text+"; so does another rule, on another act.")
		default:
			out = append(out, fmt.Sprintf("%s; so do %d other rules, on other acts.", g.text, g.more))
		}
	}
	return out
}

func onWords(on dealstate.Trigger) string {
	switch on.(type) {
	case dealstate.Clock:
		return "the " + on.String() + " clock"
	case dealstate.Timer:
		return "the timer " + on.String()
	}
	return on.String()
}

// NeededFor says what kept an event on record from being applied: the reasons
// of its decision, whose approval is missing, and under which other policies it
// is applied. It is empty where nothing did: the event was applied, or is a note.
func NeededFor(d *dealstate.Deal, v dealstate.View, did dealstate.Decision) []string {
	if did.Outcome == dealstate.Applied || did.Kind == dealstate.Note {
		return nil
	}
	out := []string{fmt.Sprintf("Against it: %s.", strings.Join(texts(did.Reasons), "; "))}
	if did.Outcome == dealstate.Refused {
		out = append(out, Missing(d, v)...)
	}
	var names []string
	for _, p := range dealstate.Policies() {
		v.Policy = p
		_, decisions := d.Replay(v)
		if slices.ContainsFunc(decisions, func(o dealstate.Decision) bool { return o.Event == did.Event && o.Outcome == dealstate.Applied }) {
			names = append(names, p.Name)
		}
	}
	if len(names) > 0 {
		out = append(out, fmt.Sprintf("Another policy: under %s, it is applied.", strings.Join(names, " and ")))
	}
	return out
}

// elsewhere says under which other policies the deal is in the state.
func elsewhere(d *dealstate.Deal, v dealstate.View, want dealstate.State) []string {
	var names []string
	for _, p := range dealstate.Policies() {
		v.Policy = p
		if d.At(v).State == want {
			names = append(names, p.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("Another policy: under %s, the same log leads to %s.", strings.Join(names, " and "), want)}
}

func stateNames(states []dealstate.State) []string {
	var names []string
	for _, s := range states {
		names = append(names, string(s))
	}
	return names
}

// endOr ends a sentence with a question, or else with a full stop.
func endOr(question string) string {
	if question == "" {
		return "."
	}
	return question
}

// message says why an expectation does not hold.
func (p *execution) message(want Expectation, got found) string {
	var b strings.Builder
	write(&b, "want: %s", want)
	write(&b, " got: %s", gotText(got))
	if len(p.result.Failures) >= mostAccounts {
		return b.String()
	}
	b.WriteByte('\n')
	here := startText(p.now) + " time passes"
	b.WriteString(Account{Deal: p.deal, View: p.view(want), Mark: p.event, Here: here, Label: p.label, Needed: p.needed(want, got)}.String())
	return b.String()
}

func gotText(g found) string {
	if g.unseen {
		return "the act is not seen in this view"
	}
	return g.Expectation.String()
}

// label is the line on which an event stands, or this step's.
func (p *execution) label(event string) string {
	line := p.line
	if event != "" {
		line = p.lines[event]
	}
	if line == 0 {
		return event // of a scenario that was not read from a file
	}
	return fmt.Sprintf("line %d", line)
}

// needed says what would have been needed for the expectation to hold.
func (p *execution) needed(want Expectation, got found) []string {
	v := p.view(want)
	switch want.Verb {
	case State:
		return Needed(p.deal, v, dealstate.State(strings.Join(want.Names, ", ")))
	case Verdict, Awaiting, Approved:
		return append(unknownParties(p.agreement, want), Missing(p.deal, v)...)
	case Signed, Provisional, InForce, Leaves, Rejected, Withdrawn, Stale:
		return unknownParties(p.agreement, want)
	case Applied:
		if d, ok := p.decision(want); ok {
			return NeededFor(p.deal, v, d)
		}
	case Refused, Noted:
		if want.Verb == got.Verb {
			return []string{"One of its reasons, or some that follow one another, word for word: " + strings.Join(got.texts, "; ") + "."}
		}
	}
	return nil
}

// unknownParties says which of the names are no parties.
func unknownParties(a dealstate.Agreement, e Expectation) []string {
	if e.Verb == Verdict {
		return nil
	}
	var ids, out []string
	for _, p := range a.Parties {
		ids = append(ids, p.ID)
	}
	for _, name := range e.Names {
		if !slices.Contains(ids, name) {
			out = append(out, fmt.Sprintf("No party is called %s; they are %s%s", name, someOf(ids), endOr(nearest.Hint(name, ids))))
		}
	}
	return out
}

// someOf lists the names, but at most a dozen.
func someOf(ids []string) string {
	const most = 12
	if len(ids) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(ids[:most], ", "), len(ids)-most)
	}
	return strings.Join(ids, ", ")
}

package render

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Report is one deal as a web page in one file: without script, without
// anything fetched, fit to be sent to a colleague. The first story is the
// headline; further ones of the same deal, under other policies, are set beside
// it.
type Report struct{ Stories []Story }

//go:embed page.html.tmpl
var pageText string

var pages = template.Must(template.New("pages").Parse(pageText))

// HTML writes the page. Equal stories give equal bytes. Without any story, or
// with one that has no machine, the error says so and nothing is written.
func (r Report) HTML(w io.Writer) error {
	if len(r.Stories) == 0 {
		return errNoStory
	}
	if err := checkStories(r.Stories); err != nil {
		return err
	}
	p, err := newReportPage(r.Stories)
	if err != nil {
		return err
	}
	return write(w, "report", p)
}

var errNoStory = fmt.Errorf("render: a report without any story; want at least one")

// write makes the whole page before it writes any of it.
func write(w io.Writer, name string, page any) error {
	var b strings.Builder
	if err := pages.ExecuteTemplate(&b, name, page); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// head is what every page begins with.
type head struct {
	CSP   string
	Style template.CSS
	Title string
}

func newHead(title string) head {
	return head{CSP: policyOfPage(), Style: template.CSS(StyleSheet), Title: title}
}

// pictures is one timeline drawn twice, for wide pages and for narrow ones.
type pictures struct{ Wide, Narrow template.HTML }

func newPictures(stories []Story) (pictures, error) {
	wide, err := drawn(Timeline{Stories: stories, Width: 1040, InPage: "wide"}.SVG)
	if err != nil {
		return pictures{}, err
	}
	narrow, err := drawn(Timeline{Stories: stories, Width: 370, InPage: "narrow"}.SVG)
	return pictures{wide, narrow}, err
}

func drawn(draw func(io.Writer) error) (template.HTML, error) {
	var b strings.Builder
	err := draw(&b)
	return template.HTML(b.String()), err
}

// long is a text of which, if it is very long, only the start shows at first.
type long struct {
	Start, All string
	More       bool
}

func newLong(s string) long {
	all := legible(s)
	const most = 280
	start := shorten(all, most)
	return long{Start: isolated(start), All: all, More: start != all}
}

// standing is where the deal stands, as a row or a headline.
type standing struct {
	ID, Name, Policy, State, Since, Awaiting, Clock, Balance string
	Hue                                                      hue
	Href                                                     string
	Alerts                                                   []alert
}

func newStanding(s Story) standing {
	row := standing{ID: legible(s.agreement().ID), Name: shorten(s.title(), 200), Policy: legible(s.Policy.Name),
		State: shorten(stateWords(string(s.Snapshot.State)), 40), Since: "not moved yet", Awaiting: "nobody", Clock: "none runs",
		Hue: huesOf(s.Machine.Lifecycle())[s.Snapshot.State], Balance: s.balance(), Alerts: s.alerts()}
	if !s.Snapshot.Since.IsZero() {
		row.Since = "since " + moment(s.Snapshot.Since)
	}
	if len(s.Snapshot.Awaiting) > 0 {
		row.Awaiting = s.partyNames(s.Snapshot.Awaiting)
	}
	if n := s.Snapshot.Next; n != nil {
		row.Clock = s.clockWords(*n, n.Clock.String()) + ", due " + moment(n.Due)
	}
	return row
}

// balance says how much each side has done of what it undertook.
func (s Story) balance() string {
	var parts []string
	for _, b := range s.Snapshot.Balances() {
		parts = append(parts, fmt.Sprintf("%s %d of %d", isolated(shorten(s.partyName(b.Party), 60)), b.Performed, b.Of))
	}
	if len(parts) == 0 {
		return "none listed"
	}
	return strings.Join(parts, "; ")
}

// reportPage is all that the page says, as text.
type reportPage struct {
	head
	standing
	Name        long
	Implements  []string
	Sentence    string
	AsOf        string
	KnownBy     string
	Revision    int
	Warnings    []string
	Timeline    pictures
	Sided       bool
	Kept        pictures
	Views       []standing
	Parties     []partyLine
	MoreParties string
	Clashes     []clash
	Commitments []commitmentLine
	Disputes    []string
	Policies    []string
	Beliefs     []belief
	Older       int
	Shown       int
	Evidence    []report
	Diagram     template.HTML
}

type partyLine struct {
	Name, Standing, Word string
	Alerts               []alert
}

type commitmentLine struct {
	Party, Done string
	Title       long
	Alerts      []alert
}

func newReportPage(stories []Story) (p reportPage, err error) {
	s := stories[0]
	p = reportPage{head: newHead(shorten(s.title(), 120) + ": " + stateWords(string(s.Snapshot.State))), standing: newStanding(s),
		Name: newLong(s.title()), AsOf: moment(s.Snapshot.AsOf), Revision: s.Snapshot.Revision, Sentence: s.sentence(), Disputes: s.disputes()}
	for _, id := range s.agreement().Implements {
		p.Implements = append(p.Implements, legible(id))
	}
	if !s.Snapshot.KnownBy.IsZero() {
		p.KnownBy = moment(s.Snapshot.KnownBy)
	}
	for _, w := range s.Snapshot.Warnings {
		p.Warnings = append(p.Warnings, said(w.String(), 1000))
	}
	for _, v := range stories {
		p.Policies = append(p.Policies, legible(v.Policy.Name))
		if len(stories) > 1 {
			p.Views = append(p.Views, newStanding(v))
		}
	}
	p.Parties, p.MoreParties = s.partyLines()
	p.Commitments = s.commitmentLines()
	p.Evidence = evidence(stories)
	p.Clashes = clashes(s, p.Evidence)
	p.Beliefs, p.Shown, p.Older = believed(stories)
	if p.Timeline, err = newPictures(stories); err != nil {
		return p, err
	}
	if p.Sided = s.sided(); p.Sided {
		if p.Kept, err = newBalance(s); err != nil {
			return p, err
		}
	}
	p.Diagram, err = drawn(s.Diagram().InPage("rules").SVG)
	return p, err
}

// sentence explains the state: by what the deal came there, and what approval
// asks.
func (s Story) sentence() string {
	text := "No event or clock has moved it yet."
	events := s.byID()
	for _, d := range slices.Backward(s.Decisions) {
		if d.From == d.To || d.To != s.Snapshot.State {
			continue
		}
		text = "It came there on " + moment(d.At) + " by the " + s.clockWords(d.Fired(), d.Clock.String()+" clock") + "."
		if d.Event != "" {
			text = fmt.Sprintf("It came there on %s by “%s”, on the word of %s.", moment(d.At), act(s, d, events), speaker(events[d.Event]))
		}
		break
	}
	text += " Approval: " + said(s.Snapshot.Approval.String(), 300) + "."
	for _, p := range s.Snapshot.Parties {
		if p.Nearest != nil && slices.Contains(s.Snapshot.Awaiting, p.Party) && len(s.Snapshot.Awaiting) <= 3 {
			text += fmt.Sprintf(" For %s, what comes nearest is the word of %s.", isolated(s.approverOf(p.Party)), wordOf(p.Nearest))
		}
	}
	return text
}

// wordOf says who speaks, in what role, when and where.
func wordOf(e *dealstate.Evidence) string {
	return moment(e.At) + ": " + speaker(dealstate.Event{By: e.By, Role: e.Role, Modality: e.Modality, At: e.At, Recorded: e.Recorded,
		Source: dealstate.Source{Publisher: e.Publisher}})
}

// mostParties bounds the table of approvals.
const mostParties = 250

func (s Story) partyLines() (lines []partyLine, more string) {
	for i, p := range s.Snapshot.Parties {
		if i == mostParties {
			return lines, fmt.Sprintf("And %d parties more.", len(s.Snapshot.Parties)-i)
		}
		line := partyLine{Name: s.approverOf(p.Party), Standing: p.Standing.String(), Alerts: partyAlerts(p)}
		switch {
		case p.Standing != dealstate.StandingOutstanding && p.Act != nil:
			line.Word = wordOf(p.Act)
		case p.Nearest != nil:
			line.Word = "none that counts; nearest, " + wordOf(p.Nearest)
		}
		if !p.Asked {
			line.Standing += " (not asked)"
		}
		lines = append(lines, line)
	}
	return lines, ""
}

func (s Story) commitmentLines() []commitmentLine {
	var lines []commitmentLine
	for _, c := range s.Snapshot.Commitments {
		line := commitmentLine{Party: shorten(s.partyName(c.Party), 80), Title: newLong(c.Title), Done: "not yet", Alerts: commitmentAlerts(c)}
		if c.Title == "" {
			line.Title = newLong(c.Commitment)
		}
		if !c.At.IsZero() {
			line.Done = moment(c.At)
		} else if !c.Deadline.IsZero() {
			line.Done += ", due " + moment(c.Deadline)
		}
		lines = append(lines, line)
	}
	return lines
}

func (s Story) disputes() []string {
	var lines []string
	for _, d := range s.Snapshot.Disputes {
		lines = append(lines, fmt.Sprintf("%s, since %s, on the word of %s", isolated(shorten(s.partyName(d.Party), 80)), moment(d.At), said(d.By, 120)))
	}
	return lines
}

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

// DealPage is a web page about one deal, in one file: without script, without anything
// fetched, so that it can be sent to a colleague. The first replay gives the headline.
// Further ones, of the same deal under other policies, are shown beside it.
type DealPage struct{ Replays []Replay }

//go:embed page.html.tmpl
var pageText string

var pages = template.Must(template.New("pages").Parse(pageText))

// HTML writes the page. Equal replays give equal bytes. Without any replay, or
// with one that has no machine, the error says so and nothing is written.
func (r DealPage) HTML(w io.Writer) error { return r.write(w, "report") }

// Body writes what HTML has in its body, a header and a main element, for a page that
// brings [StyleSheet]. Its headings begin with h1.
func (r DealPage) Body(w io.Writer) error { return r.write(w, "report-body") }

func (r DealPage) write(w io.Writer, template string) error {
	if len(r.Replays) == 0 {
		return errNoReplay
	}
	if err := checkReplays(r.Replays); err != nil {
		return err
	}
	p, err := newDealPageData(indexAll(r.Replays))
	if err != nil {
		return err
	}
	return write(w, template, p)
}

var errNoReplay = fmt.Errorf("render: a page without any replay; want at least one")

// write makes the whole page before it writes any of it, so that an error leaves
// nothing behind.
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

// timelinePair is one timeline drawn twice, for wide and for narrow screens. The style
// sheet shows one of them.
type timelinePair struct{ Wide, Narrow template.HTML }

func newTimelinePair(replays []*indexed) (timelinePair, error) {
	wide, err := drawn(indexedTimeline{Timeline{Width: 1040, InPage: "wide"}, replays}.svg)
	if err != nil {
		return timelinePair{}, err
	}
	narrow, err := drawn(indexedTimeline{Timeline{Width: 370, InPage: "narrow"}, replays}.svg)
	return timelinePair{wide, narrow}, err
}

// drawn is an SVG drawing as part of a page. The drawing escapes its texts itself.
func drawn(draw func(io.Writer) error) (template.HTML, error) {
	var b strings.Builder
	err := draw(&b)
	return template.HTML(b.String()), err
}

// longText is a text of which, if it is very long, only the start is shown at first.
type longText struct {
	Start, All string
	More       bool
}

func newLongText(s string) longText {
	all := legible(s)
	const most = 280
	start := shorten(all, most)
	return longText{Start: isolated(start), All: all, More: start != all}
}

// summary is where a deal stands, as text, for a row of a table or a headline.
type summary struct {
	ID, Name, Policy, State, Awaiting, Clock, Balance string
	Since                                             string   // under a heading "Since": a moment
	Lasting                                           string   // behind the state: since that moment, and for how many days
	Refused                                           []string // approvals that do not stand because the rules refused them
	Hue                                               hue
	Href                                              string
	Alerts                                            []alert
}

const notMoved = "not moved yet"

func newSummary(s *indexed) summary {
	row := summary{ID: legible(s.agreement.ID), Name: shorten(s.title(), 200), Policy: legible(s.Policy.Name),
		State: shorten(stateWords(string(s.Snapshot.State)), 40), Since: notMoved, Lasting: notMoved, Awaiting: "nobody", Clock: "none runs",
		Hue: huesOf(s.Machine.Lifecycle())[s.Snapshot.State], Balance: s.balance(), Alerts: s.alerts(), Refused: s.refusals()}
	if !s.Snapshot.Since.IsZero() {
		row.Since = moment(s.Snapshot.Since)
		row.Lasting = "since " + row.Since + inDays(s.Snapshot.Since, s.Snapshot.AsOf)
	}
	if len(s.Snapshot.Awaiting) > 0 {
		row.Awaiting = s.awaited()
	}
	if n := s.Snapshot.Next; n != nil {
		row.Clock = s.clockWords(*n, n.Clock.String()) + ", due " + due(n.Clock, n.Due)
	}
	return row
}

// mostRefused bounds how many refused approvals a row names, and mostRefusal what is said
// of each, in columns: the last word counts, and only a very long id is cut off before it.
const (
	mostRefused = 6
	mostRefusal = 400
)

// refusals name the approvals that the rules refused, as Explain does, and count those
// beyond a few.
func (s *indexed) refusals() (lines []string) {
	refused := s.Snapshot.RefusedApprovals(s.Decisions...)
	for _, p := range s.Snapshot.Parties {
		words, is := refused[p.Party]
		switch {
		case !is:
		case len(lines) == mostRefused:
			return append(lines, fmt.Sprintf("and %d more refused", len(refused)-mostRefused))
		default:
			lines = append(lines, "Approval by "+s.approverOf(p.Party)+": "+said(words, mostRefusal))
		}
	}
	return lines
}

// balance says how many of its commitments each side has performed.
func (s *indexed) balance() string {
	var parts []string
	for _, b := range s.Snapshot.Balances() {
		parts = append(parts, fmt.Sprintf("%s %d of %d", isolated(shorten(s.partyName(b.Party), 60)), b.Performed, b.Of))
	}
	if len(parts) == 0 {
		return "none listed"
	}
	return strings.Join(parts, "; ")
}

// dealPageData is what the page's template shows, all of it as text.
type dealPageData struct {
	head
	summary
	Name          longText
	Implements    []string
	Sentence      string
	AsOf          string
	KnownBy       string
	Revision      int
	Warnings      []string
	Timeline      timelinePair
	Sided         bool
	Kept          timelinePair
	Views         []summary
	Parties       []partyLine
	MoreParties   string
	Discrepancies []discrepancy
	Commitments   []commitmentLine
	Disputes      []string
	Policies      []string
	Days          []dayStates
	Older         int
	Shown         int
	Evidence      []report
	Diagram       template.HTML
}

// partyLine is a row of the table of approvals.
type partyLine struct {
	Name, Standing, Word string
	Alerts               []alert
}

// commitmentLine is a row of the table of commitments.
type commitmentLine struct {
	Party, Done string
	Title       longText
	Alerts      []alert
}

// newDealPageData gathers what the page shows. The first replay gives all but what is
// compared.
func newDealPageData(replays []*indexed) (p dealPageData, err error) {
	s := replays[0]
	p = dealPageData{head: newHead(shorten(s.title(), 120) + ": " + stateWords(string(s.Snapshot.State))), summary: newSummary(s),
		Name: newLongText(s.title()), AsOf: moment(s.Snapshot.AsOf), Revision: s.Snapshot.Revision, Sentence: s.sentence(), Disputes: s.disputes()}
	for _, id := range s.agreement.Implements {
		p.Implements = append(p.Implements, legible(id))
	}
	if !s.Snapshot.KnownBy.IsZero() {
		p.KnownBy = moment(s.Snapshot.KnownBy)
	}
	for _, w := range s.Snapshot.Warnings {
		p.Warnings = append(p.Warnings, said(w.String(), 1000))
	}
	for _, v := range replays {
		p.Policies = append(p.Policies, legible(v.Policy.Name))
		if len(replays) > 1 {
			p.Views = append(p.Views, newSummary(v))
		}
	}
	p.Parties, p.MoreParties = s.partyLines()
	p.Commitments = s.commitmentLines()
	p.Evidence = evidence(replays)
	p.Discrepancies = discrepancies(s, p.Evidence)
	p.Days, p.Shown, p.Older = statesByDay(replays)
	if p.Timeline, err = newTimelinePair(replays); err != nil {
		return p, err
	}
	if p.Sided = s.sided(); p.Sided {
		if p.Kept, err = newBalance(s); err != nil {
			return p, err
		}
	}
	p.Diagram, err = drawn(s.diagram().InPage("rules").SVG)
	return p, err
}

// sentence explains the state: what brought the deal there, and what its approval
// still needs.
func (s *indexed) sentence() string {
	text := "No event or clock has moved it yet."
	events := s.events
	for _, d := range slices.Backward(s.Decisions) {
		if d.From == d.To || d.To != s.Snapshot.State {
			continue
		}
		text = "It came there on " + moment(d.At) + " by the " + s.clockWords(d.Fired(), d.Clock.String()+" clock") + "."
		if d.Event != "" {
			text = fmt.Sprintf("It came there on %s by “%s”, on the word of %s.", moment(d.At), actWords(s, d, events), speaker(events[d.Event]))
		}
		break
	}
	text += " Approval: " + said(s.Snapshot.Approval.String(), 300) + "."
	for _, p := range s.Snapshot.Parties {
		if p.Nearest != nil && len(s.Snapshot.Awaiting) <= 3 && slices.Contains(s.Snapshot.Awaiting, p.Party) {
			text += fmt.Sprintf(" For %s, what comes nearest is the word of %s.", isolated(s.approverOf(p.Party)), wordOf(p.Nearest))
		}
	}
	return text
}

// wordOf says who reported something, in what role, when and where.
func wordOf(e *dealstate.Evidence) string {
	return moment(e.At) + ": " + speaker(dealstate.Event{By: e.By, Role: e.Role, Modality: e.Modality, At: e.At, Recorded: e.Recorded,
		Source: dealstate.Source{Publisher: e.Publisher}})
}

// mostParties bounds the table of approvals.
const mostParties = 250

// partyLines are the rows of the table of approvals; more counts the parties left out.
func (s *indexed) partyLines() (lines []partyLine, more string) {
	refused := s.Snapshot.RefusedApprovals(s.Decisions...)
	for i, p := range s.Snapshot.Parties {
		if i == mostParties {
			return lines, fmt.Sprintf("And %d parties more.", len(s.Snapshot.Parties)-i)
		}
		line := partyLine{Name: s.approverOf(p.Party), Standing: p.Standing.String(), Alerts: partyAlerts(p)}
		line.Word = wordsFor(p, said(refused[p.Party], mostRefusal))
		if !p.Asked {
			line.Standing += " (not asked)"
		}
		lines = append(lines, line)
	}
	return lines, ""
}

// wordsFor says on whose word a party stands as it does, and what was said of an approval
// that was refused, if one was.
func wordsFor(p dealstate.PartyStatus, refused string) string {
	var parts []string
	if p.Standing != dealstate.StandingOutstanding && p.Act != nil {
		parts = append(parts, wordOf(p.Act))
	}
	if refused != "" {
		parts = append(parts, refused)
	}
	if p.Nearest != nil && (p.Standing == dealstate.StandingOutstanding || p.Act == nil) {
		if refused == "" {
			parts = append(parts, "none that counts")
		}
		parts = append(parts, "nearest, "+wordOf(p.Nearest))
	}
	return strings.Join(parts, "; ")
}

// commitmentLines are the rows of the table of commitments.
func (s *indexed) commitmentLines() []commitmentLine {
	var lines []commitmentLine
	for _, c := range s.Snapshot.Commitments {
		line := commitmentLine{Party: shorten(s.partyName(c.Party), 80), Title: newLongText(c.Title), Done: "not yet", Alerts: commitmentAlerts(c)}
		if c.Title == "" {
			line.Title = newLongText(c.Commitment)
		}
		if !c.At.IsZero() {
			line.Done = moment(c.At)
		} else if !c.Deadline.IsZero() {
			line.Done += ", due " + due(dealstate.Overdue, c.Deadline)
		}
		lines = append(lines, line)
	}
	return lines
}

// disputes says which disputes are open.
func (s *indexed) disputes() []string {
	var lines []string
	for _, d := range s.Snapshot.Disputes {
		lines = append(lines, fmt.Sprintf("%s, since %s, on the word of %s", isolated(shorten(s.partyName(d.Party), 80)), moment(d.At), said(d.By, 120)))
	}
	return lines
}

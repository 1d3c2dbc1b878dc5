package render

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

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

// HTML writes the page. Equal stories give equal bytes. Without any story, the
// error says so and nothing is written.
func (r Report) HTML(w io.Writer) error {
	if len(r.Stories) == 0 {
		return errNoStory
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
}

func newStanding(s Story) standing {
	row := standing{ID: legible(s.agreement().ID), Name: shorten(s.title(), 200), Policy: legible(s.Policy.Name),
		State: shorten(stateWords(string(s.Snapshot.State)), 40), Since: "not moved yet", Awaiting: "nobody", Clock: "none runs",
		Hue: huesOf(s.Machine.Lifecycle())[s.Snapshot.State], Balance: s.balance()}
	if !s.Snapshot.Since.IsZero() {
		row.Since = "since " + moment(s.Snapshot.Since)
	}
	if len(s.Snapshot.Awaiting) > 0 {
		row.Awaiting = s.partyNames(s.Snapshot.Awaiting)
	}
	if n := s.Snapshot.Next; n != nil {
		row.Clock = n.Clock.String() + ", due " + moment(n.Due)
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

type partyLine struct{ Name, Standing, Word string }

type commitmentLine struct {
	Party, Done string
	Title       long
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
		text = "It came there on " + moment(d.At) + " by the " + d.Kind.String() + " clock."
		if d.Event != "" {
			text = fmt.Sprintf("It came there on %s by “%s”, on the word of %s.", moment(d.At), act(s, d), speaker(events[d.Event]))
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
		line := partyLine{Name: s.approverOf(p.Party), Standing: p.Standing.String()}
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
		line := commitmentLine{Party: shorten(s.partyName(c.Party), 80), Title: newLong(c.Title), Done: "not yet"}
		if c.Title == "" {
			line.Title = newLong(c.Commitment)
		}
		if !c.At.IsZero() {
			line.Done = moment(c.At)
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

// report is one event, with what each policy makes of it.
type report struct {
	Anchor, At, Learned, Act, Role, Modality, URL string
	Note, By, Publisher                           long
	Outcomes                                      []outcome
	key                                           string // of the act it speaks of; "": none that can be contradicted
	day                                           string
}

type outcome struct{ Policy, Fate, Move, Why string }

// evidence lists every event and clock of the first story, with the decisions
// of all.
func evidence(stories []Story) []report {
	s := stories[0]
	events := s.byID()
	others := make([]map[string]dealstate.Decision, len(stories))
	for i, o := range stories {
		others[i] = map[string]dealstate.Decision{}
		for _, d := range o.Decisions {
			others[i][d.Event] = d
		}
	}
	var rows []report
	for _, d := range s.Decisions {
		r := newReport(s, d, events[d.Event], len(rows))
		for i, o := range stories {
			if od, ok := others[i][d.Event]; d.Event != "" && ok {
				r.add(newOutcome(o, od))
			}
		}
		if d.Event == "" {
			r.Outcomes = []outcome{newOutcome(s, d)}
		}
		rows = append(rows, r)
	}
	return rows
}

// add keeps policies that say the same on one line.
func (r *report) add(o outcome) {
	if last := len(r.Outcomes) - 1; last >= 0 {
		was := r.Outcomes[last]
		was.Policy = o.Policy
		if was == o {
			r.Outcomes[last].Policy += ", " + o.Policy
			return
		}
	}
	r.Outcomes = append(r.Outcomes, o)
}

func newReport(s Story, d dealstate.Decision, e dealstate.Event, n int) report {
	r := report{Anchor: fmt.Sprintf("r%d", n+1), At: moment(d.At), Act: act(s, d), day: day(d.At)}
	if e.ID == "" {
		return r
	}
	r.Role, r.By, r.Note, r.Publisher, r.URL = e.Role.String(), newLong(e.By), newLong(e.Note), newLong(e.Source.Publisher), webAddress(e.Source.URL)
	if e.Source.Publisher == "" && r.URL != "" {
		r.Publisher = newLong("source")
	}
	if e.Modality > dealstate.Asserted {
		r.Modality = e.Modality.String()
	}
	if late(e) {
		r.Learned = day(e.Recorded)
	}
	if slices.Contains(onceOnly, d.Kind) {
		r.key = fmt.Sprintf("%s\x00%s\x00%s\x00%d", d.Kind, d.Party, e.Commitment, d.Revision)
	}
	return r
}

// onceOnly are the acts that a side does once a revision: reports that date
// them differently cannot all be right.
var onceOnly = []dealstate.Kind{dealstate.Approve, dealstate.Reject, dealstate.Implement, dealstate.Perform, dealstate.Terminate}

// webAddress lets only addresses of the web through.
func webAddress(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(text) > 2048 {
		return ""
	}
	return u.String()
}

func newOutcome(s Story, d dealstate.Decision) outcome {
	o := outcome{Policy: legible(s.Policy.Name), Fate: fateWords[fateOf(d)], Why: reasonsOf(d)}
	if d.From != d.To {
		o.Move = stateWords(string(d.From)) + " → " + stateWords(string(d.To))
	}
	return o
}

// clash is a set of reports of one act that do not say the same.
type clash struct {
	About   string
	Reports []report
}

// clashes finds the acts that reports date differently, or of which some say it
// was done and others that it was not, or only under a condition.
func clashes(s Story, rows []report) []clash {
	var keys []string
	by := map[string][]report{}
	for _, r := range rows {
		if r.key == "" {
			continue
		}
		if by[r.key] == nil {
			keys = append(keys, r.key)
		}
		by[r.key] = append(by[r.key], r)
	}
	var out []clash
	for _, key := range keys {
		if reports := by[key]; differ(reports) {
			out = append(out, clash{About: reports[0].Act, Reports: reports})
		}
	}
	return out
}

func differ(reports []report) bool {
	return slices.ContainsFunc(reports, func(r report) bool {
		return r.day != reports[0].day || r.Modality != reports[0].Modality
	})
}

// belief is the state on a day, as known on that day.
type belief struct {
	Day    string
	States []believedState
}

type believedState struct{ Policy, State string }

// mostDays bounds how many days are looked at, for each folds the log anew.
const mostDays = 60

// believed lists the days on which what was known of the state changed. Older
// counts the days with reports, if there are more than were looked at.
func believed(stories []Story) (rows []belief, shown, older int) {
	days := stories[0].learningDays()
	if len(days) > mostDays {
		older, days = len(days), days[len(days)-mostDays:]
	}
	for _, end := range days {
		row := belief{Day: day(end)}
		for _, s := range stories {
			at, _, err := s.Machine.Fold(s.Events, dealstate.View{AsOf: end, KnownBy: end, Policy: s.Policy})
			if err != nil {
				return nil, 0, 0
			}
			row.States = append(row.States, believedState{legible(s.Policy.Name), stateWords(string(at.State))})
		}
		if len(rows) == 0 || !slices.Equal(rows[len(rows)-1].States, row.States) {
			rows = append(rows, row)
		}
	}
	return rows, len(days), older
}

// learningDays are the ends of the days on which anything was recorded or
// decided, up to the view's own end.
func (s Story) learningDays() []time.Time {
	var ends []time.Time
	add := func(t time.Time) {
		if end := t.UTC().Truncate(24 * time.Hour).Add(24*time.Hour - 1); !end.After(s.Snapshot.AsOf.Add(24 * time.Hour)) {
			ends = append(ends, end)
		}
	}
	for _, e := range s.Events {
		add(e.Recorded)
	}
	for _, d := range s.Decisions {
		add(d.At)
	}
	slices.SortFunc(ends, time.Time.Compare)
	return slices.Compact(ends)
}

package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
)

// Paint says how the plain-text timeline is coloured.
type Paint uint8

// The paints. Whether a stream is a terminal is for the caller to find out.
const (
	Plain Paint = iota + 1 // no escape sequences; also what zero means
	ANSI                   // the eight standard colours of terminals
)

// statusSigns are the marks of reports in text.
var statusSigns = [...]string{"", "●", "✗", "○", "⊘", "◷"}

// statusColours are their ANSI codes.
var statusColours = [...]string{"", "32", "31", "2", "2;9", "36"}

// mostTextWidth and nameWidth are the columns of the bars, and of the policies'
// names before them.
const (
	mostTextWidth = 60
	nameWidth     = 10
)

// Text writes the timeline for a terminal: for each deal a bar a policy, and
// then every report with what it did. Letters in the bars stand for states.
// A replay without a machine is a *[dealstate.FieldError], and then nothing is
// written.
func (t Timeline) Text(w io.Writer, paint Paint) error {
	if err := checkReplays(t.Replays); err != nil {
		return err
	}
	p := printer{paint: paint}
	x := t.indexed()
	for i, b := range x.blocks() {
		if i > 0 {
			p.b.WriteByte('\n')
		}
		p.block(b, x)
	}
	if len(t.Replays) == 0 {
		p.b.WriteString("No deals to show.\n")
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

// printer writes a timeline as text. It belongs to one call of Text.
type printer struct {
	b     strings.Builder
	paint Paint
}

// in gives a text in a colour.
func (p *printer) in(code, text string) string {
	if p.paint != ANSI || code == "" || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p *printer) block(b dealBlock, t indexedTimeline) {
	fmt.Fprintln(&p.b, p.in("1", shorten(b.title, 120)))
	var replays []*indexed
	for _, s := range t.replays {
		if s.agreement.ID == b.deal {
			replays = append(replays, s)
		}
	}
	p.bars(b, replays)
	for _, c := range b.clocks {
		fmt.Fprintf(&p.b, "%s %s\n", statusSigns[fired], c.label)
	}
	if len(replays[0].Decisions) == 0 {
		fmt.Fprintln(&p.b, "No reports yet.")
		return
	}
	for _, s := range replays {
		fmt.Fprintf(&p.b, "\n%s\n", p.in("1", "Under the policy "+legible(s.Policy.Name)+": "+s.headline()))
		p.reports(s)
	}
}

// bars draws the states of one deal under each policy, one character for each stretch
// of time.
func (p *printer) bars(b dealBlock, replays []*indexed) {
	from, to, ok := indexedTimeline{replays: replays}.timeRange()
	if !ok {
		return
	}
	a := axis{from: from, to: to, right: mostTextWidth}
	letters := stateLettersOf(replays)
	for _, r := range b.lanes[0].rows {
		cells := []rune(strings.Repeat(" ", mostTextWidth))
		for _, bar := range r.bars {
			start := min(int(a.x(bar.from)), mostTextWidth-1)
			for x := start; x < max(int(a.x(bar.to)), start+1) && x < mostTextWidth; x++ {
				cells[x] = letters.of(bar.label)
			}
		}
		for _, policy := range r.policies {
			fmt.Fprintf(&p.b, "%s %s\n", display.Pad(shorten(policy, nameWidth), nameWidth), strings.TrimRight(string(cells), " "))
		}
	}
	ends := day(from) + strings.Repeat(" ", mostTextWidth-len(day(from))-len(day(to))) + day(to)
	names := display.Pad("", nameWidth)
	fmt.Fprintf(&p.b, "%s %s\n%s %s\n", names, ends, names, letters)
}

// stateLetters are the labels of the states in a bar; the first is drawn as a, the
// second as b, and so on.
type stateLetters []string

func stateLettersOf(replays []*indexed) stateLetters {
	var l stateLetters
	for _, s := range replays {
		for _, b := range s.stateBars(huesOf(s.Machine.Lifecycle())) {
			if l.at(b.label) < 0 {
				l = append(l, b.label)
			}
		}
	}
	return l
}

func (l stateLetters) at(label string) int {
	for i, o := range l {
		if o == label {
			return i
		}
	}
	return -1
}

func (l stateLetters) of(label string) rune { return 'a' + rune(l.at(label)%26) }

func (l stateLetters) String() string {
	parts := make([]string, len(l))
	for i, label := range l {
		parts[i] = string('a'+rune(i%26)) + " " + label
	}
	return strings.Join(parts, ", ")
}

// reports lists the reports and what each did, one a line.
func (p *printer) reports(s *indexed) {
	events := s.events
	when := func(d dealstate.Decision) string { return d.Clock.DueWords(d.At, day) }
	width := len("25 Jun 2025")
	for _, d := range s.Decisions {
		width = max(width, len(when(d)))
	}
	for _, d := range s.Decisions {
		f := statusOf(d)
		fmt.Fprintf(&p.b, "%s %*s  %s%s%s\n", p.in(statusColours[f], statusSigns[f]), width, when(d),
			pad(actWords(s, d, events), 28), flat(speakerOf(d, events)), p.effect(d, f))
	}
}

func speakerOf(d dealstate.Decision, events map[string]dealstate.Event) string {
	if d.Event == "" {
		return ""
	}
	return shorten(speaker(events[d.Event]), 90)
}

// effect says what a report did, if it did not simply apply.
func (p *printer) effect(d dealstate.Decision, f status) string {
	switch {
	case d.From != d.To:
		return p.in("1", " → "+stateWords(string(d.To)))
	case f == fired && !hasReason(d, dealstate.ReasonRenewed):
		return ""
	case f == applied && d.Kind == dealstate.Retract, hasReason(d, dealstate.ReasonLeaves, dealstate.ReasonRevokes, dealstate.ReasonRenewed):
		return " [" + flat(shorten(reasonsOf(d), 120)) + "]"
	case f != applied && d.Kind != dealstate.Note:
		return " [" + withReasons(statusWords[f], flat(shorten(reasonsOf(d), 120))) + "]"
	}
	return ""
}

// flat drops the isolates (U+2068 and U+2069), which terminals show as rubbish.
func flat(s string) string { return strings.NewReplacer("\u2068", "", "\u2069", "").Replace(s) }

// pad cuts a text to a width in columns, and fills it up so that at least two blanks
// follow.
func pad(s string, width int) string {
	return display.Pad(shorten(flat(s), width-2), width)
}

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

// fateSigns are the marks of reports in text.
var fateSigns = [...]string{"", "●", "✗", "○", "⊘", "◷"}

// fateColours are their ANSI codes.
var fateColours = [...]string{"", "32", "31", "2", "2;9", "36"}

// mostTextWidth and nameWidth are the columns of the bars, and of the policies'
// names before them.
const (
	mostTextWidth = 60
	nameWidth     = 10
)

// Text writes the timeline for a terminal: for each deal a bar a policy, and
// then every report with what it did. Letters in the bars stand for states.
// A story without a machine is a *[dealstate.FieldError], and then nothing is
// written.
func (t Timeline) Text(w io.Writer, paint Paint) error {
	if err := checkStories(t.Stories); err != nil {
		return err
	}
	p := printer{paint: paint}
	for i, b := range t.blocks() {
		if i > 0 {
			p.b.WriteByte('\n')
		}
		p.block(b, t)
	}
	if len(t.Stories) == 0 {
		p.b.WriteString("No deals to show.\n")
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

type printer struct {
	b     strings.Builder
	paint Paint
}

// in colours a text.
func (p *printer) in(code, text string) string {
	if p.paint != ANSI || code == "" || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p *printer) block(b block, t Timeline) {
	fmt.Fprintln(&p.b, p.in("1", shorten(b.title, 120)))
	var stories []Story
	for _, s := range t.Stories {
		if s.agreement().ID == b.deal {
			stories = append(stories, s)
		}
	}
	p.bars(b, stories)
	for _, c := range b.clocks {
		fmt.Fprintf(&p.b, "%s %s\n", fateSigns[fired], c.label)
	}
	if len(stories[0].Decisions) == 0 {
		fmt.Fprintln(&p.b, "No reports yet.")
		return
	}
	for _, s := range stories {
		fmt.Fprintf(&p.b, "\n%s\n", p.in("1", "Under the policy "+legible(s.Policy.Name)+": "+s.headline()))
		p.reports(s)
	}
}

// bars draws the states of one deal under each policy.
func (p *printer) bars(b block, stories []Story) {
	from, to, ok := Timeline{Stories: stories}.span()
	if !ok {
		return
	}
	a := axis{from: from, to: to, right: mostTextWidth}
	letters := lettersOf(stories)
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

// letters stand for states in a bar.
type letters []string

func lettersOf(stories []Story) letters {
	var l letters
	for _, s := range stories {
		for _, b := range s.spells(huesOf(s.Machine.Lifecycle())) {
			if l.at(b.label) < 0 {
				l = append(l, b.label)
			}
		}
	}
	return l
}

func (l letters) at(label string) int {
	for i, o := range l {
		if o == label {
			return i
		}
	}
	return -1
}

func (l letters) of(label string) rune { return 'a' + rune(l.at(label)%26) }

func (l letters) String() string {
	parts := make([]string, len(l))
	for i, label := range l {
		parts[i] = string('a'+rune(i%26)) + " " + label
	}
	return strings.Join(parts, ", ")
}

// reports lists what was reported and what it did, one a line.
func (p *printer) reports(s Story) {
	events := s.byID()
	for _, d := range s.Decisions {
		f := fateOf(d)
		fmt.Fprintf(&p.b, "%s %11s  %s%s%s\n", p.in(fateColours[f], fateSigns[f]), day(d.At),
			pad(act(s, d, events), 28), flat(speakerOf(d, events)), p.effect(d, f))
	}
}

func speakerOf(d dealstate.Decision, events map[string]dealstate.Event) string {
	if d.Event == "" {
		return ""
	}
	return shorten(speaker(events[d.Event]), 90)
}

func (p *printer) effect(d dealstate.Decision, f fate) string {
	switch {
	case d.From != d.To:
		return p.in("1", " → "+stateWords(string(d.To)))
	case f == fired && !hasReason(d, dealstate.ReasonRenewed):
		return ""
	case f == applied && d.Kind == dealstate.Retract, hasReason(d, dealstate.ReasonLeaves, dealstate.ReasonRevokes, dealstate.ReasonRenewed):
		return " [" + flat(shorten(reasonsOf(d), 120)) + "]"
	case f != applied && d.Kind != dealstate.Note:
		return " [" + because(fateWords[f], flat(shorten(reasonsOf(d), 120))) + "]"
	}
	return ""
}

// flat drops the isolates, which terminals show as rubbish.
func flat(s string) string { return strings.NewReplacer("\u2068", "", "\u2069", "").Replace(s) }

// pad cuts a text to a width in columns, and fills it up with at least two
// blanks.
func pad(s string, width int) string {
	return display.Pad(shorten(flat(s), width-2), width)
}

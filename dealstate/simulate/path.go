package simulate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Path is a row of letters from a start, with what each does.
type Path struct {
	Steps []Step
	start Start
}

// Step is one letter on a path.
type Step struct {
	Letter Letter
	// Event is the act, ready to be recorded. Where only time passes it is a note
	// at the instant reached.
	Event   dealstate.Event
	Outcome dealstate.Outcome
	State   dealstate.State // afterwards
}

// Counterexample is a path to where a law does not hold.
type Counterexample struct {
	Path    Path
	Problem string
	law     bool // the built-in one
}

// Events are the acts of the path, in their order: recorded on a deal that
// stands at the start, they lead along the path.
func (p Path) Events() []dealstate.Event {
	events := make([]dealstate.Event, len(p.Steps))
	for i, s := range p.Steps {
		events[i] = s.Event
	}
	return events
}

// Story is what is on record at the start, and then the path.
func (p Path) Story() []dealstate.Event {
	return slices.Concat(p.start.events, p.Events())
}

// String names the letters: "approve us → approve china → implement".
func (p Path) String() string {
	texts := make([]string, len(p.Steps))
	for i, s := range p.Steps {
		texts[i] = s.Letter.String()
	}
	return strings.Join(texts, " → ")
}

func (x *Exploration) path(at int) Path { return x.pathOf(x.word(at)) }

// pathOf dates the letters of a word by walking it.
func (x *Exploration) pathOf(word []int) Path {
	c := x.start.machine.Cursor(x.start.policy)
	c.Set(x.start.cursor)
	p := Path{start: x.start, Steps: make([]Step, len(word))}
	for i, letter := range word {
		l := x.Letters[letter]
		at := c.Now()
		if l.Event.Kind == 0 {
			at = reach(c, l.Wait)
		}
		step := Step{Letter: l, Event: l.event(x.start, i+1, at)}
		if act, err := x.start.machine.Act(step.Event); err == nil {
			step.Outcome = c.Take(act, at)
		}
		step.State = c.State()
		p.Steps[i] = step
	}
	return p
}

// reach is the instant that waiting leads to.
func reach(c *dealstate.Cursor, d time.Duration) time.Time {
	if d > 0 {
		return c.Now().Add(d)
	}
	if clock, ok := c.Next(); ok {
		return clock.Due
	}
	return c.Now()
}

// Scenario writes the path in the text format of scenarios, one act a line;
// the last line says in which state it leaves the deal. What led to the start is
// not written; see [Path.Story].
func (p Path) Scenario(name string) string {
	return p.text(name, func() string {
		if len(p.Steps) == 0 {
			return ""
		}
		return fmt.Sprintf("  state %s\n", p.Steps[len(p.Steps)-1].State)
	}())
}

// Scenario writes the counterexample as a scenario. Its last line says what
// ought to be, so that it fails for as long as the rules are broken; where only
// the caller's law knows that, it says the state in which the law does not hold.
func (c *Counterexample) Scenario() string {
	if !c.law {
		return c.Path.Scenario(c.Problem)
	}
	return c.Path.text("never implemented without the approvals", "  refused\n")
}

func (p Path) text(name, expect string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "scenario %s\ndeal %s%s\n", name, p.start.agreement.ID, p.under())
	for i, s := range p.Steps {
		b.WriteString(line(s.Event, p.shown(i)) + "\n")
	}
	return b.String() + expect
}

// under names the policy, where it is not the one that goes without saying.
func (p Path) under() string {
	if p.start.policy == dealstate.Strict {
		return ""
	}
	return " under " + p.start.policy.Name
}

// shown is the instant to show: a date alone where that is exact.
func (p Path) shown(i int) string {
	at := p.Steps[i].Event.At
	if at.Equal(at.Truncate(24 * time.Hour)) {
		return at.Format(time.DateOnly)
	}
	return at.Format(time.RFC3339Nano)
}

// line writes one act.
func line(e dealstate.Event, at string) string {
	if e.Kind == dealstate.Note {
		return at + " time passes"
	}
	words := []string{at, e.Kind.String()}
	if e.Party != "" {
		words = append(words, e.Party)
	}
	if e.Commitment != "" {
		words = append(words, e.Commitment)
	}
	if !e.Until.IsZero() {
		words = append(words, "until", e.Until.Format(time.RFC3339))
	}
	if e.By != "" {
		words = append(words, "by", strings.ToLower(e.By))
	}
	return strings.Join(append(words, "as", e.Role.String()), " ")
}

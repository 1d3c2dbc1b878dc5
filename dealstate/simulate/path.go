package simulate

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
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

// Scenario tells the path so that it can be run: what is on record at the start,
// then one act a line, and last in which state that leaves the deal. The scenario's
// String is its text. It runs on the agreement of the start; in text, the start's
// policy must be one of [dealstate.Policies], for the format names no other.
func (p Path) Scenario(name string) scenario.Scenario {
	return p.tell(name, p.stands(p.state(len(p.Steps))))
}

// Scenario tells the counterexample so that it can be run. Its last line says
// what ought to be, so that it fails for as long as the rules are broken: that an
// implement is refused, and that anything else leaves the deal in the state it was
// in. Where only the caller's law knows what ought to be, the line says the state
// in which that law does not hold, and the scenario passes.
func (c *Counterexample) Scenario() scenario.Scenario {
	if !c.law {
		return c.Path.Scenario(c.Problem)
	}
	last := len(c.Path.Steps) - 1
	ought := scenario.Expectation{Verb: scenario.Refused}
	if c.Path.Steps[last].Letter.Event.Kind != dealstate.Implement {
		ought = c.Path.stands(c.Path.state(last))
	}
	return c.Path.tell("never implemented without the approvals", ought)
}

// tell makes the scenario, with an expectation of its last step.
func (p Path) tell(name string, last scenario.Expectation) scenario.Scenario {
	s := scenario.FromEvents(p.title(name), scenario.Ref{Deal: p.start.agreement.ID}, p.Story()...)
	if p.start.policy != dealstate.Strict {
		s.Policy = p.start.policy
	}
	for i := range s.Steps {
		p.shorten(&s.Steps[i].Act, i-len(p.start.events))
	}
	if len(p.Steps) == 0 {
		s.Steps = append(s.Steps, scenario.Step{At: p.start.now})
	}
	end := &s.Steps[len(s.Steps)-1]
	end.Expect = append(end.Expect, last)
	return s
}

// shorten leaves out what goes without saying: a role that follows from who
// speaks, and an id where the number of the line tells the order as well. Step is
// the act's place on the path, below 0 for what led to the start.
func (p Path) shorten(act *dealstate.Event, step int) {
	if step >= 0 && p.Steps[step].Letter.Event.Kind == 0 {
		*act = dealstate.Event{} // time passes
		return
	}
	if act.Role == scenario.Role(p.start.agreement, *act) {
		if act.Party == "" && act.By == scenario.Speaker(p.start.agreement, "") {
			act.By = "" // an act of all sides is nobody's in particular
		}
		act.Role = 0
	}
	if len(p.start.events) == 0 {
		act.ID = ""
	}
}

// title makes a name of any text, such as an error's: what is not printable is
// left out, and no name is no name.
func (p Path) title(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, name)
	if strings.TrimSpace(name) == "" {
		return cmp.Or(p.String(), "as it stands")
	}
	return name
}

// state is where the first n steps leave the deal.
func (p Path) state(n int) dealstate.State {
	if n == 0 {
		return p.start.Snapshot().State
	}
	return p.Steps[n-1].State
}

// stands expects the state where the path ends. That instant goes without
// saying unless something on record was learned after it.
func (p Path) stands(in dealstate.State) scenario.Expectation {
	e := scenario.Expectation{Verb: scenario.State, Names: []string{string(in)}}
	end := p.start.now
	if n := len(p.Steps); n > 0 {
		end = p.Steps[n-1].Event.At
	}
	if slices.ContainsFunc(p.start.events, func(known dealstate.Event) bool { return known.Recorded.After(end) }) {
		e.View.AsOf = end
	}
	return e
}

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

// Path is a sequence of inputs from a start, with what each of them did. It is a value
// of the caller's; changing it changes no exploration.
type Path struct {
	Steps []Step
	start Start
}

// Step is one input on a path, with the event it became and what that did.
type Step struct {
	Input Input
	// Event is the act, ready to be recorded. Where only time passes it is a note
	// at the instant reached.
	Event   dealstate.Event
	Outcome dealstate.Outcome
	State   dealstate.State // afterwards
}

// Counterexample is a shortest path to a situation in which a law does not hold.
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

// AllEvents gives the events on record at the start, and then those of the path.
func (p Path) AllEvents() []dealstate.Event {
	return slices.Concat(p.start.events, p.Events())
}

// String names the inputs: "approve us → approve china → implement".
func (p Path) String() string {
	texts := make([]string, len(p.Steps))
	for i, s := range p.Steps {
		texts[i] = s.Input.String()
	}
	return strings.Join(texts, " → ")
}

func (x *Exploration) path(at int) Path { return x.pathOf(x.inputsTo(at)) }

// pathOf walks the inputs from the start, to give each its instant and its outcome. An
// input that would fold before the one ahead of it, were it of the same instant, comes a
// second later.
func (x *Exploration) pathOf(inputs []int) Path {
	c := x.start.machine.Cursor(x.start.policy)
	c.Set(x.start.cursor)
	p := Path{start: x.start, Steps: make([]Step, len(inputs))}
	for i, input := range inputs {
		l := x.Inputs[input]
		at := c.Now()
		if l.Event.Kind == 0 {
			at = waitUntil(c, l.Wait)
		}
		step := Step{Input: l, Event: l.event(x.start, i+1, at)}
		if last := p.last(i); last != nil && step.Event.Compare(*last) < 0 {
			at = soonAfter(c)
			step.Event = l.event(x.start, i+1, at)
		}
		if act, err := x.start.machine.Act(step.Event); err == nil {
			step.Outcome = c.Take(act, at)
		}
		step.State = c.State()
		p.Steps[i] = step
	}
	return p
}

// last is the event ahead of the step of that number; nil: there is none.
func (p Path) last(step int) *dealstate.Event {
	if step > 0 {
		return &p.Steps[step-1].Event
	}
	if n := len(p.start.events); n > 0 {
		return &p.start.events[n-1]
	}
	return nil
}

// soonAfter is the next second, or if a clock is due by then, the next instant.
func soonAfter(c *dealstate.Cursor) time.Time {
	soon := c.Now().Add(time.Second)
	if clock, ok := c.Next(); ok && !clock.Due.After(soon) {
		return c.Now().Add(1)
	}
	return soon
}

// waitUntil is the instant to which waiting leads: d later, or for 0 the next clock's;
// now if no clock runs.
func waitUntil(c *dealstate.Cursor, d time.Duration) time.Time {
	if d > 0 {
		return c.Now().Add(d)
	}
	if clock, ok := c.Next(); ok {
		return clock.Due
	}
	return c.Now()
}

// Scenario writes the path as a scenario that can be run: the events on record at the
// start, then one act a line, and last the state in which that leaves the deal. It
// runs on the start's agreement. Written as text, it needs a policy of
// [dealstate.Policies], because the format names no other.
func (p Path) Scenario(name string) scenario.Scenario {
	return p.scenarioWith(name, p.expectState(p.state(len(p.Steps))))
}

// Scenario writes the counterexample as a scenario that can be run. Its last line says
// what is right, so that it fails for as long as the rules are broken: an implement is
// refused, and any other act leaves the deal in the state where it was. For the
// caller's own Invariant only the caller knows what is right; there the last line says
// the state reached, and the scenario passes.
func (c *Counterexample) Scenario() scenario.Scenario {
	if !c.law {
		return c.Path.Scenario(c.Problem)
	}
	last := len(c.Path.Steps) - 1
	ought := scenario.Expectation{Verb: scenario.Refused}
	if c.Path.Steps[last].Input.Event.Kind != dealstate.Implement {
		ought = c.Path.expectState(c.Path.state(last))
	}
	return c.Path.scenarioWith("never implemented without the approvals", ought)
}

// scenarioWith makes the scenario, with one expectation after its last step.
func (p Path) scenarioWith(name string, last scenario.Expectation) scenario.Scenario {
	s := scenario.FromEvents(p.scenarioName(name), scenario.Ref{Deal: p.start.agreement.ID}, p.AllEvents()...)
	if p.start.policy != dealstate.Strict {
		s.Policy = p.start.policy
	}
	for i := range s.Steps {
		p.omitDefaults(&s.Steps[i].Act, i-len(p.start.events))
	}
	if len(p.Steps) == 0 {
		s.Steps = append(s.Steps, scenario.Step{At: p.start.now})
	}
	end := &s.Steps[len(s.Steps)-1]
	end.Expect = append(end.Expect, last)
	return s
}

// omitDefaults leaves out what the scenario format fills in again: a role that follows
// from the speaker, and an id where the line's number gives the same order. The step
// is the act's index on the path, below 0 for an event before the start.
func (p Path) omitDefaults(act *dealstate.Event, step int) {
	if step >= 0 && p.Steps[step].Input.Event.Kind == 0 {
		*act = dealstate.Event{} // time passes
		return
	}
	if act.Role == p.start.voices.Role(*act) {
		if act.Party == "" && act.By == p.start.speaker("") {
			act.By = "" // an act of all sides is nobody's in particular
		}
		act.Role = 0
	}
	if len(p.start.events) == 0 {
		act.ID = ""
	}
}

// scenarioName makes a scenario's name of any text, such as an error's. Characters
// that do not print become spaces; for an empty name it is the path's own text.
func (p Path) scenarioName(name string) string {
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

// state is the deal's state after the first n steps.
func (p Path) state(n int) dealstate.State {
	if n == 0 {
		return p.start.Snapshot().State
	}
	return p.Steps[n-1].State
}

// expectState expects a state at the end of the path. The instant is written only if
// something on record was learned after it, because a scenario then looks from that
// later instant.
func (p Path) expectState(in dealstate.State) scenario.Expectation {
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

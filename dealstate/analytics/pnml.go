package analytics

import (
	"bufio"
	"io"
	"slices"
	"strconv"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// WritePNML writes the lifecycle as a place/transition net in PNML, ISO/IEC
// 15909-2: a place for each state, with one token in the initial one, and for each
// rule and state that it leaves a transition that bears the name of the event or
// clock, as the activities of [WriteXES] do. A rule that stays in its state gives
// a loop.
//
// A place/transition net has no guards, so the net allows more than the rules do:
// each transition says its rule and guard in words, in a part meant for tools. Nor
// does it name a final marking: a log may end in any state, and a tool that asks
// for one is told to take whichever state counts as the end.
//
// Several transitions bear one name: approve leads from negotiated to one state or
// another, by whose approval it is. So replay a log by alignments, which try them
// all. Replay by tokens, as pm4py does it, takes one of them unseen, and finds misfits
// in logs that have none; name both sides by the rule for that, whose transitions out
// of one state are never two. Leave the refused and the noted events out of the log,
// and retractions, which fire no rule.
//
// The error is the writer's, or a *dealstate.FieldError for a rule that leads from
// or to a state that the lifecycle does not list.
func WritePNML(w io.Writer, name string, l dealstate.Lifecycle) error {
	steps, err := netOf(l)
	if err != nil {
		return err
	}
	m := markup{out: bufio.NewWriter(w)}
	m.declare()
	m.open(0, "pnml", "xmlns", "http://www.pnml.org/version-2009/grammar/pnml")
	m.open(1, "net", "id", "net", "type", "http://www.pnml.org/version-2009/grammar/ptnet")
	pnmlLabel(m, 2, "name", name)
	m.open(2, "page", "id", "page")
	for i, s := range l.States {
		pnmlPlace(m, i, s, s == l.Initial)
	}
	for i, s := range steps {
		s.write(m, i)
	}
	m.close(2, "page")
	m.close(1, "net")
	m.close(0, "pnml")
	return m.out.Flush()
}

// netTransition is one transition of the net.
type netTransition struct {
	rule     dealstate.Rule
	from, to int // places
}

// netOf gives the transitions of a lifecycle: one for each rule and each state from
// which it leads.
func netOf(l dealstate.Lifecycle) ([]netTransition, error) {
	var transitions []netTransition
	for _, r := range l.Rules {
		for _, state := range r.From {
			s := netTransition{rule: r, from: slices.Index(l.States, state), to: slices.Index(l.States, r.To)}
			if r.To == "" {
				s.to = s.from
			}
			if s.from < 0 || s.to < 0 {
				return nil, field.Errorf("lifecycle.rules["+field.Clip(r.ID)+"]", "leads from %q to %q; want states that the lifecycle lists", field.Clip(string(state)), field.Clip(string(r.To)))
			}
			transitions = append(transitions, s)
		}
	}
	return transitions, nil
}

func pnmlLabel(m markup, depth int, name, text string) {
	m.open(depth, name)
	m.text(depth+1, "text", text)
	m.close(depth, name)
}

func pnmlPlace(m markup, i int, s dealstate.State, marked bool) {
	m.open(3, "place", "id", place(i))
	pnmlLabel(m, 4, "name", string(s))
	if marked {
		pnmlLabel(m, 4, "initialMarking", "1")
	}
	m.close(3, "place")
}

// place is the id of a place of the net. Each state is a place.
func place(i int) string { return "p" + strconv.Itoa(i) }

func (s netTransition) write(m markup, i int) {
	id := "t" + strconv.Itoa(i)
	m.open(3, "transition", "id", id)
	pnmlLabel(m, 4, "name", causeOn(s.rule.On).String())
	m.open(4, "toolspecific", "tool", "dealstate", "version", "1")
	m.text(5, "rule", s.rule.ID)
	if !s.rule.When.IsZero() {
		m.text(5, "guard", s.rule.When.String())
	}
	m.close(4, "toolspecific")
	m.close(3, "transition")
	m.empty(3, "arc", "id", "in"+strconv.Itoa(i), "source", place(s.from), "target", id)
	m.empty(3, "arc", "id", "out"+strconv.Itoa(i), "source", id, "target", place(s.to))
}

package render

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// Diagram is the state diagram of an agreement's rules, with the path of a deal along
// them. [Rules] draws the rules alone, [Replay.Diagram] the deal in them. Write it
// with SVG, Mermaid or DOT; without a machine there is nothing to draw, and each of
// them gives a *[dealstate.FieldError].
//
// States are drawn in the order in which the lifecycle lists them, so the author of an
// agreement decides how the diagram reads. A Diagram does not change; InPage gives a
// copy.
type Diagram struct {
	title    string
	about    string
	asked    string // the approval condition, in words
	policy   string
	nodes    []node
	arrows   []arrow
	incoming []incomingLine
	omitted  string         // what it leaves out, in words
	whole    func() Diagram // the same with all of it
	inPage   string
	present  int // of nodes; -1: the rules alone
}

// node is a state in the diagram, with what the deal did there.
type node struct {
	state   dealstate.State
	hue     hue
	initial bool
	final   bool
	faded   bool        // it cannot be reached from the present state
	entered []time.Time // when the deal came there
	since   time.Time   // of the present state
	stays   []string    // on what it stays there
}

// arrow is everything that leads from one state to another.
type arrow struct {
	from, to int
	groups   []ruleGroup
	taken    []time.Time
}

// ruleGroup is a set of rules with the same guard: the kinds of event or clocks on
// which they fire, and the guard in words.
type ruleGroup struct {
	rules []string
	on    []string
	when  string
}

func (w ruleGroup) String() string {
	if w.when == "" {
		return strings.Join(w.on, " or ")
	}
	return strings.Join(w.on, " or ") + " when " + w.when
}

// Rules draws an agreement's rules alone. States that cannot be reached from the
// initial one are faded. Standard rules on what few deals have are left out, and
// the last line says so; see [Diagram.Whole].
func Rules(m *dealstate.Machine) Diagram {
	if m == nil {
		return Diagram{present: -1}
	}
	s := Replay{Machine: m}.indexed()
	d := s.rulesAlone(s.omitted())
	d.whole = func() Diagram { return s.rulesAlone(nil) }
	return d
}

func (s *indexed) rulesAlone(omitted []dealstate.Trigger) Diagram {
	d := Diagram{title: s.title(), asked: legible(s.agreement.Approval.String()), omitted: omission(omitted), present: -1}
	l := s.drawn(s.Machine.Lifecycle(), omitted)
	d.addStates(l)
	d.addRules(l)
	d.fade(d.nodeIndex(l.Initial))
	d.about = "The rules: " + strconv.Itoa(len(d.nodes)) + " states, and what leads from one to the other."
	if d.omitted != "" {
		d.about += " " + d.omitted
	}
	return d
}

// Diagram draws the deal in its agreement's rules: the present state is highlighted,
// the path there is marked with its dates, and states that can no longer be reached
// are faded. Of the rules it leaves out what [Rules] does, unless the deal has had use
// for it.
func (s Replay) Diagram() Diagram {
	if s.Machine == nil {
		return Rules(nil)
	}
	return s.indexed().diagram()
}

func (s *indexed) diagram() Diagram {
	d := s.withPath(s.omitted())
	d.whole = func() Diagram { return s.withPath(nil) }
	return d
}

func (s *indexed) withPath(omitted []dealstate.Trigger) Diagram {
	d := s.rulesAlone(omitted)
	for i := range d.nodes {
		d.nodes[i].faded = false
	}
	d.present = d.nodeIndex(s.Snapshot.State)
	d.policy = legible(s.Policy.Name)
	d.fade(d.present)
	for _, dec := range s.Decisions {
		if dec.From != dec.To {
			d.markTaken(dec)
		}
	}
	if d.present >= 0 {
		d.nodes[d.present].since = s.Snapshot.Since
	}
	d.about = s.headline() + ". The way there: " + d.pathWords(s.Decisions) + "."
	return d
}

// check refuses a diagram without rules.
func (d Diagram) check() error {
	if len(d.nodes) == 0 {
		return missingMachine("machine")
	}
	return nil
}

// InPage gives the diagram without its style sheet, for a page that brings
// [StyleSheet]. The id begins the ids in the picture, which must differ within a
// page.
func (d Diagram) InPage(id string) Diagram {
	d.inPage = id
	return d
}

// addStates makes a node of each state.
func (d *Diagram) addStates(l dealstate.Lifecycle) {
	h := huesOf(l)
	for _, s := range l.States {
		d.nodes = append(d.nodes, node{state: s, hue: h[s], initial: s == l.Initial, final: slices.Contains(l.Final, s)})
	}
}

// addRules makes the arrows, and the lines of what leads to each state.
func (d *Diagram) addRules(l dealstate.Lifecycle) {
	for _, r := range l.Rules {
		for _, from := range r.From {
			i := d.nodeIndex(from)
			if r.To == "" || r.To == from {
				d.nodes[i].stay(onWords(r.On))
				continue
			}
			a := d.arrow(i, d.nodeIndex(r.To))
			a.groups = addToGroups(a.groups, r)
		}
		if r.To != "" {
			d.addIncoming(r)
		}
	}
}

func (n *node) stay(on string) {
	if !slices.Contains(n.stays, on) {
		n.stays = append(n.stays, on)
	}
}

// addToGroups adds a rule to the group with the same guard, or to a new one.
func addToGroups(whys []ruleGroup, r dealstate.Rule) []ruleGroup {
	when := guardWords(r.When)
	for i := range whys {
		if whys[i].when == when {
			whys[i].rules = append(whys[i].rules, r.ID)
			if on := onWords(r.On); !slices.Contains(whys[i].on, on) {
				whys[i].on = append(slices.Clone(whys[i].on), on)
			}
			return whys
		}
	}
	return append(whys, ruleGroup{rules: []string{r.ID}, on: []string{onWords(r.On)}, when: when})
}

// guardWords is a guard as text; "" for none.
func guardWords(c condition.Condition) string {
	if c.IsZero() {
		return ""
	}
	return legible(c.String())
}

// onWords is a trigger in words, so that a clock is not taken for an event.
func onWords(on dealstate.Trigger) string {
	switch on.(type) {
	case dealstate.Clock:
		return "the " + on.String() + " clock"
	case dealstate.Timer:
		return "the timer " + legible(on.String())
	}
	return on.String()
}

// nodeIndex is the index of a state's node, or -1.
func (d *Diagram) nodeIndex(s dealstate.State) int {
	return slices.IndexFunc(d.nodes, func(n node) bool { return n.state == s })
}

// arrow is the arrow between two nodes, which is made when it is first asked for.
func (d *Diagram) arrow(from, to int) *arrow {
	i := slices.IndexFunc(d.arrows, func(a arrow) bool { return a.from == from && a.to == to })
	if i < 0 {
		i = len(d.arrows)
		d.arrows = append(d.arrows, arrow{from: from, to: to})
	}
	return &d.arrows[i]
}

// fade fades what cannot be reached from a state.
func (d *Diagram) fade(from int) {
	if from < 0 {
		return
	}
	reached := make([]bool, len(d.nodes))
	reached[from] = true
	for again := true; again; {
		again = false
		for _, a := range d.arrows {
			if reached[a.from] && !reached[a.to] {
				reached[a.to], again = true, true
			}
		}
	}
	for i := range d.nodes {
		d.nodes[i].faded = !reached[i]
	}
}

// markTaken marks the arrow and the rule by which the deal moved.
func (d *Diagram) markTaken(dec dealstate.Decision) {
	from, to := d.nodeIndex(dec.From), d.nodeIndex(dec.To)
	if from < 0 || to < 0 {
		return
	}
	a := d.arrow(from, to)
	a.taken = append(a.taken, dec.At)
	d.nodes[to].entered = append(d.nodes[to].entered, dec.At)
	for i, e := range d.incoming {
		if e.to == to && slices.Contains(e.group.rules, dec.Rule) {
			d.incoming[i].taken = append(e.taken, dec.At)
		}
	}
}

// been reports whether the deal has been in a state, or is there now.
func (d Diagram) been(i int) bool {
	return slices.ContainsFunc(d.arrows, func(a arrow) bool { return len(a.taken) > 0 && (a.from == i || a.to == i) })
}

// pathWords lists the states through which the deal has gone, with their dates.
func (d *Diagram) pathWords(decisions []dealstate.Decision) string {
	const most = 20
	var steps []string
	for _, dec := range decisions {
		if dec.From == dec.To {
			continue
		}
		if len(steps) == 0 {
			steps = append(steps, stateWords(string(dec.From)))
		}
		steps = append(steps, stateWords(string(dec.To))+" on "+moment(dec.At))
	}
	if len(steps) == 0 {
		return "it has not moved yet"
	}
	if len(steps) > most {
		steps = append(append([]string{}, "…"), steps[len(steps)-most:]...)
	}
	return strings.Join(steps, ", then ")
}

// dates lists instants by day. If there are more than most, it gives the last one and
// counts the others.
func dates(at []time.Time, most int) string {
	var days []string
	for _, t := range at {
		days = append(days, day(t))
	}
	days = slices.Compact(days)
	if len(days) > most {
		return days[len(days)-1] + " and " + strconv.Itoa(len(days)-1) + " × before"
	}
	return strings.Join(days, ", ")
}

// incomingLine is one line of text on how a state is reached: rules with the same
// guard, from the same states.
type incomingLine struct {
	to    int
	from  []int
	group ruleGroup
	taken []time.Time
}

// addIncoming adds a rule to the lines of the state to which it leads.
func (d *Diagram) addIncoming(r dealstate.Rule) {
	e := incomingLine{to: d.nodeIndex(r.To), group: ruleGroup{rules: []string{r.ID}, on: []string{onWords(r.On)}, when: guardWords(r.When)}}
	for i, n := range d.nodes {
		if i != e.to && slices.Contains(r.From, n.state) {
			e.from = append(e.from, i)
		}
	}
	for i, o := range d.incoming {
		if o.to == e.to && o.group.when == e.group.when && slices.Equal(o.from, e.from) {
			d.incoming[i].group.rules = append(o.group.rules, r.ID)
			if !slices.Contains(o.group.on, e.group.on[0]) {
				d.incoming[i].group.on = append(o.group.on, e.group.on[0])
			}
			return
		}
	}
	if len(e.from) > 0 {
		d.incoming = append(d.incoming, e)
	}
}

// into lists the lines of one state.
func (d Diagram) into(to int) []incomingLine {
	return slices.DeleteFunc(slices.Clone(d.incoming), func(e incomingLine) bool { return e.to != to })
}

// faded reports whether the line leads only from states that cannot be reached.
func (d Diagram) faded(e incomingLine) bool {
	return !slices.ContainsFunc(e.from, func(i int) bool { return !d.nodes[i].faded })
}

// numbers writes indexes as people count: 1–4, 6.
func numbers(places []int) string {
	var parts []string
	for i := 0; i < len(places); {
		end := i
		for end+1 < len(places) && places[end+1] == places[end]+1 {
			end++
		}
		part := strconv.Itoa(places[i] + 1)
		if end == i+1 {
			part += ", " + strconv.Itoa(places[end]+1)
		} else if end > i {
			part += "–" + strconv.Itoa(places[end]+1)
		}
		parts = append(parts, part)
		i = end + 1
	}
	return strings.Join(parts, ", ")
}

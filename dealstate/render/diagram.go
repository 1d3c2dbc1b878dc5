package render

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// Diagram is the picture of an agreement's rules, and of how far a deal has come
// along them. [Rules] draws the rules alone; [Story.Diagram] the deal in them.
// Write it with SVG, Mermaid or DOT; of no machine there is none, and each of
// them gives a *[dealstate.FieldError].
//
// States are drawn in the order in which the lifecycle lists them, so that an
// agreement's author decides how it reads.
type Diagram struct {
	title   string
	about   string
	asked   string // the approval condition, in words
	policy  string
	nodes   []node
	arrows  []arrow
	entries []entry
	omitted string         // what it leaves out, in words
	whole   func() Diagram // the same with all of it
	inPage  string
	present int // of nodes; -1: the rules alone
}

// node is a state.
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

// arrow is all that leads from one state to another.
type arrow struct {
	from, to int
	whys     []why
	taken    []time.Time
}

// why is what rules ask for: kinds of event, or clocks, and a guard in words.
type why struct {
	rules []string
	on    []string
	when  string
}

func (w why) String() string {
	if w.when == "" {
		return strings.Join(w.on, " or ")
	}
	return strings.Join(w.on, " or ") + " when " + w.when
}

// Rules draws an agreement's rules alone. What no event can reach from the
// initial state is faded. Standard rules on what few deals have are left out, and
// the last line says so; see [Diagram.Whole].
func Rules(m *dealstate.Machine) Diagram {
	if m == nil {
		return Diagram{present: -1}
	}
	s := Story{Machine: m}
	d := s.rulesAlone(s.omitted())
	d.whole = func() Diagram { return s.rulesAlone(nil) }
	return d
}

func (s Story) rulesAlone(omitted []dealstate.Trigger) Diagram {
	d := Diagram{title: s.title(), asked: legible(s.agreement().Approval.String()), omitted: omission(omitted), present: -1}
	l := s.drawn(s.Machine.Lifecycle(), omitted)
	d.addStates(l)
	d.addRules(l)
	d.fade(d.place(l.Initial))
	d.about = "The rules: " + strconv.Itoa(len(d.nodes)) + " states, and what leads from one to the other."
	if d.omitted != "" {
		d.about += " " + d.omitted
	}
	return d
}

// Diagram draws the deal in its agreement's rules: the present state is lit,
// the way there marked with its dates, and what cannot be reached from here is
// faded. Of the rules it leaves out what [Rules] does, unless the deal has had use
// for it.
func (s Story) Diagram() Diagram {
	if s.Machine == nil {
		return Rules(nil)
	}
	d := s.travelled(s.omitted())
	d.whole = func() Diagram { return s.travelled(nil) }
	return d
}

func (s Story) travelled(omitted []dealstate.Trigger) Diagram {
	d := s.rulesAlone(omitted)
	for i := range d.nodes {
		d.nodes[i].faded = false
	}
	d.present = d.place(s.Snapshot.State)
	d.policy = legible(s.Policy.Name)
	d.fade(d.present)
	for _, dec := range s.Decisions {
		if dec.From != dec.To {
			d.travel(dec)
		}
	}
	if d.present >= 0 {
		d.nodes[d.present].since = s.Snapshot.Since
	}
	d.about = s.headline() + ". The way there: " + d.way(s.Decisions) + "."
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

func (d *Diagram) addStates(l dealstate.Lifecycle) {
	h := huesOf(l)
	for _, s := range l.States {
		d.nodes = append(d.nodes, node{state: s, hue: h[s], initial: s == l.Initial, final: slices.Contains(l.Final, s)})
	}
}

func (d *Diagram) addRules(l dealstate.Lifecycle) {
	for _, r := range l.Rules {
		for _, from := range r.From {
			i := d.place(from)
			if r.To == "" || r.To == from {
				d.nodes[i].stay(onWords(r.On))
				continue
			}
			a := d.arrow(i, d.place(r.To))
			a.whys = joined(a.whys, r)
		}
		if r.To != "" {
			d.enter(r)
		}
	}
}

func (n *node) stay(on string) {
	if !slices.Contains(n.stays, on) {
		n.stays = append(n.stays, on)
	}
}

// joined adds a rule to the reasons, in the words of one with the same guard.
func joined(whys []why, r dealstate.Rule) []why {
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
	return append(whys, why{rules: []string{r.ID}, on: []string{onWords(r.On)}, when: when})
}

func guardWords(c condition.Condition) string {
	if c.IsZero() {
		return ""
	}
	return legible(c.String())
}

func onWords(on dealstate.Trigger) string {
	switch on.(type) {
	case dealstate.Clock:
		return "the " + on.String() + " clock"
	case dealstate.Timer:
		return "the timer " + legible(on.String())
	}
	return on.String()
}

func (d *Diagram) place(s dealstate.State) int {
	return slices.IndexFunc(d.nodes, func(n node) bool { return n.state == s })
}

func (d *Diagram) arrow(from, to int) *arrow {
	i := slices.IndexFunc(d.arrows, func(a arrow) bool { return a.from == from && a.to == to })
	if i < 0 {
		i = len(d.arrows)
		d.arrows = append(d.arrows, arrow{from: from, to: to})
	}
	return &d.arrows[i]
}

// fade marks what cannot be reached from a state.
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

func (d *Diagram) travel(dec dealstate.Decision) {
	from, to := d.place(dec.From), d.place(dec.To)
	if from < 0 || to < 0 {
		return
	}
	a := d.arrow(from, to)
	a.taken = append(a.taken, dec.At)
	d.nodes[to].entered = append(d.nodes[to].entered, dec.At)
	for i, e := range d.entries {
		if e.to == to && slices.Contains(e.why.rules, dec.Rule) {
			d.entries[i].taken = append(e.taken, dec.At)
		}
	}
}

// been reports whether the deal has been in a state and moved since, or is there.
func (d Diagram) been(i int) bool {
	return slices.ContainsFunc(d.arrows, func(a arrow) bool { return len(a.taken) > 0 && (a.from == i || a.to == i) })
}

// way tells the states that the deal has gone through, with their dates.
func (d *Diagram) way(decisions []dealstate.Decision) string {
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

// dates lists instants by day, and counts what goes beyond most.
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

// entry is one line of what leads to a state: rules that ask for the same, from
// the same states.
type entry struct {
	to    int
	from  []int
	why   why
	taken []time.Time
}

// enter adds a rule to the lines of its destination.
func (d *Diagram) enter(r dealstate.Rule) {
	e := entry{to: d.place(r.To), why: why{rules: []string{r.ID}, on: []string{onWords(r.On)}, when: guardWords(r.When)}}
	for i, n := range d.nodes {
		if i != e.to && slices.Contains(r.From, n.state) {
			e.from = append(e.from, i)
		}
	}
	for i, o := range d.entries {
		if o.to == e.to && o.why.when == e.why.when && slices.Equal(o.from, e.from) {
			d.entries[i].why.rules = append(o.why.rules, r.ID)
			if !slices.Contains(o.why.on, e.why.on[0]) {
				d.entries[i].why.on = append(o.why.on, e.why.on[0])
			}
			return
		}
	}
	if len(e.from) > 0 {
		d.entries = append(d.entries, e)
	}
}

// into lists what leads to one state.
func (d Diagram) into(to int) []entry {
	return slices.DeleteFunc(slices.Clone(d.entries), func(e entry) bool { return e.to != to })
}

// faded reports whether no state that can be reached leads along the line.
func (d Diagram) faded(e entry) bool {
	return !slices.ContainsFunc(e.from, func(i int) bool { return !d.nodes[i].faded })
}

// numbers writes places as people count them: 1–4, 6.
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

package scenario

import (
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Report is what came of running a scenario.
type Report struct {
	Scenario  Scenario
	Deal      *dealstate.Deal      // with every act recorded
	Decisions []dealstate.Decision // by step, as Record gave them; zero where only time passed
	Failures  []Failure            // in the order of the lines
}

// Failure is an expectation that does not hold.
type Failure struct {
	Line    int
	Want    Expectation
	Got     Expectation // what would hold in its place; a zero Verb: no line can say it
	Message string      // why: the deal so far, where it stands, and what would have been needed
}

// OK reports whether every expectation holds.
func (r Report) OK() bool { return len(r.Failures) == 0 }

// Run plays the scenario on a new deal on the agreement, and checks every
// expectation. It needs no file and no clock. The error is a *[SyntaxError]
// for an act that the agreement cannot mean; its File is empty, for a scenario
// does not know in which file it stands.
//
// The cost is that of recording the acts, and of one folding of the log an
// expectation.
func Run(s Scenario, a dealstate.Agreement) (Report, error) {
	c, err := newCast(s, a)
	if err != nil {
		return Report{}, err
	}
	p := &play{cast: c, deal: c.machine.NewDeal(s.Policy), report: Report{Scenario: s}, lines: map[string]int{}}
	p.report.Deal, p.stood = p.deal, p.deal.At(dealstate.View{})
	p.check(s.Expect)
	for i := range s.Steps {
		if err := p.step(i); err != nil {
			return Report{}, err
		}
	}
	return p.report, nil
}

// play is a scenario under way.
type play struct {
	*cast
	deal   *dealstate.Deal
	report Report
	lines  map[string]int // of each event

	before time.Time // where the last step left the clock
	now    time.Time // the latest instant of which any step so far speaks
	event  string    // this step's; "": time passes
	line   int       // this step's
	did    dealstate.Decision

	stood dealstate.Snapshot   // before this step
	past  []dealstate.Decision // before this step
}

func (p *play) step(i int) error {
	step := p.scenario.Steps[i]
	p.before = p.now
	if slices.ContainsFunc(step.Expect, Expectation.looksBack) {
		p.stood, p.past = p.deal.Replay(dealstate.View{AsOf: p.now})
	}
	p.event, p.did, p.line = "", dealstate.Decision{}, step.Line
	p.reach(step.At)
	if !step.Passes() {
		if err := p.record(i, step); err != nil {
			return err
		}
	}
	p.report.Decisions = append(p.report.Decisions, p.did)
	p.check(step.Expect)
	return nil
}

func (p *play) record(i int, step Step) error {
	e, err := p.cast.event(i)
	if err != nil {
		return err
	}
	if p.did, err = p.deal.Record(e); err != nil {
		return step.explain(err)
	}
	p.reach(e.Recorded)
	p.event = e.ID
	if p.lines[e.ID] == 0 {
		p.lines[e.ID] = step.Line
	}
	return nil
}

// looksBack reports whether it takes the standing before the step to check it.
func (e Expectation) looksBack() bool { return e.Verb == NothingHappens || e.Verb == Revised }

// reach moves the clock, which never goes back.
func (p *play) reach(t time.Time) {
	if t.After(p.now) {
		p.now = t
	}
}

func (p *play) check(list []Expectation) {
	for _, e := range list {
		if got := p.got(e); !holds(e, got) {
			p.report.Failures = append(p.report.Failures, Failure{Line: e.Line, Want: e, Got: got.Expectation, Message: p.message(e, got)})
		}
	}
}

// view fills in what an expectation leaves open: the deal's policy, this
// step's instant, and all that is recorded above it. What was known by an
// instant is looked at from that instant.
func (p *play) view(e Expectation) dealstate.View {
	v := e.View
	if v.Policy.Name == "" {
		v.Policy = p.deal.Policy()
	}
	if v.AsOf.IsZero() {
		v.AsOf = p.now
		if !v.KnownBy.IsZero() && v.KnownBy.Before(p.now) {
			v.AsOf = v.KnownBy
		}
	}
	return v
}

// fired lists the clocks that fired on the way to this step.
func (p *play) fired() []string {
	var names []string
	_, decisions := p.deal.Replay(dealstate.View{AsOf: p.now})
	for _, d := range decisions {
		if d.Event == "" && d.At.After(p.before) && !d.At.After(p.now) {
			names = append(names, clockName(d))
		}
	}
	return names
}

// Changed lists the earlier events, and the clocks, about which a later look
// from the same instant decides otherwise, given the decisions of both looks.
// What only the later look knows does not count as changed, unless it is a clock.
func Changed(before, after []dealstate.Decision) []string {
	was := map[string]dealstate.Decision{}
	for _, d := range before {
		was[decisionKey(d)] = d
	}
	var names []string
	for _, d := range after {
		old, had := was[decisionKey(d)]
		delete(was, decisionKey(d))
		if had && !sameDecision(d, old) || !had && d.Event == "" {
			names = add(names, d)
		}
	}
	for _, d := range before {
		if _, gone := was[decisionKey(d)]; gone {
			names = add(names, d)
		}
	}
	return names
}

// clockName is the clock's word, and whose it is.
func clockName(d dealstate.Decision) string { return d.Fired().String() }

// decisionKey finds the same event, or the same clock at the same instant.
func decisionKey(d dealstate.Decision) string {
	if d.Event != "" {
		return d.Event
	}
	return clockName(d) + " " + startText(d.At) // no id holds a blank
}

// sameDecision reports whether two decisions on one event come to the same. In
// which state the deal was matters only where the event moved it, and the
// revision only where the event made it: else a retracted approval would seem to
// change every note that came after it.
func sameDecision(a, b dealstate.Decision) bool {
	moved := a.From != a.To || b.From != b.To
	switch {
	case a.Outcome != b.Outcome || a.Rule != b.Rule:
		return false
	case moved && (a.From != b.From || a.To != b.To):
		return false
	}
	return a.Kind != dealstate.Amend || a.Revision == b.Revision
}

func add(names []string, d dealstate.Decision) []string {
	name := d.Event
	if name == "" {
		name = clockName(d)
	}
	if slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}

// revised lists what this step's act changed.
func (p *play) revised() []string {
	if p.before.IsZero() {
		return nil
	}
	_, now := p.deal.Replay(dealstate.View{AsOf: p.before})
	return Changed(p.past, now)
}

// decision is what this step's act did in the view; ok is false where it is
// not seen from there.
func (p *play) decision(e Expectation) (d dealstate.Decision, ok bool) {
	if viewText(e.View) == "" {
		return p.did, true
	}
	_, decisions := p.deal.Replay(p.view(e))
	for _, d := range decisions {
		if d.Event == p.event {
			return d, true
		}
	}
	return d, false
}

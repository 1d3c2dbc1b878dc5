package scenario

import (
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Result is what came of running a scenario. The caller owns it; its Deal can be
// recorded on further.
type Result struct {
	Scenario  Scenario
	Deal      *dealstate.Deal      // with every act recorded
	Decisions []dealstate.Decision // by step, as Record gave them; zero where only time passed
	Failures  []Failure            // in the order of the lines
}

// Failure is one expectation that does not hold, with what would hold in its place.
type Failure struct {
	Line    int
	Want    Expectation
	Got     Expectation // what would hold in its place; a zero Verb: no line can say it
	Message string      // why: the deal so far, where it stands, and what would have been needed; after 100 failures only what was wanted, and what there is
}

// OK reports whether every expectation holds.
func (r Result) OK() bool { return len(r.Failures) == 0 }

// Run records the scenario's acts on a new deal on the agreement, and checks every
// expectation. It needs no file and no clock. The error is a *[SyntaxError] for an act
// that the agreement cannot mean. Its File is empty, because a scenario does not know
// in which file it stands.
//
// The cost is that of recording the acts, and for each expectation a snapshot, which grows
// with the parties. Only an expectation of a warning, one that looks as of or known by an
// instant, one on what a late act or a retract revised, and a failure's message take a
// fold of the log.
func Run(s Scenario, a dealstate.Agreement) (Result, error) {
	c, err := newEventBuilder(s, a)
	if err != nil {
		return Result{}, err
	}
	p := &execution{eventBuilder: c, deal: c.machine.NewDeal(s.Policy), result: Result{Scenario: s}, lines: map[string]int{}, refers: map[string]bool{},
		others: map[dealstate.Policy]*underPolicy{}}
	p.result.Deal = p.deal
	p.stood, _ = p.deal.ReplayAfter(dealstate.View{}, p.now)
	p.check(s.Expect)
	for i := range s.Steps {
		if err := p.step(i); err != nil {
			return Result{}, err
		}
	}
	return p.result, nil
}

// execution is one run of a scenario. It belongs to one call of Run, and changes with
// every step.
type execution struct {
	*eventBuilder
	deal   *dealstate.Deal
	result Result
	acts   []dealstate.Event // recorded so far
	lines  map[string]int    // of each event
	refers map[string]bool   // ids of which some retract speaks
	others map[dealstate.Policy]*underPolicy

	before time.Time // where the last step left the clock
	now    time.Time // the latest instant of which any step so far speaks
	event  string    // this step's; "": time passes
	line   int       // this step's
	did    dealstate.Decision

	// Of a step that is expected to change something, or nothing:
	stood dealstate.Snapshot   // before it
	since time.Time            // what was decided by then, it cannot change
	past  []dealstate.Decision // after that, before it
}

// underPolicy is the deal under another policy than its own. It belongs to an execution,
// and is recorded on when it is looked at.
type underPolicy struct {
	deal     *dealstate.Deal
	recorded int // how many of the acts
}

// step takes one step, and checks what is expected after it.
func (p *execution) step(i int) error {
	step := p.scenario.Steps[i]
	p.before = p.now
	if slices.ContainsFunc(step.Expect, Expectation.looksBack) {
		p.lookBack(i)
	}
	p.event, p.did, p.line = "", dealstate.Decision{}, step.Line
	p.advanceTo(step.At)
	if !step.Passes() {
		if err := p.record(i, step); err != nil {
			return err
		}
	}
	p.result.Decisions = append(p.result.Decisions, p.did)
	p.check(step.Expect)
	return nil
}

// record records the step's act.
func (p *execution) record(i int, step Step) error {
	e, err := p.eventBuilder.event(i)
	if err != nil {
		return err
	}
	if p.did, err = p.deal.Record(e); err != nil {
		return step.explain(err)
	}
	p.advanceTo(e.Recorded)
	p.event, p.acts = e.ID, append(p.acts, e)
	if e.Kind == dealstate.Retract {
		p.refers[e.Ref] = true
	}
	if p.lines[e.ID] == 0 {
		p.lines[e.ID] = step.Line
	}
	return nil
}

// looksBack reports whether checking it needs the deal as it stood before the step.
func (e Expectation) looksBack() bool { return e.Verb == NothingHappens || e.Verb == Revised }

// lookBack keeps where the deal stands before a step, and those of its decisions that the
// step can change.
func (p *execution) lookBack(i int) {
	p.stood, p.past = p.deal.ReplayAfter(dealstate.View{AsOf: p.now}, p.now)
	p.since = p.unchangedUntil(i)
	if p.since.Before(p.now) {
		_, p.past = p.deal.ReplayAfter(dealstate.View{AsOf: p.now}, p.since)
	}
}

// unchangedUntil is the instant up to which a step changes no decision: a retract may change
// any, and so may an act of which a retract on record speaks, or that is recorded again;
// any other act changes none that is older than itself.
func (p *execution) unchangedUntil(i int) time.Time {
	if p.scenario.Steps[i].Passes() {
		return p.now
	}
	e, err := p.eventBuilder.event(i)
	if _, again := p.lines[e.ID]; err != nil || again || e.Kind == dealstate.Retract || p.refers[e.ID] {
		return time.Time{}
	}
	return e.At.Add(-1)
}

// advanceTo moves the clock forward. The clock never goes back.
func (p *execution) advanceTo(t time.Time) {
	if t.After(p.now) {
		p.now = t
	}
}

// check keeps a failure for each expectation that does not hold.
func (p *execution) check(list []Expectation) {
	for _, e := range list {
		if got := p.got(e); !matches(e, got) {
			p.result.Failures = append(p.result.Failures, Failure{Line: e.Line, Want: e, Got: got.Expectation, Message: p.message(e, got)})
		}
	}
}

// view fills in what an expectation leaves open: the deal's policy, the instant of
// this step, and all that is recorded above it. With known by and no as of, the view
// is as of the instant of known by.
func (p *execution) view(e Expectation) dealstate.View {
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

// under is the deal under a policy.
func (p *execution) under(policy dealstate.Policy) *dealstate.Deal {
	if policy == p.deal.Policy() {
		return p.deal
	}
	other := p.others[policy]
	if other == nil {
		other = &underPolicy{deal: p.machine.NewDeal(policy)}
		p.others[policy] = other
	}
	for ; other.recorded < len(p.acts); other.recorded++ {
		_, _ = other.deal.Record(p.acts[other.recorded]) // which the deal took, whatever its policy
	}
	return other.deal
}

// fired lists the clocks that fired on the way to this step.
func (p *execution) fired() []string {
	var names []string
	_, decisions := p.deal.ReplayAfter(dealstate.View{AsOf: p.now}, p.before)
	for _, d := range decisions {
		if d.Event == "" && !d.At.After(p.now) {
			names = append(names, clockName(d))
		}
	}
	return names
}

// Changed lists the earlier events, and the clocks, about which a later replay from
// the same instant decides otherwise, given the decisions of both replays. An event
// that only the later replay knows does not count as changed; a clock does.
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
			names = addName(names, d)
		}
	}
	for _, d := range before {
		if _, gone := was[decisionKey(d)]; gone {
			names = addName(names, d)
		}
	}
	return names
}

// clockName is the clock's word, and whose it is.
func clockName(d dealstate.Decision) string { return d.Fired().String() }

// decisionKey is what the decisions of two replays are matched by: the event's id, or
// the clock and its instant.
func decisionKey(d dealstate.Decision) string {
	if d.Event != "" {
		return d.Event
	}
	return clockName(d) + " " + startText(d.At) // no id holds a blank
}

// sameDecision reports whether two decisions on one event come to the same. The states
// count only where the event moved the deal, and the revision only where the event
// made it. Otherwise a retracted approval would seem to change every note that came
// after it.
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

// addName adds the decision's event or clock, if it is not in the list yet.
func addName(names []string, d dealstate.Decision) []string {
	name := d.Event
	if name == "" {
		name = clockName(d)
	}
	if slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}

// revised lists the decisions that this step's act changed.
func (p *execution) revised() []string {
	if !p.since.Before(p.before) {
		return nil
	}
	_, now := p.deal.ReplayAfter(dealstate.View{AsOf: p.before}, p.since)
	return Changed(p.past, now)
}

// decision is the decision on this step's act in the view; ok is false where the view
// does not see the act.
func (p *execution) decision(e Expectation) (d dealstate.Decision, ok bool) {
	if viewText(e.View) == "" {
		return p.did, true
	}
	v, after := p.view(e), time.Time{}
	if p.event != "" {
		after = p.did.At.Add(-1)
	}
	_, decisions := p.under(v.Policy).ReplayAfter(v, after)
	for _, d := range decisions {
		if d.Event == p.event {
			return d, true
		}
	}
	return d, false
}

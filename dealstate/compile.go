package dealstate

import (
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Compile examines an agreement and its rules, and builds the machine that
// runs them. The error is a *FieldError; for a rule it names the rule's id. What
// compiling may cost in all is bounded, some seconds at most: an agreement of more
// rules, states and conditions than that is refused.
func Compile(a Agreement) (*Machine, error) {
	a = a.clone()
	names, err := a.validate()
	if err != nil {
		return nil, err
	}
	m := &Machine{agreement: a, lifecycle: a.lifecycle(), names: names}
	work := &budget{left: mostWork}
	costs, err := m.spendAhead(work)
	if err != nil {
		return nil, err
	}
	if err := a.checkLifecycle(); err != nil {
		return nil, err
	}
	if err := m.lifecycle.check(a, m.names); err != nil {
		return nil, err
	}
	m.index()
	m.approval = m.names.BindApproval(a.Approval)
	m.asked = m.approval.Awaited()
	m.asksNobody = m.asked.Count() == 0
	for i, c := range a.Commitments {
		if c.Within != nil || !c.Deadline.IsZero() {
			m.dated = append(m.dated, i)
		}
	}
	m.floors = a.floors()
	for _, r := range m.lifecycle.Rules {
		m.guards = append(m.guards, m.names.BindGuard(r.When, m.approval))
		m.guardWords = append(m.guardWords, m.wordsOf(r.When))
		m.ofParts = append(m.ofParts, reflect.DeepEqual(r.When, condition.ConcernsPart()))
	}
	if err := m.findInstants(); err != nil {
		return nil, err
	}
	m.runners = &sync.Pool{New: func() any { return newRunner(m) }}
	m.spares, m.passing, m.spacing = &sync.Pool{}, &sync.Pool{}, spacingFor(&a)
	if err := m.probe(); err != nil {
		return nil, err
	}
	m.tabulate()
	if err := m.checkNotice(); err != nil {
		return nil, err
	}
	m.ground()
	if err := m.examineGuards(costs, work); err != nil {
		return nil, err
	}
	return m, nil
}

// checkNotice refuses a notice period that no withdrawal would ever have.
func (m *Machine) checkNotice() error {
	waits := func(rules []int) bool { return len(rules) > 0 }
	if m.agreement.Notice != nil && !slices.ContainsFunc(m.tried[Notice.row()], waits) {
		return field.Errorf("notice", "no state of this lifecycle is left by a notice; want a rule in lifecycle.rules with \"on\":\"notice\"")
	}
	return nil
}

// findInstants lists the instants that conditions name, each once.
func (m *Machine) findInstants() error {
	m.instants = m.names.Reads(append(slices.Clone(m.guards), m.approval)...).Instants
	slices.SortFunc(m.instants, time.Time.Compare)
	m.instants = slices.CompactFunc(m.instants, time.Time.Equal)
	if len(m.instants) > field.MaxInstants {
		return field.Errorf("approval", "the conditions name %d instants; want at most %d", len(m.instants), field.MaxInstants)
	}
	return nil
}

// floors lists the first instants of all delays, each once.
func (a Agreement) floors() []time.Time {
	delays := []*Delay{a.Effect, a.Term, a.Renew}
	if a.Join != nil {
		delays = append(delays, &a.Join.Delay)
	}
	if a.Notice != nil {
		delays = append(delays, &a.Notice.Delay)
	}
	for i := range a.Timers {
		delays = append(delays, &a.Timers[i].After)
	}
	for i := range a.Commitments {
		delays = append(delays, a.Commitments[i].Within)
	}
	var floors []time.Time
	for _, d := range delays {
		if d != nil && !d.NotBefore.IsZero() && !slices.ContainsFunc(floors, d.NotBefore.Equal) {
			floors = append(floors, d.NotBefore)
		}
	}
	return floors
}

func (m *Machine) index() {
	m.states = make(map[State]int)
	for i, s := range m.lifecycle.States {
		m.states[s] = i
	}
	m.initial = m.states[m.lifecycle.Initial]
	m.indexNames()
}

func (m *Machine) indexNames() {
	m.parties = make(map[string]int)
	for i, p := range m.agreement.Parties {
		m.parties[p.ID] = i
		m.weights = append(m.weights, p.Weight)
		m.anyJoint = m.anyJoint || p.Approver == ""
	}
	m.speakers, _ = m.agreement.speakers() // Validate has checked them
	m.commitments = make(map[string]int)
	for i, c := range m.agreement.Commitments {
		m.commitments[c.ID] = i
	}
}

// A checkpoint stands every so many events. It takes about as much memory as the events
// between it and the next, so where the situation is larger they stand further apart.
const (
	leastSpacing  = 64
	bytesAnEvent  = 64  // of checkpoints
	bytesAParty   = 96  // of a situation
	bytesOfNobody = 900 // of one without parties and commitments
)

// spacingFor says how many events apart the checkpoints of an agreement's deals stand.
func spacingFor(a *Agreement) int {
	size := bytesOfNobody + bytesAParty*(len(a.Parties)+len(a.Commitments)+len(a.Timers))
	return max(leastSpacing, size/bytesAnEvent)
}

package dealstate

import (
	"slices"
	"sync"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/bitset"
)

// Machine is an agreement compiled: its rules examined and handed to
// looplab/fsm. It does not change, may be shared by any number of deals, and is
// safe for concurrent use.
type Machine struct {
	agreement   Agreement
	lifecycle   Lifecycle
	states      map[State]int
	parties     map[string]int
	speakers    map[string]int // an approver's name or alias, as given and folded: the party
	anyJoint    bool           // some party names no approver
	commitments map[string]int
	weights     []int64
	names       *condition.Names // of what conditions may speak of
	approval    *condition.Test
	asked       bitset.Set // the parties whose approval the condition asks about
	initial     int
	guards      []*condition.Test // by rule
	guardWords  []string          // by rule
	ofParts     []bool            // by rule: it is about a part of the deal only
	grounds     [][]*[]Reason     // by rule and party: why an act counts, where that is always the same
	tried       [][][]int         // by trigger and state: the rules, the first to try first
	next        [][]int           // by rule and state: where looplab led, or -1
	leadsTo     [][]bool          // by trigger and state: a rule for it leads there from elsewhere
	runs        [][]bool          // by clock and state: the clock runs
	inForce     []bool            // by state: the deal is in force
	asksNobody  bool              // the approval condition asks for no approval
	instants    []time.Time       // that conditions name, the earliest first
	floors      []time.Time       // before which some delay does not end, each once
	dated       []int             // the commitments with a deadline
	ends        []bool            // by state: a term rule leads there
	spacing     int               // of the checkpoints of a deal
	runners     *sync.Pool        // of *runner; alike machines share it
	spares      *sync.Pool        // of *folding; alike machines share it
	passing     *sync.Pool        // of *passingLog; alike machines share it
}

// Agreement returns a copy of the agreement that was compiled.
func (m *Machine) Agreement() Agreement { return m.agreement.clone() }

// Deal returns the agreement's id, by which events name their deal.
func (m *Machine) Deal() string { return m.agreement.ID }

// Clocks lists, in their fixed order, the clocks that the agreement sets or that its
// rules wait for, a party's notice among them. An extension by all sides can set a
// deadline or a term besides.
func (m *Machine) Clocks() []Clock {
	a := &m.agreement
	sets := [endOfClocks]bool{Deadline: !a.Deadline.IsZero(), Effect: a.Effect != nil, Term: a.Term != nil,
		Overdue: len(m.dated) > 0, Reached: len(m.instants) > 0, Timed: len(a.Timers) > 0}
	for _, waits := range m.tried[Notice.row()] {
		sets[Notice] = sets[Notice] || len(waits) > 0
	}
	return slices.DeleteFunc(Clocks(), func(c Clock) bool { return !sets[c] })
}

// InForce reports whether the deal is in force while it is in a state.
func (m *Machine) InForce(s State) bool {
	at, is := m.states[s]
	return is && m.inForce[at]
}

// Lifecycle returns a copy of the rules that run it: the agreement's own, or
// the standard ones.
func (m *Machine) Lifecycle() Lifecycle { return m.lifecycle.clone() }

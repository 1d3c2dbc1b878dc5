package tracker

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// machines compiles agreements, and shares among those that are alike what compiling one
// of them led to. It also keeps one of each list of parties that deals await, and the states
// that deals can have. It is safe for concurrent use.
type machines struct {
	mu       sync.Mutex
	byShape  map[string][]*shape
	shapes   int
	awaiting map[string][]string
	states   map[dealstate.State]bool // of the agreements in the journal, as far as they were read
}

// shape is what agreements that are alike share.
type shape struct {
	machine *dealstate.Machine
	kept    atomic.Bool // its states are listed
}

// Beyond so many shapes or lists, those known are forgotten: they are found again as they
// are needed.
const (
	mostShapes = 4_096
	mostLists  = 65_536
)

// of gives the machine of an agreement.
func (m *machines) of(a dealstate.Agreement) (*dealstate.Machine, error) {
	machine, _, err := m.find(a)
	return machine, err
}

// ofKept gives the machine of an agreement in the journal: deals have its states from now on.
func (m *machines) ofKept(a dealstate.Agreement) (*dealstate.Machine, error) {
	machine, of, err := m.find(a)
	if err != nil || of.kept.Load() {
		return machine, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.states == nil {
		m.states = map[dealstate.State]bool{}
	}
	for _, s := range machine.Lifecycle().States {
		m.states[s] = true
	}
	of.kept.Store(true)
	return machine, nil
}

// find gives the machine of an agreement, with its shape.
func (m *machines) find(a dealstate.Agreement) (*dealstate.Machine, *shape, error) {
	var room [128]byte
	key := appendShape(room[:0], &a)
	m.mu.Lock()
	known := m.byShape[string(key)]
	m.mu.Unlock()
	for _, like := range known {
		if machine, ok := like.machine.For(a); ok {
			return machine, like, nil
		}
	}
	machine, err := dealstate.Compile(a)
	if err != nil {
		return nil, nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byShape == nil || m.shapes >= mostShapes {
		m.byShape, m.shapes = map[string][]*shape{}, 0
	}
	of := &shape{machine: machine}
	m.byShape[string(key)] = append(m.byShape[string(key)], of)
	m.shapes++
	return machine, of, nil
}

// listStates gives the states that deals can have, by name.
func (m *machines) listStates() []dealstate.State {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.states))
}

// appendShape appends what is the same for agreements that are alike, and differs for most
// others.
func appendShape(to []byte, a *dealstate.Agreement) []byte {
	for _, p := range a.Parties {
		to = append(append(to, p.ID...), 0)
	}
	for _, c := range a.Commitments {
		to = append(append(to, c.ID...), 1)
	}
	return to
}

// list gives the one list of these parties.
func (m *machines) list(parties []string) []string {
	if len(parties) == 0 {
		return nil
	}
	key := strings.Join(parties, "\x00")
	m.mu.Lock()
	defer m.mu.Unlock()
	if kept, ok := m.awaiting[key]; ok {
		return kept
	}
	if m.awaiting == nil || len(m.awaiting) >= mostLists {
		m.awaiting = map[string][]string{}
	}
	m.awaiting[key] = parties
	return parties
}

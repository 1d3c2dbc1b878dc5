package tracker

import (
	"strings"
	"sync"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// machines compiles agreements, and shares among those that are alike what compiling one
// of them led to. It also keeps one of each list of parties that deals await. It is safe
// for concurrent use.
type machines struct {
	mu       sync.Mutex
	byShape  map[string][]*dealstate.Machine
	shapes   int
	awaiting map[string][]string
}

// Beyond so many shapes or lists, those known are forgotten: they are found again as they
// are needed.
const (
	mostShapes = 4_096
	mostLists  = 65_536
)

// of gives the machine of an agreement.
func (m *machines) of(a dealstate.Agreement) (*dealstate.Machine, error) {
	var room [128]byte
	shape := appendShape(room[:0], &a)
	m.mu.Lock()
	known := m.byShape[string(shape)]
	m.mu.Unlock()
	for _, like := range known {
		if machine, ok := like.For(a); ok {
			return machine, nil
		}
	}
	machine, err := dealstate.Compile(a)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byShape == nil || m.shapes >= mostShapes {
		m.byShape, m.shapes = map[string][]*dealstate.Machine{}, 0
	}
	m.byShape[string(shape)] = append(m.byShape[string(shape)], machine)
	m.shapes++
	return machine, nil
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

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
	shape := shapeOf(&a)
	m.mu.Lock()
	known := m.byShape[shape]
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
	m.byShape[shape] = append(m.byShape[shape], machine)
	m.shapes++
	return machine, nil
}

// shapeOf is the same for agreements that are alike, and differs for most others.
func shapeOf(a *dealstate.Agreement) string {
	var b strings.Builder
	for _, p := range a.Parties {
		b.WriteString(p.ID)
		b.WriteByte(0)
	}
	for _, c := range a.Commitments {
		b.WriteString(c.ID)
		b.WriteByte(1)
	}
	return b.String()
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

package bulk

import (
	"sync"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// shelf keeps automata between replays: what the library has answered once, for
// one agreement and policy, it need not be asked again.
type shelf struct {
	mu   sync.Mutex
	free map[title][]*automaton // each for one goroutine at a time
}

type title struct {
	machine *dealstate.Machine
	policy  dealstate.Policy
}

// borrow gives an automaton to who must give it back. No answer that is kept says
// the policy's name, so that it does not matter; names may be many.
func (s *shelf) borrow(m *dealstate.Machine, p dealstate.Policy) *automaton {
	p.Name = "any"
	s.mu.Lock()
	defer s.mu.Unlock()
	t := title{machine: m, policy: p}
	free := s.free[t]
	if len(free) == 0 {
		return newAutomaton(m, p)
	}
	s.free[t] = free[:len(free)-1]
	return free[len(free)-1]
}

func (s *shelf) giveBack(a *automaton) {
	a.detach()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.free == nil {
		s.free = map[title][]*automaton{}
	}
	t := title{machine: a.m, policy: a.policy}
	s.free[t] = append(s.free[t], a)
}

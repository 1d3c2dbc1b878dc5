package lazydfa

import (
	"sync"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Pool keeps DFAs between replays: what the library has answered once, for one
// machine and policy, it need not be asked again. It is safe for concurrent use; the zero
// value is empty.
type Pool struct {
	mu      sync.Mutex
	free    map[poolKey][]*DFA // each for one goroutine at a time
	answers answers            // of all of them
}

type poolKey struct {
	machine *dealstate.Machine
	policy  dealstate.Policy
}

// Get takes a DFA out of the pool, or makes one. The caller returns it with Put. No
// answer that is kept says the policy's name, so that DFAs of policies that differ in
// their names only are shared; names may be many.
func (p *Pool) Get(m *dealstate.Machine, policy dealstate.Policy) *DFA {
	policy.Name = "any"
	p.mu.Lock()
	defer p.mu.Unlock()
	key := poolKey{machine: m, policy: policy}
	free := p.free[key]
	if len(free) == 0 {
		return newDFA(m, policy, &p.answers)
	}
	p.free[key] = free[:len(free)-1]
	return free[len(free)-1]
}

// Put returns a DFA, whose hits the caller has taken.
func (p *Pool) Put(d *DFA) {
	d.detach()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.free == nil {
		p.free = map[poolKey][]*DFA{}
	}
	key := poolKey{machine: d.machine, policy: d.policy}
	p.free[key] = append(p.free[key], d)
}

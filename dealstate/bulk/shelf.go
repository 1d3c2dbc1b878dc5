package bulk

import (
	"sync"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// shelf keeps a log's automata between replays: what the library has answered
// once, under one policy, it need not be asked again.
type shelf struct {
	mu   sync.Mutex
	sets map[dealstate.Policy][][]*automaton // each by machine, for one goroutine
}

func (l *Log) borrow(p dealstate.Policy) []*automaton {
	l.shelf.mu.Lock()
	defer l.shelf.mu.Unlock()
	if sets := l.shelf.sets[p]; len(sets) > 0 {
		l.shelf.sets[p] = sets[:len(sets)-1]
		return sets[len(sets)-1]
	}
	set := make([]*automaton, len(l.machines))
	for i, m := range l.machines {
		set[i] = newAutomaton(m, p, l.acts, len(l.refs) > 0)
	}
	return set
}

func (l *Log) giveBack(p dealstate.Policy, set []*automaton) {
	for _, a := range set {
		for n := range a.table {
			a.table[n].hits = 0
		}
	}
	l.shelf.mu.Lock()
	defer l.shelf.mu.Unlock()
	if l.shelf.sets == nil {
		l.shelf.sets = map[dealstate.Policy][][]*automaton{}
	}
	l.shelf.sets[p] = append(l.shelf.sets[p], set)
}

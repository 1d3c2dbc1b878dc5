package lazydfa

import (
	"fmt"
	"sync"
)

// answer is what an input class does in a situation. No effect: a clock came due where
// no rule heeds it. It does not change.
type answer struct {
	effects []Effect
	setters uint64 // that it makes use of
}

// answers keeps each answer once: thousands of cells, of a thousand agreements, give some
// hundreds. It is safe for concurrent use; the zero value is empty.
type answers struct {
	mu  sync.Mutex
	all map[string]*answer // by all that one says
}

// one gives the answer that is kept.
func (s *answers) one(key string, a answer) *answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all[key] == nil {
		if s.all == nil {
			s.all = map[string]*answer{}
		}
		s.all[key] = &a
	}
	return s.all[key]
}

// answerNumber gives the number that an answer has in this DFA.
func (d *DFA) answerNumber(a answer) uint32 {
	key := fmt.Sprintf("%d%q", a.setters, a.effects)
	n, ok := d.answerOf[key]
	if !ok {
		n = uint32(len(d.answers))
		d.answers, d.answerOf[key] = append(d.answers, d.shared.one(key, a)), n
	}
	return n
}

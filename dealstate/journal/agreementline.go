package journal

import (
	"bytes"
	"sync"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// agreements reads the JSON of agreements. Deals are many and their forms few: most
// agreements are like one read before but for the id and the title, and then only these
// are read. It is safe for concurrent use; the zero value is ready.
type agreements struct {
	mu     sync.RWMutex
	byRest map[string]*dealstate.Agreement // by all that follows the id and the title
}

// What is remembered is bounded: so many forms, each of so many bytes.
const (
	mostForms   = 256
	longestForm = 16 << 10
)

// read reads an agreement that was checked when it was appended. It shares all but its id
// and title with others, and nobody may change it.
func (c *agreements) read(text []byte) (*dealstate.Agreement, error) {
	id, title, rest, plain := headOf(text)
	if plain {
		c.mu.RLock()
		like := c.byRest[string(rest)]
		c.mu.RUnlock()
		if like != nil {
			a := *like
			a.ID, a.Title = string(id), string(title)
			return &a, nil
		}
	}
	a := new(dealstate.Agreement)
	if err := a.UnmarshalJSON(text); err != nil {
		return nil, err
	}
	if plain && len(rest) <= longestForm {
		c.keep(string(rest), a)
	}
	return a, nil
}

func (c *agreements) keep(rest string, a *dealstate.Agreement) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byRest == nil || len(c.byRest) >= mostForms {
		c.byRest = map[string]*dealstate.Agreement{}
	}
	c.byRest[rest] = a
}

// headOf takes the id and the title off an agreement as MarshalJSON writes it; not plain
// where it is written otherwise, or has escapes there.
func headOf(text []byte) (id, title, rest []byte, plain bool) {
	rest, first := bytes.CutPrefix(text, []byte(`{"id":"`))
	id, rest, plain = plainText(rest)
	if !first || !plain || len(id) == 0 {
		return nil, nil, nil, false
	}
	if after, has := bytes.CutPrefix(rest, []byte(`,"title":"`)); has {
		title, rest, plain = plainText(after)
	}
	return id, title, rest, plain && !bytes.HasPrefix(rest, []byte(`,"implements"`))
}

package journal

import (
	"bytes"
	"sync"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// agreements reads the JSON of agreements. Deals are many and their forms few: most
// agreements are like one read before but for the id, the title and what they implement, and
// then only these are read. It is safe for concurrent use; the zero value is ready.
type agreements struct {
	mu     sync.RWMutex
	byRest map[string]*dealstate.Agreement // by all that follows the head
}

// What is remembered is bounded: so many forms, each of so many bytes.
const (
	mostForms   = 256
	longestForm = 16 << 10
)

// read reads an agreement that was checked when it was appended. It shares all but its head
// with others, and nobody may change it.
func (c *agreements) read(text []byte) (*dealstate.Agreement, error) {
	head, rest, plain := headOf(text)
	if plain {
		c.mu.RLock()
		like := c.byRest[string(rest)]
		c.mu.RUnlock()
		if like != nil {
			a := *like
			a.ID, a.Title, a.Implements = string(head.id), string(head.title), head.implements
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

// head is what stands first in an agreement as MarshalJSON writes it, and tells it from those
// like it.
type head struct {
	id, title  []byte
	implements []string
}

// headOf takes the head off an agreement; not plain where it is written otherwise, or has
// escapes there.
func headOf(text []byte) (h head, rest []byte, plain bool) {
	rest, first := bytes.CutPrefix(text, []byte(`{"id":"`))
	h.id, rest, plain = plainText(rest)
	if !first || !plain || len(h.id) == 0 {
		return head{}, nil, false
	}
	if after, has := bytes.CutPrefix(rest, []byte(`,"title":"`)); has {
		if h.title, rest, plain = plainText(after); !plain {
			return head{}, nil, false
		}
	}
	if after, has := bytes.CutPrefix(rest, []byte(`,"implements":["`)); has {
		h.implements, rest, plain = plainTexts(after)
	}
	return h, rest, plain
}

// plainTexts takes the texts of a list, behind its first quote, and passes over its end.
func plainTexts(rest []byte) (texts []string, after []byte, ok bool) {
	for more := true; more; {
		var text []byte
		if text, rest, ok = plainText(rest); !ok {
			return nil, nil, false
		}
		texts = append(texts, string(text))
		rest, more = bytes.CutPrefix(rest, []byte(`,"`))
	}
	after, ok = bytes.CutPrefix(rest, []byte(`]`))
	return texts, after, ok
}

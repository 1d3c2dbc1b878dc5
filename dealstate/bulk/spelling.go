package bulk

import (
	"hash/maphash"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// spelling is how an act stands in a line: its fields with the joints before
// them, in runs that other fields divide.
type spelling struct {
	runs [maxRuns][]byte
	len  int
}

const maxRuns = 4

// add puts a field behind the ones before, if it stands next to them, or begins
// a run.
func (s *spelling) add(buf []byte, from, to int, next bool) bool {
	switch {
	case next:
		run := &s.runs[s.len-1]
		*run = (*run)[:len(*run)+to-from]
	case s.len == maxRuns:
		return false
	default:
		s.runs[s.len] = buf[from:to]
		s.len++
	}
	return true
}

func (s *spelling) hash() uint64 {
	var h uint64
	for _, run := range s.runs[:s.len] {
		h = h*0x9E3779B97F4A7C15 + maphash.Bytes(seed, run)
	}
	return h
}

// spelled is an act as it once stood in a line.
type spelled struct {
	hash uint64
	text string // the runs, one after the other
	ends [maxRuns]int
	act  uint32
	kind dealstate.Kind
}

func (s *spelled) is(p *spelling) bool {
	from := 0
	for i, run := range p.runs[:p.len] {
		if s.text[from:s.ends[i]] != string(run) {
			return false
		}
		from = s.ends[i]
	}
	return from == len(s.text)
}

// spelledTable finds an act by its spelling. It forgets all when it is full, lest a
// hostile log fill the memory.
type spelledTable struct {
	places []*spelled
	used   int
}

const (
	maxSpelled  = 1 << 16
	maxSpelling = 1 << 10 // bytes
)

func (t *spelledTable) find(p *spelling, hash uint64) *spelled {
	if len(t.places) == 0 {
		return nil
	}
	for at := t.home(hash); t.places[at] != nil; at = (at + 1) & (len(t.places) - 1) {
		if s := t.places[at]; s.hash == hash && s.is(p) {
			return s
		}
	}
	return nil
}

func (t *spelledTable) home(hash uint64) int { return int(hash>>32) & (len(t.places) - 1) }

// add remembers how an act was spelled.
func (t *spelledTable) add(p *spelling, hash uint64, act uint32, kind dealstate.Kind) {
	s := &spelled{hash: hash, act: act, kind: kind}
	var text []byte
	for i, run := range p.runs[:p.len] {
		text = append(text, run...)
		s.ends[i] = len(text)
	}
	if len(text) > maxSpelling || t.find(p, hash) != nil {
		return
	}
	s.text = string(text)
	switch {
	case t.used == maxSpelled:
		*t = spelledTable{places: make([]*spelled, 256)}
	case 2*t.used >= len(t.places):
		t.grow()
	}
	t.put(s)
	t.used++
}

func (t *spelledTable) put(s *spelled) {
	at := t.home(s.hash)
	for t.places[at] != nil {
		at = (at + 1) & (len(t.places) - 1)
	}
	t.places[at] = s
}

func (t *spelledTable) grow() {
	old := t.places
	t.places = make([]*spelled, max(256, 2*len(old)))
	for _, s := range old {
		if s != nil {
			t.put(s)
		}
	}
}

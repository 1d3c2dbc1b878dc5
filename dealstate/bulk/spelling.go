package bulk

import (
	"bytes"
	"hash/maphash"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// spelling is how an act stands in a line: its fields with the joints before
// them, in runs that other fields divide.
type spelling struct {
	runs [maxRuns]run
	len  int
}

const maxRuns = 4

// run is some fields of an act that stand next to each other, from behind the value
// of the field before on.
type run struct {
	text   []byte
	fields uint32 // bits, and sourceBegun
	behind field
	last   field
	hash   uint64   // 0: to be found
	known  *run     // in the table, if it was taken from there as it is
	act    *spelled // in the table: what it last began
}

// add puts a field with the joint before it behind the ones before, if it stands next
// to them, or begins a run.
func (s *spelling) add(text []byte, behind, f field, bits uint32) bool {
	if 1<<behind&actFields != 0 {
		r := &s.runs[s.len-1]
		r.text, r.fields, r.last, r.hash, r.known = r.text[:len(r.text)+len(text)], r.fields|bits, f, 0, nil
		return true
	}
	if s.len == maxRuns {
		return false
	}
	s.runs[s.len] = run{text: text, fields: bits, behind: behind, last: f}
	s.len++
	return true
}

// take adds a run that was met before, and stands here again. The text has more behind
// it, in case the run goes on.
func (s *spelling) take(r *run, text []byte) bool {
	if s.len == maxRuns {
		return false
	}
	s.runs[s.len] = run{text: text, fields: r.fields, behind: r.behind, last: r.last, hash: r.hash, known: r}
	s.len++
	return true
}

func (s *spelling) hash() uint64 {
	var h uint64
	for i := range s.runs[:s.len] {
		r := &s.runs[i]
		if r.hash == 0 {
			r.hash = maphash.Bytes(seed, r.text)
		}
		h = h*0x9E3779B97F4A7C15 + r.hash
	}
	return h
}

// runTable guesses a run by a few of its words, which saves looking at its fields
// one by one.
type runTable struct {
	behind uint32 // bits: the fields behind which there are any
	places [1 << 10]*run
}

// longRun is how long a run must be for those words to lie in it.
const longRun = 68

func placeOf(buf []byte, at int) uint64 {
	h := load(buf, at+12)*0x9E3779B97F4A7C15 ^ load(buf, at+36)*0xD6E8FEB86659FD93 ^ load(buf, at+60)*0xA0761D6478BD642F
	return h >> 54
}

// find gives the run that stands there whole, behind that field.
func (t *runTable) find(buf []byte, at int, behind field) *run {
	r := t.places[placeOf(buf, at)]
	if r == nil || r.behind != behind || at+len(r.text) >= len(buf)-margin || string(buf[at:at+len(r.text)]) != string(r.text) {
		return nil
	}
	if next := buf[at+len(r.text)]; next != '"' && (r.last != fRevision || next != ',') {
		return nil // the last value goes on
	}
	return r
}

// add remembers a run. One that is known stays, so that none leads to those before.
func (t *runTable) add(r run) {
	if r.known != nil || len(r.text) < longRun || len(r.text) > maxSpelling {
		return
	}
	r.text = bytes.Clone(r.text)
	t.behind |= 1 << r.behind
	t.places[placeOf(r.text, 0)] = &r
}

// spelled is an act as it once stood in a line.
type spelled struct {
	hash uint64
	text string // the runs, one after the other
	ends [maxRuns]int
	len  int  // runs
	from *run // the first one, in the table
	act  uint32
	kind dealstate.Kind
}

func (s *spelled) is(p *spelling) bool {
	if s.len != p.len {
		return false
	}
	from := 0
	for i := range p.runs[:p.len] {
		r := &p.runs[i]
		if (i > 0 || r.known == nil || r.known != s.from) && s.text[from:s.ends[i]] != string(r.text) {
			return false
		}
		from = s.ends[i]
	}
	return true
}

// spelledTable finds an act by its spelling. It forgets all when it is full, lest a
// hostile log fill the memory.
type spelledTable struct {
	places []*spelled
	used   int
	bytes  int // of all texts
}

const (
	maxSpelled      = 1 << 16
	maxSpelling     = 1 << 10 // bytes
	maxSpelledBytes = 1 << 24
)

// find looks first at what the first run last began.
func (t *spelledTable) find(p *spelling) *spelled {
	if p.len == 0 || len(t.places) == 0 {
		return nil
	}
	first := p.runs[0].known
	if first != nil && first.act != nil && first.act.is(p) {
		return first.act
	}
	s := t.search(p, p.hash())
	if s != nil && first != nil {
		first.act, s.from = s, first
	}
	return s
}

func (t *spelledTable) search(p *spelling, hash uint64) *spelled {
	for at := t.home(hash); t.places[at] != nil; at = (at + 1) & (len(t.places) - 1) {
		if s := t.places[at]; s.hash == hash && s.is(p) {
			return s
		}
	}
	return nil
}

func (t *spelledTable) home(hash uint64) int { return int(hash>>32) & (len(t.places) - 1) }

// add remembers how an act was spelled.
func (t *spelledTable) add(p *spelling, act uint32, kind dealstate.Kind) {
	s := &spelled{hash: p.hash(), act: act, kind: kind, len: p.len}
	var text []byte
	for i := range p.runs[:p.len] {
		text = append(text, p.runs[i].text...)
		s.ends[i] = len(text)
	}
	if len(text) > maxSpelling || t.find(p) != nil {
		return
	}
	s.text = string(text)
	switch {
	case t.used == maxSpelled || t.bytes > maxSpelledBytes:
		*t = spelledTable{places: make([]*spelled, 256)}
	case 2*t.used >= len(t.places):
		t.grow()
	}
	t.put(s)
	t.used, t.bytes = t.used+1, t.bytes+len(text)
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

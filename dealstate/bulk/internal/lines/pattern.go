package lines

import (
	"bytes"
	"hash/maphash"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// pattern is how a statement stands in a line: its fields with the separators before
// them, in segments that other fields divide. It belongs to a Line, and its texts lie in the
// block.
type pattern struct {
	segments [maxSegments]segment
	len      int
}

const maxSegments = 4

// segment is some fields of a statement that stand next to each other, from behind the
// value of the field before on. That of a line changes as it is scanned; one in a table has a
// text of its own.
type segment struct {
	text   []byte
	fields uint32 // bits, and sourceBegun
	behind key
	last   key
	hash   uint64        // 0: to be found
	known  *segment      // in the table, if it was taken from there as it is
	began  *knownPattern // in the table: the pattern that it last began
}

// add puts a field with the separator before it behind the ones before, if it stands next
// to them, or begins a segment.
func (p *pattern) add(text []byte, behind, k key, bits uint32) bool {
	if 1<<behind&statementKeys != 0 {
		s := &p.segments[p.len-1]
		s.text, s.fields, s.last, s.hash, s.known = s.text[:len(s.text)+len(text)], s.fields|bits, k, 0, nil
		return true
	}
	if p.len == maxSegments {
		return false
	}
	p.segments[p.len] = segment{text: text, fields: bits, behind: behind, last: k}
	p.len++
	return true
}

// take adds a segment that was met before, and stands here again. The text has more behind
// it, in case the segment goes on.
func (p *pattern) take(s *segment, text []byte) bool {
	if p.len == maxSegments {
		return false
	}
	p.segments[p.len] = segment{text: text, fields: s.fields, behind: s.behind, last: s.last, hash: s.hash, known: s}
	p.len++
	return true
}

// seed is one for the whole program. No hash reaches any output.
var seed = maphash.MakeSeed()

func (p *pattern) hash() uint64 {
	var h uint64
	for i := range p.segments[:p.len] {
		s := &p.segments[i]
		if s.hash == 0 {
			s.hash = maphash.Bytes(seed, s.text)
		}
		h = h*0x9E3779B97F4A7C15 + s.hash
	}
	return h
}

// segmentTable guesses a segment by a few of its words, which saves looking at its fields
// one by one. It keeps one for each hash of those words, the last that was learned.
type segmentTable struct {
	behind uint32 // bits: the fields behind which there are any
	places [1 << 10]*segment
}

// longSegment is how long a segment must be for those words to lie in it.
const longSegment = 68

// placeOf hashes the words of a segment that begins there, 12, 36 and 60 bytes in.
func placeOf(buf []byte, at int) uint64 {
	h := load(buf, at+12)*0x9E3779B97F4A7C15 ^ load(buf, at+36)*0xD6E8FEB86659FD93 ^ load(buf, at+60)*0xA0761D6478BD642F
	return h >> 54
}

// find gives the segment that stands there whole, behind that field.
func (t *segmentTable) find(buf []byte, at int, behind key) *segment {
	s := t.places[placeOf(buf, at)]
	if s == nil || s.behind != behind || at+len(s.text) >= len(buf)-Margin || string(buf[at:at+len(s.text)]) != string(s.text) {
		return nil
	}
	if next := buf[at+len(s.text)]; next != '"' && (s.last != kRevision || next != ',') {
		return nil // the last value goes on
	}
	return s
}

// add remembers a segment. One that is known stays, so that none leads to those before.
func (t *segmentTable) add(s segment) {
	if s.known != nil || len(s.text) < longSegment || len(s.text) > maxPattern {
		return
	}
	s.text = bytes.Clone(s.text)
	t.behind |= 1 << s.behind
	t.places[placeOf(s.text, 0)] = &s
}

// knownPattern is a pattern that was learned, and which statement it is of. Only the
// segment that it is known to begin with changes.
type knownPattern struct {
	hash      uint64
	text      string // the segments, one after the other
	ends      [maxSegments]int
	len       int      // segments
	first     *segment // in the table of segments
	statement uint32
	kind      dealstate.Kind
}

func (k *knownPattern) is(p *pattern) bool {
	if k.len != p.len {
		return false
	}
	from := 0
	for i := range p.segments[:p.len] {
		s := &p.segments[i]
		if (i > 0 || s.known == nil || s.known != k.first) && k.text[from:k.ends[i]] != string(s.text) {
			return false
		}
		from = k.ends[i]
	}
	return true
}

// metTable knows which patterns were met before, by half of their hashes. It keeps one for
// each value of the other half's last bits, the last that was met.
type metTable struct{ hashes *[1 << 16]uint32 }

// again reports whether a pattern of that hash was met before, and remembers it.
func (t *metTable) again(hash uint64) bool {
	if t.hashes == nil {
		t.hashes = new([1 << 16]uint32)
	}
	place := &t.hashes[hash%(1<<16)]
	before := *place
	*place = uint32(hash>>32) | 1 // none is zero
	return before == *place
}

// patternTable finds a statement by its pattern. It forgets all when it is full, lest a
// hostile log fill the memory.
type patternTable struct {
	places []*knownPattern
	used   int
	bytes  int // of all texts
}

const (
	maxPatterns     = 1 << 16
	maxPattern      = 1 << 10 // bytes
	maxPatternBytes = 1 << 24
)

// find looks first at the pattern that the first segment last began.
func (t *patternTable) find(p *pattern) *knownPattern {
	if p.len == 0 || len(t.places) == 0 {
		return nil
	}
	first := p.segments[0].known
	if first != nil && first.began != nil && first.began.is(p) {
		return first.began
	}
	k := t.search(p, p.hash())
	if k != nil && first != nil {
		first.began, k.first = k, first
	}
	return k
}

func (t *patternTable) search(p *pattern, hash uint64) *knownPattern {
	for at := t.home(hash); t.places[at] != nil; at = (at + 1) & (len(t.places) - 1) {
		if k := t.places[at]; k.hash == hash && k.is(p) {
			return k
		}
	}
	return nil
}

func (t *patternTable) home(hash uint64) int { return int(hash>>32) & (len(t.places) - 1) }

// add remembers the pattern of a statement.
func (t *patternTable) add(p *pattern, statement uint32, kind dealstate.Kind) {
	k := &knownPattern{hash: p.hash(), statement: statement, kind: kind, len: p.len}
	var text []byte
	for i := range p.segments[:p.len] {
		text = append(text, p.segments[i].text...)
		k.ends[i] = len(text)
	}
	if len(text) > maxPattern || t.find(p) != nil {
		return
	}
	k.text = string(text)
	switch {
	case t.used == maxPatterns || t.bytes > maxPatternBytes:
		*t = patternTable{places: make([]*knownPattern, 256)}
	case 2*t.used >= len(t.places):
		t.grow()
	}
	t.put(k)
	t.used, t.bytes = t.used+1, t.bytes+len(text)
}

func (t *patternTable) put(k *knownPattern) {
	at := t.home(k.hash)
	for t.places[at] != nil {
		at = (at + 1) & (len(t.places) - 1)
	}
	t.places[at] = k
}

func (t *patternTable) grow() {
	old := t.places
	t.places = make([]*knownPattern, max(256, 2*len(old)))
	for _, k := range old {
		if k != nil {
			t.put(k)
		}
	}
}

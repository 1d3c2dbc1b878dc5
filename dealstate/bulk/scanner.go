package bulk

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// scan reads one line of the exact event format, without allocating, into the
// record, whose texts then lie in the line. It takes only what it is sure that
// dealstate.Event.UnmarshalJSON would take, for the same event. Anything else,
// such as an escape, an unknown key or a rare spelling, is a surprise: false, and
// the caller asks UnmarshalJSON.
func (r *record) scan(line []byte) bool {
	if len(line) > dealstate.MaxLine || !simple(line) {
		return false
	}
	*r = record{at: none, recorded: none, until: none}
	s := scan{line: line}
	return r.read(&s) && s.at == len(line) && r.complete()
}

func (r *record) read(s *scan) bool {
	seen := uint32(0)
	for more := s.open(); more; {
		key, ok := s.key()
		if !ok {
			return false
		}
		bit := r.field(s, key)
		if bit == 0 || seen&bit != 0 {
			return false
		}
		seen |= bit
		if more, ok = s.next(); !ok {
			return false
		}
	}
	return seen != 0
}

// One in each byte of a word, and its highest bit.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// simple reports whether a line holds no escape, no control character and no
// broken UTF-8, eight bytes at a time.
func simple(line []byte) bool {
	var odd, high uint64
	rest := line
	for ; len(rest) >= 8; rest = rest[8:] {
		w := binary.LittleEndian.Uint64(rest)
		escape := w ^ '\\'*ones
		// The classic tests for a byte below n and for a zero byte; they may see
		// more than there is where a byte is above 0x7f, which only costs time.
		odd |= (w-0x20*ones)&^w | (escape-ones)&^escape
		high |= w
	}
	for _, c := range rest {
		if c < 0x20 || c == '\\' {
			return false
		}
		high |= uint64(c)
	}
	return odd&highs == 0 && (high&highs == 0 || utf8.Valid(line))
}

// scan walks through a line.
type scan struct {
	line []byte
	at   int
}

// skip passes a byte that must come next, and the spaces around it, if any.
func (s *scan) skip(c byte) bool {
	if s.at+1 < len(s.line) && s.line[s.at] == c && s.line[s.at+1] > ' ' {
		s.at++
		return true
	}
	return s.skipSpaced(c)
}

func (s *scan) skipSpaced(c byte) bool {
	s.space()
	if s.at >= len(s.line) || s.line[s.at] != c {
		return false
	}
	s.at++
	s.space()
	return true
}

func (s *scan) space() {
	for s.at < len(s.line) && s.line[s.at] == ' ' {
		s.at++
	}
}

// open passes the beginning of an object with something in it.
func (s *scan) open() bool { return s.skip('{') }

// next passes what stands behind a value: more, or the end of the object.
func (s *scan) next() (more, ok bool) {
	if s.skip(',') {
		return true, true
	}
	return false, s.skip('}')
}

func (s *scan) key() ([]byte, bool) {
	key, ok := s.text()
	return key, ok && s.skip(':')
}

// text reads a string. The line holds no escapes, so it ends at the next quote;
// most are short enough for one look at eight bytes.
func (s *scan) text() ([]byte, bool) {
	if s.at >= len(s.line) || s.line[s.at] != '"' {
		return nil, false
	}
	rest := s.line[s.at+1:]
	end := -1
	if len(rest) >= 8 {
		w := binary.LittleEndian.Uint64(rest) ^ '"'*ones
		if found := (w - ones) &^ w & highs; found != 0 { // its lowest bit is exact
			end = bits.TrailingZeros64(found) / 8
		}
	}
	if end < 0 {
		if end = bytes.IndexByte(rest, '"'); end < 0 {
			return nil, false
		}
	}
	s.at += end + 2
	return rest[:end], true
}

// number reads digits without a leading zero.
func (s *scan) number() (int32, bool) {
	n, from := int32(0), s.at
	for ; s.at < len(s.line) && s.at < from+9 && s.line[s.at]-'0' <= 9; s.at++ {
		n = 10*n + int32(s.line[s.at]-'0')
	}
	// A tenth digit, a point or an e is not what comes next in an object.
	return n, s.at > from && (s.line[from] != '0' || s.at == from+1)
}

// field reads the value of one key. It gives the key's bit, or 0 for a surprise.
func (r *record) field(s *scan, key []byte) uint32 {
	switch string(key) {
	case "revision":
		n, ok := s.number()
		r.revision = n
		return bit(10, ok)
	case "source":
		return bit(14, r.source(s))
	}
	text, ok := s.text()
	if !ok {
		return 0
	}
	switch string(key) {
	case "id":
		r.id = text
		return bit(1, isID(text))
	case "deal":
		r.deal = text
		return bit(2, isID(text))
	case "kind":
		r.kind, ok = kindOf(text)
		return bit(3, ok)
	case "party":
		r.party = text
		return bit(4, len(text) <= maxID)
	case "by":
		r.by = text
		return bit(5, len(text) <= maxName)
	case "role":
		r.role, ok = roleOf(text)
		return bit(6, ok)
	case "modality":
		r.modality, ok = modalityOf(text)
		return bit(7, ok)
	case "at":
		r.at, ok = parseInstant(text)
		return bit(8, ok)
	case "recorded":
		r.recorded, ok = parseInstant(text)
		return bit(9, ok)
	case "ref":
		r.ref = text
		return bit(11, len(text) <= maxID)
	case "commitment":
		r.commitment = text
		return bit(12, len(text) <= maxID)
	case "until":
		r.until, ok = parseInstant(text)
		return bit(13, ok)
	case "note":
		r.note = text
		return bit(15, len(text) <= maxText)
	}
	return 0
}

func bit(n int, ok bool) uint32 {
	if !ok {
		return 0
	}
	return 1 << n
}

func (r *record) source(s *scan) bool {
	seen := uint32(0)
	for more := s.open(); more; {
		key, ok := s.key()
		if !ok {
			return false
		}
		bit := r.sourceField(s, key)
		if bit == 0 || seen&bit != 0 {
			return false
		}
		seen |= bit
		if more, ok = s.next(); !ok {
			return false
		}
	}
	return seen != 0
}

func (r *record) sourceField(s *scan, key []byte) uint32 {
	text, ok := s.text()
	if !ok {
		return 0
	}
	switch string(key) {
	case "publisher":
		r.publisher = text
		return bit(1, len(text) <= maxName)
	case "url":
		r.url = text
		return bit(2, len(text) <= maxName)
	case "published":
		r.published = text
		return bit(3, len(text) == 0 || isDate(text))
	}
	return 0
}

// The core's bounds, in bytes. Where it should change them, FuzzScanner and
// TestScannerKnowsTheCoresBounds fail.
const (
	maxID   = 256
	maxName = 16 << 10
	maxText = 64 << 10
)

// isID takes the plain ids of ASCII; the others are the library's to judge.
func isID(id []byte) bool {
	for _, c := range id {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return len(id) > 0 && len(id) <= maxID
}

// complete makes the checks that need the whole event.
func (r *record) complete() bool {
	switch r.kind {
	case 0:
		return false
	case dealstate.Approve, dealstate.Reject, dealstate.Withdraw:
		if len(r.party) == 0 {
			return false
		}
	case dealstate.Perform:
		if len(r.commitment) == 0 {
			return false
		}
	case dealstate.Retract:
		if len(r.ref) == 0 {
			return false
		}
	}
	if r.role == 0 && r.kind != dealstate.Retract && r.kind != dealstate.Note {
		return false
	}
	return len(r.id) > 0 && len(r.deal) > 0 && r.at != none && (r.kind == dealstate.Extend) == (r.until != none) && !bytes.Equal(r.ref, r.id)
}

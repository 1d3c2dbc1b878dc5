package bulk

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// scanner reads lines of the event format without allocating, in the form in which
// this writer writes them: a writer puts its keys in the same order and its spaces
// in the same places time and again. So what stands between two values is guessed
// from the time before, and compared sixteen bytes at once.
//
// It takes only what it is sure that dealstate.Event.UnmarshalJSON would take, for
// the same event. Anything else, such as an escape, an unknown key or a rare
// spelling, is a surprise, and the caller asks UnmarshalJSON. Of the fields of an
// act it sees only where they stand; the caller knows the act by its spelling, or
// asks.
type scanner struct {
	after [fields][2]joint // behind each field, the two last met
	turn  [fields]uint8    // which of them to replace
	runs  runTable
	day   day
}

// field is a key of the format, in the order of its documentation.
type field uint8

const (
	start field = iota
	fID
	fDeal
	fKind
	fParty
	fBy
	fRole
	fModality
	fAt
	fRecorded
	fRevision
	fRef
	fCommitment
	fUntil
	fNote
	fPublisher // this one and those behind it are the source's
	fURL
	fPublished
	end
	fields
)

var fieldNames = [fields]string{fID: "id", fDeal: "deal", fKind: "kind", fParty: "party", fBy: "by", fRole: "role", fModality: "modality",
	fAt: "at", fRecorded: "recorded", fRevision: "revision", fRef: "ref", fCommitment: "commitment", fUntil: "until", fNote: "note",
	fPublisher: "publisher", fURL: "url", fPublished: "published"}

// actFields are those that make an [Act]. All but one are texts.
const (
	actTexts  = 1<<fKind | 1<<fParty | 1<<fBy | 1<<fRole | 1<<fModality | 1<<fCommitment | 1<<fPublisher
	actFields = actTexts | 1<<fRevision
)

// sourceBegun stands beside the bits of the fields: a line has one source.
const sourceBegun = 1 << start

func (f field) nested() bool { return f >= fPublisher && f < end }

// glance is what is seen of one line. The texts lie in the line.
type glance struct {
	id, deal, ref, url, published, note []byte
	tag                                 uint32 // of the deal
	at, recorded, until                 int64  // none if left out
	spelling                            spelling
}

func (g *glance) reset() {
	g.id, g.deal, g.ref, g.url, g.published, g.note = g.id[:0], g.deal[:0], g.ref[:0], g.url[:0], g.published[:0], g.note[:0]
	g.at, g.recorded, g.until, g.spelling.len = none, none, none, 0
}

// margin is how many bytes behind the text may be looked at. They are quotes, so
// that every search for one ends.
const margin = 128

func load(buf []byte, at int) uint64 { return binary.LittleEndian.Uint64(buf[at : at+8]) }

// look reads the line that begins at a place in the buffer, and says where the next
// one begins. The text ends margin bytes before the buffer does. 0 is a surprise.
func (s *scanner) look(buf []byte, at int, g *glance) (next int) {
	g.reset()
	seen := uint32(0)
	for f := start; ; {
		if s.runs.behind>>(f&31)&1 == 1 {
			if r := s.runs.find(buf, at, f); r != nil && seen&r.fields == 0 && g.spelling.take(r, buf[at:at+len(r.text)]) {
				seen, f, at = seen|r.fields, r.last, at+len(r.text)
			}
		}
		// The first joint, looked at here, for the sake of speed.
		j := &s.after[f][0]
		here := buf[at : at+32]
		odd := (load(here, 0)^j.words[0])&j.masks[0] | (load(here, 8)^j.words[1])&j.masks[1]
		if j.len > 16 {
			odd |= (load(here, 16)^j.words[2])&j.masks[2] | (load(here, 24)^j.words[3])&j.masks[3]
		}
		if odd != 0 || j.len == 0 {
			if j = s.joint(buf, at, f); j == nil {
				return 0
			}
		}
		behind, value, bits := f, at+j.len, j.bits
		if f = j.to; f == end {
			return value
		}
		stop := 0
		if bits&actTexts != 0 {
			stop = quote(buf, value)
		} else if stop = s.value(buf, value, f, g); stop == 0 {
			return 0
		}
		if seen&bits != 0 || bits&actFields != 0 && !g.spelling.add(buf[at:stop], behind, f, bits) {
			return 0
		}
		seen |= bits
		at = stop
	}
}

// value reads the value of a field, and says where it stops: at its closing quote,
// or behind its last digit. 0 is a surprise.
func (s *scanner) value(buf []byte, at int, f field, g *glance) (stop int) {
	ok := true
	switch f {
	case fAt:
		g.at, stop = s.instant(buf, at)
		return stop
	case fRecorded:
		g.recorded, stop = s.instant(buf, at)
		return stop
	case fUntil:
		g.until, stop = s.instant(buf, at)
		return stop
	case fRevision:
		return digits(buf, at)
	}
	stop = quote(buf, at)
	switch f {
	case fID:
		g.id = buf[at:stop]
		ok = isID(buf[at:stop])
	case fDeal:
		g.deal = buf[at:stop]
		g.tag = tagOfName(g.deal)
	case fRef:
		g.ref = buf[at:stop]
		ok = stop == at || isID(buf[at:stop])
	case fURL:
		g.url = buf[at:stop]
		ok = stop-at <= maxName && simple(g.url)
	case fPublished:
		g.published = buf[at:stop]
		ok = stop == at || isDate(g.published)
	case fNote:
		g.note = buf[at:stop]
		ok = stop-at <= maxText && simple(g.note)
	}
	if !ok {
		return 0
	}
	return stop
}

// One in each byte of a word, and its highest bit.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// quote finds the next quote. In a line without escapes a string ends there.
func quote(buf []byte, at int) int {
	for ; ; at += 8 {
		w := load(buf, at) ^ '"'*ones
		if found := (w - ones) &^ w & highs; found != 0 { // its lowest bit is exact
			return at + bits.TrailingZeros64(found)/8
		}
	}
}

// digits passes at most nine, without a leading zero.
func digits(buf []byte, at int) (stop int) {
	for stop = at; buf[stop]-'0' <= 9 && stop < at+10; stop++ {
	}
	if stop == at || stop == at+10 || buf[at] == '0' && stop > at+1 {
		return 0
	}
	return stop
}

// simple reports whether a text holds no escape, no control character and no
// broken UTF-8, eight bytes at a time.
func simple(text []byte) bool {
	var odd, high uint64
	rest := text
	for ; len(rest) >= 8; rest = rest[8:] {
		o, w := oddities(load(rest, 0))
		odd, high = odd|o, high|w
	}
	if len(text) >= 8 && len(rest) > 0 {
		o, w := oddities(load(text, len(text)-8))
		odd, high = odd|o, high|w
		rest = nil
	}
	for _, c := range rest {
		if c < 0x20 || c == '\\' {
			return false
		}
		high |= uint64(c)
	}
	return odd&highs == 0 && (high&highs == 0 || utf8.Valid(text))
}

// oddities marks the control characters and backslashes of a word. It may see more
// than there are where a byte is above 0x7f, which only costs time.
func oddities(w uint64) (odd, high uint64) {
	escape := w ^ '\\'*ones
	return (w-0x20*ones)&^w | (escape-ones)&^escape, w
}

// The core's bounds, in bytes. Where it should change them, FuzzScanner and
// TestScannerKnowsTheCoresBounds fail.
const (
	maxID   = 256
	maxName = 16 << 10
	maxText = 64 << 10
)

// isID takes the plain ids of ASCII, without escapes; the others are the library's
// to judge.
func isID(id []byte) bool {
	if len(id) < 8 {
		word := uint64('a' * ones)
		for i, c := range id {
			word ^= uint64('a'^c) << (i * 8)
		}
		return !unusual(word) && len(id) > 0
	}
	odd := unusual(load(id, len(id)-8))
	for rest := id; len(rest) >= 8; rest = rest[8:] {
		odd = odd || unusual(load(rest, 0))
	}
	return !odd && len(id) <= maxID
}

// unusual finds a byte below 0x21, a backslash, 0x7f, or one above. No byte carries
// over to the next.
func unusual(w uint64) bool {
	low := w &^ highs
	escape := low ^ '\\'*ones
	return (^(low+0x5f*ones)|(low+ones)|^(escape+0x7f*ones)|w)&highs != 0
}

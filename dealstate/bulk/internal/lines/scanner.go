package lines

import (
	"bytes"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Scanner reads lines, and learns how the programs that wrote them put their separators
// and their statements. One goroutine uses it. Its memory is bounded.
type Scanner struct {
	separators [keys][2]separator // behind each field, the two last met
	replace    [keys]uint8        // which of them to replace next
	segments   segmentTable
	statements
	day day
}

// statements know what events say by the patterns that were learned.
type statements struct {
	patterns patternTable
	met      metTable
}

// key is a key of the format, in the order of its documentation.
type key uint8

const (
	start key = iota
	kID
	kDeal
	kKind
	kParty
	kBy
	kRole
	kModality
	kAt
	kRecorded
	kRevision
	kRef
	kCommitment
	kUntil
	kNote
	kPublisher // this one and those behind it are the source's
	kURL
	kPublished
	end
	keys
)

var keyNames = [keys]string{kID: "id", kDeal: "deal", kKind: "kind", kParty: "party", kBy: "by", kRole: "role", kModality: "modality",
	kAt: "at", kRecorded: "recorded", kRevision: "revision", kRef: "ref", kCommitment: "commitment", kUntil: "until", kNote: "note",
	kPublisher: "publisher", kURL: "url", kPublished: "published"}

// statementKeys are those that make a statement. All but one are texts.
const (
	statementTexts = 1<<kKind | 1<<kParty | 1<<kBy | 1<<kRole | 1<<kModality | 1<<kCommitment | 1<<kPublisher
	statementKeys  = statementTexts | 1<<kRevision
)

// sourceBegun is a bit beside those of the fields: a line has one source.
const sourceBegun = 1 << start

func (k key) nested() bool { return k >= kPublisher && k < end }

// Line is what was scanned of one line. Its texts lie in the block: they are right as
// long as the block is. The caller owns it, and Scan fills it anew.
type Line struct {
	ID, Deal, Ref, URL, Published, Note []byte
	At, Recorded, Until                 int64 // Unix nanoseconds; nanos.None if left out
	dated                               bool  // At is a date alone
	pattern                             pattern
}

func (l *Line) reset() {
	l.ID, l.Deal, l.Ref, l.URL, l.Published, l.Note = l.ID[:0], l.Deal[:0], l.Ref[:0], l.URL[:0], l.Published[:0], l.Note[:0]
	l.At, l.Recorded, l.Until, l.pattern.len, l.dated = nanos.None, nanos.None, nanos.None, 0, false
}

// Learned is when the event was recorded, be it said or not.
func (l *Line) Learned() int64 {
	switch {
	case l.Recorded != nanos.None:
		return l.Recorded
	case l.dated:
		return l.At + lastOfDay
	}
	return l.At
}

// Margin is how many bytes behind the text of a block may be looked at. They are
// quotes, so that every search for one ends.
const Margin = 128

// Scan reads the line that begins at a place in the buffer, and says where the next
// one begins. The text ends Margin bytes before the buffer does. Zero is a surprise. The
// text of Deal was not checked; PlainID and Plain do that.
func (s *Scanner) Scan(buf []byte, at int, l *Line) (next int) {
	l.reset()
	seen := uint32(0)
	for k := start; ; {
		if s.segments.behind>>(k&31)&1 == 1 {
			if g := s.segments.find(buf, at, k); g != nil && seen&g.fields == 0 && l.pattern.take(g, buf[at:at+len(g.text)]) {
				seen, k, at = seen|g.fields, g.last, at+len(g.text)
			}
		}
		// The separator last met is compared here, for the sake of speed.
		p := &s.separators[k][0]
		here := buf[at : at+32]
		odd := (load(here, 0)^p.words[0])&p.masks[0] | (load(here, 8)^p.words[1])&p.masks[1]
		if p.len > 16 {
			odd |= (load(here, 16)^p.words[2])&p.masks[2] | (load(here, 24)^p.words[3])&p.masks[3]
		}
		if odd != 0 || p.len == 0 {
			if p = s.separator(buf, at, k); p == nil {
				return 0
			}
		}
		behind, value, bits := k, at+p.len, p.bits
		if k = p.to; k == end {
			return value
		}
		stop := 0
		if bits&statementTexts != 0 {
			stop = quote(buf, value)
		} else if stop = s.value(buf, value, k, l); stop == 0 {
			return 0
		}
		if seen&bits != 0 || bits&statementKeys != 0 && !l.pattern.add(buf[at:stop], behind, k, bits) {
			return 0
		}
		seen |= bits
		at = stop
	}
}

// value reads the value of a field, and says where it stops: at its closing quote,
// or behind its last digit. Zero is a surprise.
func (s *Scanner) value(buf []byte, at int, k key, l *Line) (stop int) {
	ok := true
	switch k {
	case kAt:
		l.At, stop = s.instant(buf, at)
	case kRecorded:
		l.Recorded, stop = s.instant(buf, at)
	case kUntil:
		l.Until, stop = s.instant(buf, at)
	case kRevision:
		return digits(buf, at)
	}
	if stop > 0 {
		return stop
	}
	stop = quote(buf, at)
	switch k {
	case kAt, kRecorded, kUntil:
		ok = s.day.alone(buf[at:stop], k, l)
	case kID:
		l.ID = buf[at:stop]
		ok = PlainID(l.ID)
	case kDeal:
		l.Deal = buf[at:stop]
	case kRef:
		l.Ref = buf[at:stop]
		ok = stop == at || PlainID(l.Ref)
	case kURL:
		l.URL = buf[at:stop]
		ok = stop-at <= field.MaxName && Plain(l.URL)
	case kPublished:
		l.Published = buf[at:stop]
		ok = stop == at || isDate(l.Published)
	case kNote:
		l.Note = buf[at:stop]
		ok = stop-at <= field.MaxText && Plain(l.Note)
	}
	if !ok {
		return 0
	}
	return stop
}

// Find gives the number of the statement whose pattern the line has, if it was learned
// and the line has all else that an event of its kind needs.
func (s *statements) Find(l *Line) (statement uint32, ok bool) {
	k := s.patterns.find(&l.pattern)
	if k == nil || !l.complete(k.kind) {
		return 0, false
	}
	return k.statement, true
}

// complete makes the checks that need more than the statement.
func (l *Line) complete(kind dealstate.Kind) bool {
	return len(l.ID) > 0 && l.At != nanos.None && (len(l.Ref) > 0 || kind != dealstate.Retract) &&
		(kind == dealstate.Extend) == (l.Until != nanos.None) && !bytes.Equal(l.Ref, l.ID)
}

// Again reports whether a line that was scanned to its end has a pattern that was asked about
// before. Only such a one is worth learning: in a log in which every line says something new,
// none is. It forgets some, so once in a while a pattern must come three times.
func (s *statements) Again(l *Line) bool { return s.met.again(l.pattern.hash()) }

// Learn remembers the pattern of a line that was scanned to its end: that of a statement,
// as the caller numbers it.
func (s *Scanner) Learn(l *Line, statement uint32, kind dealstate.Kind) {
	s.patterns.add(&l.pattern, statement, kind)
	for _, g := range l.pattern.segments[:l.pattern.len] {
		s.segments.add(g)
	}
}

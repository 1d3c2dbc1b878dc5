package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash/crc32"
	"strconv"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// The bounds of what is read back. A name may be six times as long in JSON.
const (
	maxRecord   = dealstate.MaxAgreement + 6*field.MaxName + 1024 // bytes of a line of a records file
	maxPosition = 1<<32 - 1
)

// chainText is a chain in hex, as it stands in the files. It is decoded only where it
// is needed.
type chainText [2 * sha256.Size]byte

func (c Head) chainText() (text chainText) {
	hex.Encode(text[:], c.Chain[:])
	return text
}

// kindOfRecord says what a record is about. The zero kind is none.
type kindOfRecord uint8

const (
	ofEvent kindOfRecord = iota + 1
	ofAgreement
)

var recordKinds = [...]string{ofEvent: "event", ofAgreement: "agreement"}

// record is one line of a records file, which describes one entry. Its slices are
// parts of the line.
type record struct {
	position int64
	kind     kindOfRecord
	length   int   // bytes of the entry's JSON
	part, of int64 // it is so-and-so-many-th of those that were written at once
	offset   int64 // of the events file: where the event's line begins, or would
	accepted []byte
	by       []byte // a JSON string
	chain    chainText
	sum      uint32
	about    []byte // the fields that the chain covers
	summed   []byte // the fields that the checksum covers
	json     []byte // of an agreement
}

// appendAbout writes what the chain covers of the entry, besides its JSON.
func appendAbout(buf []byte, e *Entry, length int) []byte {
	kind := ofEvent
	if e.Agreement != nil {
		kind = ofAgreement
	}
	buf = append(strconv.AppendInt(buf, e.Position, 10), ' ')
	buf = append(append(buf, recordKinds[kind]...), ' ')
	buf = append(strconv.AppendInt(buf, int64(length), 10), ' ')
	buf = append(e.Accepted.AppendFormat(buf, time.RFC3339Nano), ' ')
	return strictjson.AppendString(buf, e.By)
}

// appendRecord finishes the line that begins at from with appendAbout.
func appendRecord(buf []byte, from int, r *record, text []byte) []byte {
	buf = append(strconv.AppendInt(append(buf, ' '), r.part, 10), '/')
	buf = append(strconv.AppendInt(buf, r.of, 10), ' ')
	buf = append(strconv.AppendInt(buf, r.offset, 10), ' ')
	buf = append(buf, r.chain[:]...)
	sum := crc32.Update(crc32.Checksum(buf[from:], castagnoli), castagnoli, text)
	buf = appendSum(append(buf, ' '), sum)
	if r.kind == ofAgreement {
		buf = append(append(buf, ' '), text...)
	}
	return append(buf, '\n')
}

func appendSum(buf []byte, sum uint32) []byte {
	return hex.AppendEncode(buf, []byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
}

// parse reads a line without its end, and reports what is wrong with it, or "".
// It does not look at the checksum.
func (r *record) parse(line []byte) string {
	s := fields{rest: line}
	*r = record{position: s.number(' ')}
	r.kind = s.kind()
	r.length = s.length()
	r.accepted = s.until(' ')
	r.by = s.quoted()
	r.about = line[:len(line)-len(s.rest)]
	s.skip(' ')
	r.part, r.of, r.offset = s.number('/'), s.number(' '), s.number(' ')
	copy(r.chain[:], s.bytes(len(r.chain)))
	r.summed = line[:len(line)-len(s.rest)]
	s.skip(' ')
	r.sum = s.sum()
	if r.kind == ofAgreement {
		s.skip(' ')
		r.json, s.rest = s.rest, nil
	}
	if s.bad || len(s.rest) > 0 {
		return "the line is not whole"
	}
	return r.check()
}

func (r *record) check() string {
	switch {
	case r.position < 1 || r.position > maxPosition:
		return "the position is out of range"
	case r.part < 1 || r.part > r.of || r.of-r.part > maxPosition-r.position || r.part > r.position:
		return "the part is out of range"
	case r.kind == ofAgreement && len(r.json) != r.length:
		return "the agreement is not as long as it should be"
	case r.kind == ofEvent && r.length > dealstate.MaxLine:
		return "the event is too long"
	}
	return ""
}

// isSummed reports whether the checksum is that of the line and the entry's JSON.
func (r *record) isSummed(text []byte) bool {
	return crc32.Update(crc32.Checksum(r.summed, castagnoli), castagnoli, text) == r.sum
}

// first and last are the positions of the first and the last record that were
// written at once with this one.
func (r *record) first() int64 { return r.position - r.part + 1 }
func (r *record) last() int64  { return r.position - r.part + r.of }

// entry gives the entry with its JSON, which nobody may change afterwards.
func (r *record) entry(text []byte, forms *agreements) (Entry, error) {
	e := Entry{Position: r.position}
	var err error
	if e.Accepted, err = time.Parse(time.RFC3339Nano, string(r.accepted)); err != nil {
		return Entry{}, err
	}
	e.Accepted = e.Accepted.UTC()
	if e.By, err = unquote(r.by); err != nil {
		return Entry{}, err
	}
	if r.kind == ofAgreement {
		e.Agreement, err = forms.read(text)
		return e, err
	}
	e.Event, err = readEvent(text)
	return e, err
}

func unquote(quoted []byte) (text string, err error) {
	if plain := quoted[1 : len(quoted)-1]; bytes.IndexByte(plain, '\\') < 0 {
		return string(plain), nil
	}
	var escaped string
	err = json.Unmarshal(quoted, &escaped)
	return escaped, err
}

// fields takes a line apart. What is not as wanted sets bad.
type fields struct {
	rest []byte
	bad  bool
}

// skip passes over the byte.
func (s *fields) skip(c byte) {
	if len(s.rest) == 0 || s.rest[0] != c {
		s.bad, s.rest = true, nil
		return
	}
	s.rest = s.rest[1:]
}

// until takes what stands before the byte, and passes over it.
func (s *fields) until(c byte) []byte {
	i := bytes.IndexByte(s.rest, c)
	if i < 0 {
		s.bad, s.rest = true, nil
		return nil
	}
	taken := s.rest[:i]
	s.rest = s.rest[i+1:]
	return taken
}

// number takes a whole number as strconv writes it, and the byte behind it.
func (s *fields) number(end byte) int64 {
	n := int64(0)
	for i, c := range s.rest {
		switch {
		case c == end && i > 0 && (i == 1 || s.rest[0] != '0'):
			s.rest = s.rest[i+1:]
			return n
		case c < '0' || c > '9' || i > 15:
			s.bad, s.rest = true, nil
			return 0
		}
		n = 10*n + int64(c-'0')
	}
	s.bad, s.rest = true, nil
	return 0
}

// length takes the length of an entry's JSON.
func (s *fields) length() int {
	n := s.number(' ')
	if n > dealstate.MaxAgreement {
		s.bad = true
		return 0
	}
	return int(n)
}

func (s *fields) kind() kindOfRecord {
	word := s.until(' ')
	for k := ofEvent; int(k) < len(recordKinds); k++ {
		if string(word) == recordKinds[k] {
			return k
		}
	}
	s.bad = true
	return 0
}

// quoted takes a JSON string with its quotes.
func (s *fields) quoted() []byte {
	for i := 1; i < len(s.rest) && s.rest[0] == '"'; i++ {
		switch s.rest[i] {
		case '\\':
			i++
		case '"':
			taken := s.rest[:i+1]
			s.rest = s.rest[i+1:]
			return taken
		}
	}
	s.bad, s.rest = true, nil
	return nil
}

// bytes takes so many bytes.
func (s *fields) bytes(n int) []byte {
	if len(s.rest) < n {
		s.bad, s.rest = true, nil
		return nil
	}
	taken := s.rest[:n]
	s.rest = s.rest[n:]
	return taken
}

// sum takes a checksum in lower-case hex.
func (s *fields) sum() (sum uint32) {
	for _, c := range s.bytes(8) {
		s.bad = s.bad || nibbles[c] > 15
		sum = sum<<4 | uint32(nibbles[c])
	}
	return sum
}

// nibbles gives what a lower-case hex digit stands for, 255 for none.
var nibbles = func() (t [256]byte) {
	for i := range t {
		t[i] = 255
	}
	for i, c := range "0123456789abcdef" {
		t[c] = byte(i)
	}
	return t
}()

package dealstate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
)

// encoding/json alone is too forgiving for a public contract: it matches keys
// whatever their case, lets the last of two equal keys win, and mends broken
// UTF-8. So objects are read field by field here, and every error has a path.

// MaxLine bounds one line of an event log, in bytes; MaxAgreement bounds one
// agreement.
const (
	MaxLine      = 1 << 20
	MaxAgreement = 16 << 20
)

// field is one key of an object with its raw value; path is its full name.
type field struct {
	key  string
	path string
	raw  json.RawMessage
}

// byteOrderMark may stand before a text that some editors save; RFC 8259,
// section 8.1, lets a reader pass it over.
var byteOrderMark = []byte("\xef\xbb\xbf")

// readObject hands each field of the object to take, in the text's order. The
// field that take does not know it must refuse with unknown.
func readObject(path string, data []byte, take func(field) error) error {
	if !utf8.Valid(data) {
		return fieldErr(orJSON(path), "not valid UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	open, err := dec.Token()
	if err != nil {
		return syntaxErr(path, misplaced(data, err))
	}
	if open != json.Delim('{') {
		return fieldErr(orJSON(path), "want a JSON object")
	}
	seen := make([]string, 0, 16)
	for dec.More() {
		f, err := nextField(dec, path)
		if err != nil {
			return syntaxErr(f.path, misplaced(data, err))
		}
		for _, key := range seen {
			if key == f.key {
				return fieldErr(f.path, "given twice")
			}
		}
		seen = append(seen, f.key)
		if err := take(f); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return syntaxErr(path, misplaced(data, err))
	}
	end := int(dec.InputOffset())
	if _, err := dec.Token(); err != io.EOF {
		return fieldErr(orJSON(path), "%s: more text after the object; want one object", position(data, end+spaces(data[end:])))
	}
	return nil
}

// nextField gives the next key and its value; on an error, the path as far as it
// was read.
func nextField(dec *json.Decoder, path string) (field, error) {
	token, err := dec.Token()
	if err != nil {
		return field{path: path}, err
	}
	f := field{key: token.(string)} // a key of an object is always a string
	f.path = join(path, f.key)
	return f, dec.Decode(&f.raw)
}

// join names a field. A key that could be mistaken for something else, on a
// terminal or in a log, is quoted.
func join(path, key string) string {
	key = clip(key)
	if key == "" || !plain(key) || strings.ContainsFunc(key, func(r rune) bool { return !unicode.IsPrint(r) }) {
		key = strconv.Quote(key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

func orJSON(path string) string {
	if path == "" {
		return "json"
	}
	return path
}

func syntaxErr(path string, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fieldErr(orJSON(path), "the text ends too early; want a whole JSON object")
	}
	return fieldErr(orJSON(path), "%v", err)
}

// unknown refuses a field, and names the one that was probably meant, or all
// that there are.
func (f field) unknown(known ...string) error {
	if hint := nearest.Hint(f.key, known); hint != "" {
		return fieldErr(f.path, "unknown field%s", hint)
	}
	return fieldErr(f.path, "unknown field; want one of %s", strings.Join(known, ", "))
}

func (f field) fail(want string) error {
	return fieldErr(f.path, "%s found; want %s", clip(string(f.raw)), want)
}

func (f field) is(first byte) bool { return len(f.raw) > 0 && f.raw[0] == first }

func (f field) text(to *string) error {
	if !f.is('"') {
		return f.fail("a string")
	}
	return json.Unmarshal(f.raw, to)
}

func (f field) integer(to *int64) error {
	n, err := strconv.ParseInt(string(f.raw), 10, 64)
	if err != nil {
		return f.fail("a whole number")
	}
	*to = n
	return nil
}

func (f field) number(to *int) error {
	var n int64
	if err := f.integer(&n); err != nil {
		return err
	}
	if int64(int32(n)) != n {
		return f.fail("a whole number below two thousand million")
	}
	*to = int(n)
	return nil
}

func (f field) truth(to *bool) error {
	if string(f.raw) != "true" && string(f.raw) != "false" {
		return f.fail("true or false")
	}
	*to = string(f.raw) == "true"
	return nil
}

func (f field) instant(to *time.Time) error {
	var text string
	if err := f.text(&text); err != nil {
		return err
	}
	t, err := parseInstant(f.path, text)
	if err == nil {
		*to = t
	}
	return err
}

// word reads an enumeration; an empty text leaves the value unset.
func (f field) word(to interface{ UnmarshalText([]byte) error }) error {
	var text string
	if err := f.text(&text); err != nil {
		return err
	}
	return readWord(f.path, text, to)
}

func readWord(path, text string, to interface{ UnmarshalText([]byte) error }) error {
	if text == "" {
		return nil
	}
	err := to.UnmarshalText([]byte(text))
	var bad *FieldError
	if errors.As(err, &bad) {
		return &FieldError{Field: path, Problem: bad.Problem}
	}
	return err
}

// slot is a key and where its value goes: a pointer to a string, number, truth
// value, instant or word, or a func(field) error that takes the value itself.
type slot struct {
	key string
	to  any
}

// object reads an object whose keys are exactly among the slots.
func (f field) object(slots ...slot) error {
	return readObject(f.path, f.raw, func(f field) error {
		for _, s := range slots {
			if s.key == f.key {
				return f.into(s.to)
			}
		}
		keys := make([]string, len(slots))
		for i, s := range slots {
			keys[i] = s.key
		}
		return f.unknown(keys...)
	})
}

func (f field) into(to any) error {
	if string(f.raw) == "null" { // as good as left out
		return nil
	}
	switch to := to.(type) {
	case *string:
		return f.text(to)
	case *State:
		return f.text((*string)(to))
	case *int:
		return f.number(to)
	case *int64:
		return f.integer(to)
	case *bool:
		return f.truth(to)
	case *time.Time:
		return f.instant(to)
	case func(field) error:
		return to(f)
	case interface{ UnmarshalText([]byte) error }:
		return f.word(to)
	}
	panic("dealstate: no way to read a " + f.path) // a slot in this package that no test has tried
}

// listOf gives the slot of a list: every item is read and appended.
func listOf[T any](to *[]T, most int, read func(*T, field) error) func(field) error {
	return func(f field) error {
		return f.list(most, func(f field) error {
			var item T
			err := read(&item, f)
			*to = append(*to, item)
			return err
		})
	}
}

// maybe gives the slot of an object that need not be there.
func maybe[T any](to **T, read func(*T, field) error) func(field) error {
	return func(f field) error {
		*to = new(T)
		return read(*to, f)
	}
}

func (f field) list(most int, take func(field) error) error {
	if !f.is('[') {
		return f.fail("a list")
	}
	var items []json.RawMessage
	if err := json.Unmarshal(f.raw, &items); err != nil {
		return syntaxErr(f.path, err)
	}
	if len(items) > most {
		return fieldErr(f.path, "%d items; want at most %d", len(items), most)
	}
	for i, raw := range items {
		if err := take(field{path: fmt.Sprintf("%s[%d]", f.path, i), raw: raw}); err != nil {
			return err
		}
	}
	return nil
}

// readText reads an item of a list of texts.
func readText[T ~string](to *T, f field) error {
	var text string
	err := f.text(&text)
	*to = T(text)
	return err
}

// object is an object under construction, written in the order of the calls.
// A value that is empty is left out; must writes it all the same.
type object struct {
	buf []byte
	err error
}

func (o *object) key(name string) {
	if len(o.buf) == 0 {
		o.buf = append(o.buf, '{')
	} else {
		o.buf = append(o.buf, ',')
	}
	o.buf = append(appendString(o.buf, name), ':')
}

// appendString writes JSON without HTML escapes, so that the text a person
// typed is the text a person reads.
func appendString(buf []byte, s string) []byte {
	if isPlain(s) {
		return append(append(append(buf, '"'), s...), '"')
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return append(buf, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}

// isPlain reports whether a text stands in JSON as it is, as most do.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

func (o *object) must(name string, value any) {
	o.key(name)
	switch v := value.(type) {
	case string:
		o.buf = appendString(o.buf, v)
	case time.Time:
		o.buf = appendString(o.buf, formatInstant(v))
	case Source:
		raw, _ := v.MarshalJSON() // which has texts only
		o.buf = append(o.buf, raw...)
	default:
		raw, err := marshal(value)
		if err != nil && o.err == nil {
			o.err = err
		}
		o.buf = append(o.buf, raw...)
	}
}

func (o *object) text(name, value string) {
	if value != "" {
		o.must(name, value)
	}
}

func (o *object) instant(name string, value time.Time) {
	if !value.IsZero() {
		o.must(name, value)
	}
}

func (o *object) integer(name string, value int64) {
	if value != 0 {
		o.must(name, value)
	}
}

func (o *object) done() ([]byte, error) {
	if o.err != nil {
		return nil, o.err
	}
	if len(o.buf) == 0 {
		return []byte("{}"), nil
	}
	return append(o.buf, '}'), nil
}

// marshal is json.Marshal without HTML escapes.
func marshal(value any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

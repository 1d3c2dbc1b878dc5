// Package strictjson reads JSON as a public contract wants it, and writes it as
// a person reads it.
//
// encoding/json alone is too forgiving: it matches keys whatever their case, lets
// the last of two equal keys win, passes unknown keys over, and mends broken
// UTF-8. Here objects are read field by field, without reflection, and every error is a
// *field.Error with the whole path ("parties[2].id"). A text that is no JSON is read again
// by encoding/json, for its error. encoding/json/v2 refuses the same things, and would
// replace the reader of objects; while it stands behind GOEXPERIMENT=jsonv2, a library
// cannot depend on it.
//
//	err := f.Object(
//		strictjson.Slot{"id", &p.ID},
//		strictjson.Slot{"groups", strictjson.ListOf(&p.Groups, most, strictjson.ReadText)})
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
)

// Field is one key of an object, or one item of a list, with its raw value.
type Field struct {
	Key  string          // "" for an item, and for a whole text
	Path string          // its full name: "parties[2].id"; "" for a whole text
	Raw  json.RawMessage // the value as it was written

	// Schema lets the key "$schema" stand in the object, and passes it over: by it an
	// editor knows what may stand in a file, and the file says nothing else by it.
	Schema bool

	plain bool // the value is known to be a string without escapes
}

// inside is what stands between the quotes of a plain value.
func (f Field) inside() []byte { return f.Raw[1 : len(f.Raw)-1] }

// ByteOrderMark may stand before a text that some editors save; RFC 8259,
// section 8.1, lets a reader pass it over.
var ByteOrderMark = []byte("\xef\xbb\xbf")

// ReadObject hands each field of the object to take, in the text's order. The
// field that take does not know it must refuse with Unknown.
func ReadObject(path string, data []byte, take func(Field) error) error {
	o, err := open(path, data)
	if err != nil {
		return err
	}
	seen := make([]string, 0, 16)
	for {
		key, f, err := o.field()
		if err != nil || key == nil {
			return err
		}
		f.Key = string(key)
		f.Path = Join(path, f.Key)
		if slices.Contains(seen, f.Key) {
			return twice(f.Path)
		}
		seen = append(seen, f.Key)
		if err := take(f); err != nil {
			return err
		}
	}
}

func twice(path string) error { return field.Errorf(path, "given twice") }

// object reads the fields of one object, each as it is asked for. Who asks owns it.
type object struct {
	scanner
	path  string
	begun bool
}

// open passes to the first field.
func open(path string, data []byte) (o object, err error) {
	o = object{scanner: scanner{data: data}, path: path}
	if !utf8.Valid(data) {
		return o, field.Errorf(orJSON(path), "not valid UTF-8")
	}
	if !o.skip('{') {
		return o, o.broken()
	}
	return o, nil
}

// field gives the next key and its value, which lie in the text; nil at the end.
func (o *object) field() (key []byte, value Field, err error) {
	if o.skip('}') {
		return nil, value, o.end()
	}
	if o.begun && !o.skip(',') {
		return nil, value, o.broken()
	}
	o.begun = true
	key, plain, ok := o.key()
	if !ok {
		return nil, value, o.broken()
	}
	if !plain {
		key = unquote(nil, key)
	}
	if value.Raw, value.plain, ok = o.item(0); !ok {
		return nil, value, o.broken()
	}
	return key, value, nil
}

func (o *object) end() error {
	if o.next(); o.at < len(o.data) {
		return field.Errorf(orJSON(o.path), "%s: more text after the object; want one object", position(o.data, o.at))
	}
	return nil
}

// broken is the error for a text that is no object of JSON, found anew by encoding/json,
// which has the words for it.
func (o *object) broken() error {
	dec := json.NewDecoder(bytes.NewReader(o.data))
	open, err := dec.Token()
	if err != nil {
		return syntaxErr(o.path, misplaced(o.data, err))
	}
	if open != json.Delim('{') {
		return field.Errorf(orJSON(o.path), "want a JSON object")
	}
	for dec.More() {
		if at, err := pass(dec, o.path); err != nil {
			return syntaxErr(at, misplaced(o.data, err))
		}
	}
	_, err = dec.Token()
	return syntaxErr(o.path, misplaced(o.data, err))
}

// pass passes the next key and its value; on an error, it gives the path as far as it was
// read.
func pass(dec *json.Decoder, path string) (at string, err error) {
	token, err := dec.Token()
	if err != nil {
		return path, err
	}
	var raw json.RawMessage
	return Join(path, token.(string)), dec.Decode(&raw) // a key of an object is always a string
}

// Join names a field. A key that could be mistaken for something else, on a
// terminal or in a log, is quoted.
func Join(path, key string) string {
	key = field.Clip(key)
	if key == "" || !field.IsPlain(key) || strings.ContainsFunc(key, func(r rune) bool { return !unicode.IsPrint(r) }) {
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
		return field.Errorf(orJSON(path), "the text ends too early; want a whole JSON object")
	}
	return field.Errorf(orJSON(path), "%v", err)
}

// Unknown is the error for a key that the object does not have. It names the one
// that was probably meant, or all that there are.
func (f Field) Unknown(known ...string) error {
	if hint := nearest.Hint(f.Key, known); hint != "" {
		return field.Errorf(f.Path, "unknown field%s", hint)
	}
	return field.Errorf(f.Path, "unknown field; want one of %s", strings.Join(known, ", "))
}

// Fail is the error for a value that is not what was wanted.
func (f Field) Fail(want string) error {
	return field.Errorf(f.Path, "%s found; want %s", field.Clip(string(f.Raw)), want)
}

// Is reports whether the value begins with that byte: a quote, a bracket.
func (f Field) Is(first byte) bool { return len(f.Raw) > 0 && f.Raw[0] == first }

// Text reads a string.
func (f Field) Text(to *string) error {
	if !f.Is('"') {
		return f.Fail("a string")
	}
	if f.plain {
		*to = string(f.inside())
		return nil
	}
	text, err := textOf(f.Raw)
	if err == nil {
		*to = text
	}
	return err
}

// Integer reads a whole number.
func (f Field) Integer(to *int64) error {
	n, err := strconv.ParseInt(string(f.Raw), 10, 64)
	if err != nil {
		return f.Fail("a whole number")
	}
	*to = n
	return nil
}

// Number reads a whole number of 32 bits.
func (f Field) Number(to *int) error {
	var n int64
	if err := f.Integer(&n); err != nil {
		return err
	}
	if int64(int32(n)) != n {
		return f.Fail("a whole number below two thousand million")
	}
	*to = int(n)
	return nil
}

// Truth reads true or false.
func (f Field) Truth(to *bool) error {
	if string(f.Raw) != "true" && string(f.Raw) != "false" {
		return f.Fail("true or false")
	}
	*to = string(f.Raw) == "true"
	return nil
}

// Instant reads an instant; an empty text is the zero one.
func (f Field) Instant(to *time.Time) error {
	var text string
	if err := f.Text(&text); err != nil {
		return err
	}
	t, err := instant.Parse(f.Path, text)
	if err == nil {
		*to = t
	}
	return err
}

// Dated reads an instant that may be given as a date alone.
func (f Field) Dated(to Dated) error {
	if f.plain {
		if t, ok := instant.Usual(f.inside()); ok {
			*to.To = t
			return nil
		}
	}
	var text string
	if err := f.Text(&text); err != nil {
		return err
	}
	return to.Read(f.Path, text)
}

// Dated is where an instant goes that may be given as a date alone.
type Dated struct {
	To     *time.Time
	Day    instant.Day // what a date means
	IsDate *bool       // set to whether it was a date; nil: nobody asks
}

// Read reads the text; an error names the path.
func (d Dated) Read(path, text string) error {
	t, isDate, err := instant.ParseDay(path, text, d.Day)
	if err != nil {
		return err
	}
	*d.To = t
	if d.IsDate != nil {
		*d.IsDate = isDate
	}
	return nil
}

// Word reads an enumeration; an empty text leaves the value unset.
func (f Field) Word(to interface{ UnmarshalText([]byte) error }) error {
	if f.plain {
		return ReadWord(f.Path, f.inside(), to)
	}
	var text string
	if err := f.Text(&text); err != nil {
		return err
	}
	return ReadWord(f.Path, []byte(text), to)
}

// ReadWord reads an enumeration from its text; an error names the path.
func ReadWord(path string, text []byte, to interface{ UnmarshalText([]byte) error }) error {
	if len(text) == 0 {
		return nil
	}
	err := to.UnmarshalText(text)
	if err == nil {
		return nil
	}
	var bad *field.Error
	if errors.As(err, &bad) {
		return &field.Error{Field: path, Problem: bad.Problem}
	}
	return err
}

// Slot is a key and where its value goes: a pointer to a string, number, truth
// value, instant or word, a value that has ReadJSON, or a func(Field) error that
// takes the field itself. A null leaves what it points to as it was.
type Slot struct {
	Key string
	To  any
}

// SlotOf is a slot of every value of a type. A list of them is a table that is made once.
type SlotOf[T any] struct {
	Key string
	To  func(*T) any // gives what Slot.To is
	In  []SlotOf[T]  // instead of To: the slots of an object that stands here
}

// Object reads an object whose keys are exactly among the slots, of which there are at
// most 64.
func (f Field) Object(slots ...Slot) error {
	return f.object(len(slots), func(i int) string { return slots[i].Key }, func(i int, in Field) error {
		return f.read(slots[i].Key, in, slots[i].To)
	})
}

// ReadInto does the same for a value of a type that has a table of slots.
func ReadInto[T any](to *T, f Field, slots []SlotOf[T]) error {
	return f.object(len(slots), func(i int) string { return slots[i].Key }, func(i int, in Field) error {
		s := &slots[i]
		if s.In == nil {
			return f.read(s.Key, in, s.To(to))
		}
		return f.read(s.Key, in, func(f Field) error { return ReadInto(to, f, s.In) })
	})
}

// object hands each value of an object to take, by the place of its key among so many.
func (f Field) object(n int, keyOf func(int) string, take func(place int, value Field) error) error {
	o, err := open(f.Path, f.Raw)
	if err != nil {
		return err
	}
	var seen [64]bool
	named := false // its schema
	for place := -1; ; {
		key, value, err := o.field()
		if err != nil || key == nil {
			return err
		}
		if place = placeOf(key, place+1, n, keyOf); place < 0 {
			if !f.Schema || string(key) != schemaKey {
				return f.unknown(string(key), n, keyOf)
			}
			if err := value.passSchema(named); err != nil {
				return err
			}
			named = true
			continue
		}
		if seen[place] {
			return twice(within(f.Path, string(key)))
		}
		seen[place] = true
		if err := take(place, value); err != nil {
			return err
		}
	}
}

// schemaKey is the key by which JSON Schema has a text name the schema that it follows.
const schemaKey = "$schema"

// passSchema passes the name of a schema over, of which there may be one.
func (f Field) passSchema(again bool) error {
	if again {
		return twice(schemaKey)
	}
	f.Path = schemaKey
	var name string
	return f.into(&name)
}

// placeOf looks for a key from a place on, and then before it: most texts have their keys in
// the order of the places. Below 0: it is not there.
func placeOf(key []byte, from, n int, keyOf func(int) string) int {
	for i := range n {
		place := from + i
		if place >= n {
			place -= n
		}
		if keyOf(place) == string(key) {
			return place
		}
	}
	return -1
}

// read reads a value that stands in f. Most are texts, which need no path.
func (f Field) read(key string, value Field, to any) error {
	if to, ok := to.(*string); ok && value.plain {
		*to = string(value.inside())
		return nil
	}
	value.Key, value.Path = key, within(f.Path, key)
	return value.into(to)
}

// within is Join for a key that is known.
func within(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func (f Field) unknown(key string, n int, keyOf func(int) string) error {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = keyOf(i)
	}
	return Field{Key: key, Path: Join(f.Path, key)}.Unknown(keys...)
}

func (f Field) into(to any) error {
	if string(f.Raw) == "null" { // as good as left out
		return nil
	}
	switch to := to.(type) {
	case *string:
		return f.Text(to)
	case *int:
		return f.Number(to)
	case *int64:
		return f.Integer(to)
	case *bool:
		return f.Truth(to)
	case *time.Time:
		return f.Instant(to)
	case Dated:
		return f.Dated(to)
	case interface {
		ReadJSON(path string, data []byte) error
	}:
		return to.ReadJSON(f.Path, f.Raw)
	case func(Field) error:
		return to(f)
	case interface{ UnmarshalText([]byte) error }:
		return f.Word(to)
	}
	panic("strictjson: no way to read a " + f.Path) // a slot that no test has tried
}

// ListOf gives the slot of a list: every item is read and appended.
func ListOf[T any](to *[]T, most int, read func(*T, Field) error) func(Field) error {
	return func(f Field) error {
		return f.List(most, func(f Field) error {
			var item T
			err := read(&item, f)
			*to = append(*to, item)
			return err
		})
	}
}

// Maybe gives the slot of an object that need not be there.
func Maybe[T any](to **T, read func(*T, Field) error) func(Field) error {
	return func(f Field) error {
		*to = new(T)
		return read(*to, f)
	}
}

// List hands each item of a list of at most so many to take, in their order.
func (f Field) List(most int, take func(Field) error) error {
	if !f.Is('[') {
		return f.Fail("a list")
	}
	items, n, ok := listed(f.Raw, most)
	if !ok {
		var raw []json.RawMessage
		return syntaxErr(f.Path, json.Unmarshal(f.Raw, &raw))
	}
	if n > most {
		return field.Errorf(f.Path, "%d items; want at most %d", n, most)
	}
	for i, in := range items {
		in.Path = f.Path + "[" + strconv.Itoa(i) + "]"
		if err := take(in); err != nil {
			return err
		}
	}
	return nil
}

// Each hands each item of a list to take, in their order, however many there are: it holds
// one of them at a time. The field stands in an object or list that was read.
func (f Field) Each(take func(Field) error) error {
	if !f.Is('[') {
		return f.Fail("a list")
	}
	s := scanner{data: f.Raw}
	n := 0
	for more := s.skip('[') && !s.skip(']'); more; more = s.skip(',') {
		in, ok := Field{Path: f.Path + "[" + strconv.Itoa(n) + "]"}, false
		if in.Raw, in.plain, ok = s.item(1); !ok {
			return f.Fail("a list")
		}
		if err := take(in); err != nil {
			return err
		}
		n++
	}
	return nil
}

// Entries hands each entry of an object to take, whatever its key and however many there
// are. Whether a key comes twice is for take to find out.
func (f Field) Entries(take func(Field) error) error {
	o, err := open(f.Path, f.Raw)
	for err == nil {
		key, value, failed := o.field()
		if failed != nil || key == nil {
			return failed
		}
		value.Key = string(key)
		value.Path = Join(f.Path, value.Key)
		err = take(value)
	}
	return err
}

// Real reads a number that need not be whole.
func (f Field) Real(to *float64) error {
	x, err := strconv.ParseFloat(string(f.Raw), 64)
	if err != nil {
		return f.Fail("a number")
	}
	*to = x
	return nil
}

// listed gives the first items of a list, and how many there are. Not ok: it is none.
func listed(raw []byte, most int) (items []Field, n int, ok bool) {
	s := scanner{data: raw}
	for more := s.skip('[') && !s.skip(']'); more; more = s.skip(',') {
		var in Field
		if in.Raw, in.plain, ok = s.item(1); !ok {
			return nil, n, false
		}
		if n++; n <= most {
			items = append(items, in)
		}
	}
	if n > 0 && !s.skip(']') {
		return nil, n, false
	}
	s.next()
	return items, n, s.at == len(raw)
}

// ReadText reads an item of a list of texts.
func ReadText[T ~string](to *T, f Field) error {
	var text string
	err := f.Text(&text)
	*to = T(text)
	return err
}

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
	"unicode"
	"unicode/utf8"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
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

package strictjson

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// Object is an object under construction, written in the order of the calls.
// A value that is empty is left out; Must writes it all the same.
type Object struct {
	buf []byte
	err error
}

func (o *Object) key(name string) {
	if len(o.buf) == 0 {
		o.buf = append(o.buf, '{')
	} else {
		o.buf = append(o.buf, ',')
	}
	o.buf = append(AppendString(o.buf, name), ':')
}

// AppendString writes JSON without HTML escapes, so that the text a person
// typed is the text a person reads.
func AppendString(buf []byte, s string) []byte {
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

// Must writes the key and the value, be it empty or not.
func (o *Object) Must(name string, value any) {
	o.key(name)
	switch v := value.(type) {
	case string:
		o.buf = AppendString(o.buf, v)
	case time.Time:
		o.buf = AppendString(o.buf, instant.Format(v))
	case json.Marshaler: // ours, which need no second look
		o.raw(v.MarshalJSON())
	default:
		o.raw(Marshal(value))
	}
}

func (o *Object) raw(value []byte, err error) {
	if err != nil && o.err == nil {
		o.err = err
	}
	o.buf = append(o.buf, value...)
}

// Text writes a text, unless it is empty.
func (o *Object) Text(name, value string) {
	if value != "" {
		o.Must(name, value)
	}
}

// Instant writes an instant, unless it is zero.
func (o *Object) Instant(name string, value time.Time) {
	if !value.IsZero() {
		o.Must(name, value)
	}
}

// Integer writes a number, unless it is 0.
func (o *Object) Integer(name string, value int64) {
	if value != 0 {
		o.Must(name, value)
	}
}

// Done gives the whole object, or the first error.
// Truth writes true, and leaves false out.
func (o *Object) Truth(name string, value bool) {
	if value {
		o.Must(name, value)
	}
}

func (o *Object) Done() ([]byte, error) {
	if o.err != nil {
		return nil, o.err
	}
	if len(o.buf) == 0 {
		return []byte("{}"), nil
	}
	return append(o.buf, '}'), nil
}

// MarshalJSON is Done, so that an object may stand in another.
func (o *Object) MarshalJSON() ([]byte, error) { return o.Done() }

// Marshal is json.Marshal without HTML escapes.
func Marshal(value any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// OrEmpty keeps a list that is nil from being written as null.
func OrEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

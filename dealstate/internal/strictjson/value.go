package strictjson

import (
	"errors"
	"strconv"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

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

// Real reads a number that need not be whole.
func (f Field) Real(to *float64) error {
	x, err := strconv.ParseFloat(string(f.Raw), 64)
	if err != nil {
		return f.Fail("a number")
	}
	*to = x
	return nil
}

// ReadText reads an item of a list of texts.
func ReadText[T ~string](to *T, f Field) error {
	var text string
	err := f.Text(&text)
	*to = T(text)
	return err
}

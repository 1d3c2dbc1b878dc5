// Package field holds what every check of input shares: the typed error that
// names a field, the checks of ids and texts, and all bounds.
//
//	if err := field.CheckID("parties[0].id", id); err != nil {
//		return err // parties[0].id: missing
//	}
package field

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
)

// Error reports input that is not well-formed. It is a plain value; nobody
// changes it once it is made. The root package exports it as FieldError.
type Error struct {
	Field   string // as the JSON form spells it: "source.published", "parties[2].id"
	Problem string // what is wrong, and what would be right
}

// Error is one line, whatever strangers wrote into names that it quotes.
func (e *Error) Error() string { return display.Inert(e.Field + ": " + e.Problem) }

// Errorf makes the error of one field.
func Errorf(field, format string, args ...any) *Error {
	return &Error{Field: field, Problem: fmt.Sprintf(format, args...)}
}

// Clip shortens text that came from outside before it enters a message.
func Clip(s string) string { return display.Clip(s) }

// CheckID refuses an id that is missing, too long, or that could not stand in a
// line, a name or a diagram.
func CheckID(field, id string) error {
	switch {
	case id == "":
		return Errorf(field, "missing")
	case len(id) > MaxID:
		return Errorf(field, "%d bytes long; want at most %d", len(id), MaxID)
	case !IsPlain(id):
		return Errorf(field, "%q holds white space or control characters", Clip(id))
	}
	return nil
}

// CheckText refuses a text of more than most bytes, and one that JSON could not
// carry. The empty text passes.
func CheckText(field, text string, most int) error {
	if len(text) > most {
		return Errorf(field, "%d bytes long; want at most %d", len(text), most)
	}
	if !utf8.ValidString(text) {
		return Errorf(field, "not valid UTF-8")
	}
	return nil
}

// IsPlain reports whether the text can stand in a line, a name and a diagram.
func IsPlain(id string) bool {
	for i := range len(id) {
		if c := id[i]; c <= ' ' || c == 0x7f {
			return false
		} else if c >= utf8.RuneSelf {
			return utf8.ValidString(id) && !strings.ContainsFunc(id, func(r rune) bool {
				return unicode.IsControl(r) || unicode.IsSpace(r) || r == unicode.ReplacementChar
			})
		}
	}
	return true
}

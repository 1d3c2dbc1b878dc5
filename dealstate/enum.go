package dealstate

import (
	"slices"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
)

// enum gives a list of named values its text both ways. The values start at 1,
// so that one that nobody set is never mistaken for the first. Each list makes
// one enum from its table when the program starts; it never changes.
type enum[E ~uint8] struct {
	name  string   // of the list, as errors say it
	words []string // by value; the first, of 0, is empty
}

// enumOf makes the enum of a table that is keyed by the values.
func enumOf[E ~uint8, R any](name string, rows []R, word func(R) string) enum[E] {
	words := make([]string, len(rows))
	for i, row := range rows {
		words[i] = word(row)
	}
	return enum[E]{name, words}
}

// text is the value's word, or empty for one that is not of the list.
func (l enum[E]) text(e E) string {
	if int(e) >= len(l.words) {
		return ""
	}
	return l.words[e]
}

// has reports whether the value is one of the list.
func (l enum[E]) has(e E) bool { return e > 0 && int(e) < len(l.words) }

// want lists the words, for errors.
func (l enum[E]) want() string { return strings.Join(l.words[1:], ", ") }

// either lists the words as a choice: a, b or c.
func (l enum[E]) either() string {
	last := len(l.words) - 1
	return strings.Join(l.words[1:last], ", ") + " or " + l.words[last]
}

func (l enum[E]) marshal(e E) ([]byte, error) {
	if l.text(e) == "" {
		return nil, field.Errorf(l.name, "not set; want one of %s", l.want())
	}
	return []byte(l.text(e)), nil
}

// find gives the value with the word; ok is false where none has it.
func (l enum[E]) find(word string) (e E, ok bool) {
	i := slices.Index(l.words[1:], word)
	return E(i + 1), i >= 0
}

// unmarshal reads a word. The value stays as it was where the word is unknown.
func (l enum[E]) unmarshal(to *E, text []byte) error {
	e, ok := l.find(string(text))
	if !ok {
		return field.Errorf(l.name, "%q is unknown; want one of %s%s", field.Clip(string(text)), l.want(), nearest.Hint(string(text), l.words[1:]))
	}
	*to = e
	return nil
}

// all lists the values in their order.
func (l enum[E]) all() []E {
	list := make([]E, len(l.words)-1)
	for i := range list {
		list[i] = E(i + 1)
	}
	return list
}

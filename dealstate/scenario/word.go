package scenario

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
)

// SyntaxError says where a scenario file cannot be understood, and what would
// be right there. Line and Column count from 1, columns in characters.
type SyntaxError struct {
	File    string
	Line    int
	Column  int
	Problem string
}

func (e *SyntaxError) Error() string {
	return display.Inert(fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Problem))
}

// word is one word of a line, or one text in quotes.
type word struct {
	text   string
	quoted bool
	column int
}

func (w word) is(text string) bool { return !w.quoted && w.text == text }

// line is a line being read, word by word.
type line struct {
	file   string
	number int
	width  int // in characters, with the indentation
	words  []word
	next   int
}

// fault is an error at a column of the line.
func (l *line) fault(column int, format string, args ...any) error {
	return &SyntaxError{File: l.file, Line: l.number, Column: column, Problem: fmt.Sprintf(format, args...)}
}

// peek gives the next word; at the end of the line, an empty one behind it.
func (l *line) peek() word {
	if l.next < len(l.words) {
		return l.words[l.next]
	}
	return word{column: l.width + 1}
}

func (l *line) done() bool { return l.next >= len(l.words) }

// take gives the next word, of which what says what it should be.
func (l *line) take(what string) (word, error) {
	w := l.peek()
	if l.done() {
		return w, l.fault(w.column, "the line ends here; want %s", what)
	}
	l.next++
	return w, nil
}

// skip passes over the next word if it is the one.
func (l *line) skip(text string) bool {
	if l.done() || !l.peek().is(text) {
		return false
	}
	l.next++
	return true
}

// end refuses anything more on the line.
func (l *line) end(want string) error {
	if l.done() {
		return nil
	}
	w := l.peek()
	if strings.HasPrefix(w.text, "#") && !w.quoted {
		return l.fault(w.column, "a comment stands on a line of its own")
	}
	return l.fault(w.column, "%s is not expected here; want %s", shown(w.text), want)
}

// split cuts a line into words. The column counts from the line's beginning,
// before which indent characters stand.
func (l *line) split(text string, indent int) error {
	rest := text
	for {
		trimmed := strings.TrimLeft(rest, " \t")
		column := indent + utf8.RuneCountInString(text[:len(text)-len(trimmed)]) + 1
		if trimmed == "" {
			break
		}
		w, after, err := l.cut(trimmed, column)
		if err != nil {
			return err
		}
		l.words, rest = append(l.words, w), after
	}
	l.width = indent + utf8.RuneCountInString(text)
	return nil
}

func (l *line) cut(text string, column int) (w word, rest string, err error) {
	if text[0] != '"' {
		end := strings.IndexAny(text, " \t")
		if end < 0 {
			end = len(text)
		}
		return word{text: text[:end], column: column}, text[end:], nil
	}
	quoted, err := strconv.QuotedPrefix(text)
	if err != nil {
		return w, "", l.fault(column, "the quotation is not closed, or holds an escape that Go does not know; want a closing \"")
	}
	rest = text[len(quoted):]
	if rest != "" && !strings.ContainsRune(" \t,", rune(rest[0])) {
		return w, "", l.fault(column+utf8.RuneCountInString(quoted), "want a blank after the quotation")
	}
	plain, err := strconv.Unquote(quoted)
	if err == nil && !utf8.ValidString(plain) {
		err = strconv.ErrSyntax
	}
	if err != nil {
		return w, "", l.fault(column, "the quotation is not valid UTF-8")
	}
	return word{text: plain, quoted: true, column: column}, rest, nil
}

// clean refuses characters that no scenario has a use for.
func (l *line) clean(text string) error {
	column := 0
	for i, r := range text {
		column++
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)) {
			return l.fault(column, "not valid UTF-8")
		}
		if r != '\t' && (unicode.IsControl(r) || r == '\u2028' || r == '\u2029') {
			return l.fault(column, "the control character %U; want plain text", r)
		}
	}
	return nil
}

// quote writes a text as one word, in quotes where it would not be read back
// as that.
func quote(text string) string {
	if text == "" || clauses[text] || strings.ContainsAny(text, "\",#") || strings.ContainsFunc(text, odd) {
		return strconv.Quote(text)
	}
	return text
}

// quoteName writes a name of one or more words.
func quoteName(text string) string {
	words := strings.Split(text, " ")
	for _, w := range words {
		if w == "" || clauses[w] || strings.HasPrefix(w, "#") || strings.Contains(w, "\"") || strings.ContainsFunc(w, odd) {
			return strconv.Quote(text)
		}
	}
	return text
}

// odd marks what only a quotation can hold.
func odd(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) || r == utf8.RuneError }

// shown is a word as an error message quotes it.
func shown(text string) string {
	const most = 41
	return strconv.Quote(display.Cut(text, most))
}

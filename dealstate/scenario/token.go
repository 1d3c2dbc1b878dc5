package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
)

// SyntaxError says where a scenario file cannot be understood, and what would be right
// there. Line and Column count from 1, columns in characters.
type SyntaxError struct {
	File    string
	Line    int
	Column  int
	Problem string
}

func (e *SyntaxError) Error() string {
	return display.Inert(fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Problem))
}

// token is one word of a line, or one text in quotes.
type token struct {
	text   string
	quoted bool
	column int
}

func (w token) is(text string) bool { return !w.quoted && w.text == text }

// lineParser reads one line, token by token. The parser makes one for each line.
type lineParser struct {
	file   string
	number int
	width  int // in characters, with the indentation
	tokens []token
	next   int
}

// errorAt is an error at a column of the line.
func (l *lineParser) errorAt(column int, format string, args ...any) error {
	return &SyntaxError{File: l.file, Line: l.number, Column: column, Problem: fmt.Sprintf(format, args...)}
}

// peek gives the next token without taking it; at the end of the line, an empty one
// after the last.
func (l *lineParser) peek() token {
	if l.next < len(l.tokens) {
		return l.tokens[l.next]
	}
	return token{column: l.width + 1}
}

func (l *lineParser) done() bool { return l.next >= len(l.tokens) }

// nextToken takes the next token. What says what it should be, for the error at the
// line's end.
func (l *lineParser) nextToken(what string) (token, error) {
	w := l.peek()
	if l.done() {
		return w, l.errorAt(w.column, "the line ends here; want %s", what)
	}
	l.next++
	return w, nil
}

// accept takes the next token if it is that word.
func (l *lineParser) accept(text string) bool {
	if l.done() || !l.peek().is(text) {
		return false
	}
	l.next++
	return true
}

// end refuses anything more on the line.
func (l *lineParser) end(want string) error {
	if l.done() {
		return nil
	}
	w := l.peek()
	return l.errorAt(w.column, "%s is not expected here; want %s", shown(w.text), want)
}

// noComment refuses a word that begins with #, wherever it stands. It would be read as
// part of the line, although its writer meant a comment.
func (l *lineParser) noComment(text string, column int) error {
	if !strings.HasPrefix(text, "#") {
		return nil
	}
	return l.errorAt(column, "a comment stands on a line of its own; if %s is part of a name or text, put that in quotes", shown(text))
}

// bare refuses what no word without quotes may hold: a # at its beginning, and white
// space that looks like a blank but is none.
func (l *lineParser) bare(text string, column int) error {
	if i := strings.IndexFunc(text, unicode.IsSpace); i >= 0 {
		r, _ := utf8.DecodeRuneInString(text[i:])
		return l.errorAt(column+utf8.RuneCountInString(text[:i]), "the white space %U sets off no words; want a blank, or quotes around it", r)
	}
	return l.noComment(text, column)
}

// parseRest reads what runs to the end of the line, a name or a reason: one text in
// quotes, or plain text in which no word begins with #. Column is where it begins.
func (l *lineParser) parseRest(text string, column int) (string, error) {
	trimmed := strings.TrimLeft(text, " \t")
	column += utf8.RuneCountInString(text[:len(text)-len(trimmed)])
	if isQuotation(trimmed) {
		w, _, err := l.cut(strings.TrimRight(trimmed, " \t"), column)
		return squash(w.text), err
	}
	blank := true // before the text
	for at, r := range trimmed {
		if r == '#' && blank {
			word := strings.Fields(trimmed[at:])[0]
			return "", l.noComment(word, column+utf8.RuneCountInString(trimmed[:at]))
		}
		blank = unicode.IsSpace(r)
	}
	return squash(trimmed), nil
}

// isQuotation reports whether the text is one Go string in quotes and nothing more.
func isQuotation(text string) bool {
	quoted, err := strconv.QuotedPrefix(text)
	return err == nil && quoted[0] == '"' && strings.TrimRight(text[len(quoted):], " \t") == ""
}

// quoteRest writes a text that runs to the end of its line. It is quoted where it
// would otherwise not be read back as the same text.
func quoteRest(text string) string {
	comment := func(w string) bool { return strings.HasPrefix(w, "#") }
	if isQuotation(text) || slices.ContainsFunc(strings.Fields(text), comment) || strings.ContainsFunc(text, unreadable) {
		return strconv.Quote(text)
	}
	return text
}

// split cuts a line into tokens. Columns count from the beginning of the line,
// indentation included.
func (l *lineParser) split(text string, indent int) error {
	rest, column := text, indent+1
	for {
		trimmed := strings.TrimLeft(rest, " \t")
		column += len(rest) - len(trimmed)
		if trimmed == "" {
			break
		}
		w, after, err := l.cut(trimmed, column)
		if err != nil {
			return err
		}
		column += utf8.RuneCountInString(trimmed[:len(trimmed)-len(after)])
		l.tokens, rest = append(l.tokens, w), after
	}
	l.width = indent + utf8.RuneCountInString(text)
	return nil
}

// cut takes the first token off a text.
func (l *lineParser) cut(text string, column int) (w token, rest string, err error) {
	if text[0] != '"' {
		end := strings.IndexAny(text, " \t")
		if end < 0 {
			end = len(text)
		}
		return token{text: text[:end], column: column}, text[end:], l.bare(text[:end], column)
	}
	quoted, err := strconv.QuotedPrefix(text)
	if err != nil {
		return w, "", l.errorAt(column, "the quotation is not closed, or holds an escape that Go does not know; want a closing \"")
	}
	rest = text[len(quoted):]
	if rest != "" && !strings.ContainsRune(" \t,", rune(rest[0])) {
		return w, "", l.errorAt(column+utf8.RuneCountInString(quoted), "want a blank after the quotation")
	}
	plain, err := strconv.Unquote(quoted)
	if err == nil && !utf8.ValidString(plain) {
		err = strconv.ErrSyntax
	}
	if err != nil {
		return w, "", l.errorAt(column, "the quotation is not valid UTF-8")
	}
	return token{text: plain, quoted: true, column: column}, rest, nil
}

// clean refuses characters that no scenario has a use for.
func (l *lineParser) clean(text string) error {
	column := 0
	for i, r := range text {
		column++
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)) {
			return l.errorAt(column, "not valid UTF-8")
		}
		if r != '\t' && unreadable(r) {
			return l.errorAt(column, "the control character %U; want plain text", r)
		}
	}
	return nil
}

// unreadable reports the characters that may stand only in a quotation, as an escape.
func unreadable(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }

// quote writes a text as one word. It is quoted where it would otherwise not be read
// back as the same text.
func quote(text string) string {
	if text == "" || clauses[text] || strings.ContainsAny(text, "\",#") || strings.ContainsFunc(text, needsQuotes) {
		return strconv.Quote(text)
	}
	return text
}

// quoteName writes a name of one or more words.
func quoteName(text string) string {
	for i, w := range strings.Split(text, " ") {
		if w == "" || clauses[w] || i > 0 && !mayContinueName(w) || strings.HasPrefix(w, "#") || strings.Contains(w, "\"") || strings.ContainsFunc(w, needsQuotes) {
			return strconv.Quote(text)
		}
	}
	return text
}

// needsQuotes reports the characters that only a quotation can hold.
func needsQuotes(r rune) bool {
	return unicode.IsSpace(r) || !unicode.IsPrint(r) || r == utf8.RuneError
}

// shown is a word as an error message quotes it.
func shown(text string) string {
	const most = 41
	return strconv.Quote(display.Cut(text, most))
}

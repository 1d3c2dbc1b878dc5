package display

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Inert gives the text on one line, with every character that acts on the
// display or that nobody can see written as Go writes it in a string: \n for a
// line feed, \x1b for an escape, \u202e for a right-to-left override,
// \U000e0041 for a tag character, \x9b for a byte that is no UTF-8. These are
//
//   - the control characters (C0, DEL and C1) and the separators of lines and
//     paragraphs, which move the cursor, start escape sequences or begin a line
//     that seems to be ours;
//   - the format characters, among them all marks, embeddings, overrides and
//     isolates of the bidirectional algorithm, and all that has no width;
//   - the letters that Unicode itself says are not shown, such as U+3164.
//
// All other text stays as it is, in every script. A text that is inert already
// stays so: Inert(Inert(s)) is Inert(s). A backslash is not escaped, so a text
// may hold what looks like an escape; that does no harm, but the original cannot
// be told from the result.
func Inert(s string) string {
	i := firstActive(s)
	if i < 0 {
		return s
	}
	var b strings.Builder
	b.WriteString(s[:i])
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b.WriteString(`\x` + strconv.FormatUint(uint64(s[i]), 16)) // 80 to ff: always two digits
		case Active(r):
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// firstActive is where the first character stands that Inert writes otherwise;
// -1: nowhere.
func firstActive(s string) int {
	for i, r := range s {
		if r >= ' ' && r <= '~' {
			continue
		}
		if Active(r) || r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)) {
			return i
		}
	}
	return -1
}

// Active reports whether Inert writes the character as an escape.
func Active(r rune) bool {
	if r >= ' ' && r <= '~' {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point) &&
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r) // these are format characters that are drawn, such as the Arabic number sign
}

package display

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Width says how many columns a terminal gives the text: two for a wide or
// fullwidth character (Unicode Standard Annex 11), none for a mark set on
// another character and for what has no width, one for all else. Characters of
// ambiguous width count as one column. The text is one line: control characters
// count as none, so make a stranger's text inert first.
func Width(s string) int {
	n := 0
	for s != "" {
		cluster, columns := First(s)
		n += columns
		s = s[len(cluster):]
	}
	return n
}

// Pad fills a text up with blanks to so many columns. A text that fills more
// stays as it is.
func Pad(s string, columns int) string {
	return s + strings.Repeat(" ", max(columns-Width(s), 0))
}

// Cut gives a text of at most so many columns, with an ellipsis where something
// is missing. It never cuts between a character and the marks on it, nor within
// any other sequence that readers see as one character. Whatever the text, the
// result has at most twice as many such sequences as columns.
func Cut(s string, columns int) string {
	if columns < 1 {
		return ""
	}
	if len(s) <= columns {
		return s // no character has more columns than bytes
	}
	keep, used, count := 0, 0, 0 // what fits beside an ellipsis
	for rest := s; rest != ""; count++ {
		cluster, wide := First(rest)
		used += wide
		if used > columns || count >= 2*columns {
			return strings.TrimRight(s[:keep], " ") + "…"
		}
		rest = rest[len(cluster):]
		if used < columns && count+1 < 2*columns {
			keep = len(s) - len(rest)
		}
	}
	return s
}

// Clip shortens a stranger's text to what an error message quotes.
func Clip(s string) string { return Cut(s, mostQuoted) }

const mostQuoted = 61

// mostMarks bounds how long a sequence of one character and its marks may be:
// Unicode's stream-safe text format has at most 30 of them.
const mostMarks = 30

// First gives what readers see as the first character of the text, and how many
// columns it fills: a character with the marks on it, a syllable of Hangul, a
// flag, or several characters joined to one. It follows the extended grapheme
// clusters of Unicode Standard Annex 29, but takes every character behind a
// joiner into the cluster, and at most 30 behind the first.
func First(s string) (cluster string, columns int) {
	prev, end := utf8.DecodeRuneInString(s)
	columns = columnsOf(prev)
	paired := false
	for n := 0; n < mostMarks; n++ {
		r, size := utf8.DecodeRuneInString(s[end:])
		if size == 0 || !joins(prev, r, paired) {
			break
		}
		if prev != zeroWidthJoiner && !unicode.Is(emojiModifier, r) {
			columns += columnsOf(r) // what is joined to an emoji adds nothing
		}
		paired = isFlagHalf(r)
		prev, end = r, end+size
	}
	return s[:end], columns
}

const zeroWidthJoiner = '\u200d'

// emojiModifier are the tones of skin.
var emojiModifier = &unicode.RangeTable{R32: []unicode.Range32{{Lo: 0x1f3fb, Hi: 0x1f3ff, Stride: 1}}}

// joins reports whether r belongs to the sequence that prev ends.
func joins(prev, r rune, paired bool) bool {
	switch {
	case prev < utf8.RuneSelf && r < utf8.RuneSelf:
		return prev == '\r' && r == '\n'
	case unicode.Is(unicode.Cc, prev) || unicode.Is(unicode.Cc, r):
		return false
	case unicode.In(r, unicode.M, emojiModifier, unicode.Other_Grapheme_Extend) || r == zeroWidthJoiner || r >= 0xe0020 && r <= 0xe007f:
		return true
	case prev == zeroWidthJoiner || unicode.Is(unicode.Prepended_Concatenation_Mark, prev):
		return true
	case isFlagHalf(prev) && isFlagHalf(r):
		return !paired
	}
	return isJamo(prev) && isTrailingJamo(r) || isLinker(prev) && unicode.Is(unicode.Lo, r)
}

// isFlagHalf reports a regional indicator; two of them are a flag.
func isFlagHalf(r rune) bool { return unicode.Is(unicode.Regional_Indicator, r) }

// isJamo reports what a vowel or a final consonant of Hangul may follow.
func isJamo(r rune) bool {
	return r >= 0x1100 && r <= 0x11ff || r >= 0xac00 && r <= 0xd7fb || r >= 0xa960 && r <= 0xa97c
}

// isTrailingJamo reports a vowel or a final consonant of Hangul, which is drawn
// within the syllable's two columns.
func isTrailingJamo(r rune) bool { return r >= 0x1160 && r <= 0x11ff || r >= 0xd7b0 && r <= 0xd7fb }

// isLinker reports the viramas that join two consonants to one character
// (property Indic_Conjunct_Break=Linker of Unicode 15.1).
func isLinker(r rune) bool {
	switch r {
	case 0x094d, 0x09cd, 0x0acd, 0x0b4d, 0x0c4d, 0x0d4d:
		return true
	}
	return false
}

// columnsOf is the width of one character by itself.
func columnsOf(r rune) int {
	switch {
	case r >= ' ' && r <= '~':
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me) || Active(r) || isTrailingJamo(r):
		return 0
	}
	if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
		return 2
	}
	return 1
}

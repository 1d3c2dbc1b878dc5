// Package names compares the names of people and bodies: whole, and whatever
// their script, letter case or spaces.
//
//	names.Same("XI Jinping", "Xi  Jinping") // true
//	names.Same("Xi Jinping", "Xi")          // false: a part is not the name
package names

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Same reports whether two spellings are one name.
func Same(a, b string) bool { return a == b || Fold(a) == Fold(b) }

// Fold gives the form in which all spellings of one name are equal: canonical
// caseless matching (The Unicode Standard, section 3.13, definition D145), with
// white space at the ends taken off and any other run of it made one space. It
// keeps every letter, mark, digit and punctuation mark, so it never makes one
// name of two. Its cost is linear.
func Fold(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	if isASCII(name) {
		return strings.ToLower(name)
	}
	return norm.NFC.String(cases.Fold().String(strings.Map(smallCherokee, norm.NFD.String(name))))
}

// smallCherokee gives the small letter of a Cherokee one. Of these cases.Fold swaps the two
// forms, where it should leave the capital one (CaseFolding.txt of Unicode), so that after it
// two spellings of one name would still be two.
func smallCherokee(r rune) rune {
	if unicode.Is(unicode.Cherokee, r) {
		return unicode.ToLower(r)
	}
	return r
}

// Slug writes a name in lower case for use in an identifier: letters, their
// marks and digits as they are, and one _ for each run of anything else. It is
// "" for a name that has neither letter nor digit.
func Slug(name string) string {
	name = norm.NFC.String(strings.ToLower(norm.NFC.String(name)))
	words := strings.FieldsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
	if !strings.ContainsFunc(name, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return ""
	}
	return strings.Join(words, "_")
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

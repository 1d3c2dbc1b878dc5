package jetstream

import (
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// The subject of a deal is the stream's name and one token, in which the deal's id is
// written so that no two ids have one token, and that is at most three times as long as the
// id: letters, digits, - and _ as they are, and each other byte as = and two hex digits.

// subjectOf gives the subject of a deal in a stream.
func subjectOf(stream, deal string) string { return stream + "." + token(deal) }

func token(deal string) string {
	if strings.IndexFunc(deal, func(r rune) bool { return r > 127 || !isPlain(byte(r)) }) < 0 {
		return deal
	}
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(deal) {
		if c := deal[i]; isPlain(c) {
			b.WriteByte(c)
		} else {
			b.WriteString(string([]byte{'=', digits[c>>4], digits[c&15]}))
		}
	}
	return b.String()
}

// isDeal reports whether a deal can have the id; of any other there is nothing, and the servers
// are not asked: a subject is bounded.
func isDeal(id string) bool { return id != "" && len(id) <= field.MaxID }

// isPlain reports whether the byte stands for itself in a token.
func isPlain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

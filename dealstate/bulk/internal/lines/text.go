package lines

import (
	"encoding/binary"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"math/bits"
	"unicode/utf8"
)

// Texts are looked at eight bytes at a time, as one word: the first byte is its lowest.

func load(buf []byte, at int) uint64 { return binary.LittleEndian.Uint64(buf[at : at+8]) }

// One in each byte of a word, and its highest bit.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// quote finds the next quote. In a line without escapes a string ends there.
func quote(buf []byte, at int) int {
	for ; ; at += 8 {
		w := load(buf, at) ^ '"'*ones
		if found := (w - ones) &^ w & highs; found != 0 { // its lowest bit is exact
			return at + bits.TrailingZeros64(found)/8
		}
	}
}

// digits passes at most nine, without a leading zero.
func digits(buf []byte, at int) (stop int) {
	for stop = at; buf[stop]-'0' <= 9 && stop < at+10; stop++ {
	}
	if stop == at || stop == at+10 || buf[at] == '0' && stop > at+1 {
		return 0
	}
	return stop
}

// Plain reports whether a text holds no escape, no control character and no
// broken UTF-8, eight bytes at a time.
func Plain(text []byte) bool {
	var odd, high uint64
	rest := text
	for ; len(rest) >= 8; rest = rest[8:] {
		o, w := oddities(load(rest, 0))
		odd, high = odd|o, high|w
	}
	if len(text) >= 8 && len(rest) > 0 {
		o, w := oddities(load(text, len(text)-8))
		odd, high = odd|o, high|w
		rest = nil
	}
	for _, c := range rest {
		if c < 0x20 || c == '\\' {
			return false
		}
		high |= uint64(c)
	}
	return odd&highs == 0 && (high&highs == 0 || utf8.Valid(text))
}

// oddities marks the control characters and backslashes of a word. It may see more
// than there are where a byte is above 0x7f, which only costs time.
func oddities(w uint64) (odd, high uint64) {
	escape := w ^ '\\'*ones
	return (w-0x20*ones)&^w | (escape-ones)&^escape, w
}

// PlainID reports whether a text is an id of plain ASCII, without escapes. The others are
// the library's to judge.
func PlainID(id []byte) bool {
	if len(id) < 8 {
		word := uint64('a' * ones)
		for i, c := range id {
			word ^= uint64('a'^c) << (i * 8)
		}
		return !unusual(word) && len(id) > 0
	}
	odd := unusual(load(id, len(id)-8))
	for rest := id; len(rest) >= 8; rest = rest[8:] {
		odd = odd || unusual(load(rest, 0))
	}
	return !odd && len(id) <= field.MaxID
}

// unusual finds a byte below 0x21, a backslash, 0x7f, or one above. No byte carries
// over to the next.
func unusual(w uint64) bool {
	low := w &^ highs
	escape := low ^ '\\'*ones
	return (^(low+0x5f*ones)|(low+ones)|^(escape+0x7f*ones)|w)&highs != 0
}

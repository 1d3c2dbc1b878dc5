package strictjson

import (
	"encoding/json"
	"unicode/utf16"
	"unicode/utf8"
)

// scanner passes over a text of JSON, a value at a time, without allocation. It takes what
// encoding/json takes, and says nothing about what it refuses: encoding/json has the words
// for that. Who reads an object owns one, and it moves on as that reads.
type scanner struct {
	data []byte
	at   int
}

// maxDepth is how many levels of a value encoding/json takes.
const maxDepth = 10_000

// next passes white space, and gives the byte behind it; at the end of the text, 0, which
// begins nothing.
func (s *scanner) next() byte {
	for ; s.at < len(s.data); s.at++ {
		if c := s.data[s.at]; c > ' ' || c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
	}
	return 0
}

// skip passes white space and that byte, if it stands there.
func (s *scanner) skip(c byte) bool {
	if s.next() != c {
		return false
	}
	s.at++
	return true
}

// value passes one value within so many levels.
func (s *scanner) value(depth int) bool {
	switch s.next() {
	case '"':
		_, ok := s.text()
		return ok
	case '{':
		return depth < maxDepth && s.object(depth+1)
	case '[':
		return depth < maxDepth && s.list(depth+1)
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	}
	return s.number()
}

// item passes one value and gives it; a plain one is a string that holds no escape.
func (s *scanner) item(depth int) (raw []byte, plain, ok bool) {
	first, from := s.next(), s.at
	if first == '"' {
		plain, ok = s.text()
	} else {
		ok = s.value(depth)
	}
	return s.data[from:s.at:s.at], plain, ok
}

func (s *scanner) object(depth int) bool {
	s.at++
	if s.skip('}') {
		return true
	}
	for {
		if _, _, ok := s.key(); !ok || !s.value(depth) {
			return false
		}
		if !s.skip(',') {
			return s.skip('}')
		}
	}
}

// key passes a key and its colon, and gives what stands between its quotes. A plain one
// holds no escape.
func (s *scanner) key() (key []byte, plain, ok bool) {
	if s.next() != '"' {
		return nil, false, false
	}
	from := s.at + 1
	if plain, ok = s.text(); !ok {
		return nil, false, false
	}
	key = s.data[from : s.at-1]
	return key, plain, s.skip(':')
}

func (s *scanner) list(depth int) bool {
	s.at++
	if s.skip(']') {
		return true
	}
	for {
		if !s.value(depth) {
			return false
		}
		if !s.skip(',') {
			return s.skip(']')
		}
	}
}

// text passes a string that begins here. A plain one holds no escape.
func (s *scanner) text() (plain, ok bool) {
	plain = true
	for at := s.at + 1; at < len(s.data); at++ {
		switch c := s.data[at]; {
		case c == '"':
			s.at = at + 1
			return plain, true
		case c < ' ':
			return false, false
		case c == '\\':
			_, n := unescape(s.data[at:])
			if n == 0 {
				return false, false
			}
			plain, at = false, at+n-1
		}
	}
	return false, false
}

// escapes are those of one letter, and what they stand for.
var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unescape reads an escape, and says how many bytes it takes; 0 where it is none. Half of a
// pair of surrogates alone is the replacement character.
func unescape(text []byte) (r rune, n int) {
	if len(text) < 2 {
		return 0, 0
	}
	if c := escapes[text[1]]; c != 0 {
		return rune(c), 2
	}
	if r, n = codeUnit(text), 6; r < 0 {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, n
	}
	if both := utf16.DecodeRune(r, codeUnit(text[n:])); both != utf8.RuneError {
		return both, 2 * n
	}
	return utf8.RuneError, n
}

// codeUnit reads \u and four digits; below 0, they do not stand there.
func codeUnit(text []byte) (r rune) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return -1
	}
	for _, c := range text[2:6] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

// unquote appends what a string stands for, of which the quotes were taken off.
func unquote(text, inside []byte) []byte {
	for at := 0; at < len(inside); {
		if inside[at] != '\\' {
			text = append(text, inside[at])
			at++
			continue
		}
		r, n := unescape(inside[at:])
		text = utf8.AppendRune(text, r)
		at += n
	}
	return text
}

// textOf reads a value that is a string. What is none, or broken, encoding/json judges.
func textOf(raw json.RawMessage) (string, error) {
	s := scanner{data: raw}
	if plain, ok := s.text(); ok && s.at == len(raw) && utf8.Valid(raw) {
		inside := raw[1 : len(raw)-1]
		if plain {
			return string(inside), nil
		}
		var short [64]byte
		return string(unquote(short[:0], inside)), nil
	}
	var text string
	err := json.Unmarshal(raw, &text)
	return text, err
}

func (s *scanner) literal(word string) bool {
	end := s.at + len(word)
	if end > len(s.data) || string(s.data[s.at:end]) != word {
		return false
	}
	s.at = end
	return true
}

// number passes a number as RFC 8259, section 6, has it.
func (s *scanner) number() bool {
	s.byte("-")
	if !s.byte("0") && !s.digits() {
		return false
	}
	if s.byte(".") && !s.digits() {
		return false
	}
	if s.byte("eE") {
		s.byte("+-")
		return s.digits()
	}
	return true
}

// byte passes one of the bytes, if it stands there.
func (s *scanner) byte(of string) bool {
	if s.at == len(s.data) {
		return false
	}
	for i := range len(of) {
		if s.data[s.at] == of[i] {
			s.at++
			return true
		}
	}
	return false
}

// digits passes one digit or more.
func (s *scanner) digits() bool {
	from := s.at
	for s.at < len(s.data) && s.data[s.at]-'0' <= 9 {
		s.at++
	}
	return s.at > from
}

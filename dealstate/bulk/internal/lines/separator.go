package lines

import (
	"bytes"
	"slices"
)

// separator is what stands between the values of two fields: the quotes, the comma and
// the next key, or at the end all up to the line's end. A scanner keeps the two last met
// behind each field; the zero value is none.
type separator struct {
	words, masks [4]uint64
	len          int // at most 32; 0: none known
	to           key
	bits         uint32 // of the field, and sourceBegun if the separator begins it
}

// separator finds out what stands behind a field.
func (s *Scanner) separator(buf []byte, at int, k key) *separator {
	for n := range s.separators[k] {
		if p := &s.separators[k][n]; p.fits(buf, at) {
			return p
		}
	}
	return s.learn(buf, at, k)
}

func (p *separator) fits(buf []byte, at int) bool {
	for i := range (p.len + 7) / 8 {
		if (load(buf, at+8*i)^p.words[i])&p.masks[i] != 0 {
			return false
		}
	}
	return p.len > 0
}

// learn reads the separator behind a field in full, and keeps it unless it is very long.
// nil is a surprise.
func (s *Scanner) learn(buf []byte, at int, behind key) *separator {
	c := parser{buf: buf[:len(buf)-Margin], at: at}
	to, ok := c.separator(behind)
	if !ok || c.at-at > 32 {
		return nil
	}
	p := &s.separators[behind][s.replace[behind]]
	s.replace[behind] ^= 1
	*p = separator{len: c.at - at, to: to, bits: 1 << to}
	if to.nested() && !behind.nested() {
		p.bits |= sourceBegun
	}
	for i := range p.len {
		p.words[i/8] |= uint64(buf[at+i]) << (i % 8 * 8)
		p.masks[i/8] |= 0xff << (i % 8 * 8)
	}
	return p
}

// parser reads one separator byte by byte.
type parser struct {
	buf []byte
	at  int
}

func (c *parser) skip(b byte) bool {
	if c.at < len(c.buf) && c.buf[c.at] == b {
		c.at++
		return true
	}
	return false
}

// spaced passes a byte and the spaces around it.
func (c *parser) spaced(b byte) bool {
	c.spaces()
	ok := c.skip(b)
	c.spaces()
	return ok
}

func (c *parser) spaces() {
	for c.skip(' ') {
	}
}

// separator passes all from behind a value to the next value.
func (c *parser) separator(behind key) (to key, ok bool) {
	nested := behind.nested()
	if behind == start {
		ok = c.spaced('{')
	} else {
		ok = behind == kRevision || c.skip('"')
		if nested && c.spaced('}') {
			nested = false
		}
		if ok && !nested && c.spaced('}') {
			c.skip('\r')
			return end, c.skip('\n')
		}
		ok = ok && c.spaced(',')
	}
	if !ok {
		return 0, false
	}
	to, ok = c.key(nested)
	return to, ok && (nested || !to.nested() || !behind.nested()) // not one source behind another
}

func (c *parser) key(nested bool) (k key, ok bool) {
	name, ok := c.name()
	if ok && !nested && name == "source" {
		nested = true
		if !c.spaced('{') {
			return 0, false
		}
		name, ok = c.name()
	}
	k = key(slices.Index(keyNames[:], name))
	return k, ok && name != "" && k < keys && k.nested() == nested && (k == kRevision || c.skip('"'))
}

func (c *parser) name() (string, bool) {
	if !c.skip('"') {
		return "", false
	}
	from := c.at
	length := bytes.IndexByte(c.buf[from:], '"')
	if length < 0 {
		return "", false
	}
	c.at += length + 1
	return string(c.buf[from : from+length]), c.spaced(':')
}

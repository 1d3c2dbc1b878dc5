package bulk

import (
	"bytes"
	"slices"
)

// joint is what stands between the values of two fields: the quotes, the comma and
// the next key, or at the end all up to the line's end.
type joint struct {
	words, masks [4]uint64
	len          int // at most 32; 0: none known
	to           field
	bits         uint32 // of the field, and sourceBegun if the joint begins it
}

// joint finds out what stands behind a field.
func (s *scanner) joint(buf []byte, at int, f field) *joint {
	for n := range s.after[f] {
		if j := &s.after[f][n]; j.fits(buf, at) {
			return j
		}
	}
	return s.learn(buf, at, f)
}

func (j *joint) fits(buf []byte, at int) bool {
	for i := range (j.len + 7) / 8 {
		if (load(buf, at+8*i)^j.words[i])&j.masks[i] != 0 {
			return false
		}
	}
	return j.len > 0
}

// learn reads the joint behind a field in full, and keeps it unless it is very long.
// nil is a surprise.
func (s *scanner) learn(buf []byte, at int, behind field) *joint {
	c := cursor{buf: buf[:len(buf)-margin], at: at}
	to, ok := c.joint(behind)
	if !ok || c.at-at > 32 {
		return nil
	}
	j := &s.after[behind][s.turn[behind]]
	s.turn[behind] ^= 1
	*j = joint{len: c.at - at, to: to, bits: 1 << to}
	if to.nested() && !behind.nested() {
		j.bits |= sourceBegun
	}
	for i := range j.len {
		j.words[i/8] |= uint64(buf[at+i]) << (i % 8 * 8)
		j.masks[i/8] |= 0xff << (i % 8 * 8)
	}
	return j
}

// cursor walks through a joint.
type cursor struct {
	buf []byte
	at  int
}

func (c *cursor) skip(b byte) bool {
	if c.at < len(c.buf) && c.buf[c.at] == b {
		c.at++
		return true
	}
	return false
}

// spaced passes a byte and the spaces around it.
func (c *cursor) spaced(b byte) bool {
	c.spaces()
	ok := c.skip(b)
	c.spaces()
	return ok
}

func (c *cursor) spaces() {
	for c.skip(' ') {
	}
}

// joint passes all from behind a value to the next value.
func (c *cursor) joint(behind field) (to field, ok bool) {
	nested := behind.nested()
	if behind == start {
		ok = c.spaced('{')
	} else {
		ok = behind == fRevision || c.skip('"')
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

func (c *cursor) key(nested bool) (f field, ok bool) {
	name, ok := c.name()
	if ok && !nested && name == "source" {
		nested = true
		if !c.spaced('{') {
			return 0, false
		}
		name, ok = c.name()
	}
	f = field(slices.Index(fieldNames[:], name))
	return f, ok && name != "" && f < fields && f.nested() == nested && (f == fRevision || c.skip('"'))
}

func (c *cursor) name() (string, bool) {
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

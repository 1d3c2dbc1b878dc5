package parquet

import (
	"encoding/binary"

	"github.com/parquet-go/parquet-go/encoding/thrift"
)

// A footer and the headers of pages are written in thrift's compact protocol. Its decoder makes
// a list as long as the list says it is, so a few bytes could ask for any amount of memory.
// Whatever is decoded is measured first.

const (
	maxDepth    = 16      // structs and lists that stand one in the other
	maxElements = 600_000 // of lists, in one struct: the columns of all row groups that a file may have, some 300 MB
)

// thriftCheck goes through one struct. It is used once.
type thriftCheck struct {
	rest     []byte
	elements int
}

// thriftLength is how many bytes the struct takes that data begins with; not ok if it does not
// end there, or is larger than a decoder should be given.
func thriftLength(data []byte) (n int, ok bool) {
	c := thriftCheck{rest: data}
	ok = c.structure(maxDepth)
	return len(data) - len(c.rest), ok
}

// decodeThrift decodes the struct that data begins with, and says how many bytes it takes.
func decodeThrift(data []byte, to any) (n int, err error) {
	n, ok := thriftLength(data)
	if !ok {
		return 0, damaged("it is damaged: thrift that ends too early, or is too large")
	}
	if err := thrift.Unmarshal(&thrift.CompactProtocol{}, data[:n], to); err != nil {
		return 0, &damage{problem: "it is damaged", err: err}
	}
	return n, nil
}

// The types of the compact protocol.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftI16    = 4
	thriftI32    = 5
	thriftI64    = 6
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
	thriftUUID   = 13
)

func (c *thriftCheck) structure(depth int) bool {
	if depth == 0 {
		return false
	}
	for {
		head, ok := c.byte()
		if !ok || head == 0 {
			return ok
		}
		if head>>4 == 0 && !c.varint() { // the field's number in full
			return false
		}
		if kind := head & 0xf; kind != thriftTrue && kind != thriftFalse && !c.value(kind, depth) {
			return false
		}
	}
}

func (c *thriftCheck) value(kind byte, depth int) bool {
	switch kind {
	case thriftTrue, thriftFalse, thriftByte: // in a list, a bool takes a byte too
		return c.skip(1)
	case thriftI16, thriftI32, thriftI64:
		return c.varint()
	case thriftDouble:
		return c.skip(8)
	case thriftBinary:
		n, ok := c.uvarint()
		return ok && c.skip(n)
	case thriftList, thriftSet:
		return c.list(depth - 1)
	case thriftMap:
		n, ok := c.uvarint()
		return ok && n == 0 // the format has none
	case thriftStruct:
		return c.structure(depth - 1)
	case thriftUUID:
		return c.skip(16)
	}
	return false
}

func (c *thriftCheck) list(depth int) bool {
	head, ok := c.byte()
	if !ok || depth <= 0 {
		return false
	}
	n := uint64(head >> 4)
	if n == 0xf {
		if n, ok = c.uvarint(); !ok {
			return false
		}
	}
	if n > maxElements || c.elements+int(n) > maxElements {
		return false
	}
	c.elements += int(n)
	for range n {
		if !c.value(head&0xf, depth) {
			return false
		}
	}
	return true
}

func (c *thriftCheck) byte() (byte, bool) {
	if len(c.rest) == 0 {
		return 0, false
	}
	b := c.rest[0]
	c.rest = c.rest[1:]
	return b, true
}

func (c *thriftCheck) uvarint() (uint64, bool) {
	v, n := binary.Uvarint(c.rest)
	return v, n > 0 && c.skip(uint64(n))
}

func (c *thriftCheck) varint() bool {
	_, ok := c.uvarint()
	return ok
}

func (c *thriftCheck) skip(n uint64) bool {
	if n > uint64(len(c.rest)) {
		return false
	}
	c.rest = c.rest[n:]
	return true
}

package bulk

import (
	"bytes"
	"io"
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// blocks cuts a stream into whole lines.
type blocks struct {
	r     io.Reader
	rest  []byte // the beginning of a line, in the block before
	begun bool
	done  bool
}

// block is some whole lines; err says what came behind them.
type block struct {
	buf   []byte // the text and a margin of quotes
	text  int    // bytes
	first bool
	err   error
}

const (
	blockSize = 1 << 18                      // half of which a processor's second cache surely holds
	mostBlock = 2*dealstate.MaxLine + margin // room for the longest line and more
)

// next reads into the buffer, which must not be the one last given unless that
// is no longer in use. It takes more than blockSize only for a line that does not
// fit.
func (b *blocks) next(buf []byte) (block, bool) {
	if b.done {
		return block{}, false
	}
	n, size := 0, blockSize
	for {
		for size-margin <= max(n, len(b.rest)) {
			size = min(2*size, mostBlock)
		}
		buf = slices.Grow(buf[:n], size-n)[:size]
		if n == 0 {
			n = copy(buf, b.rest)
		}
		got, err := readInto(b.r, buf[n:size-margin])
		n += got
		if err != nil {
			return b.last(buf, n, err)
		}
		if end := bytes.LastIndexByte(buf[:n], '\n'); end >= 0 {
			b.rest = append(b.rest[:0], buf[end+1:n]...)
			return b.block(buf, end+1, nil), true
		}
		if size == mostBlock {
			b.done = true
			return b.block(buf, 0, tooLong()), true
		}
	}
}

// readInto reads until the buffer is full, or the reader says why not. io.ReadFull
// would take io.ErrUnexpectedEOF, by which a decompressor says that its file was
// cut short, for the end.
func readInto(r io.Reader, buf []byte) (n int, err error) {
	for idle := 0; n < len(buf) && err == nil; {
		var got int
		got, err = r.Read(buf[n:])
		n += got
		if idle++; got > 0 {
			idle = 0
		} else if idle == maxIdle && err == nil {
			err = io.ErrNoProgress
		}
	}
	return n, err
}

// maxIdle is how many reads may give nothing, one after the other, as in bufio.
const maxIdle = 100

// last gives what came before the end of the stream, or before its error: then
// without the line that was broken off.
func (b *blocks) last(buf []byte, n int, err error) (block, bool) {
	b.done = true
	if err == io.EOF {
		return b.block(buf, n, nil), true
	}
	return b.block(buf, bytes.LastIndexByte(buf[:n], '\n')+1, err), true
}

func (b *blocks) block(buf []byte, text int, err error) block {
	for i := range margin {
		buf[text+i] = '"'
	}
	out := block{buf: buf, text: text, first: !b.begun, err: err}
	b.begun = true
	return out
}

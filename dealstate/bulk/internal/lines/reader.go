package lines

import (
	"bytes"
	"io"
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate/internal/csvrow"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Reader cuts a stream into blocks of whole lines, or of whole rows of CSV. One goroutine
// uses it.
type Reader struct {
	r     io.Reader
	rest  []byte // the beginning of a line, in the block before
	begun bool
	done  bool
	rows  bool
	lines int // of CSV: those before the next block
}

// NewReader reads blocks from a stream.
func NewReader(r io.Reader) *Reader { return &Reader{r: r} }

// NewRowReader reads blocks of CSV, of which so many lines were read before.
func NewRowReader(r io.Reader, lines int) *Reader { return &Reader{r: r, rows: true, lines: lines} }

// Block is some whole lines. Whoever took it from the Reader owns it, and gives its buffer
// back for another block.
type Block struct {
	Buf   []byte // the text, and behind it a margin of quotes
	Text  int    // bytes of text
	First bool   // it begins the stream
	Lines int    // of CSV: those before the block
	Err   error  // what came behind the lines
}

// BlockSize is how many bytes a block takes, margin included, unless one line is longer.
// It is small enough for a processor's second-level cache.
const BlockSize = 1 << 18

// maxBlock has room for the longest line and more.
const maxBlock = 2*field.MaxLine + Margin

// Next reads into the buffer, which must not be the one last given unless that
// is no longer in use. It takes more than BlockSize only for a line that does not
// fit.
func (r *Reader) Next(buf []byte) (Block, bool) {
	if r.done {
		return Block{}, false
	}
	n, size := 0, BlockSize
	for {
		for size-Margin <= max(n, len(r.rest)) {
			size = min(2*size, maxBlock)
		}
		buf = slices.Grow(buf[:n], size-n)[:size]
		if n == 0 {
			n = copy(buf, r.rest)
		}
		got, err := readInto(r.r, buf[n:size-Margin])
		n += got
		if err != nil {
			return r.last(buf, n, err)
		}
		if end := r.whole(buf[:n]); end > 0 {
			r.rest = append(r.rest[:0], buf[end:n]...)
			return r.block(buf, end, nil), true
		}
		if size == maxBlock {
			r.done = true
			return r.block(buf, 0, r.tooLong()), true
		}
	}
}

// whole says where the last whole line or row ends; 0 where there is none.
func (r *Reader) whole(text []byte) int {
	if r.rows {
		return csvrow.LastEnd(text)
	}
	return bytes.LastIndexByte(text, '\n') + 1
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
// without the line or row that was broken off, which may be too long already.
func (r *Reader) last(buf []byte, n int, err error) (Block, bool) {
	r.done = true
	if err == io.EOF {
		return r.block(buf, n, nil), true
	}
	end := r.whole(buf[:n])
	if r.rows && n-end > field.MaxLine {
		err = r.tooLong()
	}
	return r.block(buf, end, err), true
}

func (r *Reader) block(buf []byte, text int, err error) Block {
	for i := range Margin {
		buf[text+i] = '"'
	}
	out := Block{Buf: buf, Text: text, First: !r.begun, Lines: r.lines, Err: err}
	r.begun = true
	if r.rows {
		r.lines += bytes.Count(buf[:text], []byte("\n"))
	}
	return out
}

func (r *Reader) tooLong() error {
	if r.rows {
		return RowTooLong()
	}
	return TooLong()
}

// TooLong is the error of a line that is longer than the library takes.
func TooLong() error {
	return field.Errorf("json", "the line is longer than %d bytes", field.MaxLine)
}

// RowTooLong is the error of a row that is longer than the library takes.
func RowTooLong() error {
	return field.Errorf("csv", "the row is longer than %d bytes; is a quote left open?", field.MaxLine)
}

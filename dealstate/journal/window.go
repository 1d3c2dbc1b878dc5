package journal

import (
	"bytes"
	"io"
)

// How many bytes are read at once, at least.
const (
	readAhead = 128 << 10 // of records in order
	readSome  = 8 << 10   // of records that lie near to one another, at most
	readOne   = 256       // of one record
)

// window reads a part of a file in order, and shows its bytes without copying
// them. What it shows is valid until the next call.
type window struct {
	r    io.ReaderAt
	next int64 // where the bytes after buf are
	end  int64 // where the part ends
	once int   // how many bytes are read at once, at least
	// What seek makes of once: the fewest bytes, and the most.
	least, most int
	buf         []byte // read and not taken yet
	mem         []byte // what buf is a part of
}

// left is how many bytes have not been taken yet.
func (w *window) left() int64 { return int64(len(w.buf)) + w.end - w.next }

// seek goes to a byte, which may have been read already. As long as one goes a little
// forward each time, twice as much is read at once as before.
func (w *window) seek(to int64) {
	begins := w.next - int64(len(w.buf))
	if begins <= to && to <= w.next+int64(w.once) {
		w.once = min(2*w.once, w.most)
	} else {
		w.once = w.least
	}
	if begins <= to && to <= w.next {
		w.buf = w.buf[to-begins:]
	} else {
		w.next, w.buf = to, nil
	}
}

// fill reads until so many bytes are in buf, or all that are left.
func (w *window) fill(n int) error {
	if int64(n) > w.left() {
		n = int(w.left())
	}
	if n <= len(w.buf) {
		return nil
	}
	want := int(min(w.left(), int64(max(n, w.once))))
	if want > cap(w.mem) {
		w.mem = make([]byte, want)
	}
	have := copy(w.mem[:cap(w.mem)], w.buf)
	got, err := w.r.ReadAt(w.mem[have:want], w.next)
	w.next += int64(got)
	w.buf = w.mem[:have+got]
	if have+got >= n {
		return nil
	}
	if err == nil || err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// take gives the next n bytes, or io.ErrUnexpectedEOF where there are fewer.
func (w *window) take(n int) ([]byte, error) {
	if int64(n) > w.left() {
		return nil, io.ErrUnexpectedEOF
	}
	if err := w.fill(n); err != nil {
		return nil, err
	}
	taken := w.buf[:n]
	w.buf = w.buf[n:]
	return taken, nil
}

// line gives the next line with its end; what has no end within most bytes is given
// as it is.
func (w *window) line(most int) ([]byte, error) {
	for n := readOne; ; n *= 4 {
		if err := w.fill(min(n, most)); err != nil {
			return nil, err
		}
		if i := bytes.IndexByte(w.buf[:min(len(w.buf), most)], '\n'); i >= 0 {
			return w.take(i + 1)
		}
		if n >= most || int64(len(w.buf)) == w.left() {
			return w.take(min(len(w.buf), most))
		}
	}
}

package bulk

import (
	"bytes"
	"context"
	"io"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// ReadLines makes a log of an event log, one JSON object a line, in any order of
// its lines. It takes and refuses the very lines that dealstate.ReadEvents
// does, and one kind more: instants must be of the years 1678 to 2261. A line of more than
// dealstate.MaxLine bytes ends the reading, whatever Bad says, and so does an
// error of the reader, as a *dealstate.LineError.
//
// One goroutine reads, and with more than one worker, the workers parse and the
// caller's goroutine puts the parts together. Lines of the usual form take no
// allocation of their own. The context is looked at once a MiB.
func ReadLines(ctx context.Context, r io.Reader, a Agreements, opt Options) (*Log, error) {
	b := newBuilder(opt)
	err := readLines(ctx, r, a, orCores(opt.Workers), b.add)
	if err != nil {
		return nil, err
	}
	return b.done(), nil
}

// readLines hands over the batches in the order of their lines.
func readLines(ctx context.Context, r io.Reader, a Agreements, workers int, add func(*batch) error) error {
	if workers == 1 {
		return readAlone(ctx, r, a, add)
	}
	return readTogether(ctx, r, a, workers, add)
}

func readAlone(ctx context.Context, r io.Reader, a Agreements, add func(*batch) error) error {
	in, part, source := newIntake(a), &batch{}, blocks{r: r}
	var buf []byte
	for {
		block, ok := source.next(buf)
		if !ok {
			return nil
		}
		buf = block.buf
		in.parse(block, part)
		if err := add(part); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// task is a block on its way through a worker.
type task struct {
	block block
	part  *batch
	ready chan struct{}
}

func readTogether(ctx context.Context, r io.Reader, a Agreements, workers int, add func(*batch) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	spare, todo, queue := make(chan *task, 2*workers), make(chan *task, 2*workers), make(chan *task, 2*workers)
	for range cap(spare) {
		spare <- &task{part: &batch{}, ready: make(chan struct{}, 1)}
	}
	go cut(ctx, r, spare, todo, queue)
	for n := range workers {
		go func() {
			in := newIntake(a)
			for t := range todo {
				in.parse(t.block, t.part)
				t.part.from = n
				t.ready <- struct{}{}
			}
		}()
	}
	for t := range queue {
		<-t.ready
		if err := add(t.part); err != nil {
			return err
		}
		spare <- t
	}
	return ctx.Err()
}

// cut reads blocks into spare tasks. There is room in both channels for all.
func cut(ctx context.Context, r io.Reader, spare <-chan *task, todo, queue chan<- *task) {
	defer close(queue)
	defer close(todo)
	source := blocks{r: r}
	for {
		select {
		case t := <-spare:
			var ok bool
			if t.block, ok = source.next(t.block.buf); !ok {
				return
			}
			todo <- t
			queue <- t
		case <-ctx.Done():
			return
		}
	}
}

// parse reads the lines of a block into a batch.
func (in *intake) parse(b block, to *batch) {
	to.reset()
	to.bytes = len(b.text)
	var r record
	n := b.line - 1
	for rest := b.text; len(rest) > 0; {
		var line []byte
		line, rest = nextLine(rest)
		n++
		if len(bytes.TrimRight(line, "\r\n")) > dealstate.MaxLine {
			to.stop = &dealstate.LineError{Line: n, Err: tooLong()}
			break
		}
		if n == 1 {
			line = bytes.TrimPrefix(line, byteOrderMark)
		}
		if line = trim(line); len(line) == 0 {
			continue
		}
		to.lines++
		if err := in.parseLine(&r, line, n, to); err != nil {
			to.blame(n, err)
		}
	}
	if to.stop == nil && b.err != nil {
		to.stop = &dealstate.LineError{Line: n + 1, Err: b.err}
	}
	to.names = in.names
}

var byteOrderMark = []byte("\xef\xbb\xbf")

func tooLong() error {
	return fieldErr("json", "the line is longer than %d bytes", dealstate.MaxLine)
}

func nextLine(text []byte) (line, rest []byte) {
	if end := bytes.IndexByte(text, '\n'); end >= 0 {
		return text[:end+1], text[end+1:]
	}
	return text, nil
}

// trim is bytes.TrimSpace, for the lines that most writers write.
func trim(line []byte) []byte {
	if n := len(line); n > 2 && line[0] == '{' && line[n-1] == '\n' && line[n-2] == '}' {
		return line[:n-1]
	}
	return bytes.TrimSpace(line)
}

func (in *intake) parseLine(r *record, line []byte, n int, to *batch) error {
	if r.scan(line) {
		r.tidy()
		return in.take(r, n, to)
	}
	var e dealstate.Event
	if err := e.UnmarshalJSON(line); err != nil {
		return err
	}
	if err := r.set(&e); err != nil {
		return err
	}
	return in.take(r, n, to)
}

// blocks cuts a stream into whole lines.
type blocks struct {
	r    io.Reader
	rest []byte // the beginning of a line, in the block before
	line int    // lines so far
	done bool
}

// block is some whole lines; err says what came behind them.
type block struct {
	buf  []byte
	text []byte
	line int // of the first
	err  error
}

const (
	blockSize = 1 << 20
	mostBlock = 2 * dealstate.MaxLine // room for the longest line and more
)

// next reads into the buffer, which must not be the one last given unless that
// is no longer in use.
func (b *blocks) next(buf []byte) (block, bool) {
	if b.done {
		return block{}, false
	}
	if cap(buf) < blockSize {
		buf = make([]byte, blockSize)
	}
	buf = buf[:cap(buf)]
	n := copy(buf, b.rest)
	for {
		got, err := io.ReadFull(b.r, buf[n:])
		n += got
		if err != nil {
			return b.last(buf, n, err)
		}
		if end := bytes.LastIndexByte(buf, '\n'); end >= 0 {
			b.rest = append(b.rest[:0], buf[end+1:]...)
			return b.block(buf, buf[:end+1], nil), true
		}
		if len(buf) >= mostBlock {
			b.done = true
			return b.block(buf, nil, tooLong()), true
		}
		buf = append(buf, make([]byte, mostBlock-len(buf))...)
	}
}

// last gives what came before the end of the stream, or before its error: then
// without the line that was broken off.
func (b *blocks) last(buf []byte, n int, err error) (block, bool) {
	b.done = true
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return b.block(buf, buf[:n], nil), true
	}
	return b.block(buf, buf[:bytes.LastIndexByte(buf[:n], '\n')+1], err), true
}

func (b *blocks) block(buf, text []byte, err error) block {
	out := block{buf: buf, text: text, line: b.line + 1, err: err}
	b.line += bytes.Count(text, []byte{'\n'})
	return out
}

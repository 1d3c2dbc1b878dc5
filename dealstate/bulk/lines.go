package bulk

import (
	"bytes"
	"context"
	"io"
	"sync"

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
// allocation of their own. The context is looked at four times a MiB. All
// goroutines have ended when it returns, and so has a Read that was under way.
func ReadLines(ctx context.Context, r io.Reader, a Agreements, opt Options) (*Log, error) {
	b := newBuilder(a, opt)
	if err := b.readLines(ctx, r); err != nil {
		return nil, err
	}
	return b.log, nil
}

// readLines adds batches in the order of their lines.
func (b *builder) readLines(ctx context.Context, r io.Reader) error {
	if workers := orCores(b.opt.Workers); workers > 1 {
		b.deals = &nameTable{}
		return b.readTogether(ctx, r, workers)
	}
	return b.readAlone(ctx, r)
}

func (b *builder) readAlone(ctx context.Context, r io.Reader) error {
	in, part, source := newIntake(b.log.agreements), &batch{}, blocks{r: r}
	var buf []byte
	for {
		block, ok := source.next(buf)
		if !ok {
			return nil
		}
		buf = block.buf
		in.parse(block, part)
		if err := b.add(part); err != nil {
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

// readTogether ends when all its goroutines have ended, so that nobody else holds
// the reader any more.
func (b *builder) readTogether(ctx context.Context, r io.Reader, workers int) error {
	var wait sync.WaitGroup
	defer wait.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	spare, todo, queue := make(chan *task, 2*workers), make(chan *task, 2*workers), make(chan *task, 2*workers)
	for range cap(spare) {
		spare <- &task{part: &batch{}, ready: make(chan struct{}, 1)}
	}
	wait.Go(func() { cut(ctx, r, spare, todo, queue) })
	for n := range workers {
		wait.Go(func() {
			in := newIntake(b.log.agreements)
			for t := range todo {
				in.parse(t.block, t.part)
				t.part.from = n
				t.ready <- struct{}{}
			}
		})
	}
	for t := range queue {
		<-t.ready
		if err := b.add(t.part); err != nil {
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
	to.bytes = b.text
	text, n := b.buf[:b.text], 0
	var g glance
	for at := 0; at < len(text) && to.stop == nil; {
		n++
		next := in.scanner.look(b.buf[:b.text+margin], at, &g)
		hash := g.spelling.hash()
		if next > 0 && next-at <= dealstate.MaxLine && in.glance(&g, hash, n, to) {
			to.events++
			at = next
			continue
		}
		line := lineAt(text, at)
		at += len(line)
		if n == 1 && b.first {
			line = bytes.TrimPrefix(line, byteOrderMark)
		}
		act, err := in.read(line, n, to)
		if err == nil && next == at && act != unread {
			in.spelled.add(&g.spelling, hash, act, in.act[act].Kind)
			for _, r := range g.spelling.runs[:g.spelling.len] {
				in.scanner.runs.add(r)
			}
		}
	}
	if to.stop == nil && b.err != nil {
		n++
		to.stop = b.err
	}
	if to.stop != nil {
		n-- // add names the line behind those of the batch
	}
	to.lines = n
	to.names = in.names
}

var byteOrderMark = []byte("\xef\xbb\xbf")

func tooLong() error {
	return fieldErr("json", "the line is longer than %d bytes", dealstate.MaxLine)
}

// lineAt gives the line that begins there, with its newline.
func lineAt(text []byte, at int) []byte {
	if end := bytes.IndexByte(text[at:], '\n'); end >= 0 {
		return text[at : at+end+1]
	}
	return text[at:]
}

const unread = ^uint32(0)

// read takes any line in, by the library.
func (in *intake) read(line []byte, n int, to *batch) (act uint32, err error) {
	if len(bytes.TrimRight(line, "\r\n")) > dealstate.MaxLine {
		to.stop = tooLong()
		return unread, nil
	}
	if line = bytes.TrimSpace(line); len(line) == 0 {
		return unread, nil
	}
	to.events++
	var e dealstate.Event
	var r record
	if err = e.UnmarshalJSON(line); err == nil {
		if err = r.set(&e); err == nil {
			act, err = in.take(&r, n, to)
		}
	}
	if err != nil {
		to.blame(n, err)
	}
	return act, err
}

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
		room := len(buf) - margin
		got, err := io.ReadFull(b.r, buf[n:room])
		n += got
		if err != nil {
			return b.last(buf, n, err)
		}
		if end := bytes.LastIndexByte(buf[:n], '\n'); end >= 0 {
			b.rest = append(b.rest[:0], buf[end+1:n]...)
			return b.block(buf, end+1, nil), true
		}
		if len(buf) >= mostBlock {
			b.done = true
			return b.block(buf, 0, tooLong()), true
		}
		buf = append(buf, make([]byte, min(len(buf), mostBlock-len(buf)))...)
	}
}

// last gives what came before the end of the stream, or before its error: then
// without the line that was broken off.
func (b *blocks) last(buf []byte, n int, err error) (block, bool) {
	b.done = true
	if err == io.EOF || err == io.ErrUnexpectedEOF {
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

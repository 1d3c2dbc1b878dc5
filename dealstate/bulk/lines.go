package bulk

import (
	"bytes"
	"cmp"
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
	if workers := min(orCores(b.opt.Workers), maxWorkers); workers > 1 {
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
		for more := true; more; more = block.text > 0 {
			block = in.parse(block, part)
			if err := cmp.Or(b.add(part), ctx.Err()); err != nil {
				return err
			}
		}
	}
}

// task is a block on its way through a worker, that makes one batch of it, or more
// where there are many bad lines.
type task struct {
	block block
	part  batch
	ready chan bool // there is more to come
	again chan struct{}
}

// maxWorkers is more than one goroutine can put together the work of.
const maxWorkers = 32

// inFlight is how many blocks a worker may be ahead: enough that it seldom waits for
// who puts them together, nor they for it.
const inFlight = 6

// readTogether ends when all its goroutines have ended, so that nobody else holds
// the reader any more.
func (b *builder) readTogether(ctx context.Context, r io.Reader, workers int) error {
	var wait sync.WaitGroup
	defer wait.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	spare, todo, queue := make(chan *task, inFlight*workers), make(chan *task, inFlight*workers), make(chan *task, inFlight*workers)
	for range cap(spare) {
		spare <- &task{ready: make(chan bool, 1), again: make(chan struct{}, 1)}
	}
	wait.Go(func() { cut(ctx, r, spare, todo, queue) })
	for n := range workers {
		in := newIntake(b.log.agreements)
		in.place = n
		wait.Go(func() { in.work(ctx, todo) })
	}
	for t := range queue {
		if err := b.addTask(ctx, t); err != nil {
			return err
		}
		spare <- t
	}
	return ctx.Err()
}

// work parses tasks until there are no more.
func (in *intake) work(ctx context.Context, todo <-chan *task) {
	for t := range todo {
		for rest := in.parse(t.block, &t.part); rest.text > 0; {
			t.ready <- true
			select {
			case <-t.again:
				rest = in.parse(rest, &t.part)
			case <-ctx.Done():
				return
			}
		}
		t.ready <- false
	}
}

// addTask waits for all of a task's batches.
func (b *builder) addTask(ctx context.Context, t *task) error {
	for {
		select {
		case more := <-t.ready:
			if err := b.add(&t.part); err != nil || !more {
				return err
			}
			t.again <- struct{}{}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
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

// maxBad is how many bad lines a batch takes, lest a few bytes each fill the memory
// with errors.
const maxBad = 1 << 10

// parse reads the lines of a block into a batch, and gives those that are left.
func (in *intake) parse(b block, to *batch) (rest block) {
	to.reset()
	buf, at, n := b.buf[:b.text+margin], 0, 0
	var g glance
	for at < b.text && to.stop == nil && len(to.bad) < maxBad {
		n++
		next := in.scanner.look(buf, at, &g)
		if next > 0 && next-at <= dealstate.MaxLine && in.glance(&g, n, to) {
			to.events++
			at = next
			continue
		}
		line := lineAt(buf[:b.text], at)
		at += len(line)
		act, ok := in.read(line, n, b.first && at == len(line), to)
		if ok && next == at {
			in.learn(&g.spelling, act)
		}
	}
	switch {
	case to.stop != nil:
		n-- // add names the line behind those of the batch
	case at < b.text:
		rest = block{buf: b.buf[at:], text: b.text - at, err: b.err}
	default:
		to.stop = b.err
	}
	to.lines, to.bytes = n, at
	to.names, to.from = in.names, in.place
	return rest
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

// learn remembers how an act was spelled.
func (in *intake) learn(s *spelling, act uint32) {
	in.spelled.add(s, act, in.act[act].Kind)
	for _, r := range s.runs[:s.len] {
		in.scanner.runs.add(r)
	}
}

// maxLineEnd bounds what may end a line, as in dealstate.ReadEvents: a flood of \r is
// no line end.
const maxLineEnd = 16

// read takes any line in, by the library. Not ok: it is blank, or bad.
func (in *intake) read(line []byte, n int, first bool, to *batch) (act uint32, ok bool) {
	if len(line) > dealstate.MaxLine && (len(line) > dealstate.MaxLine+maxLineEnd || len(bytes.TrimRight(line, "\r\n")) > dealstate.MaxLine) {
		to.stop = tooLong()
		return 0, false
	}
	if first {
		line = bytes.TrimPrefix(line, byteOrderMark)
	}
	if line = bytes.TrimSpace(line); len(line) == 0 {
		return 0, false
	}
	to.events++
	var e dealstate.Event
	err := e.UnmarshalJSON(line)
	if err == nil {
		act, err = in.take(&e, n, to)
	}
	if err != nil {
		to.blame(n, err)
	}
	return act, err == nil
}

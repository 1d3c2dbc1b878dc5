package bulk

import (
	"cmp"
	"context"
	"io"
	"sync"

	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lines"
)

// ReadLines makes a log of an event log, one JSON object a line, in any order of
// its lines. It takes and refuses the very lines that dealstate.ReadEvents
// does, and one kind more: instants must be of the years 1678 to 2261. A line of more than
// dealstate.MaxLine bytes ends the reading, whatever Bad says, and so does an
// error of the reader, as a *dealstate.LineError.
//
// One goroutine reads, and with more than one worker, the workers decode and the
// caller's goroutine puts the parts together. Lines of the usual form take no
// allocation of their own. The context is looked at four times a MiB. All
// goroutines have ended when it returns, and so has a Read that was under way.
func ReadLines(ctx context.Context, r io.Reader, a Agreements, opt Options) (*Log, error) {
	b := newBuilder(a, opt)
	if err := b.readBlocks(ctx, lines.NewReader(r), newDecoder); err != nil {
		return nil, err
	}
	return b.log, nil
}

// readBlocks adds batches in the order of their lines. Each worker decodes with a decoder of
// its own.
func (b *builder) readBlocks(ctx context.Context, source *lines.Reader, decoder func(Agreements) *decoder) error {
	if workers := min(orCores(b.opt.Workers), maxWorkers); workers > 1 {
		return b.readTogether(ctx, source, decoder, workers)
	}
	return b.readAlone(ctx, source, decoder(b.log.agreements))
}

func (b *builder) readAlone(ctx context.Context, source *lines.Reader, d *decoder) error {
	part := &batch{}
	var buf []byte
	for {
		block, ok := source.Next(buf)
		if !ok {
			return nil
		}
		buf = block.Buf
		for more := true; more; more = block.Text > 0 {
			block = d.decode(block, part)
			if err := cmp.Or(b.add(part), ctx.Err()); err != nil {
				return err
			}
		}
	}
}

// task is a block on its way: from the goroutine that reads, through a worker, which makes
// one batch of it, or more where there are many bad lines, to the goroutine that puts the
// batches together, and back. One of them has it at a time.
type task struct {
	block lines.Block
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
func (b *builder) readTogether(ctx context.Context, source *lines.Reader, decoder func(Agreements) *decoder, workers int) error {
	var wait sync.WaitGroup
	defer wait.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	spare, todo, queue := make(chan *task, inFlight*workers), make(chan *task, inFlight*workers), make(chan *task, inFlight*workers)
	for range cap(spare) {
		spare <- &task{ready: make(chan bool, 1), again: make(chan struct{}, 1)}
	}
	wait.Go(func() { cut(ctx, source, spare, todo, queue) })
	for n := range workers {
		d := decoder(b.log.agreements)
		d.number = n
		wait.Go(func() { d.work(ctx, todo) })
	}
	for t := range queue {
		if err := b.addTask(ctx, t); err != nil {
			return err
		}
		spare <- t
	}
	return ctx.Err()
}

// work decodes tasks until there are no more.
func (d *decoder) work(ctx context.Context, todo <-chan *task) {
	for t := range todo {
		for rest := d.decode(t.block, &t.part); rest.Text > 0; {
			t.ready <- true
			select {
			case <-t.again:
				rest = d.decode(rest, &t.part)
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
func cut(ctx context.Context, source *lines.Reader, spare <-chan *task, todo, queue chan<- *task) {
	defer close(queue)
	defer close(todo)
	for {
		select {
		case t := <-spare:
			var ok bool
			if t.block, ok = source.Next(t.block.Buf); !ok {
				return
			}
			todo <- t
			queue <- t
		case <-ctx.Done():
			return
		}
	}
}

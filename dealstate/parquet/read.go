package parquet

import (
	"context"
	"io"
	"iter"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
)

// ReadLog makes a log from the events in a Parquet file of size bytes. The log replays as one of
// JSON lines does. Options.Workers is the number of goroutines that decode row groups, one group
// at a time each; the reader must then be safe for concurrent use, as an *os.File is. Bad gets
// the number of a row, from 1, as its line; [bulk.Progress] counts no bytes.
//
// ReadLog reads the columns that decide. It reads notes, URLs and dates of publication only from
// row groups in which an id comes twice. Each worker has one row group in memory, and there is
// one more, at some 100 bytes a row; a group has at most 4,194,304 rows and 1 GiB.
//
// A damaged file, or one with another schema, is a *[FileError].
func ReadLog(ctx context.Context, r io.ReaderAt, size int64, a bulk.Agreements, opt bulk.Options) (*bulk.Log, error) {
	f, err := openFile(r, size)
	if err != nil {
		return nil, err
	}
	return bulk.ReadColumns(ctx, f.parts(ctx, opt.Workers), a, opt)
}

// task is a row group under way: it gets memory for its columns, a worker decodes it, and it is
// copied into the log. One of these steps owns it at a time; then the memory is used again.
type task struct {
	g       *group
	columns *bulk.Columns
	done    chan error
}

// parts decodes the row groups on so many goroutines, and yields them in their order. All have
// ended when the sequence has.
func (f *file) parts(ctx context.Context, workers int) iter.Seq2[bulk.Columns, error] {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = max(1, min(workers, len(f.groups)))
	return func(yield func(bulk.Columns, error) bool) {
		var wait sync.WaitGroup
		defer wait.Wait()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		spare, todo, queue := make(chan *bulk.Columns, workers+1), make(chan task), make(chan task, workers+1)
		for range cap(spare) {
			spare <- &bulk.Columns{}
		}
		for range workers {
			wait.Go(func() { f.work(todo) })
		}
		wait.Go(func() { f.handOut(ctx, spare, todo, queue) })
		texts := &values{}
		for t := range queue {
			if err := t.wait(ctx); err != nil {
				yield(bulk.Columns{}, err)
				return
			}
			if f.hasContent() {
				t.columns.Content = (&content{f: f, g: t.g, values: texts}).of
			}
			if !yield(*t.columns, nil) {
				return
			}
			spare <- t.columns
		}
	}
}

// handOut hands the groups out in their order, each once there is memory for it: so the first
// that is not yet in the log always has some.
func (f *file) handOut(ctx context.Context, spare <-chan *bulk.Columns, todo, queue chan<- task) {
	defer close(queue)
	defer close(todo)
	for n := range f.groups {
		t := task{g: &f.groups[n], done: make(chan error, 1)}
		select {
		case t.columns = <-spare:
		case <-ctx.Done():
			return
		}
		queue <- t // there is room for all
		select {
		case todo <- t:
		case <-ctx.Done():
			return
		}
	}
}

// work decodes groups as long as there are any.
func (f *file) work(todo <-chan task) {
	w := &worker{f: f}
	for t := range todo {
		t.done <- w.decode(t.g, t.columns)
	}
}

// wait waits until the group is decoded.
func (t task) wait(ctx context.Context) error {
	select {
	case err := <-t.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ReadEvents yields the complete events of a Parquet file of size bytes, in the order of its rows.
// A row that is not an event is yielded as a *[dealstate.LineError] with its number, from 1, and
// the sequence continues; an error of the file, a *[FileError], ends it. It decodes one row group
// at a time.
func ReadEvents(r io.ReaderAt, size int64) iter.Seq2[dealstate.Event, error] {
	return func(yield func(dealstate.Event, error) bool) {
		f, err := openFile(r, size)
		if err != nil {
			yield(dealstate.Event{}, err)
			return
		}
		e := events{worker: worker{f: f}}
		for n := range f.groups {
			if err := e.decode(&f.groups[n]); err != nil {
				yield(dealstate.Event{}, err)
				return
			}
			for row := range f.groups[n].rows {
				event, err := e.at(row)
				if err != nil {
					event, err = dealstate.Event{}, &dealstate.LineError{Line: int(f.groups[n].before) + row + 1, Err: err}
				}
				if !yield(event, err) {
					return
				}
			}
		}
	}
}

// events are the events of a row group, one group at a time.
type events struct {
	worker
	columns bulk.Columns
	content contentWords
}

func (e *events) decode(g *group) (err error) {
	defer recoverInto(&err, g.number)
	if err := e.worker.decode(g, &e.columns); err != nil {
		return err
	}
	return e.content.read(&e.values, e.f, g)
}

// at is the event of a row. Its texts are its own.
func (e *events) at(row int) (dealstate.Event, error) {
	c := &e.columns
	if err := c.Bad[uint32(row)]; err != nil {
		return dealstate.Event{}, err
	}
	s := &c.Statements[c.Statement[row]]
	out := dealstate.Event{ID: strings.Clone(c.ID[row]), Deal: strings.Clone(c.Deals[c.Deal[row]]), Kind: s.Kind, Role: s.Role, Modality: s.Modality, Revision: s.Revision,
		Party: s.Party, Commitment: s.Commitment, By: s.By, Ref: c.Ref[uint32(row)], Note: e.content.note.copyAt(row), At: timeOf(c.At[row]),
		Source: dealstate.Source{Publisher: s.Publisher, URL: e.content.url.copyAt(row), Published: e.content.published.copyAt(row)}}
	if c.Recorded != nil {
		out.Recorded = timeOf(c.Recorded[row])
	}
	if until, ok := c.Until[uint32(row)]; ok {
		out.Until = timeOf(until)
	}
	return out, out.Validate()
}

// timeOf is the instant in UTC; none is the zero one.
func timeOf(ns int64) time.Time {
	if ns == none {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}

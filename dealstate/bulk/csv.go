package bulk

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// ReadCSV makes a log of an event log in CSV, one event a row, in any order of
// its rows. It takes and refuses the very rows that dealstate.ReadEventsCSV
// does, which says what the header may name, and, as ReadLines, one kind more:
// instants must be of the years 1678 to 2261. A bad row is a bad line with the
// number of its first line. A header that does not suffice ends the reading,
// whatever Bad says, and so do a row of more than dealstate.MaxLine bytes and an
// error of the reader, as a *dealstate.LineError.
//
// The caller's goroutine reads alone, whatever Workers says, at about two
// microseconds a row; [ReadLines] is faster. Progress counts rows,
// and no bytes. The context is looked at before each read.
func ReadCSV(ctx context.Context, r io.Reader, a Agreements, opt Options) (*Log, error) {
	t := tableLog{table: dealstate.NewTable(cancelled(ctx, r)), opt: opt}
	opt.Bad, opt.Progress = t.bad, t.progress
	log, err := ReadEvents(ctx, t.events(), a, opt)
	if err == nil {
		err = t.end
	}
	if err != nil {
		return nil, err
	}
	return log, nil
}

// tableLog hands a table to ReadEvents, which numbers events by their place, and
// takes its numbers to lines.
type tableLog struct {
	table   *dealstate.Table
	opt     Options
	settled int   // events of which nothing bad can be heard any more
	lines   []int // of those after
	end     error // that the table ends with
}

func (t *tableLog) events() iter.Seq2[dealstate.Event, error] {
	return func(yield func(dealstate.Event, error) bool) {
		for e, err := range t.table.Events() {
			var bad *dealstate.LineError
			if errors.As(err, &bad) {
				if bad.Ends {
					t.end = err
					return
				}
				err = bad.Err
			}
			t.lines = append(t.lines, t.table.Line())
			if !yield(e, err) {
				return
			}
		}
	}
}

func (t *tableLog) bad(e *dealstate.LineError) error {
	e = &dealstate.LineError{Line: t.lines[e.Line-t.settled-1], Err: e.Err}
	if t.opt.Bad == nil {
		return e
	}
	return t.opt.Bad(e)
}

// progress is called with all that is bad behind it.
func (t *tableLog) progress(p Progress) {
	t.lines = t.lines[:copy(t.lines, t.lines[int(p.Lines)-t.settled:])]
	t.settled = int(p.Lines)
	if t.opt.Progress != nil {
		t.opt.Progress(p)
	}
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// cancelled is the reader until the context is done.
func cancelled(ctx context.Context, r io.Reader) io.Reader {
	return readFunc(func(p []byte) (int, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		return r.Read(p)
	})
}

package bulk

import (
	"bufio"
	"context"
	"io"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lines"
)

// ReadCSV makes a log of an event log in CSV, one event a row, in any order of
// its rows. It takes and refuses the very rows that dealstate.ReadEventsCSV
// does, which says what the header may name, and, as ReadLines, one kind more:
// instants must be of the years 1678 to 2261. A bad row is a bad line with the
// number of its first line. A header that does not suffice ends the reading,
// whatever Bad says, and so do a row of more than dealstate.MaxLine bytes and an
// error of the reader, as a *dealstate.LineError.
//
// It shares the work as ReadLines does. Rows that say what was met before, in cells of the
// usual form, take no allocation of their own; a cell with a line break or a quote in it, an
// instant with a zone, and what is new are decoded one at a time, at about two microseconds.
// Progress counts rows, and no bytes. The context is looked at before each read.
func ReadCSV(ctx context.Context, r io.Reader, a Agreements, opt Options) (*Log, error) {
	b, source := newBuilder(a, opt), bufio.NewReaderSize(cancelled(ctx, r), 1<<16)
	head := &lineByLine{r: source}
	columns, err := dealstate.NewTable(head).Columns()
	if err != nil {
		return nil, err
	}
	b.line = head.lines
	decoder := func(a Agreements) *decoder { return newRowDecoder(a, columns) }
	if err := b.readBlocks(ctx, lines.NewRowReader(source, head.lines), decoder); err != nil {
		return nil, err
	}
	return b.log, nil
}

// lineByLine gives a line at a time, or a part of one, so that who reads a header takes nothing
// of what follows.
type lineByLine struct {
	r     *bufio.Reader
	rest  []byte
	err   error // that comes behind the rest
	lines int   // that were given whole
}

func (l *lineByLine) Read(p []byte) (n int, err error) {
	if len(l.rest) == 0 && l.err == nil {
		if l.rest, l.err = l.r.ReadSlice('\n'); l.err == nil {
			l.lines++
		} else if l.err == bufio.ErrBufferFull {
			l.err = nil
		}
	}
	n = copy(p, l.rest)
	if l.rest = l.rest[n:]; len(l.rest) == 0 {
		err = l.err
	}
	return n, err
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

package bulk

import (
	"context"
	"io"

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
	b, table := newBuilder(a, opt), dealstate.NewTable(cancelled(ctx, r))
	if err := b.readEvents(ctx, table.Events(), table.Line); err != nil {
		return nil, err
	}
	return b.log, nil
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

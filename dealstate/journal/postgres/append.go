package postgres

import (
	"context"
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// One goroutine commits at a time. A second one that sends its transaction meanwhile gains
// nothing: it waits for the writers' lock, and the same appends are spread over more
// transactions. Where nobody else appends, it is the caller's own.

// request is one Append that waits.
type request struct {
	entries   []journal.Entry // checked
	rows      []row           // of them, as if all were new
	on        []journal.Version
	fresh     bool // some of it is new
	positions []int64
	err       error
	done      chan struct{} // closed when it was answered
}

// size is how many bytes its rows take.
func (r *request) size() (n int) {
	for i := range r.rows {
		n += r.rows[i].size()
	}
	return n
}

// A transaction takes so many entries and bytes, unless one append has more.
const (
	mostEntries = 1024
	mostBytes   = 16 << 20
)

// Append is that of [journal.Journal]. It costs a transaction with one sync of the server,
// which all appends share that wait at the same time. While the server is away it waits for
// Options.Outage, and then gives an *[OutageError]. Only an append on a version may give an
// *[OutcomeError], where the connection is lost while it is committed. Where another writer
// holds the lock for too long, it gives a *[BusyError].
func (s *Store) Append(ctx context.Context, entries []journal.Entry, on ...journal.Version) ([]int64, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	entries, err := journal.Checked(entries)
	if err != nil {
		return nil, err
	}
	r := &request{entries: entries, on: slices.Clone(on), rows: make([]row, len(entries)), done: make(chan struct{})}
	for i := range entries {
		if r.rows[i], err = rowOf(&entries[i]); err != nil {
			return nil, err
		}
	}
	left := false
	own := func(r *request) (answered bool) {
		answered = s.writer.commitOwn(ctx, r)
		left = !answered && ctx.Err() != nil
		return answered
	}
	if !s.queue.Alone(r, own) && !s.queue.Add(r) {
		return nil, journal.ErrClosed
	}
	if left { // whatever the queue makes of it by now
		return nil, ctx.Err()
	}
	select {
	case <-r.done:
		return r.positions, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// room says which requests one transaction takes.
func room() func(*request) bool {
	entries, bytes := 0, 0
	return func(r *request) bool {
		entries, bytes = entries+len(r.rows), bytes+r.size()
		return entries <= mostEntries && bytes <= mostBytes
	}
}

package sqlite

import (
	"context"
	"database/sql"
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// request is one Append that waits, or another write.
type request struct {
	entries   []journal.Entry       // checked
	write     func(*sql.Conn) error // nil: an Append; else what a transaction of its own does
	on        []journal.Version
	positions []int64
	err       error
	done      chan struct{} // closed when it was answered
}

// mostEntries is how many entries one transaction takes, unless one append has more.
const mostEntries = 4096

// Append is that of [journal.Journal]. It costs a transaction with one sync, which all
// appends share that wait at the same time. Where another process holds the write lock for
// too long, the error is a *[BusyError]; after a write or a sync that failed, or where the file
// was moved away (*[MovedError]), it is a *[journal.ReadOnlyError], until the journal is opened
// again.
func (s *Store) Append(ctx context.Context, entries []journal.Entry, on ...journal.Version) ([]int64, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	entries, err := journal.Checked(entries)
	if err != nil {
		return nil, err
	}
	r := &request{entries: entries, on: slices.Clone(on)}
	if err := s.do(ctx, r); err != nil {
		return nil, err
	}
	return r.positions, nil
}

// do lets the committer answer a request.
func (s *Store) do(ctx context.Context, r *request) error {
	r.done = make(chan struct{})
	if !s.queue.Add(r) {
		return journal.ErrClosed
	}
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// room says which requests one transaction takes: a write that is no Append has one of its own.
func room() func(*request) bool {
	entries, alone := 0, false
	return func(r *request) bool {
		entries += len(r.entries)
		alone = alone || r.write != nil
		return !alone && entries <= mostEntries
	}
}

// commit decides on the requests in one transaction, and answers them when it is durable.
func (s *Store) commit(requests []*request) {
	last, err := s.brokenOr(func() (int64, error) { return s.writer.commit(s.path, requests) })
	if err == nil {
		s.tail.advance(last)
	}
	for _, r := range requests {
		if err != nil {
			r.positions, r.err = nil, err
		}
		close(r.done)
	}
}

// brokenOr commits unless the journal takes nothing more, and lets it take nothing more
// after an error that leaves open what the disk has.
func (s *Store) brokenOr(commit func() (int64, error)) (int64, error) {
	if s.broken != nil {
		return 0, s.broken
	}
	last, err := int64(0), s.moved()
	if err == nil {
		last, err = commit()
	}
	if err == nil {
		return last, nil
	}
	if isBusy(err) {
		return 0, &BusyError{Path: s.path, Err: err}
	}
	s.broken = &journal.ReadOnlyError{Op: "commit", Err: err}
	return 0, s.broken
}

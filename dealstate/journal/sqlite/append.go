package sqlite

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// Group commit: while one transaction is written and synced, the appends that come meanwhile
// wait in the queue, and are the next transaction. One goroutine, the committer, runs for as
// long as there are any.

// request is one Append that waits, or another write.
type request struct {
	entries   []journal.Entry       // checked
	write     func(*sql.Conn) error // nil: an Append; else what a transaction of its own does
	on        []journal.Version
	positions []int64
	err       error
	done      chan struct{} // closed when it was answered
}

// queue is what waits. The store owns it.
type queue struct {
	mu      sync.Mutex
	waiting []*request
	wanted  int           // for how many the committer waits
	enough  chan struct{} // closed when there are; nil: it does not wait
	running bool          // the committer runs
	closed  bool          //
	broken  error         // why the journal takes nothing more; nil: it does
	idle    *sync.Cond    // told when the committer has ended
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
	r := &request{entries: entries, on: on}
	if err := s.do(ctx, r); err != nil {
		return nil, err
	}
	return r.positions, nil
}

// do lets the committer answer a request.
func (s *Store) do(ctx context.Context, r *request) error {
	r.done = make(chan struct{})
	if err := s.enqueue(r); err != nil {
		return err
	}
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Store) enqueue(r *request) error {
	s.queue.mu.Lock()
	defer s.queue.mu.Unlock()
	switch {
	case s.queue.closed:
		return journal.ErrClosed
	case s.queue.broken != nil:
		return s.queue.broken
	}
	s.queue.waiting = append(s.queue.waiting, r)
	if s.queue.enough != nil && len(s.queue.waiting) >= s.queue.wanted {
		close(s.queue.enough)
		s.queue.enough = nil
	}
	if !s.queue.running {
		s.queue.running = true
		go s.commitAll()
	}
	return nil
}

// commitAll commits until nothing waits. Those who are answered at once append again at
// nearly one time: it waits a moment for them, so that they share the next sync too,
// instead of the first of them having it alone.
func (s *Store) commitAll() {
	for requests := s.queue.take(); requests != nil; requests = s.queue.take() {
		begun := time.Now()
		s.commit(requests)
		s.queue.gather(len(requests), time.Since(begun)/patience)
	}
}

// patience is into how many parts the time of a commit goes of which one is waited.
const patience = 4

// gather waits until so many wait, or some time has passed.
func (q *queue) gather(n int, atMost time.Duration) {
	q.mu.Lock()
	if len(q.waiting) >= n || q.closed {
		q.mu.Unlock()
		return
	}
	enough := make(chan struct{})
	q.wanted, q.enough = n, enough
	q.mu.Unlock()
	timer := time.NewTimer(atMost)
	defer timer.Stop()
	select {
	case <-enough:
	case <-timer.C:
	}
}

// take gives the requests of the next transaction; a write that is no Append has one of its
// own. Where there are none, the committer has ended.
func (q *queue) take() []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.enough = nil
	n, entries := 0, 0
	for n < len(q.waiting) && (n == 0 || q.waiting[n-1].write == nil && q.waiting[n].write == nil && entries+len(q.waiting[n].entries) <= mostEntries) {
		entries += len(q.waiting[n].entries)
		n++
	}
	if n == 0 {
		q.running = false
		q.idle.Broadcast()
		return nil
	}
	taken := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	return taken
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
	s.queue.mu.Lock()
	broken := s.queue.broken
	s.queue.mu.Unlock()
	if broken != nil {
		return 0, broken
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
	s.queue.mu.Lock()
	defer s.queue.mu.Unlock()
	s.queue.broken = &journal.ReadOnlyError{Op: "commit", Err: err}
	return 0, s.queue.broken
}

// close lets nothing more in, and waits for the committer. It reports whether this was the
// first time.
func (q *queue) close() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	first := !q.closed
	q.closed = true
	for q.running {
		q.idle.Wait()
	}
	return first
}

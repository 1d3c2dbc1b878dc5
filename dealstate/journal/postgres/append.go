package postgres

import (
	"context"
	"sync"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// Group commit: appends that come while others are committed wait in the queue, and become
// the next transaction. There are two committers: while the server commits the transaction of
// one, the other gathers the next, sends it, and waits for the writers' lock.

const committers = 2

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
	r := &request{entries: entries, on: on, rows: make([]row, len(entries)), done: make(chan struct{})}
	for i := range entries {
		if r.rows[i], err = rowOf(&entries[i]); err != nil {
			return nil, err
		}
	}
	if err := s.queue.add(r); err != nil {
		return nil, err
	}
	select {
	case <-r.done:
		return r.positions, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// queue is what waits. The store owns it.
type queue struct {
	turn    sync.Mutex // of the committer that takes
	mu      sync.Mutex // guards what follows
	waiting []*request
	wanted  int           // for how many the committer waits
	enough  chan struct{} // closed when there are, or the queue is closed; nil: it does not wait
	closed  bool
}

func (q *queue) add(r *request) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return journal.ErrClosed
	}
	q.waiting = append(q.waiting, r)
	q.tell()
	return nil
}

// close lets nothing more in. It reports whether this was the first time.
func (q *queue) close() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	first := !q.closed
	q.closed = true
	q.tell()
	return first
}

// tell wakes the committer if there is what it waits for.
func (q *queue) tell() {
	if q.enough != nil && (len(q.waiting) >= q.wanted || q.closed) {
		close(q.enough)
		q.enough = nil
	}
}

// take gives the requests of the next transaction, none where the queue was closed. Those who
// were answered at once append again at nearly one time: it waits a moment for as many as
// there were, so that they share the next transaction too.
func (q *queue) take(before int, atMost time.Duration) []*request {
	q.turn.Lock()
	defer q.turn.Unlock()
	if before > 1 {
		timer := time.NewTimer(atMost)
		q.await(before, timer.C)
		timer.Stop()
	}
	q.await(1, nil)
	return q.cut()
}

// await waits until so many wait, the queue is closed or it is late.
func (q *queue) await(n int, late <-chan time.Time) {
	q.mu.Lock()
	q.wanted, q.enough = n, make(chan struct{})
	enough := q.enough
	q.tell()
	q.mu.Unlock()
	select {
	case <-enough:
	case <-late:
	}
}

func (q *queue) cut() []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.enough = nil
	n, entries, bytes := 0, 0, 0
	for ; n < len(q.waiting); n++ {
		r := q.waiting[n]
		entries += len(r.rows)
		for i := range r.rows {
			bytes += r.rows[i].size()
		}
		if n > 0 && (entries > mostEntries || bytes > mostBytes) {
			break
		}
	}
	taken := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	return taken
}

// gatherPart is into how many parts the time of a commit goes of which one is waited.
const gatherPart = 4

// commitAll commits until the queue is closed and empty.
func (s *Store) commitAll(w *writer) {
	defer w.close()
	taken := s.queue.take(0, 0)
	for len(taken) > 0 {
		begun := time.Now()
		w.commit(taken)
		taken = s.queue.take(len(taken), time.Since(begun)/gatherPart)
	}
}

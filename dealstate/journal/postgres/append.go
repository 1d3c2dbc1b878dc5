package postgres

import (
	"context"
	"sync"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// Group commit: appends that come while others are committed wait in the queue, and become
// the next transaction. One goroutine, the committer, runs for as long as there are any. A second
// one that sends its transaction meanwhile gains nothing: it waits for the writers' lock, and
// the same appends are spread over more transactions.

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
	r := &request{entries: entries, on: on, rows: make([]row, len(entries)), done: make(chan struct{})}
	for i := range entries {
		if r.rows[i], err = rowOf(&entries[i]); err != nil {
			return nil, err
		}
	}
	if err := s.queue.add(r, s.commitAll); err != nil {
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
	mu      sync.Mutex
	waiting []*request
	wanted  int            // for how many the committer waits
	enough  chan struct{}  // closed when there are, or the queue is closed; nil: it does not wait
	runs    bool           // the committer runs
	running sync.WaitGroup // until it has ended
	closed  bool
}

// add lets a request wait, and starts the committer if it does not run.
func (q *queue) add(r *request, commitAll func()) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return journal.ErrClosed
	}
	q.waiting = append(q.waiting, r)
	q.tell()
	if !q.runs {
		q.runs = true
		q.running.Go(commitAll)
	}
	return nil
}

// close lets nothing more in, and waits for the committer. It reports whether this was the
// first time.
func (q *queue) close() bool {
	q.mu.Lock()
	first := !q.closed
	q.closed = true
	q.tell()
	q.mu.Unlock()
	q.running.Wait()
	return first
}

// tell wakes the committer if there is what it waits for.
func (q *queue) tell() {
	if q.enough != nil && (len(q.waiting) >= q.wanted || q.closed) {
		close(q.enough)
		q.enough = nil
	}
}

// gather waits until so many wait, the queue is closed or some time has passed.
func (q *queue) gather(n int, atMost time.Duration) {
	q.mu.Lock()
	enough := make(chan struct{})
	q.wanted, q.enough = n, enough
	q.tell()
	q.mu.Unlock()
	timer := time.NewTimer(atMost)
	defer timer.Stop()
	select {
	case <-enough:
	case <-timer.C:
	}
}

// take gives the requests of the next transaction. Where there are none, the committer has
// ended.
func (q *queue) take() []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.enough = nil
	n, entries, bytes := 0, 0, 0
	for ; n < len(q.waiting); n++ {
		entries, bytes = entries+len(q.waiting[n].rows), bytes+q.waiting[n].size()
		if n > 0 && (entries > mostEntries || bytes > mostBytes) {
			break
		}
	}
	q.runs = n > 0
	taken := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	return taken
}

// commitAll commits until nothing waits. Those who are answered at once append again at
// nearly one time: it waits a moment for as many as there were, so that they share the next
// transaction too, instead of the first of them having it alone.
func (s *Store) commitAll() {
	for taken := s.queue.take(); len(taken) > 0; taken = s.queue.take() {
		begun := time.Now()
		s.writer.commit(taken)
		if len(taken) > 1 {
			s.queue.gather(len(taken), time.Since(begun)/gatherPart)
		}
	}
}

// gatherPart is into how many parts the time of a commit goes of which one is waited.
const gatherPart = 4

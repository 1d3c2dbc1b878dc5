package jetstream

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// Group commit: while one transaction is on its way, the appends that come meanwhile wait in
// the queue, and are the next transaction. One goroutine, the committer, runs for as long as
// there are any.

// request is one Append that waits.
type request struct {
	entries   []journal.Entry // checked
	bodies    [][]byte        // of their messages
	size      int             // bytes of all messages, at most
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
	idle    *sync.Cond    // told when the committer has ended
}

// How much one transaction takes. The servers take so many messages in an atomic batch,
// unless they are set to fewer; the bytes are bounded, unless one append has more.
const (
	mostEntries = 1000
	mostBytes   = 4 << 20
)

// Append is that of [journal.Journal]. It costs one publish, or one atomic batch, which all
// appends share that wait at the same time. An append of more than a thousand new entries, or
// of an entry that is larger than the server's max_payload, is a *[SizeError]. Where the stream
// does not answer for too long, the error is an *[UnavailableError]; where the server refuses, as one
// whose storage is full does, a *[RefusedError] or, where it has kept a part, a *[PartialError].
func (s *Store) Append(ctx context.Context, entries []journal.Entry, on ...journal.Version) ([]int64, error) {
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	entries, err := journal.Checked(entries)
	if err != nil {
		return nil, err
	}
	r := &request{entries: entries, on: on, done: make(chan struct{})}
	if err := r.encode(int(s.js.Conn().MaxPayload())); err != nil {
		return nil, err
	}
	if err := s.enqueue(r); err != nil {
		return nil, err
	}
	select {
	case <-r.done:
		return r.positions, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// encode makes the bodies. No message is larger than the server takes.
func (r *request) encode(most int) error {
	r.bodies = make([][]byte, len(r.entries))
	for i := range r.entries {
		body, size, err := bodyOf(&r.entries[i])
		if err != nil {
			return err
		}
		if size > most {
			return &SizeError{What: fmt.Sprintf("entry %d of %d: bytes", i+1, len(r.entries)), Have: size, Most: most}
		}
		r.bodies[i] = body
		r.size += size
	}
	return nil
}

func (s *Store) enqueue(r *request) error {
	q := &s.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return journal.ErrClosed
	}
	q.waiting = append(q.waiting, r)
	if q.enough != nil && len(q.waiting) >= q.wanted {
		close(q.enough)
		q.enough = nil
	}
	if !q.running {
		q.running = true
		go s.commitAll()
	}
	return nil
}

// commitAll commits until nothing waits. Those who are answered at once append again at
// nearly one time: it waits a moment for them, so that they share the next transaction too.
func (s *Store) commitAll() {
	for requests := s.queue.take(); requests != nil; requests = s.queue.take() {
		begun := time.Now()
		s.writer.commit(requests)
		for _, r := range requests {
			close(r.done)
		}
		took := time.Since(begun)
		s.writer.turn(took)
		s.queue.gather(len(requests), took/patience)
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

// take gives the requests of the next transaction. Where there are none, the committer has
// ended.
func (q *queue) take() []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.enough = nil
	n, entries, size := 0, 0, 0
	for _, r := range q.waiting {
		entries, size = entries+len(r.entries), size+r.size
		if n > 0 && (entries > mostEntries || size > mostBytes) {
			break
		}
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

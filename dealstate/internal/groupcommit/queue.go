// Package groupcommit is what the stores share that commit the appends of many callers at once:
// those that come while a transaction is on its way wait, and are the next transaction.
package groupcommit

import (
	"sync"
	"time"
)

// Queue holds the requests that wait. One goroutine at a time is the committer: one of the
// queue's own for as long as any wait, or a caller who commits his own. A Queue is safe for
// concurrent use.
type Queue[R any] struct {
	commit func([]R)           // answers the requests of one transaction
	room   func() func(R) bool // begins a transaction; what it gives says of each request, in turn, whether it fits

	mu      sync.Mutex
	waiting []R
	wanted  int            // for how many the committer waits
	enough  chan struct{}  // closed when there are, or the queue is closed; nil: it does not wait
	runs    bool           // there is a committer
	running sync.WaitGroup // until there is none
	closed  bool
}

// New makes a queue. Commit is called by one goroutine at a time. Room is asked for each
// transaction; the first request is taken whether it fits or not.
func New[R any](commit func([]R), room func() func(R) bool) *Queue[R] {
	return &Queue[R]{commit: commit, room: room}
}

// Add lets a request wait, and starts the committer if it does not run. Ok is false once the
// queue is closed; then the request does not wait.
func (q *Queue[R]) Add(r R) (ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.waiting = append(q.waiting, r)
	q.tell()
	if !q.runs {
		q.runs = true
		q.running.Go(q.commitAll)
	}
	return true
}

// Alone makes the caller the committer of his request if there is no other and the queue is
// open: to hand it to a goroutine and to be woken by it takes as long as a fast commit. Ok is
// false if he was not. Commit reports whether it answered the request; one that it did not
// answer waits, as the first.
func (q *Queue[R]) Alone(r R, commit func(R) (answered bool)) (ok bool) {
	if !q.begin() {
		return false
	}
	answered := false
	defer func() { q.end(r, answered) }() // also where commit panics and somebody recovers
	answered = commit(r)
	return true
}

// begin makes the caller the committer, until he calls end.
func (q *Queue[R]) begin() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.runs || q.closed {
		return false
	}
	q.runs = true
	q.running.Add(1)
	return true
}

// end makes the queue's own goroutine the committer of what waits, if anything does.
func (q *Queue[R]) end(r R, answered bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !answered {
		q.waiting = append([]R{r}, q.waiting...)
	}
	if q.runs = len(q.waiting) > 0; q.runs {
		q.running.Go(q.commitAll)
	}
	q.running.Done()
}

// Close lets nothing more in, and waits until all that waits is committed. It reports whether
// this was the first time.
func (q *Queue[R]) Close() (first bool) {
	q.mu.Lock()
	first = !q.closed
	q.closed = true
	q.tell()
	q.mu.Unlock()
	q.running.Wait()
	return first
}

// tell wakes the committer if there is what it waits for.
func (q *Queue[R]) tell() {
	if q.enough != nil && (len(q.waiting) >= q.wanted || q.closed) {
		close(q.enough)
		q.enough = nil
	}
}

// gatherPart is into how many parts the time of a commit goes of which one is waited.
const gatherPart = 4

// commitAll commits until nothing waits. Those who are answered at once append again at
// nearly one time: it waits a moment for as many as there were, so that they share the next
// transaction too, instead of the first of them having it alone.
func (q *Queue[R]) commitAll() {
	for taken := q.take(); len(taken) > 0; taken = q.take() {
		begun := time.Now()
		q.commit(taken)
		if len(taken) > 1 {
			q.gather(len(taken), time.Since(begun)/gatherPart)
		}
	}
}

// gather waits until so many wait, the queue is closed or some time has passed.
func (q *Queue[R]) gather(n int, atMost time.Duration) {
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
func (q *Queue[R]) take() []R {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.enough = nil
	fits := q.room()
	n := 0
	for n < len(q.waiting) && (fits(q.waiting[n]) || n == 0) {
		n++
	}
	q.runs = n > 0
	taken := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	return taken
}

package postgres

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// channel is where writers notify those who wait. Its payload is the last position, which is
// a hint and not believed: anybody can notify.
func (s *Store) channel() string { return s.options.Schema + ".entries" }

// listener is the connection that listens for what other processes append, from the first
// Wait on until the journal is closed. The store owns it.
type listener struct {
	once    sync.Once
	cancel  context.CancelFunc
	running sync.WaitGroup
}

func (l *listener) start(s *Store) {
	l.once.Do(func() {
		var ctx context.Context
		ctx, l.cancel = context.WithCancel(context.Background())
		l.running.Go(func() { s.listenOn(ctx) })
	})
}

func (l *listener) close() {
	l.once.Do(func() {}) // nobody starts it any more
	if l.cancel != nil {
		l.cancel()
	}
	l.running.Wait()
}

// listenOn listens until the context ends, and connects again where the connection is lost.
func (s *Store) listenOn(ctx context.Context) {
	for pause := time.Millisecond; ctx.Err() == nil; pause = min(2*pause, time.Second) {
		if s.listen(ctx) {
			pause = time.Millisecond
		}
		sleep(ctx, pause)
	}
}

// listen listens for as long as the connection lasts, and reports whether there was one. Of
// what came before it listened it was not notified, so it looks for that first.
func (s *Store) listen(ctx context.Context) bool {
	c, err := pgx.ConnectConfig(ctx, s.config)
	if err != nil {
		return false
	}
	defer c.Close(context.Background())
	if _, err := c.Exec(ctx, "LISTEN "+pgx.Identifier{s.channel()}.Sanitize()); err != nil {
		return false
	}
	for err == nil {
		if err = s.advance(ctx, c); err == nil {
			err = s.awaitNotification(ctx, c)
		}
	}
	return true
}

// advance tells those who wait what there is.
func (s *Store) advance(ctx context.Context, c *pgx.Conn) error {
	var last int64
	err := c.QueryRow(ctx, s.sql(maxPosition)).Scan(&last)
	if err == nil {
		s.tail.advance(last)
	}
	return err
}

// awaitNotification returns when there may be more: somebody notified of what is not known
// yet, or it is time to look.
func (s *Store) awaitNotification(ctx context.Context, c *pgx.Conn) error {
	poll, cancel := context.WithTimeout(ctx, s.options.Poll)
	defer cancel()
	for {
		n, err := c.WaitForNotification(poll)
		if err != nil && poll.Err() != nil && ctx.Err() == nil && !c.IsClosed() {
			return nil
		}
		if err != nil {
			return err
		}
		if at, err := strconv.ParseInt(n.Payload, 10, 64); err != nil || !s.tail.has(at-1) {
			return nil
		}
	}
}

// notifier notifies other processes of what this one has appended, after it is durable: a
// notification within the transaction would have commits of the whole database wait for one
// another, and an append fail where the server's queue of notifications is full. Should this
// process end before, others find out by looking. The store owns it.
type notifier struct {
	mu      sync.Mutex
	last    int64 // the last position to notify of
	sent    int64 // the last one that was notified of
	sending bool  // a goroutine runs
	closed  bool
	running sync.WaitGroup
}

// notify notifies of a position soon. Those that come while a notification is under way are
// one notification.
func (n *notifier) notify(s *Store, last int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.last = max(n.last, last)
	if !n.sending && !n.closed && n.sent < n.last {
		n.sending = true
		n.running.Go(func() { n.send(s) })
	}
}

// notifyEvery is the least time between two notifications, so that they cost little.
const notifyEvery = 20 * time.Millisecond

// send sends notifications for as long as there is something new.
func (n *notifier) send(s *Store) {
	for at := n.next(); at > 0; at = n.next() {
		ctx, cancel := context.WithTimeout(context.Background(), s.options.Busy)
		_, _ = s.pool.Exec(ctx, "SELECT pg_notify($1, $2)", s.channel(), strconv.FormatInt(at, 10)) // if it fails, they look
		cancel()
		time.Sleep(notifyEvery)
	}
}

// next gives the position to notify of, 0 if there is none.
func (n *notifier) next() int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.sent == n.last {
		n.sending = false
		return 0
	}
	n.sent = n.last
	return n.last
}

// close waits until all is sent.
func (n *notifier) close() {
	n.mu.Lock()
	n.closed = true
	n.mu.Unlock()
	n.running.Wait()
}

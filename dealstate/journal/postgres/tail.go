package postgres

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// tail is who waits for more. What this process appends advances it at once, and what others
// append when it hears of it.
type tail struct {
	mu     sync.Mutex
	last   int64         // the last position that anybody has seen
	closed bool          //
	moved  chan struct{} // closed at the next change; nil: nobody waits
}

// advance says that the entries up to the position are there.
func (t *tail) advance(to int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if to > t.last {
		t.last = to
		t.wake()
	}
}

func (t *tail) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	t.wake()
}

func (t *tail) isClosed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.closed
}

func (t *tail) wake() {
	if t.moved != nil {
		close(t.moved)
		t.moved = nil
	}
}

// has reports whether there is more than the position.
func (t *tail) has(after int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last > after
}

// next gives a channel that is closed when there may be more than the position.
func (t *tail) next(after int64) <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || t.last > after {
		ready := make(chan struct{})
		close(ready)
		return ready
	}
	if t.moved == nil {
		t.moved = make(chan struct{})
	}
	return t.moved
}

// Wait is that of [journal.Journal]. What this process appends ends it at once, what another
// one does by notification. While the server is away it goes on waiting.
func (s *Store) Wait(ctx context.Context, after int64) error {
	s.ears.open(s)
	for {
		if err := s.check(ctx); err != nil || s.tail.has(after) {
			return err
		}
		moved := s.tail.next(after)
		if last, err := s.Last(ctx); err != nil {
			return err
		} else if last > after {
			s.tail.advance(last)
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
		}
	}
}

// channel is where writers notify those who wait. Its payload is the last position, which is
// a hint and not believed: anybody can notify.
func (s *Store) channel() string { return s.options.Schema + ".entries" }

// ears is the connection that listens for what other processes append, from the first Wait on
// until the journal is closed.
type ears struct {
	once   sync.Once
	cancel context.CancelFunc
	closed chan struct{}
}

func (e *ears) open(s *Store) {
	e.once.Do(func() {
		var ctx context.Context
		ctx, e.cancel = context.WithCancel(context.Background())
		e.closed = make(chan struct{})
		go func() {
			defer close(e.closed)
			s.listenOn(ctx)
		}()
	})
}

func (e *ears) close() {
	e.once.Do(func() {}) // nobody opens them any more
	if e.cancel != nil {
		e.cancel()
		<-e.closed
	}
}

// listenOn listens until the context ends, and connects again where the connection is lost.
func (s *Store) listenOn(ctx context.Context) {
	for pause := time.Millisecond; ctx.Err() == nil; pause = min(2*pause, time.Second) {
		if s.listen(ctx) {
			pause = time.Millisecond
		}
		rest(ctx, pause)
	}
}

// listen listens for as long as the connection lasts, and reports whether there was one. What
// came before it listened was not notified, so it looks for that first.
func (s *Store) listen(ctx context.Context) bool {
	c, err := pgx.ConnectConfig(ctx, s.config)
	if err != nil {
		return false
	}
	defer c.Close(context.Background())
	if _, err := c.Exec(ctx, "LISTEN "+pgx.Identifier{s.channel()}.Sanitize()); err != nil {
		return false
	}
	for err := s.lookBy(ctx, c); err == nil; {
		if err = s.hear(ctx, c); err == nil {
			err = s.lookBy(ctx, c)
		}
	}
	return true
}

// lookBy looks for what there is.
func (s *Store) lookBy(ctx context.Context, c *pgx.Conn) error {
	var last int64
	err := c.QueryRow(ctx, s.sql("SELECT coalesce(max(position), 0) FROM $schema.entries")).Scan(&last)
	if err == nil {
		s.tail.advance(last)
	}
	return err
}

// hear returns when there may be more: something new was notified, or it is time to look.
func (s *Store) hear(ctx context.Context, c *pgx.Conn) error {
	until, cancel := context.WithTimeout(ctx, s.options.Poll)
	defer cancel()
	for {
		n, err := c.WaitForNotification(until)
		if err != nil && until.Err() != nil && ctx.Err() == nil && !c.IsClosed() {
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

// voice notifies other processes of what this one has appended, after it is durable: a
// notification within the transaction would have commits of the whole database wait for one
// another, and an append fail where the server's queue of notifications is full. Should this
// process die before, others find out by looking.
type voice struct {
	mu      sync.Mutex
	last    int64 // to be told
	told    int64
	running sync.WaitGroup
	speaks  bool
	closed  bool
}

// say notifies of a position soon. While one notification is under way, others are taken
// together.
func (v *voice) say(s *Store, last int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.last = max(v.last, last)
	if !v.speaks && !v.closed && v.told < v.last {
		v.speaks = true
		v.running.Go(func() { v.speak(s) })
	}
}

// breath is the time between two notifications, so that they cost little.
const breath = 5 * time.Millisecond

// speak notifies for as long as there is something new.
func (v *voice) speak(s *Store) {
	for at := v.next(); at > 0; at = v.next() {
		ctx, cancel := context.WithTimeout(context.Background(), s.options.Busy)
		_, _ = s.pool.Exec(ctx, "SELECT pg_notify($1, $2)", s.channel(), strconv.FormatInt(at, 10)) // or they look
		cancel()
		time.Sleep(breath)
	}
}

// next gives what is to be told, 0 for nothing.
func (v *voice) next() int64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.told == v.last {
		v.speaks = false
		return 0
	}
	v.told = v.last
	return v.last
}

// close waits until all is told.
func (v *voice) close() {
	v.mu.Lock()
	v.closed = true
	v.mu.Unlock()
	v.running.Wait()
}

package jetstream

import (
	"context"
	"crypto/rand"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// tail is who waits for more. What this process appends advances it at once, and what others
// append does as soon as the consumer hears of it.
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

func (t *tail) wake() {
	if t.moved != nil {
		close(t.moved)
		t.moved = nil
	}
}

// position gives the last position that anybody has seen.
func (t *tail) position() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last
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

// Wait is that of [journal.Journal]. It hears at once of what is appended here and elsewhere:
// an ordered consumer, which the first Wait starts, is sent the headers of each message.
func (s *Store) Wait(ctx context.Context, after int64) error {
	for {
		last, err := s.Last(ctx)
		if err != nil || last > after {
			return err
		}
		s.follow(ctx, last)
		timer := time.NewTimer(s.options.Poll)
		select {
		case <-s.tail.next(after):
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// follower is the consumer that hears of what is appended.
type follower struct {
	mu      sync.Mutex
	running jetstream.ConsumeContext // nil: not begun
	prefix  string                   // of the consumer's name: the client numbers those that it makes, after an outage another
	closed  bool
}

// follow begins to hear of what comes after a position, unless it does so already. An error
// passes, or it shows when Wait asks for the last position.
func (s *Store) follow(ctx context.Context, after int64) {
	f := &s.follower
	if !f.mu.TryLock() {
		return // somebody else is at it
	}
	defer f.mu.Unlock()
	if f.closed || f.running != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	f.prefix = rand.Text()
	consumer, err := s.js.OrderedConsumer(ctx, s.stream, jetstream.OrderedConsumerConfig{NamePrefix: f.prefix, DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: uint64(after + 1), HeadersOnly: true})
	if err != nil {
		return
	}
	f.running, _ = consumer.Consume(func(m jetstream.Msg) {
		if at, err := m.Metadata(); err == nil {
			s.tail.advance(int64(at.Sequence.Stream))
		}
	})
}

// unfollow ends the consumer, and removes it from the server. Where the server does not answer, it
// removes the consumer itself some minutes later.
func (s *Store) unfollow() {
	f := &s.follower
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	if f.running == nil {
		return
	}
	f.running.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), attempt)
	defer cancel()
	if !s.js.Conn().IsConnected() {
		return
	}
	stream, err := s.js.Stream(ctx, s.stream)
	if err != nil {
		return
	}
	for name := range stream.ConsumerNames(ctx).Name() {
		if strings.HasPrefix(name, f.prefix) {
			_ = stream.DeleteConsumer(ctx, name) // which the server does later
		}
	}
}

package tracker

import (
	"context"
	"sync"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// stream is the changes of a journal under one policy, up to where its board has
// followed, with the last of them at hand. The tracker's own is fed as entries come; one
// of another policy is fed by whoever watches it.
type stream struct {
	mu sync.Mutex // guards all below
	*board
	ring     ring
	news     chan struct{} // closed when the board has moved on
	watchers int
}

func newStream(b *board, most int) *stream {
	return &stream{board: b, ring: ring{most: most, from: b.at}, news: make(chan struct{})}
}

// follow takes the entries that the board lacks, up to the position, and calls done with
// each. The caller holds the lock.
func (s *stream) follow(ctx context.Context, upTo int64, done func(Change, dealstate.Decision, bool)) error {
	if s.at.Position >= upTo {
		return nil
	}
	defer s.tellWatchers()
	for e, err := range s.journal.Read(ctx, s.at.Position) {
		if err != nil {
			return err
		}
		if e.Position > upTo {
			break
		}
		if err := s.step(ctx, e, done); err != nil {
			return err
		}
	}
	return nil
}

// step lets time come to the entry, and takes it.
func (s *stream) step(ctx context.Context, e journal.Entry, done func(Change, dealstate.Decision, bool)) error {
	if err := s.advance(ctx, e.Accepted, s.ring.add); err != nil {
		return err
	}
	c, decision, ok, err := s.take(ctx, e)
	if err != nil {
		return err
	}
	if ok {
		s.ring.add(c)
	}
	if done != nil {
		done(c, decision, ok)
	}
	return nil
}

// pass lets time come to the instant. The caller holds the lock.
func (s *stream) pass(ctx context.Context, to time.Time) error {
	if !to.After(s.at.Instant) {
		return nil
	}
	defer s.tellWatchers()
	return s.advance(ctx, to, s.ring.add)
}

func (s *stream) tellWatchers() {
	close(s.news)
	s.news = make(chan struct{})
}

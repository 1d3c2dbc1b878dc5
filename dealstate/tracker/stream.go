package tracker

import (
	"context"
	"sync"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// stream is the changes of a journal under one policy, up to where its board has
// followed, with the last of them at hand. The tracker's own is fed as entries come; one
// of another policy is fed by whoever watches it.
type stream struct {
	policy   dealstate.Policy
	watchers int       // guarded by streams
	head     time.Time // of another policy, guarded by streams: when time does something next, as far as it has followed

	archive archive
	fired   func(*Change) // is called for each change that time makes; nil: nobody counts

	mu     sync.Mutex // guards all below
	*board            // nil: it has not begun
	ring   ring
	news   chan struct{} // closed when there are changes; nil: nobody waits for any
}

// start has the stream begin where a board is.
func (s *stream) start(b *board, most int) {
	s.board, s.ring = b, ring{most: most, from: b.at}
}

// follow takes the entries that the board lacks, up to the position, and calls done with
// each. The caller holds the lock.
func (s *stream) follow(ctx context.Context, upTo int64, done func(*Change, *dealstate.Decision, bool)) error {
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
		if err := s.step(ctx, &Change{Entry: e}, done); err != nil {
			return err
		}
	}
	return nil
}

// step lets time come to the entry of the change, and takes it.
func (s *stream) step(ctx context.Context, c *Change, done func(*Change, *dealstate.Decision, bool)) error {
	to, tell := s.comesAfter(&c.Entry), (func(*Change) bool)(nil)
	if s.fires(to) {
		tell = s.keep(0)
	}
	if _, err := s.advance(ctx, to, tell); err != nil {
		return err
	}
	decision, ok, err := s.take(ctx, c)
	if err != nil {
		return err
	}
	if ok {
		s.ring.add(c)
	}
	if done != nil {
		done(c, &decision, ok)
	}
	return nil
}

// keep puts changes into the ring, and says when there were so many; 0: never.
func (s *stream) keep(most int) func(*Change) bool {
	n := 0
	return func(c *Change) bool {
		if s.fired != nil {
			s.fired(c)
		}
		s.ring.add(c)
		n++
		return n != most
	}
}

// pass lets time come to the instant, or as far as so many changes go; 0: any number. The
// caller holds the lock.
func (s *stream) pass(ctx context.Context, to time.Time, most int) (enough bool, err error) {
	if !to.After(s.at.Instant) {
		return false, nil
	}
	return s.advance(ctx, to, s.keep(most))
}

// next gives a channel that is closed when there are changes. The caller holds the lock.
func (s *stream) next() <-chan struct{} {
	if s.news == nil {
		s.news = make(chan struct{})
	}
	return s.news
}

// tellWatchers wakes those who wait. The caller holds the lock.
func (s *stream) tellWatchers() {
	if s.news != nil {
		close(s.news)
		s.news = nil
	}
}

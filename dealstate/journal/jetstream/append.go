package jetstream

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

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
	r := &request{entries: entries, on: slices.Clone(on), done: make(chan struct{})}
	if err := r.encode(int(s.js.Conn().MaxPayload())); err != nil {
		return nil, err
	}
	if !s.queue.Add(r) {
		return nil, journal.ErrClosed
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

// commit answers the requests of one transaction, and lets other processes have their turn.
func (s *Store) commit(requests []*request) {
	begun := time.Now()
	s.writer.commit(requests)
	for _, r := range requests {
		close(r.done)
	}
	s.writer.turn(time.Since(begun))
}

// room says which requests one transaction takes.
func room() func(*request) bool {
	entries, size := 0, 0
	return func(r *request) bool {
		entries, size = entries+len(r.entries), size+r.size
		return entries <= mostEntries && size <= mostBytes
	}
}

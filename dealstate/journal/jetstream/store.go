package jetstream

import (
	"context"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/groupcommit"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// Options says how a journal is opened. The zero Options are for a single server, and do not check
// that it syncs.
type Options struct {
	// Replicas is the number of servers that keep the stream: 3 or 5 in a cluster. Zero: one for
	// a new stream; an existing stream keeps its number.
	Replicas int
	// System is a connection to the system account. With it, Open asks each server that
	// keeps the stream whether it syncs what it acknowledges (sync_interval: always). Nil:
	// Open does not check it, because no other account can read it.
	System *nats.Conn
	// Retry is how long a request is repeated while the stream does not answer: it has no
	// leader, or the connection is gone. Zero: half a minute.
	Retry time.Duration
	// Poll is how often Wait asks for the last position if its consumer is gone. With a
	// consumer, new entries end the wait at once. It is also how often an append asks whether
	// the stream is still the one that was opened, has all its messages and has the settings of
	// a journal. Zero: a second.
	Poll time.Duration
}

func (o Options) orDefault() Options {
	if o.Retry == 0 {
		o.Retry = 30 * time.Second
	}
	if o.Poll == 0 {
		o.Poll = time.Second
	}
	return o
}

// check refuses options that make no sense.
func (o Options) check(stream string) error {
	switch {
	case stream == "" || len(stream) > mostStream || strings.IndexFunc(stream, func(r rune) bool { return r > 127 || !isPlain(byte(r)) }) >= 0:
		return field.Errorf("stream", "%q; want 1 to %d letters, digits, - and _", field.Clip(stream), mostStream)
	case o.Replicas < 0 || o.Replicas > 5:
		return field.Errorf("options.replicas", "%d; want 1 to 5", o.Replicas)
	case o.Retry < 0:
		return field.Errorf("options.retry", "%v is negative; want for how long to try again", o.Retry)
	case o.Poll < 0:
		return field.Errorf("options.poll", "%v is negative; want how often to look", o.Poll)
	}
	return nil
}

// mostStream bounds the bytes of a stream's name: it is a part of each subject.
const mostStream = 64

// Store is a journal in one stream. It is safe for concurrent use, and any number of stores,
// of one process or of many on many machines, may have the stream open.
type Store struct {
	client
	options  Options
	tail     tail
	follower follower
	writer   writer
	queue    *groupcommit.Queue[*request]
	closed   chan struct{}
}

var _ journal.Journal = (*Store)(nil)

// Open opens the journal in the stream, and makes the stream where there is none. Its subjects
// are the stream's name, a dot, and anything; no other stream may have them. The error is a
// *[ConfigError] where the stream is set to something else than a journal needs, and a
// *[SyncError] where Options.System shows that an acknowledgement would not be durable.
//
// The connection remains the caller's, who closes it after the store. It should come back by
// itself for as long as the program runs: nats.MaxReconnects(-1).
func Open(ctx context.Context, js jetstream.JetStream, stream string, o Options) (*Store, error) {
	if err := o.check(stream); err != nil {
		return nil, err
	}
	o = o.orDefault()
	s := &Store{client: newClient(js, stream, o.Retry), options: o, closed: make(chan struct{})}
	s.queue = groupcommit.New(s.commit, room)
	info, err := s.prepare(ctx)
	if err != nil {
		return nil, err
	}
	s.created = info.Created
	s.writer = writer{client: s.client, tail: &s.tail, stale: true, known: known{most: mostKnown}, replicas: info.Config.Replicas, poll: o.Poll}
	s.stop = s.closed // the writer goes on until it has answered
	return s, nil
}

// Stream gives the stream's name.
func (s *Store) Stream() string { return s.stream }

// Close is that of [journal.Journal]. Appends that wait are kept and answered first, and the
// consumer of Wait is removed from the server, for which Close waits a second at most. The
// connection stays open.
func (s *Store) Close() error {
	if !s.queue.Close() {
		return nil
	}
	close(s.closed)
	s.tail.close()
	s.unfollow()
	return nil
}

// isClosed reports whether Close was called.
func (s *Store) isClosed() bool {
	select {
	case <-s.closed:
		return true
	default:
		return false
	}
}

// ready gives the error of whoever comes too late.
func (s *Store) ready(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.isClosed() {
		return journal.ErrClosed
	}
	return nil
}

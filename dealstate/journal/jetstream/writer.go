package jetstream

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// writer decides on appends and publishes them; it is the committer's. It holds what it knows
// of the stream up to one message, the last, and publishes on the condition that this still is
// the last one: so every decision is on exactly what is kept, whoever else writes. One
// transaction is on its way at a time. More of them, each on the condition that so many came
// before, would not do: another process's message may be the one that was counted.
type writer struct {
	client
	tail     *tail
	last     int64     // sequence of the last message, as far as it knows
	accepted time.Time // Accepted of that message
	subject  string    // its subject
	stale    bool      // there may be more
	known    known
}

// commit decides on the requests and keeps what is new. The error is one of the servers or of
// the connection; what is wrong with a request is its own.
func (w *writer) commit(requests []*request) error {
	ctx := context.Background() // a transaction is answered as it ended, whoever has left
	for begun := time.Now(); ; {
		done, err := w.try(ctx, requests)
		if err != nil {
			w.stale = true
			return err
		}
		if done {
			w.known.shrink()
			return nil
		}
		w.stale = true
		if time.Since(begun) > w.retry {
			return &UnavailableError{Stream: w.stream, Op: "append", Err: errors.New("others always appended sooner")}
		}
	}
}

// try decides on the requests as of the last message, and reports whether that was still the
// last one when they were kept, or found to be kept already or refused.
func (w *writer) try(ctx context.Context, requests []*request) (done bool, err error) {
	if w.stale || w.tail.position() > w.last {
		if err := w.refresh(ctx); err != nil {
			return false, err
		}
	}
	if current, err := w.learn(ctx, requests); err != nil || !current {
		return false, err
	}
	g := newGroup(ctx, w)
	if err := g.take(requests); err != nil {
		return false, err
	}
	if len(g.messages) == 0 {
		return w.isCurrent(ctx)
	}
	kept, err := w.keep(ctx, g)
	if kept {
		w.move(g)
	}
	return kept, err
}

// refresh finds out what the last message is.
func (w *writer) refresh(ctx context.Context) error {
	last, err := w.lastNow(ctx)
	if err != nil {
		return err
	}
	if last > w.last {
		if err := w.insist(ctx, "last", func(ctx context.Context) error {
			m, err := w.at(ctx, last)
			if err != nil {
				return err
			}
			w.subject = m.subject
			w.accepted, err = m.accepted()
			return err
		}); err != nil {
			return err
		}
		w.last = last
		w.known.doubt()
	}
	w.stale = false
	return nil
}

// isCurrent reports whether the last message is still the last one.
func (w *writer) isCurrent(ctx context.Context) (bool, error) {
	last, err := w.lastNow(ctx)
	return last == w.last, err
}

func (w *writer) lastNow(ctx context.Context) (last int64, err error) {
	err = w.insist(ctx, "last", func(ctx context.Context) error {
		last, err = w.client.last(ctx)
		return err
	})
	if err == nil && last < w.last {
		err = &DamageError{Stream: w.stream, Position: last + 1, Problem: fmt.Sprintf("gone; the servers had acknowledged %d entries and have %d", w.last, last)}
	}
	return last, err
}

// move takes over what a group has added.
func (w *writer) move(g *group) {
	w.last, w.accepted, w.subject = g.last, g.accepted, g.messages[len(g.messages)-1].Subject
	w.known.add(g.fresh)
	w.tail.advance(g.last)
}

// keep publishes a group, and again until it is known what became of it: an answer may be
// lost, and the message kept all the same, sooner or later. The same again is on the same
// condition, so that only one of them can be kept. It reports whether the group was kept, or
// another message came in its place.
func (w *writer) keep(ctx context.Context, g *group) (kept bool, err error) {
	id := rand.Text()
	err = w.insist(ctx, "append", func(ctx context.Context) error {
		sent := w.send(ctx, g, id)
		if sent == nil {
			kept = true
			return nil
		}
		if !passes(sent) {
			return sent
		}
		return w.settle(ctx, g, id, sent, &kept)
	})
	return kept, err
}

// settle finds out what became of a group that was not acknowledged. While there is nothing in
// its place, the error is what was answered.
func (w *writer) settle(ctx context.Context, g *group, id string, sent error, kept *bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), attempt) // the time for sending is over
	defer cancel()
	last, err := w.client.last(ctx)
	switch {
	case err != nil:
		return err
	case last < w.last:
		return &DamageError{Stream: w.stream, Position: last + 1, Problem: fmt.Sprintf("gone; the servers had acknowledged %d entries", w.last)}
	case last == w.last:
		return sent
	}
	first, err := w.at(ctx, w.last+1)
	if err == nil {
		*kept = first.header.Get(jetstream.MsgIDHeader) == id
	}
	return err
}

// Headers of an atomic batch.
const (
	headerBatch    = "Nats-Batch-Id"
	headerSequence = "Nats-Batch-Sequence"
	headerCommit   = "Nats-Batch-Commit"
)

// send publishes a group once: one message, or an atomic batch. No error: it was acknowledged.
func (w *writer) send(ctx context.Context, g *group, id string) error {
	nc, n := w.js.Conn(), len(g.messages)
	g.messages[0].Header[jetstream.MsgIDHeader] = []string{id}
	if n > 1 {
		batch := rand.Text() // a new one: the servers may hold a part of the one before
		for i, m := range g.messages {
			m.Header[headerBatch], m.Header[headerSequence] = []string{batch}, []string{strconv.Itoa(i + 1)}
			if i == n-1 {
				m.Header[headerCommit] = []string{"1"}
			} else if err := nc.PublishMsg(m); err != nil {
				return err
			}
		}
	}
	m, err := nc.RequestMsgWithContext(ctx, g.messages[n-1])
	if err != nil {
		return err
	}
	return w.acknowledged(m, g)
}

// acknowledged reads the answer to a group.
func (w *writer) acknowledged(m *nats.Msg, g *group) error {
	var answer struct {
		failure
		Sequence int64 `json:"seq"`
	}
	if err := json.Unmarshal(m.Data, &answer); err != nil {
		return err
	}
	switch {
	case answer.Error != nil:
		return answer.Error
	case answer.Sequence != g.last:
		return &DamageError{Stream: w.stream, Position: g.last, Problem: fmt.Sprintf("acknowledged as %d", answer.Sequence)}
	}
	return nil
}

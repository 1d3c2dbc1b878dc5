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
	begun := time.Now()
	for n := 0; ; n++ {
		moved, err := w.refresh(ctx)
		if err != nil {
			return err
		}
		guess := n == 0 || moved && n < mostGuesses // else it was the guess that was wrong
		done, err := w.try(ctx, requests, guess)
		switch {
		case err != nil:
			w.stale = true
			return err
		case done:
			w.known.shrink()
			return nil
		case time.Since(begun) > w.retry:
			return &UnavailableError{Stream: w.stream, Op: "append", Err: errors.New("others always appended sooner")}
		}
	}
}

// mostGuesses is how often it is guessed where deals are, before each is looked at.
const mostGuesses = 3

// try decides on the requests as of the last message, and reports whether that was still the
// last one when they were kept, or found to be kept already or refused. It may guess that a
// deal is where it was known to be, or new: each deal's first message is published on the
// condition that this is so, and where none is to be published, it looks.
func (w *writer) try(ctx context.Context, requests []*request, guess bool) (done bool, err error) {
	if current, err := w.learn(ctx, requests, guess); err != nil || !current {
		w.stale = true
		return false, err
	}
	g := newGroup(ctx, w)
	if err := g.take(requests); err != nil || !g.isGuarded(requests) {
		return false, err
	}
	if len(g.messages) == 0 {
		last, err := w.lastNow(ctx)
		w.stale = last != w.last
		return !w.stale, err
	}
	kept, err := w.keep(ctx, g)
	if w.stale = !kept; kept {
		w.move(g)
	}
	return kept, err
}

// refresh finds out what the last message is, if there may be more, and reports whether there
// was.
func (w *writer) refresh(ctx context.Context) (moved bool, err error) {
	if !w.stale && w.tail.position() <= w.last {
		return false, nil
	}
	last, err := w.lastNow(ctx)
	if w.stale = err != nil; err != nil || last == w.last {
		return false, err
	}
	w.stale = true
	err = w.insist(ctx, "last", func(ctx context.Context) error {
		m, err := w.at(ctx, last)
		if err != nil {
			return err
		}
		w.subject = m.subject
		w.accepted, err = m.accepted()
		return err
	})
	if err != nil {
		return false, err
	}
	w.last, w.stale = last, false
	w.known.doubt()
	return true, nil
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

// keep publishes a group. Where it is refused at once, something else was appended, or a guess
// was wrong. Where the answer is lost, the group may be kept all the same, sooner or later:
// the same is published again until it is known what became of it. It is on the same
// condition, so that only one of them can be kept. It reports whether the group was kept.
func (w *writer) keep(ctx context.Context, g *group) (kept bool, err error) {
	id, first := rand.Text(), true
	err = w.insist(ctx, "append", func(ctx context.Context) error {
		sent := w.send(ctx, g, id)
		refused := first && isMoved(sent)
		first = false
		switch {
		case sent == nil:
			kept = true
			return nil
		case refused:
			return nil
		case !passes(sent):
			return sent
		}
		return w.settle(ctx, g, id, sent, &kept)
	})
	return kept, err
}

// isMoved reports whether a server refused a message because of what was last.
func isMoved(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && (api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}

// settle finds out what became of a group that was not acknowledged. While there is nothing in
// its place, the error is what was answered.
func (w *writer) settle(ctx context.Context, g *group, id string, sent error, kept *bool) error {
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
	ctx, cancel := context.WithTimeout(ctx, attempt+time.Duration(g.size)*perByte)
	defer cancel()
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

package jetstream

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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
	others   int // for how many transactions it goes on to let others have their turn
}

// commit decides on the requests and keeps what is new. The error is one of the servers or of
// the connection; what is wrong with a request is its own.
func (w *writer) commit(requests []*request) error {
	ctx := context.Background() // a transaction is answered as it ended, whoever has left
	begun := time.Now()
	for n := 0; ; n++ {
		if n > 1 { // somebody else's is on its way
			if err := w.pause(ctx, min(time.Duration(n-1)*leastWait, mostTurn)); err != nil {
				return err
			}
		}
		moved, err := w.refresh(ctx)
		if err != nil {
			return err
		}
		guess := (n == 0 || moved && n < mostGuesses) && !onVersions(requests) // else it was the guess that was wrong
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

// onVersions reports whether some of the requests are on versions. Such a one is never decided
// on a guess: if it was kept and the answer lost, it must be recognised, for the version has
// moved. All others are recognised by the ids of their events.
func onVersions(requests []*request) bool {
	return slices.ContainsFunc(requests, func(r *request) bool { return len(r.on) > 0 })
}

// mostTurn is how long a store waits at most before it looks whether another one's transaction
// has arrived. A store that has met another one lets it have its turn after each of the next
// turns transactions of its own: it waits half as long as the transaction took, at most as long.
const (
	mostTurn = 8 * time.Millisecond
	turns    = 16
)

// turn waits for others, if there are any.
func (w *writer) turn(took time.Duration) {
	if w.others > 0 {
		w.others--
		time.Sleep(min(took/2, mostTurn))
	}
}

// mostGuesses is how often it is guessed where deals are, before each is looked at.
const mostGuesses = 3

// try decides on the requests as of the last message, and reports whether that was still the
// last one when they were kept, or found to be kept already or refused. It may guess that a
// deal is where it was known to be, or new: each deal's first message is published on the
// condition that this is so, and where none is to be published, it looks.
func (w *writer) try(ctx context.Context, requests []*request, guess bool) (done bool, err error) {
	if !guess {
		if current, err := w.learn(ctx, requests); err != nil || !current {
			w.stale = true
			return false, err
		}
	}
	g := newGroup(ctx, w, guess)
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
// was. It reads what came, and only the last one where that is much.
func (w *writer) refresh(ctx context.Context) (moved bool, err error) {
	if !w.stale && w.tail.position() <= w.last {
		return false, nil
	}
	last, err := w.lastNow(ctx)
	if w.stale = err != nil; err != nil || last == w.last {
		return false, err
	}
	w.stale = true
	from := w.last
	if last-w.last > mostCaught || len(w.known.deals) == 0 {
		from = last - 1
	}
	came, err := w.read(ctx, span{after: from, to: last})
	if err != nil {
		return false, err
	}
	if from > w.last {
		w.known.doubt()
	}
	w.known.follow(came)
	if w.last > 0 {
		w.others = turns
	}
	e := &came[len(came)-1]
	w.last, w.accepted, w.subject, w.stale = last, e.Accepted, subjectOf(w.stream, e.Deal()), false
	return true, nil
}

// mostCaught is how many entries of others are read one by one; where more have come, each deal
// is looked at again before it is used.
const mostCaught = 1000

func (w *writer) lastNow(ctx context.Context) (last int64, err error) {
	err = w.insist(ctx, "last", func(ctx context.Context) error {
		last, err = w.client.last(ctx)
		return err
	})
	if err == nil && last < w.last {
		err = w.lost(last)
	}
	return last, err
}

// move takes over what a group has added.
func (w *writer) move(g *group) {
	w.last, w.accepted, w.subject = g.last, g.accepted, g.messages[len(g.messages)-1].Subject
	w.known.add(g.fresh)
	w.tail.advance(g.last)
}

// keep publishes a group. Where the answer is lost, the group may be kept all the same, sooner
// or later: the same is published again until it is known what became of it. It is on the same
// condition, so that only one of them can be kept. It reports whether the group was kept; else
// something else was appended, or a guess was wrong.
func (w *writer) keep(ctx context.Context, g *group) (kept bool, err error) {
	id, unsure := rand.Text(), false
	err = w.insist(ctx, "append", func(ctx context.Context) error {
		sent := w.send(ctx, g, id)
		unsure = unsure || !isMoved(sent)
		switch {
		case sent == nil:
			kept = true
			return nil
		case !passes(sent):
			return sent
		}
		first, err := w.next(ctx)
		switch {
		case err != nil:
			return err
		case first == nil && unsure && !(g.guessed && isMoved(sent)):
			return sent // it may still come
		}
		kept = first != nil && first.header.Get(g.identity()) == id
		return nil
	})
	return kept, err
}

// next gives the message after the last one that the writer knows, nil where there is none.
func (w *writer) next(ctx context.Context) (*stored, error) {
	last, err := w.client.last(ctx)
	switch {
	case err != nil || last == w.last:
		return nil, err
	case last < w.last:
		return nil, w.lost(last)
	}
	return w.at(ctx, w.last+1)
}

// lost is the error of a stream that has less than it had.
func (w *writer) lost(last int64) error {
	return &DamageError{Stream: w.stream, Position: last + 1, Problem: fmt.Sprintf("gone; the servers had acknowledged %d entries and have %d", w.last, last)}
}

// isMoved reports whether a server refused a message because of what was last.
func isMoved(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && (api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}

// Headers of an atomic batch.
const (
	headerBatch    = "Nats-Batch-Id"
	headerSequence = "Nats-Batch-Sequence"
	headerCommit   = "Nats-Batch-Commit"
	headerAppend   = "Deal-Append" // ours
)

// identity is the header of the first message that says which transaction it is of. For one
// message it is the message id, by which a server knows the same again for a while, and so
// answers a little sooner; nothing rests on it. In a batch, servers of 2.12.0 take none.
func (g *group) identity() string {
	if len(g.messages) == 1 {
		return jetstream.MsgIDHeader
	}
	return headerAppend
}

// send publishes a group once: one message, or an atomic batch. No error: it was acknowledged.
func (w *writer) send(ctx context.Context, g *group, id string) error {
	ctx, cancel := context.WithTimeout(ctx, attempt+time.Duration(g.size)*perByte)
	defer cancel()
	nc, n := w.js.Conn(), len(g.messages)
	g.messages[0].Header[g.identity()] = []string{id}
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

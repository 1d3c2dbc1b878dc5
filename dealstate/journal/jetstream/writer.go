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
// before, would not do: another process's message may be the one that was counted. The messages
// of a chain are therefore also on the id of the one before.
type writer struct {
	client
	tail     *tail
	last     int64     // sequence of the last message, as far as it knows
	accepted time.Time // Accepted of that message
	subject  string    // its subject
	stale    bool      // there may be more
	known    known
	others   int           // for how many transactions it goes on to let others have their turn
	replicas int           // of the stream, as it last said
	asked    time.Time     // when it last said how it is
	poll     time.Duration // how often it is asked
	broken   error         // why nothing more is acknowledged: the *PartialError that came
}

// commit decides on the requests, keeps what is new, and sets their positions and errors.
func (w *writer) commit(requests []*request) {
	for _, part := range w.parts(requests) {
		left, err := w.commitPart(part)
		var partial *PartialError
		if errors.As(err, &partial) {
			w.broken = err
		}
		for _, r := range left {
			r.positions, r.err = nil, err
		}
	}
}

// parts divides requests into transactions. A server that keeps the stream alone does not keep
// an atomic batch whole where its storage is full: there, a request of several entries is a
// batch of its own, and only requests of one entry share a transaction, as a chain.
func (w *writer) parts(requests []*request) (parts [][]*request) {
	if w.replicas > 1 {
		return [][]*request{requests}
	}
	for from, i := 0, 1; i <= len(requests); i++ {
		if i == len(requests) || isSeveral(requests[i]) || isSeveral(requests[i-1]) {
			parts, from = append(parts, requests[from:i]), i
		}
	}
	return parts
}

// commitPart is one transaction. Left are the requests that could not be decided on, for the
// error: one of the servers or of the connection.
func (w *writer) commitPart(requests []*request) (left []*request, err error) {
	ctx := context.Background() // a transaction is answered as it ended, whoever has left
	begun := time.Now()
	for n := 0; ; n++ {
		if w.broken != nil {
			return requests, w.broken
		}
		if n > 1 { // somebody else's is on its way
			if err := w.pause(ctx, min(time.Duration(n-1)*leastWait, mostTurn)); err != nil {
				return requests, err
			}
		}
		moved, err := w.refresh(ctx)
		if err != nil {
			return requests, err
		}
		guess := (n == 0 || moved && n < mostGuesses) && !onVersions(requests) // else it was the guess that was wrong
		answered, err := w.try(ctx, requests, guess)
		requests = requests[answered:]
		switch {
		case err != nil:
			w.stale = true
			return requests, err
		case len(requests) == 0:
			w.known.shrink()
			return nil, nil
		case time.Since(begun) > w.retry:
			return requests, &UnavailableError{Stream: w.stream, Op: "append", Err: errors.New("others always appended sooner")}
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

// try decides on the requests as of the last message, and gives how many of them, from the
// first on, are answered: that was still the last message when they were kept, or found to be
// kept already or refused. It may guess that a deal is where it was known to be, or new: each
// deal's first message is published on the condition that this is so, and where none is to be
// published, it looks.
func (w *writer) try(ctx context.Context, requests []*request, guess bool) (answered int, err error) {
	if !guess {
		if current, err := w.learn(ctx, requests); err != nil || !current {
			w.stale = true
			return 0, err
		}
	}
	g := newGroup(ctx, w, guess)
	if err := g.take(requests); err != nil || !g.isGuarded(requests) {
		return 0, err
	}
	if len(g.messages) == 0 {
		last, err := w.lastNow(ctx)
		if w.stale = last != w.last; w.stale || err != nil {
			return 0, err
		}
		return len(requests), nil
	}
	kept, err := w.keep(ctx, g)
	w.move(g, kept)
	if w.stale = kept < len(g.messages); w.stale {
		return g.owners[kept], err
	}
	return len(requests), nil
}

// refresh finds out what the last message is, if there may be more, and reports whether there
// was. It reads what came, and only the last one where that is much.
func (w *writer) refresh(ctx context.Context) (moved bool, err error) {
	if !w.stale && w.tail.position() <= w.last && time.Since(w.asked) < w.poll {
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
		last, err = w.lastOnce(ctx)
		return err
	})
	return last, err
}

// lastOnce asks the leader for the sequence of the last message, and holds the stream to what
// it was when it was opened.
func (w *writer) lastOnce(ctx context.Context) (int64, error) {
	s, err := w.status(ctx)
	switch {
	case err != nil:
		return 0, err
	case s.State.Last < w.last:
		return 0, w.lost(s.State.Last)
	}
	if err = w.intact(s); err == nil {
		err = checkSettings(&s.Config)
	}
	w.replicas, w.asked = s.Config.Replicas, time.Now()
	return s.State.Last, err
}

// move takes over so many messages of a group, which are kept.
func (w *writer) move(g *group, kept int) {
	if kept == 0 {
		return
	}
	e := &g.fresh[kept-1]
	w.last, w.accepted, w.subject = e.Position, e.Accepted, g.messages[kept-1].Subject
	w.known.add(g.fresh[:kept])
	w.tail.advance(e.Position)
}

// keep publishes a group, and gives how many of its messages are kept: of a batch all or none.
// Where an answer is lost, the messages may be kept all the same, sooner or later: they are
// published again until it is known what became of them. They are on the same condition, so
// that each can be kept once only. Where not all are kept, something else was appended, or a
// guess was wrong. A batch of which the stream has a part is a *PartialError.
func (w *writer) keep(ctx context.Context, g *group) (kept int, err error) {
	unsure := false
	err = w.insist(ctx, "append", func(ctx context.Context) error {
		sent := w.send(ctx, g, kept)
		if sent == nil && !g.isBatch() {
			kept = len(g.messages)
			return nil
		}
		unsure = unsure || sent != nil && !isMoved(sent)
		have, other, err := w.have(ctx, g, kept, sent == nil)
		switch {
		case err != nil:
			return err
		case have == len(g.messages) || !g.isBatch():
			kept = have
		case have > 0 || sent == nil: // of a batch
			return w.partial(g, have)
		}
		switch {
		case sent == nil || kept == len(g.messages):
			return nil
		case !passes(sent):
			return sent
		case !other && unsure && !(g.guessed && isMoved(sent)):
			return sent // it may still come
		}
		return nil
	})
	return kept, err
}

// have gives how many messages of a group the stream has, of which the first ones are known to
// be there, and whether it has another one after them. Where the whole batch was acknowledged,
// one request tells: its last message is at its place only if all the others are at theirs.
func (w *writer) have(ctx context.Context, g *group, from int, acknowledged bool) (n int, other bool, err error) {
	all := len(g.messages)
	if acknowledged {
		if header, err := w.headerAt(ctx, g.last); err != nil || header.Get(g.identity()) == g.idOf(all-1) {
			return all, false, err
		}
	}
	last, err := w.lastOnce(ctx)
	for n = from; err == nil && n < all && w.last+int64(n) < last; {
		var page []stored
		page, err = w.page(ctx, w.last+int64(n), "", int(min(last-w.last, int64(all)))-n)
		if err == nil && len(page) == 0 {
			err = errBehind
		}
		for i := range page {
			if page[i].sequence != w.last+int64(n)+1 || page[i].header.Get(g.identity()) != g.idOf(n) {
				return n, true, err
			}
			n++
		}
	}
	return n, w.last+int64(n) < last, err
}

// partial is the error of a batch of which the stream has so many messages. A leader that was
// just elected may be behind: then it is to be asked again.
func (w *writer) partial(g *group, have int) error {
	if w.replicas > 1 {
		return errBehind
	}
	return &PartialError{Stream: w.stream, Position: w.last + 1, Kept: have, Of: len(g.messages)}
}

// lost is the error of a stream that has less than it had.
func (w *writer) lost(last int64) error {
	return &DamageError{Stream: w.stream, Position: last + 1, Problem: fmt.Sprintf("gone; the servers had acknowledged %d entries and have %d", w.last, last)}
}

// movedCodes are those with which a server refuses a message because of what was last.
var movedCodes = []jetstream.ErrorCode{jetstream.JSErrCodeStreamWrongLastSequence, jetstream.JSErrCodeStreamWrongLastSequenceConstant, 10070}

// isMoved reports whether a server refused a message because of what was last.
func isMoved(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && slices.Contains(movedCodes, api.ErrorCode)
}

// Headers of an atomic batch.
const (
	headerBatch    = "Nats-Batch-Id"
	headerSequence = "Nats-Batch-Sequence"
	headerCommit   = "Nats-Batch-Commit"
	headerAppend   = "Deal-Append" // ours
)

// send publishes the messages of a group from one on, once. No error: all were acknowledged.
func (w *writer) send(ctx context.Context, g *group, from int) error {
	ctx, cancel := context.WithTimeout(ctx, attempt+time.Duration(g.size)*perByte)
	defer cancel()
	if g.chained {
		return w.sendChain(ctx, g, from)
	}
	nc, n := w.js.Conn(), len(g.messages)
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
	return w.acknowledged(m, g.last)
}

// sendChain publishes all messages before it waits for the first answer. The error is that of
// the first message that was not acknowledged. Those before the first one to be published are
// known to be the last of the stream, so that it needs no condition but the sequence; a server
// that was started again may have forgotten the message id.
func (w *writer) sendChain(ctx context.Context, g *group, from int) error {
	nc := w.js.Conn()
	inbox := nc.NewInbox()
	replies, err := nc.SubscribeSync(inbox + ".*")
	if err != nil {
		return err
	}
	defer replies.Unsubscribe() // of which nobody wants to know the error: the connection is gone
	delete(g.messages[from].Header, jetstream.ExpectedLastMsgIDHeader)
	for i := from; i < len(g.messages); i++ {
		m := *g.messages[i]
		m.Reply = inbox + "." + strconv.Itoa(i)
		if err := nc.PublishMsg(&m); err != nil {
			return err
		}
	}
	answers := make([]error, len(g.messages))
	for range g.messages[from:] {
		m, err := replies.NextMsgWithContext(ctx)
		if err != nil {
			return err
		}
		i, err := strconv.Atoi(m.Subject[len(inbox)+1:])
		if err != nil || i < from || i >= len(answers) {
			continue // nobody was asked for it
		}
		answers[i] = w.acknowledged(m, g.fresh[i].Position)
	}
	return firstOf(answers)
}

// firstOf gives the first error that there is.
func firstOf(answers []error) error {
	for _, err := range answers {
		if err != nil {
			return err
		}
	}
	return nil
}

// acknowledged reads the answer to a message, or a batch, of which the last position is given.
func (w *writer) acknowledged(m *nats.Msg, last int64) error {
	if len(m.Data) == 0 && m.Header.Get("Status") == "503" {
		return nats.ErrNoResponders
	}
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
	case answer.Sequence != last:
		return &DamageError{Stream: w.stream, Position: last, Problem: fmt.Sprintf("acknowledged as %d", answer.Sequence)}
	}
	return nil
}

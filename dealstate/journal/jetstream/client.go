package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// client asks the servers about one stream. What a leader answers is exact; a direct get is
// answered by any replica, which may be behind, so whoever asks for it knows what must be
// there. The zero stop never stops it.
type client struct {
	js      jetstream.JetStream
	stream  string
	prefix  string          // of the subjects of the API, with its dot
	retry   time.Duration   // how long to ask again
	created time.Time       // when the stream was made that was opened
	stop    <-chan struct{} // closed when nobody wants to know any more
}

func newClient(js jetstream.JetStream, stream string, retry time.Duration) client {
	o := js.Options()
	prefix := jetstream.DefaultAPIPrefix
	switch {
	case o.Domain != "":
		prefix = "$JS." + o.Domain + ".API."
	case o.APIPrefix != "":
		prefix = strings.TrimSuffix(o.APIPrefix, ".") + "."
	}
	return client{js: js, stream: stream, prefix: prefix, retry: retry}
}

// How long is waited.
const (
	attempt   = time.Second            // for an answer, or the next message of one
	perByte   = time.Microsecond       // longer for each byte that is sent
	leastWait = time.Millisecond       // before asking again, doubled each time
	mostWait  = 100 * time.Millisecond //
)

// insist tries until there is an answer, or an error that does not pass. After client.retry
// it gives up, with an *UnavailableError. What a server refuses is a *RefusedError.
func (c *client) insist(ctx context.Context, op string, try func(context.Context) error) error {
	begun := time.Now()
	for wait := leastWait; ; wait = min(2*wait, mostWait) {
		err := try(ctx)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case !passes(err):
			return c.final(op, err)
		case time.Since(begun) > c.retry:
			return c.unavailable(op, err)
		}
		if err := c.pause(ctx, wait); err != nil {
			return err
		}
	}
}

// ended are the errors of a connection that was closed: it does not come back.
var ended = []error{nats.ErrConnectionClosed, nats.ErrConnectionDraining, nats.ErrBadSubscription}

// final types an error that does not pass.
func (c *client) final(op string, err error) error {
	if slices.ContainsFunc(ended, func(e error) bool { return errors.Is(err, e) }) {
		return c.unavailable(op, err)
	}
	var api *jetstream.APIError
	if errors.As(err, &api) {
		return &RefusedError{Stream: c.stream, Op: op, Err: err}
	}
	return err
}

// unavailable is the error of a stream that did not answer. The deadline of one attempt is not that
// of the caller, who must not take it for his.
func (c *client) unavailable(op string, err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		err = nats.ErrTimeout
	}
	return &UnavailableError{Stream: c.stream, Op: op, Err: err}
}

// pause waits before the next attempt.
func (c *client) pause(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-c.stop:
		return journal.ErrClosed
	}
}

// errBehind says that a replica has not got yet what is asked for.
var errBehind = errors.New("the replica is behind")

// passing are the errors of the connection that pass when it comes back, or a leader does.
var passing = []error{errBehind, context.DeadlineExceeded, nats.ErrNoResponders, nats.ErrTimeout, nats.ErrDisconnected, nats.ErrConnectionReconnecting, nats.ErrReconnectBufExceeded,
	nats.ErrStaleConnection, jetstream.ErrNoStreamResponse}

// passingCodes are those that a server answers with.
var passingCodes = map[jetstream.ErrorCode]string{
	10008: "no leader of the cluster",
	10009: "the server is not the leader",
	10023: "insufficient resources",
	10070: "wrong last message id, which it names",
	10071: "wrong last sequence, which it names",
	10164: "wrong last sequence, of a subject or stream with messages on their way",
	10158: "the message id is on its way",
	10201: "the message id of a batch is kept already",
	10176: "the batch is not whole",
	10210: "too many batches on their way",
}

// passes reports whether it makes sense to ask again.
func passes(err error) bool {
	for _, e := range passing {
		if errors.Is(err, e) {
			return true
		}
	}
	var api *jetstream.APIError
	return errors.As(err, &api) && passingCodes[api.ErrorCode] != ""
}

// ask asks the leader of the stream.
func (c *client) ask(ctx context.Context, what string, question any, answer any) error {
	body := []byte(nil)
	if question != nil {
		var err error
		if body, err = json.Marshal(question); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	m, err := c.js.Conn().RequestWithContext(ctx, c.prefix+what+"."+c.stream, body)
	if err != nil {
		return err
	}
	return json.Unmarshal(m.Data, answer)
}

// failure is the part of every answer of a leader that says what was wrong.
type failure struct {
	Error *jetstream.APIError `json:"error"`
}

// headerAt gives the header of the message of a sequence, as the leader has it; none where it
// has no such message.
func (c *client) headerAt(ctx context.Context, sequence int64) (nats.Header, error) {
	var answer struct {
		failure
		Message struct {
			Header []byte `json:"hdrs"`
		} `json:"message"`
	}
	if err := c.ask(ctx, "STREAM.MSG.GET", map[string]int64{"seq": sequence}, &answer); err != nil {
		return nil, err
	}
	switch {
	case answer.Error == nil:
		return nats.DecodeHeadersMsg(answer.Message.Header)
	case answer.Error.ErrorCode == jetstream.JSErrCodeMessageNotFound:
		return nil, nil
	}
	return nil, answer.Error
}

// status is what the leader says of the stream.
type status struct {
	failure
	Created time.Time              `json:"created"`
	Config  jetstream.StreamConfig `json:"config"`
	State   struct {
		Messages int64 `json:"messages"`
		Last     int64 `json:"last_seq"`
		Deleted  int64 `json:"num_deleted"`
	} `json:"state"`
}

func (c *client) status(ctx context.Context) (*status, error) {
	var s status
	if err := c.ask(ctx, "STREAM.INFO", nil, &s); err != nil {
		return nil, err
	}
	if s.Error != nil {
		return nil, s.Error
	}
	return &s, nil
}

// last gives the sequence of the last message.
func (c *client) last(ctx context.Context) (int64, error) {
	s, err := c.status(ctx)
	if err == nil {
		err = c.sameStream(s)
	}
	if err != nil {
		return 0, err
	}
	return s.State.Last, nil
}

// sameStream refuses another stream of the same name.
func (c *client) sameStream(s *status) error {
	if s.Created.Equal(c.created) {
		return nil
	}
	return &DamageError{Stream: c.stream, Position: 1, Problem: fmt.Sprintf("gone; the stream was made at %s, and the one that was opened at %s", s.Created.Format(time.RFC3339Nano), c.created.Format(time.RFC3339Nano))}
}

// intact refuses a stream from which messages were removed, or another one of the same name.
func (c *client) intact(s *status) error {
	if err := c.sameStream(s); err != nil {
		return err
	}
	return complete(c.stream, s.State.Messages, s.State.Last, s.State.Deleted)
}

// complete refuses a stream that has not all messages up to the last one.
func complete(stream string, messages, last, deleted int64) error {
	if messages == last && deleted == 0 {
		return nil
	}
	return &DamageError{Stream: stream, Position: 1, Problem: fmt.Sprintf("of %d messages, %d are there; some were deleted", last, messages)}
}

// stillIntact asks the leader whether the stream has all messages: what was read of one deal
// does not show that some are missing.
func (c *client) stillIntact(ctx context.Context) error {
	return c.insist(ctx, "read", func(ctx context.Context) error {
		s, err := c.status(ctx)
		if err == nil {
			err = c.intact(s)
		}
		return err
	})
}

// lastOf gives the sequence of the last message of a subject, 0 where there is none.
func (c *client) lastOf(ctx context.Context, subject string) (int64, error) {
	var answer struct {
		failure
		Message struct {
			Sequence int64 `json:"seq"`
		} `json:"message"`
	}
	if err := c.ask(ctx, "STREAM.MSG.GET", map[string]string{"last_by_subj": subject}, &answer); err != nil {
		return 0, err
	}
	switch {
	case answer.Error == nil:
		return answer.Message.Sequence, nil
	case answer.Error.ErrorCode == jetstream.JSErrCodeMessageNotFound:
		return 0, nil
	}
	return 0, answer.Error
}

// query is a direct get.
type query struct {
	Sequence int64    `json:"seq,omitempty"`          // from which
	Next     string   `json:"next_by_subj,omitempty"` // of this subject only
	Batch    int      `json:"batch,omitempty"`        // so many
	Bytes    int      `json:"max_bytes,omitempty"`    // or a little more than so many bytes
	LastOf   []string `json:"multi_last,omitempty"`   // the last message of each subject
}

// pageBytes is about how many bytes of messages are asked for at once; the connection holds
// them until they are read.
const pageBytes = 4 << 20

// page gives messages after a sequence, of a subject or of all: at most so many, and none
// where the replica that answers has none.
func (c *client) page(ctx context.Context, after int64, subject string, most int) ([]stored, error) {
	got, _, err := c.get(ctx, query{Sequence: after + 1, Next: subject, Batch: most, Bytes: pageBytes})
	return got, err
}

// at gives the message of a sequence that was given to one.
func (c *client) at(ctx context.Context, sequence int64) (*stored, error) {
	got, err := c.page(ctx, sequence-1, "", 1)
	switch {
	case err != nil:
		return nil, err
	case len(got) == 0:
		return nil, errBehind
	case got[0].sequence != sequence:
		return nil, &DamageError{Stream: c.stream, Position: sequence, Problem: "missing"}
	}
	return &got[0], nil
}

// versions gives the last sequence of each subject that has one, as of the last message that
// the replica has, which must not be earlier than the sequence given. One of the subjects
// must have a message, or the replica does not say as of when its answer is.
func (c *client) versions(ctx context.Context, subjects []string, asOf int64) (map[string]int64, error) {
	got, end, err := c.get(ctx, query{LastOf: subjects})
	switch {
	case err != nil:
		return nil, err
	case end.upTo < asOf:
		return nil, errBehind
	case end.pending > 0:
		return nil, fmt.Errorf("the answer on %d deals has more bytes than the server sends at once", len(subjects))
	}
	at := make(map[string]int64, len(got))
	for i := range got {
		at[got[i].subject] = got[i].sequence
	}
	return at, nil
}

// end is what the last message of a direct get says.
type end struct{ pending, upTo int64 }

// get asks any replica. Where it finds nothing, the end is zero.
func (c *client) get(ctx context.Context, q query) (got []stored, e end, err error) {
	body, err := json.Marshal(q)
	if err != nil {
		return nil, e, err
	}
	nc := c.js.Conn()
	inbox := nc.NewInbox()
	replies, err := nc.SubscribeSync(inbox)
	if err != nil {
		return nil, e, err
	}
	defer replies.Unsubscribe() // of which nobody wants to know the error: the connection is gone
	if err := replies.SetPendingLimits(-1, -1); err != nil {
		return nil, e, err
	}
	if err := nc.PublishRequest(c.prefix+"DIRECT.GET."+c.stream, inbox, body); err != nil {
		return nil, e, err
	}
	for {
		m, err := nextOf(ctx, replies)
		if err != nil {
			return nil, e, err
		}
		switch status := m.Header.Get("Status"); status {
		case "":
			s, err := storedOf(m)
			if err != nil {
				return nil, e, err
			}
			got = append(got, s)
		case "204":
			return got, end{number(m, "Nats-Num-Pending"), number(m, "Nats-UpTo-Sequence")}, nil
		case "404":
			return nil, e, nil
		case "503":
			return nil, e, nats.ErrNoResponders
		default:
			return nil, e, fmt.Errorf("a direct get is answered by %s %s", status, m.Header.Get("Description"))
		}
	}
}

func nextOf(ctx context.Context, replies *nats.Subscription) (*nats.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	return replies.NextMsgWithContext(ctx)
}

func storedOf(m *nats.Msg) (stored, error) {
	s := stored{subject: m.Header.Get("Nats-Subject"), sequence: number(m, "Nats-Sequence"), header: m.Header, body: m.Data}
	if s.sequence < 1 {
		return s, fmt.Errorf("a direct get is answered by a message without a sequence")
	}
	return s, nil
}

// number reads a header that is a number; 0 where there is none.
func number(m *nats.Msg, header string) int64 {
	n, err := strconv.ParseInt(m.Header.Get(header), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

package jetstream

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// group is one transaction: what is new in some requests. It knows what the writer does, and
// what it is going to add itself, as [journal.Kept]. Its messages are one atomic batch, which is
// kept whole or not at all; or they are a chain: each is published by itself, on the condition
// that the one before is the last message, so that the first ones may be kept without the rest.
type group struct {
	ctx      context.Context
	w        *writer
	guessed  bool // deals may not be where the writer knew them to be
	last     int64
	accepted time.Time
	fresh    []journal.Entry
	messages []*nats.Msg // of the fresh ones
	owners   []int       // the request of each message, by its index
	chained  bool        // they are a chain
	id       string      // random, by which the messages are known again
	size     int         // bytes of their bodies
	versions map[string]int64
	byID     map[dealID]int // which of the fresh ones counts under an id
}

// dealID is the id of an event within a deal, "" that of its agreement.
type dealID struct{ deal, id string }

func newGroup(ctx context.Context, w *writer, guessed bool) *group {
	return &group{ctx: ctx, w: w, guessed: guessed, last: w.last, accepted: w.accepted, versions: map[string]int64{}, byID: map[dealID]int{}}
}

// take decides on requests. The error is one of the servers; what is wrong with a request is
// its own.
func (g *group) take(requests []*request) error {
	for i, r := range requests {
		fresh, positions, err := journal.Admit(g, g.last, g.accepted, r.entries, r.on)
		if err == nil && len(fresh) > mostEntries {
			err = &SizeError{What: "new entries of one append", Have: len(fresh), Most: mostEntries}
		}
		var f fault
		if errors.As(err, &f) {
			return f.error
		}
		if r.positions, r.err = positions, err; err != nil {
			r.positions = nil
			continue
		}
		g.add(fresh, r)
		for range fresh {
			g.owners = append(g.owners, i)
		}
	}
	g.chained = len(g.messages) > 1 && g.w.replicas == 1 && slices.IndexFunc(requests, isSeveral) < 0
	g.sign()
	return nil
}

// sign gives the messages their ids and their conditions on the whole stream. The id of a lone
// message is a message id, by which a server knows it again for a while, and so answers a
// little sooner; nothing rests on that. In a batch, servers of 2.12.0 take none.
func (g *group) sign() {
	g.id = rand.Text()
	for i, m := range g.messages {
		m.Header[g.identity()] = []string{g.idOf(i)}
		if i == 0 || g.chained {
			m.Header[jetstream.ExpectedLastSeqHeader] = []string{strconv.FormatInt(g.w.last+int64(i), 10)}
		}
		if i > 0 && g.chained { // the sequence alone might be that of another process's message
			m.Header[jetstream.ExpectedLastMsgIDHeader] = []string{g.idOf(i - 1)}
		}
	}
}

// isBatch reports whether the messages are an atomic batch.
func (g *group) isBatch() bool { return len(g.messages) > 1 && !g.chained }

// identity is the header that has a message's id.
func (g *group) identity() string {
	if g.isBatch() {
		return headerAppend
	}
	return jetstream.MsgIDHeader
}

// idOf gives the id of a message by its index.
func (g *group) idOf(i int) string { return g.id + "-" + strconv.Itoa(i) }

// isSeveral reports whether a request has several entries, which are kept all or none.
func isSeveral(r *request) bool { return len(r.entries) > 1 }

// isGuarded reports whether all that was decided on a guess is published on the condition that
// the guess is right.
func (g *group) isGuarded(requests []*request) bool {
	for _, r := range requests {
		for i := range r.entries {
			deal := r.entries[i].Deal()
			if g.w.known.needs(deal) && (r.err != nil || g.versions[deal] == 0) {
				return false
			}
		}
	}
	return true
}

// add adds the new entries of a request.
func (g *group) add(fresh []journal.Entry, r *request) {
	bodies := map[int64][]byte{}
	for i, at := range r.positions {
		if bodies[at] == nil {
			bodies[at] = r.bodies[i]
		}
	}
	for _, e := range fresh {
		m := messageOf(g.w.stream, &e, bodies[e.Position])
		if deal := e.Deal(); g.versions[deal] == 0 {
			m.Header[jetstream.ExpectedLastSubjSeqHeader] = []string{strconv.FormatInt(g.w.known.version(deal), 10)}
		}
		g.byID[dealID{e.Deal(), e.Event.ID}], g.versions[e.Deal()] = len(g.fresh), e.Position
		g.fresh, g.messages = append(g.fresh, e), append(g.messages, m)
		g.last, g.accepted, g.size = e.Position, e.Accepted, g.size+len(m.Data)
	}
}

// Version is that of [journal.Kept].
func (g *group) Version(deal string) (int64, error) {
	if at := g.versions[deal]; at > 0 {
		return at, nil
	}
	return g.w.known.version(deal), nil
}

// Find is that of [journal.Kept].
func (g *group) Find(deal, id string) (*journal.Entry, error) {
	if i, ok := g.byID[dealID{deal, id}]; ok {
		return &g.fresh[i], nil
	}
	at := g.w.known.position(deal, id)
	if at == 0 {
		return nil, nil
	}
	e, err := g.w.entry(g.ctx, at)
	if err != nil {
		return nil, fault{err}
	}
	return &e, nil
}

// entry reads one entry that is there.
func (c *client) entry(ctx context.Context, at int64) (e journal.Entry, err error) {
	err = c.insist(ctx, "read", func(ctx context.Context) error {
		m, err := c.at(ctx, at)
		if err == nil {
			e, err = m.entry(c.stream)
		}
		return err
	})
	return e, err
}

// fault is an error of the servers, as opposed to one about what was appended.
type fault struct{ error }

func (f fault) Unwrap() error { return f.error }

package jetstream_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/jetstream"
)

// line stands between a client and a server, and is cut.
type line struct {
	listener net.Listener
	server   string
	budget   func() (there, back int64) // after how many bytes a connection is cut, each way; negative: never
	deaf     atomic.Bool                // it is cut as soon as the server says anything
	cuts     atomic.Int64
}

func newLine(t *testing.T, server string, budget func() (int64, int64)) *line {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &line{listener: l, server: strings.TrimPrefix(server, "nats://"), budget: budget}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go p.connect(client)
		}
	}()
	return p
}

func (p *line) url() string { return "nats://" + p.listener.Addr().String() }

func (p *line) connect(client net.Conn) {
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		client.Close()
		return
	}
	there, back := p.budget()
	var once sync.Once
	cut := func() {
		once.Do(func() {
			p.cuts.Add(1)
			client.Close()
			server.Close()
		})
	}
	go p.pass(server, client, there, cut, false)
	p.pass(client, server, back, cut, true)
}

// pass passes bytes on until it has passed so many.
func (p *line) pass(to io.Writer, from io.Reader, most int64, cut func(), isAnswer bool) {
	defer cut()
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		if err != nil || isAnswer && p.deaf.Swap(false) {
			return
		}
		if most >= 0 && int64(n) > most {
			_, _ = to.Write(buf[:most])
			return
		}
		if most >= 0 {
			most -= int64(n)
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// An answer that is lost makes no entry twice, and refuses none: whether one message was
// published or a batch, and on the version of a deal that the lost append has changed.
func TestAnAppendOfWhichTheAnswerIsLostIsKeptOnceAndAcknowledged(t *testing.T) {
	t.Parallel()
	c := start(t, 1, always)
	p := newLine(t, c.urls(), func() (int64, int64) { return -1, -1 })
	s := open(t, connect(t, p.url()), fresh(), jetstream.Options{})
	at := int64(0)
	own := journal.Version{Deal: "deal-0"}
	for i, n := range []int{1, 1, 3, 40, 1, 2} {
		var entries []journal.Entry
		for k := range n {
			entries = append(entries, note(fmt.Sprint(i, "-", k), 0))
		}
		p.deaf.Store(true)
		have, err := s.Append(t.Context(), entries, own)
		require.NoError(t, err)
		require.False(t, p.deaf.Load(), "nothing was cut")
		for k := range n {
			at++
			require.Equal(t, at, have[k])
		}
		own.Position = at
	}
	last, err := s.Last(t.Context())
	require.NoError(t, err)
	require.Equal(t, at, last)
}

// The connection is cut again and again after any number of bytes, either way: in the middle
// of a batch, or of a message.
func TestAConnectionThatIsCutAnywhereLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	c := start(t, 1, always)
	for seed := range proof.Times(6, 2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			rng := rand.New(rand.NewPCG(uint64(seed), 16))
			p := newLine(t, c.urls(), func() (int64, int64) {
				mu.Lock()
				defer mu.Unlock()
				return 1500 + rng.Int64N(9000), 3000 + rng.Int64N(6000)
			})
			stream := fresh()
			open(t, connect(t, c.urls()), stream, jetstream.Options{})
			s, l := open(t, connect(t, p.url()), stream, jetstream.Options{}), newLoad()
			for w := range 3 {
				l.write(t, s, fmt.Sprint(w))
			}
			l.more(t, 40)
			l.end()
			require.Greater(t, p.cuts.Load(), int64(2))
			l.requireKept(t, open(t, connect(t, c.urls()), stream, jetstream.Options{}))
		})
	}
}

// Many writers of two stores append one entry at a time to one server, where the writers of a store
// share a chain of messages. The connection of one store is cut again and again where the server
// answers, so that the answers of a chain are lost, and the other store appends between its messages.
func TestChainsOfTwoStoresLoseAndDoubleNothing(t *testing.T) {
	t.Parallel()
	const writers, rounds = 8, 6
	c := start(t, 1, always)
	var mu sync.Mutex
	p := newLine(t, c.urls(), func() (int64, int64) { return -1, -1 })
	stream := fresh()
	whole := open(t, connect(t, c.urls()), stream, jetstream.Options{})
	acknowledged := map[string]int64{}
	var group sync.WaitGroup
	for k, s := range []*jetstream.Store{whole, open(t, connect(t, p.url()), stream, jetstream.Options{})} {
		for w := range writers {
			group.Go(func() {
				own := journal.Version{Deal: fmt.Sprint("own-", k, "-", w)}
				for i := range rounds {
					shared, mine := note(fmt.Sprint("shared-", k, "-", w, "-", i), i), note(fmt.Sprint(own.Deal, "-", i), i)
					mine.Event.Deal = own.Deal
					at, err := insist(t, s, []journal.Entry{shared})
					if err != nil {
						t.Error(err)
						return
					}
					now, err := s.Append(t.Context(), []journal.Entry{mine}, own)
					if err != nil {
						t.Errorf("on version %d: %v", own.Position, err)
						return
					}
					own.Position = now[0]
					if k == 1 && w == 0 {
						p.deaf.Store(true)
					}
					mu.Lock()
					acknowledged[shared.Event.ID], acknowledged[mine.Event.ID] = at[0], now[0]
					mu.Unlock()
				}
			})
		}
	}
	group.Wait()
	require.Greater(t, p.cuts.Load(), int64(2))
	require.Equal(t, acknowledged, kept(t, whole))
	var last journal.Entry
	for e, err := range whole.Read(t.Context(), 0) {
		require.NoError(t, err)
		require.False(t, e.Accepted.Before(last.Accepted), "position %d", e.Position)
		last = e
	}
}

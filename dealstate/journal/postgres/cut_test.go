package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/postgres"
)

// proxy stands between a store and the server, and cuts each connection at some byte, in one
// direction or the other. Who made it owns its goroutines, which end with the listener.
type proxy struct {
	net.Listener
	to   string
	mu   sync.Mutex
	rng  *rand.Rand
	most int64       // bytes until it is cut, at random; 0: it is not cut
	mute atomic.Bool // the next that the server says is not passed on, and cuts the connection
	cuts atomic.Int64
}

func newProxy(t *testing.T, seed uint64) *proxy {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{Listener: l, to: fmt.Sprint("127.0.0.1:", server.port), rng: rand.New(rand.NewPCG(seed, 16))}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(c)
		}
	}()
	return p
}

// cutAfter has connections of now on cut after so many bytes at most.
func (p *proxy) cutAfter(most int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.most = most
}

// budget says after how many bytes a direction is cut.
func (p *proxy) budget() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.most == 0 {
		return 1 << 40
	}
	return p.rng.Int64N(p.most)
}

func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	backend, err := net.Dial("tcp", p.to)
	if err != nil {
		return
	}
	defer backend.Close()
	done := make(chan error, 2)
	pass := func(to io.Writer, from net.Conn, budget int64) {
		_, err := io.CopyN(to, from, budget)
		done <- err
	}
	go pass(backend, client, p.budget())
	go pass(said{p, client}, backend, p.budget())
	if <-done == nil {
		p.cuts.Add(1)
	}
}

// said passes on what the server says.
type said struct {
	*proxy
	to net.Conn
}

func (s said) Write(b []byte) (int, error) {
	if s.mute.Load() {
		return 0, net.ErrClosed
	}
	return s.to.Write(b)
}

// The connection is cut at random bytes while many append: in the middle of a message, before
// the server has it, and after it has committed and before it could say so. What was
// acknowledged is there at its place, nothing is there twice, and an append on no version
// always succeeds.
func TestAConnectionThatIsCutInTheMiddleOfAnAppendDoublesAndLosesNothing(t *testing.T) {
	t.Parallel()
	for seed := range uint64(proof.Times(8, 2)) {
		p, o := newProxy(t, seed), fresh()
		o.Outage = time.Minute
		s, all := open(t, server.at(p.Addr().(*net.TCPAddr).Port), o), &told{both: map[string][2]int64{}}
		p.cutAfter(20_000)
		var writing sync.WaitGroup
		for w := range 4 {
			writing.Go(func() {
				for i := range 60 {
					name := fmt.Sprintf("%d-%d", w, i)
					at, err := s.Append(t.Context(), []journal.Entry{note("a"+name, i), note("b"+name, i)})
					if err != nil {
						t.Errorf("append %s: %v", name, err)
						return
					}
					all.keep(name, at[0], at[1])
				}
			})
		}
		opened := 0
		writing.Go(func() { opened = appendOnVersions(t, s, 40) })
		writing.Wait()
		p.cutAfter(0)
		require.False(t, t.Failed())
		require.Greater(t, p.cuts.Load(), int64(10), "it was cut")
		t.Logf("%d connections cut; of %d appends on a version nobody knew the outcome", p.cuts.Load(), opened)
		requireKept(t, server.url(), o, all)
	}
}

// The server commits an append on a version, and the connection is lost before it says so. A
// caller who commits his own is told that nobody knows the outcome, as he is by the queue: not
// that the deal has moved on, which it has by himself.
func TestAnAppendOnAVersionIsNotStaleBecauseOfItself(t *testing.T) {
	t.Parallel()
	p, o := newProxy(t, 1), fresh()
	s := open(t, server.at(p.Addr().(*net.TCPAddr).Port), o)
	version := prepared(t, s)
	direct := open(t, server.url(), o)
	c := analyst(t, direct)
	begin(t, c, "LOCK TABLE entries IN SHARE MODE") // one can look, but not write
	appended := make(chan error, 1)
	go func() {
		_, err := s.Append(t.Context(), []journal.Entry{note("2", 1)}, version)
		appended <- err
	}()
	awaitWrite(t, c)
	p.mute.Store(true)
	_, err := c.Exec(t.Context(), "ROLLBACK")
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, direct.Wait(ctx, version.Position), "it is kept")
	p.mute.Store(false)
	var open *postgres.OutcomeError
	require.ErrorAs(t, <-appended, &open)
}

// Where the context of the caller ends at that place, he is told of it, and the append is
// finished without him.
func TestACallerWhoLeavesWhileHisAppendOnAVersionIsWrittenIsToldOfHisContext(t *testing.T) {
	t.Parallel()
	s := open(t, server.url(), fresh())
	version := prepared(t, s)
	c := analyst(t, s)
	begin(t, c, "LOCK TABLE entries IN SHARE MODE")
	ctx, cancel := context.WithCancel(t.Context())
	appended := make(chan error, 1)
	go func() {
		_, err := s.Append(ctx, []journal.Entry{note("2", 1)}, version)
		appended <- err
	}()
	awaitWrite(t, c)
	cancel()
	require.ErrorIs(t, <-appended, context.Canceled)
	_, err := c.Exec(t.Context(), "ROLLBACK")
	require.NoError(t, err)
	at, err := s.Append(t.Context(), []journal.Entry{note("2", 1), note("3", 1)})
	require.NoError(t, err)
	require.Equal(t, []int64{3, 4}, at)
}

// prepared has the connection that writes prepare its statements, and gives a deal's version.
func prepared(t *testing.T, s *postgres.Store) journal.Version {
	t.Helper()
	version := journal.Version{Deal: "deal-1"}
	for _, id := range []string{"0", "1"} {
		at, err := s.Append(t.Context(), []journal.Entry{note(id, 1)}, version)
		require.NoError(t, err)
		version.Position = at[0]
	}
	return version
}

// awaitWrite waits until a writer waits for the table of entries.
func awaitWrite(t *testing.T, c *pgx.Conn) {
	t.Helper()
	require.Eventually(t, func() bool {
		return texts(t, c, "SELECT count(*)::text FROM pg_locks WHERE locktype = 'relation' AND NOT granted AND relation = 'entries'::regclass")[0] != "0"
	}, time.Minute, time.Millisecond)
}

// appendOnVersions appends pairs to one deal, each on the version before, and reads the deal
// where it is not told the outcome. It gives how often that was.
func appendOnVersions(t *testing.T, s *postgres.Store, n int) (opened int) {
	version, want := int64(0), 0
	for want < n {
		pair := []journal.Entry{note(fmt.Sprint("av-", want), 0), note(fmt.Sprint("bv-", want), 0)}
		pair[0].Event.Deal, pair[1].Event.Deal = "on-versions", "on-versions"
		at, err := s.Append(t.Context(), pair, journal.Version{Deal: "on-versions", Position: version})
		var open *postgres.OutcomeError
		switch {
		case err == nil:
			version, want = at[1], want+1
		case errors.As(err, &open):
			opened++
			version, want = lastOf(t, s)
		default:
			t.Errorf("append %d on version %d: %v", want, version, err)
			return opened
		}
	}
	if _, have := lastOf(t, s); have != n {
		t.Errorf("%d pairs are there; want %d", have, n)
	}
	return opened
}

// lastOf gives the version of the deal, and how many pairs it has, in their order.
func lastOf(t *testing.T, s *postgres.Store) (version int64, pairs int) {
	var last dealstate.Event
	n := 0
	for e, err := range s.ReadDeal(t.Context(), "on-versions", 0) {
		if err != nil {
			t.Error(err)
			return 0, 0
		}
		if want := fmt.Sprintf("%cv-%d", "ab"[n%2], n/2); e.Event.ID != want {
			t.Errorf("the deal has %s where %s should be", e.Event.ID, want)
		}
		last, version, n = e.Event, e.Position, n+1
	}
	if n%2 == 1 {
		t.Errorf("half an append is there: %s", last.ID)
	}
	return version, n / 2
}

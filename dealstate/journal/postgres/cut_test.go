package postgres_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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
	most int64 // bytes until it is cut, at random; 0: it is not cut
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
	pass := func(to, from net.Conn, budget int64) {
		_, err := io.CopyN(to, from, budget)
		done <- err
	}
	go pass(backend, client, p.budget())
	go pass(client, backend, p.budget())
	if <-done == nil {
		p.cuts.Add(1)
	}
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

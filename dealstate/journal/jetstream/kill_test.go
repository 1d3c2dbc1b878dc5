package jetstream_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/jetstream"
)

// load is writers that append while servers or they themselves are killed, and what they were
// told.
type load struct {
	mu    sync.Mutex
	both  map[string][2]int64 // positions of the two entries of an append, by name
	count atomic.Int64        // of acknowledgements
	stop  chan struct{}
	group sync.WaitGroup
}

func newLoad() *load { return &load{both: map[string][2]int64{}, stop: make(chan struct{})} }

// write lets a writer append until it is stopped: two entries about deals that all share,
// and one on the version of a deal of its own. Nobody else writes to that, so none is refused;
// also where the answer was lost and the entry kept.
func (l *load) write(t *testing.T, s *jetstream.Store, name string) {
	l.group.Go(func() {
		own := journal.Version{Deal: "own-" + name}
		for i := 0; !l.stopped() && !t.Failed(); i++ {
			id := fmt.Sprint(name, "-", i)
			at, err := insist(t, s, []journal.Entry{note("a"+id, i), note("b"+id, i+1)})
			if err != nil {
				t.Errorf("append %s: %v", id, err)
				return
			}
			e := note("own-"+id, i)
			e.Event.Deal = own.Deal
			mine, err := s.Append(t.Context(), []journal.Entry{e}, own)
			if err != nil {
				t.Errorf("append of %s on version %d: %v", id, own.Position, err)
				return
			}
			own.Position = mine[0]
			l.acknowledged(id, [2]int64{at[0], at[1]})
		}
	})
}

// insist appends until there is an answer.
func insist(t *testing.T, s *jetstream.Store, entries []journal.Entry) (at []int64, err error) {
	for {
		var gone *jetstream.UnavailableError
		if at, err = s.Append(t.Context(), entries); !errors.As(err, &gone) {
			return at, err
		}
	}
}

func (l *load) acknowledged(id string, both [2]int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.both[id] = both
	l.count.Add(1)
}

func (l *load) stopped() bool {
	select {
	case <-l.stop:
		return true
	default:
		return false
	}
}

// more waits until so many more were acknowledged.
func (l *load) more(t *testing.T, n int64) {
	t.Helper()
	want := l.count.Load() + n
	require.Eventually(t, func() bool { return l.count.Load() >= want || t.Failed() }, 2*time.Minute, time.Millisecond, "writers do not get on")
}

func (l *load) end() {
	close(l.stop)
	l.group.Wait()
}

// requireKept holds a journal to what the writers were told: nothing acknowledged is lost,
// each append is there whole or not at all, and nothing is there twice.
func (l *load) requireKept(t *testing.T, s journal.Journal) {
	t.Helper()
	at, n := map[string]int64{}, int64(0)
	for e, err := range s.Read(t.Context(), 0) {
		require.NoError(t, err)
		n++
		require.Equal(t, n, e.Position)
		require.NotContains(t, at, e.Event.ID, "it is there twice")
		at[e.Event.ID] = e.Position
	}
	for id := range at {
		if id[0] == 'a' || id[0] == 'b' {
			require.Contains(t, at, "a"+id[1:], "half an append is there")
			require.Contains(t, at, "b"+id[1:], "half an append is there")
		}
	}
	require.NotEmpty(t, l.both)
	for name, both := range l.both {
		require.Equal(t, both, [2]int64{at["a"+name], at["b"+name]}, "acknowledged: %s", name)
	}
	t.Logf("%d appends acknowledged, %d entries", len(l.both), n)
}

// The leader of the stream is killed time and again while two stores append, each over a
// connection of its own, and comes back.
func TestLaw13WhatWasAcknowledgedSurvivesKillingTheLeader(t *testing.T) {
	t.Parallel()
	c := start(t, 3, always)
	js, stream, l := connect(t, c.urls()), fresh(), newLoad()
	for k := range 2 {
		s := open(t, connect(t, c.urls()), stream, jetstream.Options{Replicas: 3, System: system(t, c.urls())})
		for w := range 4 {
			l.write(t, s, fmt.Sprint(k, "-", w))
		}
	}
	for range proof.Times(6, 2) {
		l.more(t, 50)
		leader := c.leader(t, js, stream)
		leader.kill()
		l.more(t, 50) // the other two elect a leader
		leader.start(t)
	}
	l.more(t, 50)
	l.end()
	l.requireKept(t, open(t, js, stream, jetstream.Options{Replicas: 3}))
}

// The only server is killed time and again while two stores append, and comes back.
func TestLaw13WhatWasAcknowledgedSurvivesKillingTheOnlyServer(t *testing.T) {
	t.Parallel()
	c := start(t, 1, always)
	js, stream, l := connect(t, c.urls()), fresh(), newLoad()
	for k := range 2 {
		s := open(t, connect(t, c.urls()), stream, jetstream.Options{})
		for w := range 4 {
			l.write(t, s, fmt.Sprint(k, "-", w))
		}
	}
	for range proof.Times(20, 5) {
		l.more(t, 20)
		c.servers[0].kill()
		c.servers[0].start(t)
	}
	l.more(t, 20)
	l.end()
	l.requireKept(t, open(t, js, stream, jetstream.Options{}))
}

// All three servers are killed at once: what the memory of one has, none of the others has.
func TestLaw13WhatWasAcknowledgedSurvivesKillingAllServersAtOnce(t *testing.T) {
	t.Parallel()
	c := start(t, 3, always)
	js, stream, l := connect(t, c.urls()), fresh(), newLoad()
	s := open(t, connect(t, c.urls()), stream, jetstream.Options{Replicas: 3})
	for w := range 4 {
		l.write(t, s, fmt.Sprint(w))
	}
	for range proof.Times(3, 1) {
		l.more(t, 100)
		for _, p := range c.servers {
			p.kill()
		}
		for _, p := range c.servers {
			p.start(t)
		}
	}
	l.more(t, 50)
	l.end()
	l.requireKept(t, open(t, js, stream, jetstream.Options{Replicas: 3}))
}

// childWriter names the environment variable that makes the test binary a writer which appends
// to a stream until it is killed: the server and the stream.
const childWriter = "JETSTREAM_TEST_WRITER"

// TestChildOfTheKillTest is no test: it is the writer that is killed.
func TestChildOfTheKillTest(t *testing.T) {
	url, stream, ok := strings.Cut(os.Getenv(childWriter), " ")
	if !ok {
		return // it is the child of TestLaw13WhatWasAcknowledgedSurvivesKillingOneOfTwoWriters
	}
	s := open(t, connect(t, url), stream, jetstream.Options{})
	fmt.Println("opened")
	var group sync.WaitGroup
	for w := range 4 {
		group.Go(func() {
			for i := 0; ; i++ {
				name := fmt.Sprintf("%d-%d-%d", os.Getpid(), w, i)
				at, err := s.Append(t.Context(), []journal.Entry{note("a"+name, i), note("b"+name, i)})
				if err != nil {
					return
				}
				fmt.Printf("acknowledged %d %d %s\n", at[0], at[1], name)
			}
		})
	}
	group.Wait()
}

// Two processes write at once, and both are killed time and again, at random.
func TestLaw13WhatWasAcknowledgedSurvivesKillingOneOfTwoWriters(t *testing.T) {
	t.Parallel()
	c := start(t, 1, always)
	js, stream, l := connect(t, c.urls()), fresh(), newLoad()
	s := open(t, js, stream, jetstream.Options{})
	for range proof.Times(12, 3) {
		var group sync.WaitGroup
		for n := range 2 {
			group.Go(func() { l.killAfter(t, c.urls()+" "+stream, int64(20+n*50)) })
		}
		group.Wait()
	}
	l.requireKept(t, s)
}

// killAfter runs a writer, kills it after so many acknowledgements, and adds all that it was
// told.
func (l *load) killAfter(t *testing.T, where string, n int64) {
	child := exec.Command(os.Args[0], "-test.run=^TestChildOfTheKillTest$", "-test.v")
	child.Env = append(os.Environ(), childWriter+"="+where)
	out, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Error(err)
		return
	}
	lines := bufio.NewScanner(out)
	for seen := int64(0); lines.Scan(); {
		var both [2]int64
		var name string
		if k, _ := fmt.Sscanf(lines.Text(), "acknowledged %d %d %s", &both[0], &both[1], &name); k == 3 {
			l.acknowledged(name, both)
			seen++
		}
		if seen >= n {
			_ = child.Process.Kill() // again and again; what it had said is still read
		}
	}
	if child.Wait() == nil {
		t.Error("the writer ended by itself")
	}
}

package jetstream_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/jetstream"
)

// room is a server, or three, with so little storage that it is soon full.
type room struct {
	servers, replicas int
	bytes, account    string // limits of the server and of the account
}

const little, roomy = "300K", "4G"

// rooms are the ways of being full.
var rooms = map[string]room{
	"the account of one server":         {servers: 1, replicas: 1, bytes: roomy, account: "{ max_file: " + little + " }"},
	"one server":                        {servers: 1, replicas: 1, bytes: little, account: "enabled"},
	"one replica in a cluster of three": {servers: 3, replicas: 1, bytes: roomy, account: "{ max_file: " + little + " }"},
	"the account of three servers":      {servers: 3, replicas: 3, bytes: roomy, account: "{ max_file: " + little + " }"},
}

// enlarge starts the servers again, with more room.
func (r room) enlarge(t *testing.T, c *cluster) {
	for _, p := range c.servers {
		p.kill()
		text, err := os.ReadFile(p.config)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(p.config, []byte(strings.ReplaceAll(string(text), little, roomy)), 0o600))
		p.start(t)
	}
	c.wait(t)
}

// heavy is an entry of some 6 kB.
func heavy(id string, deal int) journal.Entry {
	e := note(id, deal)
	e.Event.Note = strings.Repeat("x", 6000)
	return e
}

// kept reads a journal as positions by ids, and holds it to having no gaps.
func kept(t *testing.T, s journal.Journal) map[string]int64 {
	t.Helper()
	at := map[string]int64{}
	for e, err := range s.Read(t.Context(), 0) {
		require.NoError(t, err)
		require.EqualValues(t, len(at)+1, e.Position)
		at[e.Event.ID] = e.Position
	}
	return at
}

// Twenty callers append one entry each, again and again, until the storage is full. What was
// acknowledged is there, and stays at its position when there is more room, whatever comes then.
func TestWhatWasAcknowledgedIsThereWhenTheStorageIsFull(t *testing.T) {
	t.Parallel()
	for name, r := range rooms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startWith(t, r.servers, always, r.bytes, r.account)
			js, stream := connect(t, c.urls()), fresh()
			s := open(t, js, stream, jetstream.Options{Replicas: r.replicas, Retry: time.Second})
			var mu sync.Mutex
			var callers sync.WaitGroup
			acknowledged := map[string]int64{}
			for w := range 20 {
				callers.Go(func() {
					for i := range 10 {
						id := fmt.Sprint(w, "-", i)
						at, err := s.Append(t.Context(), []journal.Entry{heavy(id, w)})
						if err != nil {
							return
						}
						mu.Lock()
						acknowledged[id] = at[0]
						mu.Unlock()
					}
				})
			}
			callers.Wait()
			require.Less(t, len(acknowledged), 200, "it was never full")
			require.Greater(t, len(acknowledged), 20)
			requireAt(t, acknowledged, kept(t, s))
			r.enlarge(t, c)
			again := open(t, js, stream, jetstream.Options{Replicas: r.replicas})
			for i := range 10 {
				_, err := again.Append(t.Context(), []journal.Entry{note(fmt.Sprint("later-", i), i)})
				require.NoError(t, err)
			}
			requireAt(t, acknowledged, kept(t, again))
		})
	}
}

// requireAt holds what is there to what was acknowledged.
func requireAt(t *testing.T, acknowledged, there map[string]int64) {
	t.Helper()
	for id, at := range acknowledged {
		require.Equal(t, at, there[id], id)
	}
}

// Appends of several entries fill the storage. None is acknowledged of which a part is kept. Where
// a part is kept, which one replica does, the error says how much, the store acknowledges nothing
// more, and the same append to a store that is opened again keeps the rest.
func TestAnAppendOfWhichAPartIsKeptIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	for name, r := range rooms {
		for _, n := range []int{3, 10} {
			t.Run(fmt.Sprint(name, ", ", n), func(t *testing.T) {
				t.Parallel()
				c := startWith(t, r.servers, always, r.bytes, r.account)
				js, stream := connect(t, c.urls()), fresh()
				s := open(t, js, stream, jetstream.Options{Replicas: r.replicas, Retry: time.Second})
				acknowledged, refused, err := fill(t, s, n)
				there := kept(t, s)
				requireAt(t, acknowledged, there)
				var partial *jetstream.PartialError
				if errors.As(err, &partial) {
					require.Equal(t, 1, r.replicas, "on three replicas an append is kept whole or not at all")
					require.Equal(t, jetstream.PartialError{Stream: stream, Position: int64(len(acknowledged) + 1), Kept: len(there) - len(acknowledged), Of: n}, *partial)
					_, err = s.Append(t.Context(), []journal.Entry{note("small", 1)})
					require.ErrorAs(t, err, &partial, "the store acknowledges nothing more")
				} else {
					requireRefused(t, err)
					require.Len(t, there, len(acknowledged), "nothing is kept of what was refused")
				}
				t.Logf("%d acknowledged, %d kept: %v", len(acknowledged), len(there), err)
				r.enlarge(t, c)
				again := open(t, js, stream, jetstream.Options{Replicas: r.replicas})
				at, err := again.Append(t.Context(), refused)
				require.NoError(t, err)
				require.EqualValues(t, len(acknowledged)+1, at[0])
				require.EqualValues(t, len(acknowledged)+n, at[n-1])
				requireAt(t, acknowledged, kept(t, again))
			})
		}
	}
}

// requireRefused wants a typed error: a server whose own storage is full says that it may have
// more later.
func requireRefused(t *testing.T, err error) {
	t.Helper()
	var refused *jetstream.RefusedError
	var gone *jetstream.UnavailableError
	require.True(t, errors.As(err, &refused) || errors.As(err, &gone), "%v", err)
}

// fill appends n entries at a time until that is refused, and gives what was acknowledged and
// what was not.
func fill(t *testing.T, s *jetstream.Store, n int) (acknowledged map[string]int64, refused []journal.Entry, err error) {
	acknowledged = map[string]int64{}
	for b := range 60 {
		var entries []journal.Entry
		for k := range n {
			entries = append(entries, heavy(fmt.Sprint(b, "-", k), k))
		}
		at, err := s.Append(t.Context(), entries)
		if err != nil {
			return acknowledged, entries, err
		}
		for k := range at {
			acknowledged[entries[k].Event.ID] = at[k]
		}
	}
	t.Fatal("it was never full")
	return nil, nil, nil
}

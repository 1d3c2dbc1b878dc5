package jetstream_test

import (
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	natsjs "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/jetstream"
	"github.com/fe115bb3/dealtracker/dealstate/journal/journaltest"
)

// open opens a journal for as long as the test runs.
func open(t testing.TB, js natsjs.JetStream, stream string, o jetstream.Options) *jetstream.Store {
	t.Helper()
	s, err := jetstream.Open(t.Context(), js, stream, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// fresh gives a name that no stream has.
func fresh() string { return "DEALS-" + rand.Text()[:8] }

// note is a note about one of twenty deals.
func note(id string, i int) journal.Entry {
	at := time.Date(2025, 6, 10, 0, 0, i, 0, time.UTC)
	return journal.Entry{Accepted: at, By: "desk", Event: dealstate.Event{ID: id, Deal: fmt.Sprint("deal-", i%20), Kind: dealstate.Note, At: at}}
}

// conformance is what journaltest wants to know of a store over the servers.
func conformance(t *testing.T, js natsjs.JetStream, o jetstream.Options) journaltest.Store {
	return journaltest.Store{
		Fresh: func(t testing.TB) journal.Journal { return open(t, js, fresh(), o) },
		Again: func(t testing.TB, j journal.Journal) journal.Journal {
			return open(t, js, j.(*jetstream.Store).Stream(), o)
		},
	}
}

func TestAStoreOnOneServerIsAJournal(t *testing.T) {
	t.Parallel()
	c := start(t, 1, always)
	journaltest.Run(t, conformance(t, connect(t, c.urls()), jetstream.Options{System: system(t, c.urls())}))
}

func TestAStoreOnThreeServersIsAJournal(t *testing.T) {
	t.Parallel()
	c := start(t, 3, always)
	journaltest.Run(t, conformance(t, connect(t, c.urls()), jetstream.Options{Replicas: 3, System: system(t, c.urls())}))
}

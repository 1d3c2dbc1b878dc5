package postgres_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/journaltest"
	"github.com/fe115bb3/dealtracker/dealstate/journal/postgres"
)

// open opens a journal for as long as the test runs.
func open(t testing.TB, url string, o postgres.Options) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), url, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

var schemas atomic.Int64

// fresh gives options with a schema that no other test has.
func fresh() postgres.Options {
	return postgres.Options{Schema: fmt.Sprintf("Deals %d; \"DROP\" '", schemas.Add(1))}
}

func TestAStoreIsAJournal(t *testing.T) {
	t.Parallel()
	journaltest.Run(t, journaltest.Store{
		Fresh: func(t testing.TB) journal.Journal { return open(t, server.url(), fresh()) },
		Again: func(t testing.TB, j journal.Journal) journal.Journal {
			return open(t, server.url(), postgres.Options{Schema: j.(*postgres.Store).Schema()})
		},
	})
}

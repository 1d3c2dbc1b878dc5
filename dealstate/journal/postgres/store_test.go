package postgres_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
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

// What is sent again, as by a feed that delivers at least once, is no error to the server
// either, which would fill its log.
func TestWhatIsSentAgainLeavesNoErrorInTheServersLog(t *testing.T) {
	t.Parallel()
	s := open(t, server.url(), fresh())
	for range 3 {
		for i := range int64(5) {
			at, err := s.Append(t.Context(), []journal.Entry{note(fmt.Sprint(i), 1)})
			require.NoError(t, err)
			require.Equal(t, []int64{i + 1}, at)
		}
		at, err := s.Append(t.Context(), []journal.Entry{note("5", 1), note("6", 1), note("1", 1)})
		require.NoError(t, err)
		require.Equal(t, []int64{6, 7, 2}, at)
		_, err = s.Append(t.Context(), []journal.Entry{note("0", 1)})
		require.NoError(t, err)
	}
	log, err := os.ReadFile(filepath.Join(server.dir, "log"))
	require.NoError(t, err)
	require.NotContains(t, string(log), pgx.Identifier{s.Schema()}.Sanitize(), "a statement that failed is logged")
}

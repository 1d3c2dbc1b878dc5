package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/journaltest"
	"github.com/fe115bb3/dealtracker/dealstate/journal/sqlite"
)

// open opens a journal for as long as the test runs.
func open(t testing.TB, path string, o sqlite.Options) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func fresh(t testing.TB) string { return filepath.Join(t.TempDir(), "deals.db") }

func TestAStoreIsAJournal(t *testing.T) {
	t.Parallel()
	journaltest.Run(t, journaltest.Store{
		Fresh: func(t testing.TB) journal.Journal { return open(t, fresh(t), sqlite.Options{}) },
		Again: func(t testing.TB, j journal.Journal) journal.Journal {
			return open(t, j.(*sqlite.Store).Path(), sqlite.Options{})
		},
	})
}

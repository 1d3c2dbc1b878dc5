package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/journaltest"
	"github.com/fe115bb3/dealtracker/dealstate/journal/sqlite"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
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

// Whoever copies the file of a closed journal has all of it: no write-ahead log is left.
func TestAClosedJournalIsOneFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := sqlite.Open(t.Context(), filepath.Join(dir, "deals.db"), sqlite.Options{})
	require.NoError(t, err)
	a := uschina.London()
	_, err = s.Append(t.Context(), []journal.Entry{{Accepted: time.Now(), Agreement: &a}})
	require.NoError(t, err)
	_, err = s.Materialise(t.Context(), dealstate.View{})
	require.NoError(t, err)
	require.NoError(t, s.Close())
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1)
}

package sqlite_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/sqlite"
)

// move moves a database away, with its log.
func move(t *testing.T, path string) {
	t.Helper()
	for _, ending := range []string{"", "-wal", "-shm"} {
		require.NoError(t, os.Rename(path+ending, path+".old"+ending))
	}
}

// Whoever moves the file away while it is open leaves a store that would acknowledge what
// nobody finds under the path: it takes nothing more, and reads nothing.
func TestAStoreWhoseFileIsMovedAwayTakesNothingMore(t *testing.T) {
	t.Parallel()
	for _, another := range []bool{false, true} {
		path := fresh(t)
		s := open(t, path, sqlite.Options{})
		_, err := s.Append(t.Context(), []journal.Entry{note("1", 1)})
		require.NoError(t, err)
		move(t, path)
		if another {
			_, err := open(t, path, sqlite.Options{}).Append(t.Context(), []journal.Entry{note("other", 1)})
			require.NoError(t, err)
		}
		_, err = s.Append(t.Context(), []journal.Entry{note("2", 1)})
		var full *journal.ReadOnlyError
		require.ErrorAs(t, err, &full)
		var moved *sqlite.MovedError
		require.ErrorAs(t, err, &moved)
		require.Equal(t, path, moved.Path)
		for _, err := range s.Read(t.Context(), 0) {
			require.ErrorAs(t, err, &moved)
		}
		_, err = s.Last(t.Context())
		require.ErrorAs(t, err, &moved)
		_, err = s.Deals(t.Context())
		require.ErrorAs(t, err, &moved)
		if !another {
			require.NoFileExists(t, path)
		}
	}
}

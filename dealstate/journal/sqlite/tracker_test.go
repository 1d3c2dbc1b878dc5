package sqlite_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/sqlite"
	"github.com/fe115bb3/dealtracker/dealstate/tracker/trackertest"
)

// crashed copies a database as it lies there, with its log, and opens the copy.
func crashed(t testing.TB, path string, o sqlite.Options) *sqlite.Store {
	t.Helper()
	to := fresh(t)
	for _, part := range []string{"", "-wal"} {
		data, err := os.ReadFile(path + part)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(to+part, data, 0o600))
	}
	return open(t, to, o)
}

// After a crash, at which nobody closed anything, the journal is what lies on the disk.
// Another tracker has a store of its own on the database, as another process has.
func TestLaw14ATrackerOverADatabaseKeepsItsPromisesAfterCrashes(t *testing.T) {
	t.Parallel()
	o := sqlite.Options{Poll: time.Millisecond}
	trackertest.Run(t, trackertest.Store{
		Rounds: proof.Times(30, 4),
		Fresh:  func(t testing.TB) journal.Journal { return open(t, fresh(t), o) },
		Again:  func(t testing.TB, j journal.Journal) journal.Journal { return crashed(t, j.(*sqlite.Store).Path(), o) },
		Beside: func(t testing.TB, j journal.Journal) journal.Journal { return open(t, j.(*sqlite.Store).Path(), o) },
	})
}

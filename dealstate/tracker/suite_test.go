package tracker_test

import (
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker/trackertest"
)

// inMemory is the store of which only the trackers are opened again.
func inMemory(rounds int) trackertest.Store {
	return trackertest.Store{Rounds: rounds, Fresh: func(testing.TB) journal.Journal { return &journal.Memory{} }}
}

const hundred = "HundredWatchersAreToldEveryChangeOnceInOrderOverRestarts"

func TestLaw14ATrackerOverMemoryKeepsItsPromises(t *testing.T) {
	t.Parallel()
	for _, claim := range trackertest.Claims() {
		if claim == hundred {
			continue // below
		}
		t.Run(claim, func(t *testing.T) {
			t.Parallel()
			trackertest.Claim(t, inMemory(proof.Times(60, 5)), claim)
		})
	}
}

// After a crash, the journal is what lies in its directory, as it lies there.
func TestLaw14ATrackerOverFilesKeepsItsPromisesAfterCrashes(t *testing.T) {
	t.Parallel()
	open := func(t testing.TB, dir string) journal.Journal {
		j, err := journal.Open(t.Context(), dir, journal.Options{SegmentSize: 4 << 10})
		require.NoError(t, err)
		return j
	}
	trackertest.Run(t, trackertest.Store{
		Rounds: proof.Times(20, 2),
		Fresh:  func(t testing.TB) journal.Journal { return open(t, t.TempDir()) },
		Again: func(t testing.TB, j journal.Journal) journal.Journal {
			crashed := t.TempDir()
			require.NoError(t, os.CopyFS(crashed, os.DirFS(j.(*journal.File).Dir())))
			return open(t, crashed)
		},
	})
}

// Not parallel: it counts goroutines.
func TestHundredWatchersLeaveNoGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	trackertest.Claim(t, inMemory(1), hundred)
	requireNoGoroutineLeft(t, before)
}

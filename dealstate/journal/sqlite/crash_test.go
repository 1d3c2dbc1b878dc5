package sqlite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/sqlite"
)

// A power cut leaves the write-ahead log up to some byte of what was not yet synced, or zeros
// for it. Whatever it leaves, what was acknowledged by then is there, in whole appends.
func TestLaw13AnAppendIsKeptWholeOrNotAtAllWhereverTheLogIsCut(t *testing.T) {
	t.Parallel()
	s := open(t, fresh(t), sqlite.Options{})
	var ends []int64 // of the log, after each append
	entries := 0     // of all appends
	sizes := []int{1, 3, 1, 40, 2}
	for i, n := range sizes {
		batch := make([]journal.Entry, n)
		for k := range batch {
			batch[k] = note(fmt.Sprint("e", i, "-", k), entries+k)
		}
		_, err := s.Append(t.Context(), batch)
		require.NoError(t, err)
		entries += n
		info, err := os.Stat(s.Path() + "-wal")
		require.NoError(t, err)
		ends = append(ends, info.Size())
	}
	wal, err := os.ReadFile(s.Path() + "-wal")
	require.NoError(t, err)
	for cut := ends[0]; cut <= int64(len(wal)); cut += 1009 {
		for _, rest := range [][]byte{nil, make([]byte, int64(len(wal))-cut)} {
			kept := 0
			for i, n := range sizes {
				if ends[i] <= cut {
					kept += n
				}
			}
			require.Equal(t, kept, countAfterCrash(t, s.Path(), append(wal[:cut:cut], rest...)), "cut at byte %d of %v", cut, ends)
		}
	}
}

// countAfterCrash opens a copy of the database with a log, and gives how many entries it has.
func countAfterCrash(t *testing.T, path string, wal []byte) (n int) {
	t.Helper()
	crashed := filepath.Join(t.TempDir(), "crashed.db")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(crashed, data, 0o600))
	require.NoError(t, os.WriteFile(crashed+"-wal", wal, 0o600))
	s, err := sqlite.Open(t.Context(), crashed, sqlite.Options{})
	require.NoError(t, err)
	for e, err := range s.Read(t.Context(), 0) {
		require.NoError(t, err)
		n++
		require.EqualValues(t, n, e.Position)
	}
	require.NoError(t, s.Close())
	return n
}

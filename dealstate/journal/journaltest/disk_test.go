package journaltest_test

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/journaltest"
)

// written makes a file with durable bytes, and more that were not synced.
func written(t *testing.T, d *journaltest.Disk) journal.Handle {
	t.Helper()
	h, err := d.Create("a")
	require.NoError(t, err)
	put(t, h, "durable ", 0)
	require.NoError(t, h.Sync())
	require.NoError(t, d.Sync())
	put(t, h, strings.Repeat("lost ", 40), 8)
	return h
}

func put(t *testing.T, h journal.Handle, text string, at int64) {
	t.Helper()
	_, err := h.WriteAt([]byte(text), at)
	require.NoError(t, err)
}

func TestACrashLosesWhatWasNotSynced(t *testing.T) {
	t.Parallel()
	d := journaltest.NewDisk(1)
	written(t, d)
	whole := "durable " + strings.Repeat("lost ", 40)
	require.Equal(t, "durable ", string(d.Crash(journaltest.Dropped, 1).Bytes("a")))
	require.Equal(t, whole, string(d.Crash(journaltest.Kept, 1).Bytes("a")))
	require.Equal(t, whole, string(d.Crash(journaltest.Killed, 1).Bytes("a")))
	require.Equal(t, "durable ", string(d.Crash(journaltest.Killed, 1).Crash(journaltest.Dropped, 1).Bytes("a")))
	seen := map[string]bool{}
	for seed := range uint64(200) {
		left := string(d.Crash(journaltest.Torn, seed).Bytes("a"))
		require.True(t, strings.HasPrefix(left, "durable "))
		for i := range left {
			require.Contains(t, []byte{whole[i], 0}, left[i])
		}
		seen[left] = true
	}
	require.Greater(t, len(seen), 50)
	require.True(t, seen[whole] && seen["durable "])
}

func TestACrashLosesNamesOfAnUnsyncedDirectory(t *testing.T) {
	t.Parallel()
	d := journaltest.NewDisk(1)
	written(t, d)
	require.NoError(t, d.Rename("a", "b"))
	_, err := d.Create("c")
	require.NoError(t, err)
	names := func(d *journaltest.Disk) string {
		all, err := d.Names()
		require.NoError(t, err)
		return strings.Join(all, " ")
	}
	require.Equal(t, "b c", names(d))
	require.Equal(t, "a", names(d.Crash(journaltest.Dropped, 1)))
	require.Equal(t, "b c", names(d.Crash(journaltest.Kept, 1)))
	var seen []string
	for seed := range uint64(50) {
		seen = append(seen, names(d.Crash(journaltest.Torn, seed)))
	}
	slices.Sort(seen)
	require.Equal(t, []string{"a", "a c", "b", "b c"}, slices.Compact(seen))
	require.NoError(t, d.Sync())
	require.Equal(t, "b c", names(d.Crash(journaltest.Dropped, 1)))
	require.NoError(t, d.Remove("c"))
	require.Equal(t, "b c", names(d.Crash(journaltest.Dropped, 1)))
	require.ErrorIs(t, d.Remove("c"), fs.ErrNotExist)
	require.ErrorIs(t, d.Rename("c", "d"), fs.ErrNotExist)
	_, err = d.Open("c")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = d.Create("b")
	require.ErrorIs(t, err, fs.ErrExist)
}

func TestASyncThatFailsForgets(t *testing.T) {
	t.Parallel()
	d, broken := journaltest.NewDisk(1), errors.New("broken")
	h := written(t, d)
	d.FailAt(d.Steps()+1, broken)
	require.ErrorIs(t, h.Sync(), broken)
	require.NoError(t, h.Sync(), "the next one has nothing to do")
	require.Equal(t, "durable ", string(d.Crash(journaltest.Dropped, 1).Bytes("a")))
	require.Contains(t, string(d.Bytes("a")), "lost", "and it can be read all the same")
}

func TestADiskStopsAndIsFull(t *testing.T) {
	t.Parallel()
	d := journaltest.NewDisk(1)
	h := written(t, d)
	d.Fill()
	put(t, h, "DURABLE", 0)
	size, err := h.Size()
	require.NoError(t, err)
	_, err = h.WriteAt([]byte("more"), size)
	require.ErrorIs(t, err, journaltest.ErrFull)
	_, err = d.Create("b")
	require.ErrorIs(t, err, journaltest.ErrFull)
	d.Free()
	put(t, h, "more", size)
	d.StopAt(d.Steps() + 1)
	require.ErrorIs(t, h.Sync(), journaltest.ErrStopped)
	require.True(t, d.Stopped())
	_, err = d.Names()
	require.ErrorIs(t, err, journaltest.ErrStopped)
	lock, err := d.Crash(journaltest.Dropped, 1).Lock()
	require.NoError(t, err)
	require.NoError(t, lock.Close())
}

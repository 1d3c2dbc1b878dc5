package journal_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/journaltest"
)

// gated is a disk of which each sync of a file waits until it is let through.
type gated struct {
	*journaltest.Disk
	mu    sync.Mutex
	syncs int
	begun chan bool // a sync has begun
	gate  chan bool // one may end
}

func (d *gated) Open(name string) (journal.Handle, error) {
	h, err := d.Disk.Open(name)
	return &gatedHandle{h, d}, err
}

type gatedHandle struct {
	journal.Handle
	disk *gated
}

func (h *gatedHandle) Sync() error {
	h.disk.mu.Lock()
	h.disk.syncs++
	h.disk.mu.Unlock()
	h.disk.begun <- true
	<-h.disk.gate
	return h.Handle.Sync()
}

// openGated opens a journal whose files are there already.
func openGated(t *testing.T) (*gated, *journal.File) {
	t.Helper()
	d := &gated{Disk: journaltest.NewDisk(1), begun: make(chan bool, 1000), gate: make(chan bool)}
	f, err := journal.Open(ctx, "", journal.Options{FS: d.Disk})
	require.NoError(t, err)
	require.NoError(t, f.Close())
	f, err = journal.Open(ctx, "", journal.Options{FS: d})
	require.NoError(t, err)
	return d, f
}

func TestAppendsThatWaitShareTheirSyncs(t *testing.T) {
	t.Parallel()
	d, f := openGated(t)
	const n = 20
	answers := make(chan error, n+1)
	appendOne := func(i int) {
		_, err := f.Append(ctx, []journal.Entry{ofMany(i, 5)})
		answers <- err
	}
	go appendOne(0)
	<-d.begun // the first is being synced; the others wait
	for i := range n {
		go appendOne(1 + i)
	}
	require.Eventually(t, func() bool { return journal.Waiting(f) == n }, time.Minute, time.Millisecond)
	require.Empty(t, answers, "nobody is told before the sync has ended")
	last, err := f.Last(ctx)
	require.NoError(t, err)
	require.Zero(t, last, "nor is anything shown")
	close(d.gate)
	for range n + 1 {
		require.NoError(t, <-answers)
	}
	require.Equal(t, 4, d.syncs, "two batches, two files")
	require.NoError(t, f.Close())
}

func TestAnAppendWhoseContextEndsCanBeMadeAgain(t *testing.T) {
	t.Parallel()
	d, f := openGated(t)
	short, cancel := context.WithCancel(ctx)
	done := make(chan error)
	go func() {
		_, err := f.Append(short, []journal.Entry{ofMany(1, 5)})
		done <- err
	}()
	<-d.begun
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	close(d.gate)
	at, err := f.Append(ctx, []journal.Entry{ofMany(1, 5)})
	require.NoError(t, err)
	require.Equal(t, []int64{1}, at)
	require.NoError(t, f.Close())
}

func TestCloseWaitsForWhatIsBeingAppended(t *testing.T) {
	t.Parallel()
	d, f := openGated(t)
	done, closed := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := f.Append(ctx, []journal.Entry{ofMany(1, 5)})
		done <- err
	}()
	<-d.begun
	go func() { closed <- f.Close() }()
	require.Eventually(t, func() bool { return journal.Closing(f) }, time.Minute, time.Millisecond)
	_, err := f.Append(ctx, nil)
	require.ErrorIs(t, err, journal.ErrClosed)
	require.Empty(t, closed)
	close(d.gate)
	require.NoError(t, <-closed)
	require.NoError(t, <-done)
}

func TestAnAppendThatIsTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	f := open(t, t.TempDir(), journal.Options{})
	var entries []journal.Entry
	for i := range 1100 {
		e := ofMany(i, 5)
		e.Event.Note = strings.Repeat("n", 64<<10)
		entries = append(entries, e)
	}
	_, err := f.Append(ctx, entries)
	var bad *dealstate.FieldError
	require.ErrorAs(t, err, &bad)
	require.Equal(t, "entries", bad.Field)
	require.Empty(t, read(t, f))
	require.NoError(t, f.Close())
}

func TestDirectoriesAboveAreMade(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b", "c")
	f := open(t, dir, journal.Options{})
	require.NoError(t, f.Close())
	_, err := journal.Open(ctx, filepath.Join(dir, "0000000001.jsonl"), journal.Options{})
	require.Error(t, err, "a file is no directory")
}

func TestAnotherTextOfAnAgreementSaysWhatToDo(t *testing.T) {
	t.Parallel()
	var m journal.Memory
	fillLondon(t, &m)
	other := read(t, &m)[0]
	text := *other.Agreement
	text.Title = "another text"
	other.Agreement = &text
	_, err := m.Append(ctx, []journal.Entry{other})
	require.EqualError(t, err, `id: agreement "us-china-london-2025" is kept with another text; a new text is a new agreement that implements it, or an amend`)
	var conflict *dealstate.ConflictError
	require.ErrorAs(t, err, &conflict)
	require.Equal(t, text.ID, conflict.ID)
}

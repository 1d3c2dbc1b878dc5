package journal_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// peek reads a directory as somebody does who has not opened it.
func peek(t testing.TB, dir string) (all []journal.Entry) {
	t.Helper()
	for e, err := range journal.ReadDir(ctx, dir, journal.Options{}) {
		require.NoError(t, err)
		all = append(all, e)
	}
	return all
}

func TestADirectoryIsReadBesideItsWriter(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.Empty(t, peek(t, dir), "no journal is there yet")
	f := open(t, dir, journal.Options{SegmentSize: 2000})
	require.Empty(t, peek(t, dir))
	done := make(chan struct{})
	go func() {
		defer close(done)
		fillLondon(t, f)
	}()
	for writing := true; writing; {
		select {
		case <-done:
			writing = false
		default:
		}
		have := peek(t, dir)
		last, err := f.Last(ctx)
		require.NoError(t, err)
		require.LessOrEqual(t, len(have), int(last)+1, "what is written is at most one batch ahead of what is durable")
		for i, e := range read(t, f)[:min(len(have), int(last))] {
			require.Equal(t, e, have[i])
		}
	}
	require.Equal(t, read(t, f), peek(t, dir))
	for range journal.ReadDir(ctx, dir, journal.Options{}) {
		break
	}
	require.NoError(t, f.Close())
	require.Equal(t, len(peek(t, dir)), int(f.Head().Position))
}

func TestAReaderBesideTheWriterPassesATornTailOverAndNoOtherDamage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := open(t, dir, journal.Options{})
	fillLondon(t, f)
	whole := peek(t, dir)
	records := filepath.Join(dir, "0000000001.records")
	text, err := os.ReadFile(records)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(records, text[:len(text)-1], 0o644))
	require.Equal(t, whole[:len(whole)-1], peek(t, dir), "the last batch is not whole")
	text[len(text)/2] ^= 1
	require.NoError(t, os.WriteFile(records, text, 0o644))
	var damage *journal.DamageError
	for _, err := range journal.ReadDir(ctx, dir, journal.Options{}) {
		if err != nil {
			require.ErrorAs(t, err, &damage)
		}
	}
	require.NotNil(t, damage)
	_ = f.Close()
	for _, err := range journal.ReadDir(ctx, filepath.Join(dir, "nowhere"), journal.Options{}) {
		require.ErrorIs(t, err, os.ErrNotExist)
	}
}

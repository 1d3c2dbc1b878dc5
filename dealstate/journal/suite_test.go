package journal_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/journaltest"
)

func TestMemoryIsAJournal(t *testing.T) {
	t.Parallel()
	journaltest.Run(t, journaltest.Store{Fresh: func(testing.TB) journal.Journal { return &journal.Memory{} }})
}

func open(t testing.TB, dir string, o journal.Options) *journal.File {
	t.Helper()
	f, err := journal.Open(context.Background(), dir, o)
	require.NoError(t, err)
	return f
}

func TestFileIsAJournal(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]journal.Options{"OneSegment": {}, "ManySegments": {SegmentSize: 1000}} {
		t.Run(name, func(t *testing.T) {
			journaltest.Run(t, journaltest.Store{
				Fresh: func(t testing.TB) journal.Journal { return open(t, t.TempDir(), o) },
				Again: func(t testing.TB, j journal.Journal) journal.Journal { return open(t, j.(*journal.File).Dir(), o) },
			})
		})
	}
}

package sqlite_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/sqlite"
)

// Once the disk is full, nothing more is taken until the journal is opened again; what was
// acknowledged is there, and nothing else.
func TestAFullDiskMakesTheJournalReadOnlyAndLosesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, fresh(t), sqlite.Options{})
	s.Bound(t.Context(), 20)
	var err error
	acknowledged := int64(0)
	entry := func(i int64) journal.Entry {
		e := note(fmt.Sprint("e", i), int(i))
		e.Event.Note = strings.Repeat("text ", 500)
		return e
	}
	for ; err == nil; acknowledged++ {
		_, err = s.Append(t.Context(), []journal.Entry{entry(acknowledged)})
	}
	acknowledged--
	var full *journal.ReadOnlyError
	require.ErrorAs(t, err, &full)
	require.ErrorContains(t, err, "full")
	_, err = s.Append(t.Context(), []journal.Entry{note("small", 1)})
	require.ErrorAs(t, err, &full)
	last, err := s.Last(t.Context())
	require.NoError(t, err)
	require.Equal(t, acknowledged, last)
	require.NoError(t, s.Close())
	again := open(t, s.Path(), sqlite.Options{})
	at, err := again.Append(t.Context(), []journal.Entry{entry(acknowledged), entry(0)})
	require.NoError(t, err)
	require.Equal(t, []int64{acknowledged + 1, 1}, at)
}

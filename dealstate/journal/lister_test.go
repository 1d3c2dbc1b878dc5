package journal_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

func TestAListerListsTheDealsInTheOrderOfTheirAgreements(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, err := journal.Open(t.Context(), dir, journal.Options{})
	require.NoError(t, err)
	for name, j := range map[string]journal.Journal{"memory": &journal.Memory{}, "file": file} {
		deals := func() []string {
			ids, err := j.(journal.Lister).Deals(t.Context())
			require.NoError(t, err)
			return ids
		}
		require.Empty(t, deals(), name)
		var entries []journal.Entry
		for _, id := range []string{"zulu", "alpha", "mike"} {
			a := dirtylog.Standard[0]
			a.ID = id
			entries = append(entries, journal.Entry{Accepted: dirtylog.OnDay(1), Agreement: &a})
		}
		stray := dealstate.Event{ID: "e1", Deal: "unsigned", Kind: dealstate.Note, At: dirtylog.OnDay(0)}
		entries = append(entries, journal.Entry{Accepted: dirtylog.OnDay(1), Event: stray})
		_, err := j.Append(t.Context(), entries)
		require.NoError(t, err)
		require.Equal(t, []string{"zulu", "alpha", "mike"}, deals(), name)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = j.(journal.Lister).Deals(ended)
		require.ErrorIs(t, err, context.Canceled, name)
		require.NoError(t, j.Close())
		_, err = j.(journal.Lister).Deals(t.Context())
		require.ErrorIs(t, err, journal.ErrClosed, name)
	}
	again, err := journal.Open(t.Context(), dir, journal.Options{})
	require.NoError(t, err)
	ids, err := again.Deals(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"zulu", "alpha", "mike"}, ids)
	require.NoError(t, again.Close())
}

// Agreements that differ in id and title share what was read of them, and are those that
// were appended.
func TestAgreementsAlikeAreReadBackAsTheyWereAppended(t *testing.T) {
	t.Parallel()
	file, err := journal.Open(t.Context(), t.TempDir(), journal.Options{SegmentSize: 2 << 10})
	require.NoError(t, err)
	var want []string
	for i, from := range append(dirtylog.Agreements, dirtylog.Intricate...) {
		for n, title := range []string{"", "An accord", "An accord", `A "quoted" one`, "Über"} {
			a := from
			a.ID, a.Title = fmt.Sprintf("a%d-%d", i, n), title
			if n == 2 {
				a.Implements = []string{"a0-0"}
			}
			_, err := file.Append(t.Context(), []journal.Entry{{Accepted: dirtylog.OnDay(1), Agreement: &a}})
			require.NoError(t, err)
			text, err := a.MarshalJSON()
			require.NoError(t, err)
			want = append(want, string(text))
		}
	}
	for range 2 {
		n := 0
		for e, err := range file.Read(t.Context(), 0) {
			require.NoError(t, err)
			text, err := e.Agreement.MarshalJSON()
			require.NoError(t, err)
			require.Equal(t, want[n], string(text))
			n++
		}
		require.Equal(t, len(want), n)
	}
	require.NoError(t, file.Close())
}

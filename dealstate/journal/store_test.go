package journal_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// kept is a store of another package that keeps one entry.
type kept struct {
	entry journal.Entry
	err   error
}

func (k kept) Version(deal string) (int64, error) { return k.entry.Position, k.err }

func (k kept) Find(deal, id string) (*journal.Entry, error) {
	if k.err != nil || deal != k.entry.Deal() || id != k.entry.Event.ID {
		return nil, k.err
	}
	return &k.entry, nil
}

func TestAdmitDecidesForAStoreOfAnotherPackage(t *testing.T) {
	t.Parallel()
	old, fresh := ofMany(0, 1), ofMany(1, 1)
	old.Position = 7
	later := old.Accepted.Add(time.Hour)
	entries, err := journal.Checked([]journal.Entry{old, fresh, fresh})
	require.NoError(t, err)
	new, positions, err := journal.Admit(kept{entry: old}, 7, later, entries, []journal.Version{{Deal: old.Deal(), Position: 7}})
	require.NoError(t, err)
	require.Equal(t, []int64{7, 8, 8}, positions)
	fresh.Position, fresh.Accepted = 8, later
	require.Equal(t, []journal.Entry{fresh}, new, "with the position and the instant that are to be kept")

	_, _, err = journal.Admit(kept{entry: old}, 7, later, entries, []journal.Version{{Deal: old.Deal(), Position: 6}})
	var stale *journal.StaleError
	require.ErrorAs(t, err, &stale)
	lost := errors.New("connection lost")
	for _, on := range [][]journal.Version{nil, {{Deal: "d", Position: 1}}} {
		_, _, err = journal.Admit(kept{err: lost}, 7, later, entries, on)
		require.ErrorIs(t, err, lost)
	}
	_, err = journal.Checked([]journal.Entry{{Accepted: later}})
	var wrong *dealstate.FieldError
	require.ErrorAs(t, err, &wrong)
}

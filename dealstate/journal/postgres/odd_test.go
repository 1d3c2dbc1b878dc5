package postgres_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// oddDeals are ids that PostgreSQL cannot hold, and that no entry can have.
var oddDeals = []string{"a\x00b", "\xff"}

// An append on the version of a deal that there cannot be harms nobody whose append is in the
// same transaction. It is itself stale, or kept if it expects no entry.
func TestAVersionOfADealThatCannotBeHarmsNoOtherAppend(t *testing.T) {
	t.Parallel()
	s := open(t, server.url(), fresh())
	for _, deal := range oddDeals {
		_, err := s.Append(t.Context(), []journal.Entry{note("stale", 1)}, journal.Version{Deal: deal, Position: 1})
		var stale *journal.StaleError
		require.ErrorAs(t, err, &stale, "%q", deal)
		require.Equal(t, []any{deal, int64(1), int64(0)}, []any{stale.Deal, stale.Want, stale.Have})
	}
	var writers sync.WaitGroup
	for w := range 8 {
		writers.Go(func() {
			for i := range 10 {
				var on []journal.Version
				if w == 0 {
					on = []journal.Version{{Deal: oddDeals[i%2]}}
				}
				if _, err := s.Append(t.Context(), []journal.Entry{note(fmt.Sprint(w, "-", i), 1)}, on...); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
}

// There is no entry about a deal that cannot be, and asking for it is no error, also among others.
func TestADealThatCannotBeHasNoEntries(t *testing.T) {
	t.Parallel()
	s := open(t, server.url(), fresh())
	_, err := s.Append(t.Context(), []journal.Entry{note("1", 1)})
	require.NoError(t, err)
	for _, deal := range oddDeals {
		require.Empty(t, collect(t, s.ReadDeal(t.Context(), deal, 0)), "%q", deal)
		require.Len(t, collect(t, s.ReadDeals(t.Context(), []string{deal, "deal-1"})), 1, "%q", deal)
	}
}

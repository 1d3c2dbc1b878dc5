package postgres_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/postgres"
)

func TestDealsAreListedInTheOrderOfTheirAgreements(t *testing.T) {
	t.Parallel()
	s := open(t, server.url(), fresh())
	entries := []journal.Entry{note("stray", 1)}
	for _, id := range []string{"zulu", "alpha", "mike"} {
		a := dirtylog.Standard[0]
		a.ID = id
		entries = append(entries, journal.Entry{Accepted: dirtylog.OnDay(1), Agreement: &a})
	}
	_, err := s.Append(t.Context(), entries)
	require.NoError(t, err)
	deals, err := s.Deals(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"zulu", "alpha", "mike"}, deals)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.Deals(ended)
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, s.Close())
	_, err = s.Deals(t.Context())
	require.ErrorIs(t, err, journal.ErrClosed)
}

// ReadDeals gives what ReadDeal gives of each, in the order of positions, over many pages, and
// nothing that came after the call.
func TestManyDealsAreReadAsOneByOne(t *testing.T) {
	t.Parallel()
	s := open(t, server.url(), fresh())
	rng := rand.New(rand.NewPCG(7, 16))
	for round := range 3 {
		var entries []journal.Entry
		for n := range 900 {
			entries = append(entries, note(fmt.Sprint(round, "-", n), rng.IntN(20)))
		}
		_, err := s.Append(t.Context(), entries)
		require.NoError(t, err)
		requireReadAsOne(t, s, nil)
		requireReadAsOne(t, s, []string{"none"})
		requireReadAsOne(t, s, []string{"deal-3", "none", "deal-1", "deal-19", "deal-3", ""})
	}
	reading := s.ReadDeals(t.Context(), []string{"deal-1", "deal-2"})
	before := collect(t, reading)
	_, err := s.Append(t.Context(), []journal.Entry{note("late", 1)})
	require.NoError(t, err)
	require.Equal(t, before, collect(t, reading))
}

// An event that was recorded earlier comes again under its id, and is no damage.
func TestAnEventThatIsKnownEarlierIsReadAgain(t *testing.T) {
	t.Parallel()
	s := open(t, server.url(), fresh())
	for recorded := 3; recorded > 0; recorded-- {
		e := note("1", 1)
		e.Event.Recorded = e.Event.At.Add(time.Duration(recorded) * time.Hour)
		entries := []journal.Entry{e}
		for i := range 300 {
			entries = append(entries, note(fmt.Sprint(recorded, "-", i), 1))
		}
		_, err := s.Append(t.Context(), entries)
		require.NoError(t, err)
	}
	require.Len(t, collect(t, s.Read(t.Context(), 0)), 903)
	require.Len(t, collect(t, s.ReadDeal(t.Context(), "deal-1", 0)), 903)
	require.Len(t, collect(t, s.ReadDeals(t.Context(), []string{"deal-1", "deal-2"})), 903)
}

func requireReadAsOne(t *testing.T, s *postgres.Store, deals []string) {
	t.Helper()
	var want []journal.Entry
	for _, deal := range slices.Compact(slices.Sorted(slices.Values(deals))) {
		want = append(want, collect(t, s.ReadDeal(t.Context(), deal, 0))...)
	}
	slices.SortFunc(want, func(a, b journal.Entry) int { return cmp.Compare(a.Position, b.Position) })
	require.Equal(t, want, collect(t, s.ReadDeals(t.Context(), deals)))
}

func collect(t *testing.T, reading func(func(journal.Entry, error) bool)) (all []journal.Entry) {
	t.Helper()
	for e, err := range reading {
		require.NoError(t, err)
		all = append(all, e)
	}
	return all
}

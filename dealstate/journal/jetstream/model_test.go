package jetstream_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/jetstream"
)

// Stores of several processes on one stream answer, one after the other, as one memory does,
// whatever each of them last knew of the deals: new entries, the same again, the same known
// earlier, other content under an id, and all that on versions.
func TestLaw14StoresOnOneStreamAnswerAsOneMemoryDoes(t *testing.T) {
	t.Parallel()
	c := start(t, 1, lazily)
	for seed := range proof.Times(40, 4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(uint64(seed), 16))
			stream, model := fresh(), new(journal.Memory)
			var stores []*jetstream.Store
			for range 3 {
				stores = append(stores, open(t, connect(t, c.urls()), stream, jetstream.Options{}))
			}
			for range 120 {
				s := stores[rng.IntN(len(stores))]
				if rng.IntN(10) == 0 {
					s.Forget()
				}
				entries, on := madeUp(t, rng, model)
				want, refused := model.Append(t.Context(), entries, on...)
				have, err := s.Append(t.Context(), entries, on...)
				require.Equal(t, want, have)
				requireAlike(t, refused, err)
			}
			s := stores[rng.IntN(len(stores))]
			requireSame(t, model, s)
			counted, there := s.KnownIDs()
			require.Equal(t, there, counted)
		})
	}
}

// madeUp makes an append up, over few deals and ids, so that most of it has come before.
func madeUp(t *testing.T, rng *rand.Rand, model journal.Journal) (entries []journal.Entry, on []journal.Version) {
	for range 1 + rng.IntN(3) {
		deal := fmt.Sprint("交易-", rng.IntN(4))
		e := journal.Entry{Accepted: time.Date(2025, 6, 10, rng.IntN(24), 0, 0, 0, time.UTC)}
		if rng.IntN(12) == 0 {
			e.Agreement = &dealstate.Agreement{ID: deal, Parties: []dealstate.Party{{ID: "us"}}}
			if rng.IntN(4) == 0 {
				e.Agreement.Title = "another"
			}
		} else {
			e.Event = dealstate.Event{ID: fmt.Sprint(rng.IntN(12)), Deal: deal, Kind: dealstate.Note, At: time.Date(2025, 6, 10, 0, 0, 0, 0, time.UTC)}
			if rng.IntN(3) == 0 {
				e.Event.Recorded = e.Event.At.Add(time.Duration(rng.IntN(5)) * time.Hour)
			}
			if rng.IntN(20) == 0 {
				e.Event.Note = "other content"
			}
		}
		entries = append(entries, e)
		if rng.IntN(3) == 0 {
			v := journal.Version{Deal: deal}
			for e, err := range model.ReadDeal(t.Context(), deal, 0) {
				require.NoError(t, err)
				v.Position = e.Position
			}
			on = append(on, journal.Version{Deal: deal, Position: max(0, v.Position-int64(rng.IntN(2)))})
		}
	}
	return entries, on
}

// requireAlike holds an error to one of another store, in its type and what it says.
func requireAlike(t *testing.T, want, have error) {
	t.Helper()
	if want == nil {
		require.NoError(t, have)
		return
	}
	var stale *journal.StaleError
	var conflict *dealstate.ConflictError
	switch {
	case errors.As(want, &stale):
		var other *journal.StaleError
		require.ErrorAs(t, have, &other)
		require.Equal(t, stale, other)
	case errors.As(want, &conflict):
		var other *dealstate.ConflictError
		require.ErrorAs(t, have, &other)
		require.Equal(t, conflict, other)
	default:
		t.Fatalf("memory gives %v", want)
	}
}

// requireSame holds the entries of a journal to those of another, as a whole and by deal.
func requireSame(t *testing.T, want, have journal.Journal) {
	t.Helper()
	_, err := journal.Copy(t.Context(), new(journal.Memory), have)
	require.NoError(t, err)
	added, err := journal.Copy(t.Context(), have, want)
	require.NoError(t, err, "they differ")
	require.Zero(t, added)
	var two []journal.Entry
	for e, err := range have.(journal.DealsReader).ReadDeals(t.Context(), []string{"交易-2", "none", "交易-0", "", "交易-2"}) {
		require.NoError(t, err)
		two = append(two, e)
	}
	for e, err := range want.Read(t.Context(), 0) {
		require.NoError(t, err)
		if e.Deal() == "交易-0" || e.Deal() == "交易-2" {
			require.Equal(t, e, two[0])
			two = two[1:]
		}
	}
	require.Empty(t, two)
	for i := range 4 {
		deal := fmt.Sprint("交易-", i)
		var all, others []journal.Entry
		for e, err := range want.ReadDeal(t.Context(), deal, 0) {
			require.NoError(t, err)
			all = append(all, e)
		}
		for e, err := range have.ReadDeal(t.Context(), deal, 0) {
			require.NoError(t, err)
			others = append(others, e)
		}
		require.Equal(t, all, others)
	}
}

// What a writer remembers is bounded, and what it has forgotten it finds again.
func TestAWriterForgetsWhatIsTooMuchAndFindsItAgain(t *testing.T) {
	t.Parallel()
	s := open(t, connect(t, start(t, 1, lazily).urls()), fresh(), jetstream.Options{})
	s.ShrinkTo(50)
	var entries []journal.Entry
	for i := range 400 {
		entries = append(entries, note(fmt.Sprint("e", i), i))
	}
	for i := 0; i < len(entries); i += 7 {
		_, err := s.Append(t.Context(), entries[i:min(i+7, len(entries))])
		require.NoError(t, err)
		counted, there := s.KnownIDs()
		require.Equal(t, there, counted)
		require.LessOrEqual(t, counted, 50)
	}
	for i := range entries {
		at, err := s.Append(t.Context(), entries[i:i+1])
		require.NoError(t, err)
		require.Equal(t, []int64{int64(i + 1)}, at)
	}
}

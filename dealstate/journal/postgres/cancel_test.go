package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// Contexts end at any moment, of one caller or of many at once, with and without a version.
// What was acknowledged is kept at its place; what was not is kept once or not at all, and has
// one place when it is appended again; and nobody is told of anything but his own context or
// version.
func TestContextsThatEndAtAnyMomentLoseAndDoubleNothing(t *testing.T) {
	t.Parallel()
	for _, writers := range []int{1, 2, 16} {
		s := open(t, server.url(), fresh())
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() {
				rng := rand.New(rand.NewPCG(uint64(writers), uint64(w)))
				version := int64(0) // of the writer's own deal, on which nobody else appends
				for i := range proof.Times(60, 10) {
					version = appendUntil(t, s, note(fmt.Sprintf("%d-%d", w, i), w), version, rng)
				}
			})
		}
		all.Wait()
		next := int64(1)
		ids := map[string]int{}
		for e, err := range s.Read(t.Context(), 0) {
			require.NoError(t, err)
			require.Equal(t, next, e.Position)
			next++
			ids[e.Event.ID]++
		}
		for id, n := range ids {
			require.Equal(t, 1, n, id)
		}
		require.Len(t, ids, writers*proof.Times(60, 10))
	}
}

// appendUntil appends an entry on the version of its deal with contexts that end soon, until it
// is kept, and gives its position.
func appendUntil(t *testing.T, s journal.Journal, e journal.Entry, version int64, rng *rand.Rand) int64 {
	for {
		on := []journal.Version{{Deal: e.Event.Deal, Position: version}}
		if rng.IntN(2) == 0 {
			on = nil
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rng.IntN(3000))*time.Microsecond)
		at, err := s.Append(ctx, []journal.Entry{e}, on...)
		cancel()
		var moved *journal.StaleError
		switch {
		case err == nil:
			return at[0]
		case errors.As(err, &moved) && on != nil: // by this writer's own earlier try
		case !errors.Is(err, context.DeadlineExceeded):
			t.Errorf("append of %s: %v", e.Event.ID, err)
			return version
		}
		if rng.IntN(3) == 0 { // it may be kept by now: ask without a version or a limit
			at, err := s.Append(context.Background(), []journal.Entry{e})
			if err != nil {
				t.Errorf("append of %s: %v", e.Event.ID, err)
				return version
			}
			return at[0]
		}
	}
}

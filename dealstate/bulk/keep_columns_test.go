package bulk

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Whatever is wrong with an event, and however the parts are cut, a shard of columns is that
// of lines.
func TestTheShardsOfColumnsAreThoseOfLines(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for seed := range uint64(4) {
		w := newWorld(t, seed, 200)
		spoil(w)
		agreements := ByDeal(func(deal string) *dealstate.Machine {
			if deal == "nobody's" {
				return nil
			}
			return w.agreements(deal)
		})
		for shard := range 3 {
			var bad, asked [2][]string
			options := func(of int) Options {
				return Options{Bad: noting(&bad[of]), Keep: func(deal string) bool {
					asked[of] = append(asked[of], deal)
					return ShardOf(deal, 3) == shard
				}}
			}
			lines, err := ReadEvents(ctx, eventSeq(w.events), agreements, options(0))
			require.NoError(t, err)
			parts, err := ReadColumns(ctx, w.parts(int(seed)*97+1), agreements, options(1))
			require.NoError(t, err)
			require.Equal(t, bad[0], bad[1])
			require.Equal(t, asked[0], asked[1], "once each, in their order")
			require.Equal(t, lines.Progress(), parts.Progress())
			require.Equal(t, lines.Deals(), parts.Deals())
			require.Less(t, len(parts.Deals()), len(asked[1]))
			a, err := lines.Replay(ctx, dealstate.View{}, 1)
			require.NoError(t, err)
			b, err := parts.Replay(ctx, dealstate.View{}, 1)
			require.NoError(t, err)
			require.Equal(t, a.Totals(), b.Totals())
			require.Equal(t, slices.Collect(a.Finals()), slices.Collect(b.Finals()))
		}
	}
}

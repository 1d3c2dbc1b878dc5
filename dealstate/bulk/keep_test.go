package bulk_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// shardedLog is a log of several deals, with a duplicate, a conflict and a line that is none.
const shardedLog = `{"id":"1","deal":"a","kind":"negotiate","role":"negotiator","at":"2025-01-01T00:00:00Z"}
{"id":"1","deal":"b","kind":"negotiate","role":"negotiator","at":"2025-01-02T00:00:00Z"}
{"id":"1","deal":"b","kind":"negotiate","role":"negotiator","at":"2025-01-02T00:00:00Z"}
{"id":"1","deal":"c","kind":"note","at":"2025-01-03T00:00:00Z"}
nothing
{"id":"1","deal":"c","kind":"note","at":"2025-01-04T00:00:00Z"}
{"id":"2","deal":"a","kind":"approve","party":"us","role":"instrument","at":"2025-01-05T00:00:00Z"}
{"id":"1","deal":"d","kind":"terminate","role":"instrument","at":"2025-01-06T00:00:00Z"}
`

func TestTheShardsOfALogComeToTheWholeLog(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	read := map[string]func(bulk.Options) (*bulk.Log, error){
		"lines": func(o bulk.Options) (*bulk.Log, error) {
			return bulk.ReadLines(context.Background(), strings.NewReader(shardedLog), bulk.Template(m), o)
		},
		"events": func(o bulk.Options) (*bulk.Log, error) {
			return bulk.ReadEvents(context.Background(), dealstate.ReadEvents(strings.NewReader(shardedLog)), bulk.Template(m), o)
		},
	}
	for form, read := range read {
		whole, err := read(bulk.Options{Bad: bulk.Skip})
		require.NoError(t, err)
		r, err := whole.Replay(context.Background(), dealstate.View{}, 1)
		require.NoError(t, err)
		want := r.Totals()
		for shards := 1; shards <= 5; shards++ {
			var merged bulk.Totals
			var deals []string
			events, duplicates, bad := int64(0), int64(0), map[string]int{}
			for n := range shards {
				var asked []string
				log, err := read(bulk.Options{Bad: func(e *dealstate.LineError) error { bad[e.Error()]++; return nil }, Keep: func(deal string) bool {
					asked = append(asked, deal)
					return bulk.ShardOf(deal, shards) == n
				}})
				require.NoError(t, err)
				require.Equal(t, whole.Deals(), asked, "once each, in their order")
				require.Equal(t, int64(8), log.Progress().Lines, form)
				deals = append(deals, log.Deals()...)
				events, duplicates = events+log.Progress().Events, duplicates+log.Progress().Duplicates
				r, err := log.Replay(context.Background(), dealstate.View{}, 1)
				require.NoError(t, err)
				merged.Merge(r.Totals())
			}
			require.Equal(t, want, merged)
			require.ElementsMatch(t, whole.Deals(), deals)
			require.Equal(t, whole.Progress().Events, events)
			require.Equal(t, whole.Progress().Duplicates, duplicates)
			require.Len(t, bad, 2)
			for line, n := range bad {
				require.Equal(t, map[bool]int{true: shards, false: 1}[strings.Contains(line, "json")], n, "%s: every shard sees what is no event, and its own alone sees a conflict", line)
			}
		}
	}
}

func TestAReplayOfLinesInOrderKeepsItsShardOnly(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	s, err := bulk.ReadSorted(context.Background(), strings.NewReader(shardedLog), bulk.Template(m), dealstate.View{}, bulk.Options{Bad: bulk.Skip, Keep: func(deal string) bool { return deal == "a" }}, nil)
	require.NoError(t, err)
	finals := slices.Collect(s.Finals())
	require.Len(t, finals, 1)
	require.Equal(t, "a", finals[0].Deal)
	require.Equal(t, int64(2), s.Progress().Events)
}

// Other programs choose shards by the same hash.
func TestShardsAreThoseOfFNV1a(t *testing.T) {
	t.Parallel()
	require.Equal(t, int(uint64(0xcbf29ce484222325)%7), bulk.ShardOf("", 7))
	require.Equal(t, int(uint64(0xaf63dc4c8601ec8c)%1000), bulk.ShardOf("a", 1000))
	require.Equal(t, int(uint64(0x85944171f73967e8)%1000), bulk.ShardOf("foobar", 1000))
	counts := make([]int, 16)
	for i := range 16_000 {
		counts[bulk.ShardOf("deal-"+strings.Repeat("0", 3)+string(rune('a'+i%26))+string(rune('a'+i/26%26))+string(rune('a'+i/676)), 16)]++
	}
	require.InDelta(t, 1000, slices.Min(counts), 200)
	require.InDelta(t, 1000, slices.Max(counts), 200)
}

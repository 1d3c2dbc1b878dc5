package bulk_test

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
)

func someTotals(n int64) bulk.Totals {
	return bulk.Totals{Deals: n, Unseen: 1, Events: 5 * n, Clocks: 2, Moved: 3,
		Outcomes: map[dealstate.Outcome]int64{dealstate.Applied: 4, dealstate.Noted: n}, Reasons: map[dealstate.ReasonCode]int64{dealstate.ReasonCounted: 4},
		Rules: map[string]int64{"approve": 2, "": n}, States: map[dealstate.State]int64{"approved": 1, "a\"b": n}}
}

func sentTotals(t *testing.T, of bulk.Totals) (there bulk.Totals) {
	t.Helper()
	text, err := json.Marshal(of)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &there))
	return there
}

func TestEncodedTotalsMergeAsTheTotalsDo(t *testing.T) {
	t.Parallel()
	a, b, c := someTotals(7), someTotals(100), bulk.Totals{}
	var want, left, right bulk.Totals
	for _, part := range []bulk.Totals{a, b, c} {
		want.Merge(part)
	}
	left = sentTotals(t, c)
	left.Merge(sentTotals(t, b))
	right = sentTotals(t, left)
	right.Merge(sentTotals(t, a))
	require.Equal(t, want, right)
	require.Equal(t, a, sentTotals(t, a))
}

func TestBrokenTotalsNameTheirFieldAndChangeNothing(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{}`:                   `measure: ""; want "totals"`,
		`{"measure":"totals"}`: "version: 0; this library reads 1",
		`{"measure":"totals","version":1,"deals":-1}`:              "deals: -1 found; want a count",
		`{"measure":"totals","version":1,"deal":1}`:                `deal: unknown field; did you mean "deals"?`,
		`{"measure":"totals","version":1,"outcomes":{"aplied":1}}`: `outcomes.aplied: "aplied" is unknown; want one of applied, refused, noted, duplicate; did you mean "applied"?`,
		`{"measure":"totals","version":1,"outcomes":{"":1}}`:       `outcomes."": missing`,
		`{"measure":"totals","version":1,"states":{"a":1,"a":2}}`:  "states.a: given twice",
		`{"measure":"totals","version":1,"states":[]}`:             "states: want a JSON object",
		`{"measure":"totals","version":1,"states":{"a":1.5}}`:      "states.a: 1.5 found; want a count",
		`{"measure":"totals","version":1}`:                         "deals: missing",
	} {
		totals := someTotals(3)
		var bad *dealstate.FieldError
		require.ErrorAs(t, totals.UnmarshalJSON([]byte(text)), &bad, text)
		require.Equal(t, want, bad.Error())
		require.Equal(t, someTotals(3), totals)
	}
}

// What a merge writes can be read: no count becomes a negative one.
func TestTotalsThatWouldPassTheLargestCountStayThere(t *testing.T) {
	t.Parallel()
	most := bulk.Totals{Deals: math.MaxInt64, Moved: math.MaxInt64 - 1, States: map[dealstate.State]int64{"a": math.MaxInt64, "b": 1}}
	most = sentTotals(t, most)
	most.Merge(bulk.Totals{Deals: 1, Moved: 1, Events: 2, States: map[dealstate.State]int64{"a": 3, "b": 1}})
	require.Equal(t, most, sentTotals(t, most))
	require.Equal(t, []int64{math.MaxInt64, math.MaxInt64, 2}, []int64{most.Deals, most.Moved, most.Events})
	require.Equal(t, map[dealstate.State]int64{"a": math.MaxInt64, "b": 2}, most.States)
}

// Of a log in which no deal has an agreement, nothing is known; it is no reason to panic.
func TestALogOfBadLinesAloneHasEmptyTotals(t *testing.T) {
	t.Parallel()
	log, err := bulk.ReadLines(context.Background(), strings.NewReader(`{"id":"1","deal":"other","kind":"note","at":"2025-06-11"}`), bulk.Catalogue(), bulk.Options{Bad: bulk.Skip})
	require.NoError(t, err)
	require.Equal(t, int64(1), log.Progress().Bad)
	r, err := log.Replay(context.Background(), dealstate.View{}, 0)
	require.NoError(t, err)
	require.Equal(t, sentTotals(t, bulk.Totals{}), r.Totals())
}

func FuzzTotals(f *testing.F) {
	text, err := json.Marshal(someTotals(3))
	require.NoError(f, err)
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		var read bulk.Totals
		if read.UnmarshalJSON(text) == nil {
			require.Equal(t, read, sentTotals(t, read))
		}
	})
}

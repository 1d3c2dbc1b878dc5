package bulk

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Dates alone, leap seconds and lower-case letters mean in bulk what they mean to the
// library, and what it refuses, bulk refuses.
func TestInstantsMeanWhatTheyMeanToTheLibrary(t *testing.T) {
	t.Parallel()
	m := london(t)
	for _, at := range []string{"2025-06-27", "2025-06-27T23:59:60Z", "2025-06-27t09:00:00z", "2025-06-27T09:00:00+08:00", "2025-06-27T00:00:00Z",
		"2025-06-27T0:00:00Z", "2025-06-27T00:00:00,5Z", "2025-06-27T00:00:00+24:59", "2025-06-31", "0001-01-01T00:00:00Z"} {
		line := `{"id":"1","deal":"` + m.Deal() + `","kind":"approve","party":"us","role":"instrument","at":"` + at + `"}`
		var e dealstate.Event
		want := e.UnmarshalJSON([]byte(line))
		l, err := ReadLines(context.Background(), strings.NewReader(strings.Repeat(line+"\n", 3)), Catalogue(m), Options{})
		table, errCSV := ReadCSV(context.Background(), strings.NewReader("id,deal,kind,party,role,at\n1,"+m.Deal()+`,approve,us,instrument,"`+at+"\"\n"), Catalogue(m), Options{})
		if want != nil {
			require.ErrorContains(t, err, want.Error(), at)
			require.ErrorContains(t, errCSV, want.Error(), at)
			continue
		}
		require.NoError(t, err)
		require.NoError(t, errCSV)
		require.EqualValues(t, 2, l.Progress().Duplicates)
		recorded := e.Recorded
		if recorded.IsZero() {
			recorded = e.At
		}
		for _, log := range []*Log{l, table} {
			for known, approved := range map[time.Time]bool{recorded.Add(-1): false, recorded: true} {
				r, err := log.Replay(context.Background(), dealstate.View{KnownBy: known, AsOf: e.At}, 1)
				require.NoError(t, err)
				require.Equal(t, approved, r.Totals().States["awaiting_xi_approval"] == 1, "%s known %s", at, known)
			}
		}
	}
}

// Of an event that comes again the earliest recorded counts, in whatever order.
func TestOfADuplicateTheEarliestRecordedCounts(t *testing.T) {
	t.Parallel()
	m := london(t)
	line := func(recorded string) string {
		return `{"id":"1","deal":"` + m.Deal() + `","kind":"approve","party":"us","role":"instrument","at":"2025-06-01T00:00:00Z","recorded":"` + recorded + "T00:00:00Z\"}\n"
	}
	for _, log := range []string{line("2025-06-20") + line("2025-06-05"), line("2025-06-05") + line("2025-06-20"), line("2025-06-20") + line("2025-06-05") + line("2025-06-09")} {
		l, err := ReadLines(context.Background(), strings.NewReader(log), Catalogue(m), Options{})
		require.NoError(t, err)
		require.EqualValues(t, 1, l.Len())
		for known, approved := range map[int]bool{4: false, 5: true} {
			r, err := l.Replay(context.Background(), dealstate.View{KnownBy: time.Date(2025, 6, known, 0, 0, 0, 0, time.UTC)}, 1)
			require.NoError(t, err)
			require.Equal(t, approved, r.Totals().States["awaiting_xi_approval"] == 1, "%d\n%s", known, log)
		}
	}
}

package dealstate_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// fisheries is a deal whose deadline has passed by the end of its log's next report, and of
// which the log itself does not know that.
func fisheries(t *testing.T) *dealstate.Deal {
	t.Helper()
	day := func(d int) time.Time { return time.Date(2025, 6, d, 0, 0, 0, 0, time.UTC) }
	deal, err := dealstate.New(dealstate.Agreement{ID: "fish", Deadline: day(22),
		Parties: []dealstate.Party{{ID: "north", Approver: "Smith"}, {ID: "south", Approver: "Lee"}}}, dealstate.Strict)
	require.NoError(t, err)
	for _, e := range []dealstate.Event{
		{ID: "talks", Deal: "fish", Kind: dealstate.Negotiate, Role: dealstate.Negotiator, At: day(2)},
		{ID: "smith-yes", Deal: "fish", Kind: dealstate.Approve, Party: "north", By: "Smith", Role: dealstate.Approver, At: day(10)},
	} {
		_, err := deal.Record(e)
		require.NoError(t, err)
	}
	return deal
}

// What time alone did until a report was learned is no work of the report, be it one that
// comes after all others or a late one, a note or the act of a party.
func TestAReportDoesNotCauseWhatTimeAloneDid(t *testing.T) {
	t.Parallel()
	recorded := time.Date(2025, 6, 24, 0, 0, 0, 0, time.UTC)
	for name, e := range map[string]dealstate.Event{
		"a note after the deadline":          {Kind: dealstate.Note, At: time.Date(2025, 6, 23, 0, 0, 0, 0, time.UTC)},
		"a note before, learned after":       {Kind: dealstate.Note, At: time.Date(2025, 6, 12, 0, 0, 0, 0, time.UTC)},
		"a late note, learned after":         {Kind: dealstate.Note, At: time.Date(2025, 6, 5, 0, 0, 0, 0, time.UTC)},
		"a submission before, learned after": {Kind: dealstate.Submit, Role: dealstate.Instrument, At: time.Date(2025, 6, 12, 0, 0, 0, 0, time.UTC)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			deal := fisheries(t)
			e.ID, e.Deal, e.By, e.Recorded = "told", "fish", "Me", recorded
			would, err := deal.Check(e)
			require.NoError(t, err)
			require.Len(t, would.Revised, 1)
			require.True(t, would.Revised[0].ByTime)
			require.Empty(t, would.Caused())
			text, err := json.Marshal(would)
			require.NoError(t, err)
			var read dealstate.Decision
			require.NoError(t, json.Unmarshal(text, &read))
			require.Equal(t, would, read)
			did, err := deal.Record(e)
			require.NoError(t, err)
			require.Equal(t, would, did)
		})
	}
}

// An extension that is learned after its own deadline makes that deadline fire, which the
// log without it does not hold: the report caused it.
func TestAReportCausesTheClockThatItSets(t *testing.T) {
	t.Parallel()
	deal := fisheries(t)
	e := dealstate.Event{ID: "longer", Deal: "fish", Kind: dealstate.Extend, Role: dealstate.Instrument, By: "Protocol",
		At: time.Date(2025, 6, 20, 0, 0, 0, 0, time.UTC), Until: time.Date(2025, 6, 23, 0, 0, 0, 0, time.UTC), Recorded: time.Date(2025, 6, 24, 0, 0, 0, 0, time.UTC)}
	did, err := deal.Record(e)
	require.NoError(t, err)
	require.Len(t, did.Caused(), 1)
	require.Equal(t, dealstate.ClockStatus{Clock: dealstate.Deadline, Due: e.Until}, did.Caused()[0].Now.Fired())
}

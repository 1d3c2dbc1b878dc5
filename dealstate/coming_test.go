package dealstate_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// The deadline is due at the instant of a commitment's, fires after it, and is named first.
func TestADeadlineIsNotHiddenByAClockOfItsInstant(t *testing.T) {
	t.Parallel()
	due := time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC)
	deal, err := dealstate.New(dealstate.Agreement{ID: "duo", Deadline: due, Parties: []dealstate.Party{{ID: "a"}, {ID: "b"}},
		Commitments: []dealstate.Commitment{{ID: "quota", Party: "b", Deadline: due}}}, dealstate.Strict)
	require.NoError(t, err)
	_, err = deal.Record(dealstate.Event{ID: "talks", Deal: "duo", Kind: dealstate.Negotiate, Role: dealstate.Instrument, At: due.AddDate(0, -6, 0)})
	require.NoError(t, err)
	var clocks []dealstate.Clock
	for _, d := range deal.Coming(dealstate.View{}) {
		require.Equal(t, due, d.At)
		clocks = append(clocks, d.Clock)
	}
	require.Equal(t, []dealstate.Clock{dealstate.Deadline, dealstate.Overdue}, clocks)
	require.Contains(t, deal.Explain(), "Next clock: deadline, due by the end of 30 December 2025.\nAt the same instant: overdue of quota, due by the end of 30 December 2025.\n")
	require.Empty(t, deal.Coming(dealstate.View{AsOf: due}))
	require.Equal(t, dealstate.Overdue, deal.Latest().Next.Clock, "which fires first")
}

package tracker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

func TestAMovedClockIsInTheNextAnswer(t *testing.T) {
	t.Parallel()
	day := time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
	for range 20 {
		clock := tracker.NewManual(day)
		tr, err := tracker.Open(t.Context(), &journal.Memory{}, tracker.Options{Clock: clock})
		require.NoError(t, err)
		_, err = tr.Add(t.Context(), dealstate.Agreement{ID: "d", Parties: []dealstate.Party{{ID: "a"}, {ID: "b"}}, Deadline: day.Add(time.Hour)})
		require.NoError(t, err)
		clock.Advance(2 * time.Hour)
		page, err := tr.Deals(t.Context(), tracker.Query{})
		require.NoError(t, err)
		require.Equal(t, dealstate.StateLapsed, page.Deals[0].State)
		s, err := tr.At(t.Context(), "d", dealstate.View{})
		require.NoError(t, err)
		require.Equal(t, dealstate.StateLapsed, s.State)
		tr.Close()
	}
}

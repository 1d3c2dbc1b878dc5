package tracker_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// A note that is recorded after the deadline is not said to have made the deal lapse,
// neither when it is tried nor when it is kept.
func TestAnAnswerToAReportLeavesOutWhatTimeAloneDid(t *testing.T) {
	t.Parallel()
	tr := open(t, &journal.Memory{}, tracker.NewManual(dirtylog.OnDay(9)), tracker.Options{})
	a := agreementOf("london")
	a.Deadline = dirtylog.OnDay(5)
	_, err := tr.Add(t.Context(), a)
	require.NoError(t, err)
	first := negotiated("e1", "london")
	first.Recorded = dirtylog.OnDay(1)
	_, err = tr.Record(t.Context(), first)
	require.NoError(t, err)
	note := dealstate.Event{ID: "n", Deal: "london", Kind: dealstate.Note, By: "desk", At: dirtylog.OnDay(8), Recorded: dirtylog.OnDay(9)}
	would, err := tr.Check(t.Context(), note)
	require.NoError(t, err)
	require.Empty(t, would.Revised)
	did, err := tr.Record(t.Context(), note)
	require.NoError(t, err)
	require.Equal(t, would, did[0].Decision)
}

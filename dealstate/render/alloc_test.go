//go:build !race

// The race detector allocates on its own account.

package render

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// approvals gives a replay of a deal of two on which each side in turn approves and
// withdraws, each report a minute after the last.
func approvals(t *testing.T, n int) Replay {
	m, err := dealstate.Compile(dealstate.Agreement{ID: "d", Parties: []dealstate.Party{{ID: "us"}, {ID: "china"}}})
	require.NoError(t, err)
	events := make([]dealstate.Event, n)
	for i := range events {
		kind := [...]dealstate.Kind{dealstate.Approve, dealstate.Approve, dealstate.Withdraw, dealstate.Withdraw}[i%4]
		events[i] = dealstate.Event{ID: fmt.Sprintf("e%05d", i), Deal: "d", Kind: kind, Party: m.Agreement().Parties[i%2].ID, By: "the gazette",
			Role: dealstate.Instrument, At: time.Date(2025, 6, 10, 0, i, 0, 0, time.UTC), Source: dealstate.Source{Publisher: "a wire"}}
	}
	replay, err := ReplayOfEvents(m, events, dealstate.View{})
	require.NoError(t, err)
	return replay
}

// Nothing that is the same for all reports, such as the lifecycle, is copied for each.
// Not parallel: it counts.
func TestATimelineTakesAsMuchWorkForEachReportOfALongLogAsOfAShortOne(t *testing.T) {
	aReport := func(n int) float64 {
		timeline := Timeline{Replays: []Replay{approvals(t, n)}}
		return testing.AllocsPerRun(2, func() { require.NoError(t, timeline.SVG(io.Discard)) }) / float64(n)
	}
	short, long := aReport(200), aReport(2_000)
	require.Less(t, short, 72.0)
	require.Less(t, long, 72.0)
}

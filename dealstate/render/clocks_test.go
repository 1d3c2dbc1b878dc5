package render_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

// Where policies see a clock differently each line names whose it is, and the timeline
// shows what the card above it says.
func TestClocksThatPoliciesSeeDifferentlyNameThem(t *testing.T) {
	t.Parallel()
	a := framework()
	a.Deadline, a.Effect, a.Commitments, a.Implements = time.Time{}, &dealstate.Delay{Days: 180}, nil, nil
	events := frameworkEvents()[:2]
	for _, e := range []dealstate.Event{
		{ID: "us", Kind: dealstate.Approve, Party: "us", By: "Trump", Role: dealstate.Approver, At: on(time.June, 25)},
		{ID: "ministry", Kind: dealstate.Approve, Party: "china", By: "MOFCOM", Role: dealstate.Government, At: on(time.June, 27)},
		{ID: "xi", Kind: dealstate.Approve, Party: "china", By: "Xi", Role: dealstate.Approver, At: on(time.June, 28)},
	} {
		e.Deal = a.ID
		events = append(events, e)
	}
	told := replays(t, a, events, on(time.July, 10))
	strict, others := "effect due 25 Dec 2025 (strict)", "effect due 24 Dec 2025 (official, reported)"
	for name, write := range map[string]func(io.Writer) error{
		"page":   render.DealPage{Replays: told}.HTML,
		"wide":   render.Timeline{Replays: told, Width: 1040}.SVG,
		"narrow": render.Timeline{Replays: told, Width: 370}.SVG,
		"text":   func(w io.Writer) error { return render.Timeline{Replays: told}.Text(w, render.Plain) },
	} {
		var b strings.Builder
		require.NoError(t, write(&b), name)
		require.Contains(t, b.String(), strict, name)
		require.Contains(t, b.String(), others, name)
		if name == "page" {
			require.Contains(t, b.String(), "effect, due 25 Dec 2025")
		}
	}
	var alone strings.Builder
	require.NoError(t, render.Timeline{Replays: told[:1]}.Text(&alone, render.Plain))
	require.Contains(t, alone.String(), "effect due 25 Dec 2025\n", "of one policy nothing is compared")
}

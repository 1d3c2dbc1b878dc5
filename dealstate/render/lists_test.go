package render

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

func TestEveryKindIsDrawnOrKnownNotToBe(t *testing.T) {
	for _, k := range dealstate.Kinds() {
		require.Contains(t, kindBars, k, "%s: does a bar begin with it?", k)
		require.Contains(t, onceOnly, k, "%s: is it done only once a revision?", k)
	}
	require.Len(t, kindBars, len(dealstate.Kinds()))
	require.Len(t, onceOnly, len(dealstate.Kinds()))
}

func TestEveryTriggerIsInEveryDiagram(t *testing.T) {
	var all []dealstate.Trigger
	for _, k := range dealstate.Kinds() {
		all = append(all, k)
	}
	for _, c := range dealstate.Clocks() {
		if c != dealstate.Timed { // a rule names one of the agreement's timers
			all = append(all, c)
		}
	}
	for _, on := range append(all, dealstate.Timer("snapback")) {
		want := onWords(on)
		if _, is := on.(dealstate.Timer); is {
			require.Equal(t, "the timer snapback", want)
		} else if _, is := on.(dealstate.Clock); is {
			require.Equal(t, "the "+on.String()+" clock", want)
		} else {
			require.Equal(t, on.String(), want)
		}
		if k, is := on.(dealstate.Kind); is && k.OfLog() { // no rule can wait for one
			continue
		}
		var timers []dealstate.OwnTimer
		if id, is := on.(dealstate.Timer); is {
			timers = []dealstate.OwnTimer{{ID: string(id), After: dealstate.Delay{Days: 3}}}
		}
		m, err := dealstate.Compile(dealstate.Agreement{ID: "d", Parties: []dealstate.Party{{ID: "us"}}, Timers: timers, Effect: &dealstate.Delay{Days: 1}, Term: &dealstate.Delay{Days: 9},
			Deadline: time.Date(2025, 8, 12, 0, 0, 0, 0, time.UTC), Lifecycle: &dealstate.Lifecycle{Initial: "open", States: []dealstate.State{"open", "moved"},
				Rules: []dealstate.Rule{{ID: "r", On: on, From: []dealstate.State{"open"}, To: "moved"}}}})
		require.NoError(t, err)
		for format, draw := range map[string]func(io.Writer) error{"SVG": Rules(m).SVG, "DOT": Rules(m).DOT, "Mermaid": Rules(m).Mermaid} {
			var drawn bytes.Buffer
			require.NoError(t, draw(&drawn))
			require.Contains(t, drawn.String(), want, "%s in %s", on, format)
		}
	}
}

func TestEveryOutcomeHasItsMark(t *testing.T) {
	want := map[dealstate.Outcome]status{dealstate.Applied: applied, dealstate.Refused: refused, dealstate.Noted: noted, dealstate.Duplicate: noted}
	for o := dealstate.Outcome(1); o.String() != ""; o++ {
		require.Contains(t, want, o, "%s: how is it marked?", o)
		require.Equal(t, want[o], statusOf(dealstate.Decision{Event: "e", Outcome: o}))
	}
	for f := applied; f <= fired; f++ {
		require.NotEmpty(t, statusWords[f])
	}
}

package lazydfa

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
)

// The table is asked about one thing at a time, whatever the clocks are.
func TestNoClockIsDueAtTheInstantThatIsAskedAbout(t *testing.T) {
	t.Parallel()
	for _, a := range slices.Concat(dirtylog.Agreements, dirtylog.Intricate) {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		asked := withPositiveDelays(m)
		c := asked.Cursor(dealstate.Strict)
		c.Advance(noon)
		require.Equal(t, m.Lifecycle().Initial, c.State(), a.ID)
		timing := newTiming(asked)
		for _, set := range timing.setters {
			require.True(t, set.delay.After(noon).After(noon), "%s: %s", a.ID, timing.timers[set.timer].clock)
		}
	}
}

func TestEveryClockIsKnown(t *testing.T) {
	t.Parallel()
	for _, c := range dealstate.Clocks() {
		require.Contains(t, timersOf, c, "%s: what sets it, and when is it due?", c)
	}
	require.Len(t, timersOf, len(dealstate.Clocks()))
}

// Every timer is one that a cursor knows, by the name that its firing gives it.
func TestEveryTimerIsADecisionsClock(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{ID: "a", Parties: dirtylog.BothSides, Deadline: noon, Effect: &dealstate.Delay{Days: 1}, Term: &dealstate.Delay{Days: 1}, Renew: &dealstate.Delay{Days: 2},
		Notice: &dealstate.NoticePeriod{Delay: dealstate.Delay{Days: 1}}, Timers: []dealstate.OwnTimer{{ID: "grace", After: dealstate.Delay{Days: 1}}}}
	timing := timing{}
	require.Empty(t, timing.setUp(&a))
	var names []string
	for n, of := range timing.timers {
		names = append(names, of.clock.String())
		d := dealstate.Decision{Clock: of.clock.Clock, Party: of.clock.Party, Timer: of.clock.Timer, At: noon}
		require.Equal(t, n, timing.number(d.Fired()))
	}
	require.Equal(t, []string{"deadline", "effect", "term", "notice of us", "notice of china", "timer grace"}, names)
	require.Len(t, timing.setters, 6, "two set the term")
	require.Equal(t, -1, timing.number(dealstate.Decision{Kind: dealstate.Approve, Party: "us"}.Fired()))
}

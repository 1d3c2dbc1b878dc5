package lazydfa

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
)

// The table is asked about one thing at a time, whatever the clocks are.
func TestNoClockIsDueAtTheInstantThatIsAskedAbout(t *testing.T) {
	t.Parallel()
	for _, a := range dirtylog.Agreements {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		asked := withPositiveDelays(m)
		c := asked.Cursor(dealstate.Strict)
		c.Advance(noon)
		require.Equal(t, m.Lifecycle().Initial, c.State(), a.ID)
		for _, delay := range []*dealstate.Delay{asked.Agreement().Effect, asked.Agreement().Term} {
			require.True(t, delay == nil || delay.After(noon).After(noon), a.ID)
		}
	}
}

func TestEveryClockIsKnown(t *testing.T) {
	t.Parallel()
	for i, c := range dealstate.Clocks() {
		require.Less(t, i, clocks, "%s: what sets it, and when is it due?", c)
		require.Equal(t, c, clockAt(i))
	}
	require.Len(t, dealstate.Clocks(), clocks)
}

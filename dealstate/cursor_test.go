package dealstate_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// A cursor that is watched tells what a fold decides, whatever came before a
// Reset, as long as nothing is retracted.
func TestWatchedCursorTellsWhatAFoldDecides(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 5))
	for _, a := range dirtyAgreements {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		c := m.Cursor(dealstate.Official)
		var told []dealstate.Decision
		c.Watch(func(d dealstate.Decision) { told = append(told, d) })
		for range 300 {
			events := slices.DeleteFunc(dirtyLog(rng, a, 3+rng.IntN(14)), func(e dealstate.Event) bool { return e.Kind == dealstate.Retract })
			asOf := onDay(rng.IntN(26))
			snapshot, want, err := m.Fold(events, dealstate.View{Policy: dealstate.Official, AsOf: asOf})
			require.NoError(t, err)

			told = []dealstate.Decision{}
			c.Reset()
			c.Until(asOf)
			slices.SortFunc(events, inFoldOrder)
			for _, e := range events {
				if !e.At.After(asOf) {
					act, err := m.Act(e)
					require.NoError(t, err)
					c.Take(act, e.At)
				}
			}
			c.Advance(asOf)
			require.Equal(t, want, told)
			require.Equal(t, snapshot.State, c.State())
			require.Equal(t, snapshot.Since, c.Since())
			require.Equal(t, snapshot.Revision, c.Revision())
		}
	}
}

func TestUnwatchedCursorDoesTheSameInSilence(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(dirtyAgreements[1])
	require.NoError(t, err)
	c := m.Cursor(dealstate.Strict)
	act, err := m.Act(dealstate.Event{ID: "1", Deal: m.Deal(), Kind: dealstate.Approve, Party: "us", Role: dealstate.Instrument})
	require.NoError(t, err)
	n := 0
	c.Watch(func(dealstate.Decision) { n++ })
	require.Equal(t, dealstate.Applied, c.Take(act, onDay(1)))
	require.Equal(t, 1, n)
	c.Watch(nil)
	c.Reset()
	require.Equal(t, dealstate.Applied, c.Take(act, onDay(1)))
	require.Equal(t, 1, n)
}

// A plan says nothing of how late it is.
func TestNoClockRunsBeyondTheHorizon(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(dirtyAgreements[1]) // lapses on day 9
	require.NoError(t, err)
	plan, err := m.Act(dealstate.Event{ID: "1", Deal: m.Deal(), Kind: dealstate.Approve, Party: "us", Role: dealstate.Instrument, Modality: dealstate.Planned})
	require.NoError(t, err)
	c := m.Cursor(dealstate.Strict)
	c.Until(onDay(8))
	c.Take(plan, onDay(20))
	require.EqualValues(t, "negotiated", c.State())
	c.Until(onDay(10))
	c.Take(plan, onDay(20))
	require.EqualValues(t, "lapsed", c.State())
}

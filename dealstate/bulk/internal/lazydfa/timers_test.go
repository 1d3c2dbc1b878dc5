package lazydfa

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
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

// What a setter keeps of the day before must not come out a day later.
func TestASetterComesToWhatItsDelayDoes(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 9))
	floor := time.Date(1970, 1, 3, 7, 0, 0, 0, time.UTC)
	for _, d := range []delay{&dealstate.Delay{Days: 1}, &dealstate.Delay{Months: 1}, &dealstate.Delay{FirstOfMonth: 2}, &dealstate.Delay{Days: 2, NotBefore: floor},
		&dealstate.Delay{NotBefore: floor}, &dealstate.Delay{}, &dealstate.NoticePeriod{Delay: dealstate.Delay{Months: 3}}, &dealstate.NoticePeriod{Delay: dealstate.Delay{NotBefore: floor}},
		&dealstate.NoticePeriod{On: dealstate.Day{Month: time.January, Day: 4}, By: dealstate.Day{Month: time.January, Day: 1}}} {
		set := setter{delay: d, days: countsDays(d), day: nanos.None}
		for range 2000 {
			at := rng.Int64N(int64(10*24*time.Hour)) - int64(5*24*time.Hour) // around 1970, where 64 bits change sign
			due, ok := set.after(at)
			require.True(t, ok)
			require.Equal(t, d.After(nanos.Time(at)), nanos.Time(due), "%v from %s", d, nanos.Time(at))
		}
	}
	far := setter{delay: &dealstate.Delay{Months: 12_000}, days: true, day: nanos.None}
	for range 2 {
		due, ok := far.after(0) // beyond what 64 bits hold, where no view with clocks looks
		require.True(t, ok)
		require.EqualValues(t, nanos.Never, due)
	}
}

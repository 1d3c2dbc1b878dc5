package benchguard

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fake is a pair whose sides take the time that the test says, by the test's clock.
func fake(ours, reference func() time.Duration) (guard, pair) {
	var now time.Duration
	taking := func(takes func() time.Duration) side { return side{Units: 1, Do: func() { now += takes() }} }
	return guard{clock: func() time.Duration { return now }}, pair{Name: "fake", Begin: func() (side, side) { return taking(ours), taking(reference) }}
}

func always(d time.Duration) func() time.Duration { return func() time.Duration { return d } }

func TestAPairAsFastAsCommittedPasses(t *testing.T) {
	t.Parallel()
	g, p := fake(always(30*time.Millisecond), always(10*time.Millisecond))
	r := g.measure(p, 3)
	require.False(t, r.Slower())
	require.Equal(t, result{Name: "fake", Ours: 30e6, Reference: 10e6, Ratio: 3, Committed: 3, Rounds: attempts[0]}, r)
}

func TestAHalvedCommittedRatioFailsAfterTheLastRound(t *testing.T) {
	t.Parallel()
	g, p := fake(always(30*time.Millisecond), always(10*time.Millisecond))
	r := g.measure(p, 1.5)
	require.True(t, r.Slower())
	require.Equal(t, attempts[len(attempts)-1], r.Rounds)
	require.False(t, g.measure(p, 2).Slower(), "1.5 times the committed ratio is still let pass")
	require.True(t, g.measure(p, 1.99).Slower())
}

func TestWhatDisturbsTheFirstRoundsDoesNotFailAPair(t *testing.T) {
	t.Parallel()
	calls := 0
	g, p := fake(func() time.Duration {
		if calls++; calls < 9 {
			return 90 * time.Millisecond
		}
		return 30 * time.Millisecond
	}, always(10*time.Millisecond))
	r := g.measure(p, 3)
	require.False(t, r.Slower())
	require.Equal(t, attempts[1], r.Rounds, "it was measured again")
}

func TestShortWorkIsRepeatedUntilTheClockCanTell(t *testing.T) {
	t.Parallel()
	g, p := fake(always(2*time.Microsecond), always(time.Microsecond))
	ours, _ := p.Begin()
	require.Greater(t, g.paced(ours).Units, int(span/(2*time.Microsecond)))
	require.InDelta(t, 2, g.measure(p, 2).Ratio, 1e-9)
}

func TestTheTableSaysWhichPairIsSlower(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, writeTable(&out, []result{{Name: "a", Ratio: 3, Committed: 3}, {Name: "b", Ratio: 3, Committed: 1}, {Name: "c", Ratio: 1, Committed: 3}}))
	for _, want := range []string{"a .* as committed", "b .* SLOWER", "c .* faster; commit the new ratio"} {
		require.Regexp(t, want, out.String())
	}
}

func TestRatiosAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, writeRatios(&out, []result{{Name: "b", Ratio: 2.504}, {Name: "a", Ratio: 0.0634}}))
	ratios, err := readRatios(&out)
	require.NoError(t, err)
	require.Equal(t, map[string]float64{"a": 0.0634, "b": 2.5}, ratios)
	for text, want := range map[string]string{
		"a 1\nb":   `line 2: "b"; want a name and a ratio above 0`,
		"a x":      `line 1: "a x"; want a name and a ratio above 0`,
		"a 0":      `line 1: "a 0"; want a name and a ratio above 0`,
		"a NaN":    `line 1: "a NaN"; want a name and a ratio above 0`,
		"a 1\na 2": `line 2: "a" is there twice`,
	} {
		_, err := readRatios(strings.NewReader(text))
		require.EqualError(t, err, want)
	}
}

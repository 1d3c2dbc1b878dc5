package simulate

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

var start2025 = time.Date(2025, 6, 10, 0, 0, 0, 0, time.UTC)

func pair(t *testing.T) Start {
	t.Helper()
	m, err := dealstate.Compile(dealstate.Agreement{ID: "x", Parties: []dealstate.Party{{ID: "us"}, {ID: "china"}}})
	require.NoError(t, err)
	return Beginning(m, dealstate.Strict, start2025)
}

func options(lives, workers int) Options {
	return Options{Lives: lives, Workers: workers, Until: start2025.AddDate(1, 0, 0)}
}

func demanding(w Distribution, amend float64) Model {
	return Model{Parties: []Party{{Party: "us", Wait: Exponential(time.Hour)}, {Party: "china", Wait: w, Choice: Choice{Approve: 1 - amend, Amend: amend}}}}
}

// nobodyWorks fails while a goroutine of a run is left. No parallel test runs
// beside the tests that ask it.
func nobodyWorks(t *testing.T) {
	t.Helper()
	buf := make([]byte, 1<<20)
	require.NotContains(t, string(buf[:runtime.Stack(buf, true)]), "simulate.(*plan).work")
}

func TestAModelThatCannotEndIsRefusedByItsPart(t *testing.T) {
	atOnce, err := Empirical([]Wait{{From: start2025, To: start2025, End: dealstate.Approve}})
	require.NoError(t, err)
	for name, w := range map[string]Distribution{
		"fixed": Fixed(time.Duration(0)), "stretched": Fixed(time.Duration(1)).Stretched(0.5), "empirical": atOnce,
	} {
		_, err := Run(context.Background(), pair(t), demanding(w, 1), options(10, 2))
		require.EqualError(t, err, "parties[1].choice.amend: 1 after a wait that takes no time, so the text is amended without end; want less than 1, or a wait that takes some", name)
		var field *dealstate.FieldError
		require.ErrorAs(t, err, &field)
	}
	nobodyWorks(t)
	for name, m := range map[string]Model{"a wait": demanding(Fixed(24*time.Hour), 1), "a chance": demanding(Fixed(time.Duration(0)), 0.9)} {
		_, err := Run(context.Background(), pair(t), m, options(100, 2))
		require.NoError(t, err, name)
	}
}

func TestALifeWithoutEndIsAnErrorThatNamesWhoKeepsIt(t *testing.T) {
	mutual := demanding(Fixed(time.Duration(0)), 1) // each act takes no time, but neither alone
	mutual.Parties[0].Wait, mutual.Parties[1].After = Fixed(time.Duration(0)), "us"
	for name, m := range map[string]Model{"a nanosecond": demanding(Fixed(time.Duration(1)), 1), "memoryless": demanding(Exponential(time.Duration(1)), 1), "mutual": mutual} {
		if !proof.Whole() && name != "mutual" { // a million acts each
			continue
		}
		var first string
		for _, workers := range []int{1, 4} {
			_, err := Run(context.Background(), pair(t), m, options(5_000, workers))
			var field *dealstate.FieldError
			require.ErrorAs(t, err, &field, name)
			require.Equal(t, "parties[1].choice.amend", field.Field)
			require.Contains(t, field.Problem, "china demands amendments sooner than time passes: a life came to 1000000 acts by 2025-06-10T00:00:0")
			if first == "" {
				first = err.Error()
			}
			require.Equal(t, first, err.Error(), "the error does not depend on the workers")
		}
	}
	_, err := Sensitivity(context.Background(), pair(t), demanding(Fixed(time.Duration(1)), 1), options(10, 1), Target{State: dealstate.StateApproved, By: start2025.AddDate(0, 1, 0)}, 0.1)
	var field *dealstate.FieldError
	require.ErrorAs(t, err, &field)
	nobodyWorks(t)
}

// tired is a context that ends after it was looked at so many times.
type tired struct {
	context.Context
	looks int
}

func (c *tired) Err() error {
	if c.looks--; c.looks < 0 {
		return context.Canceled
	}
	return nil
}

func TestTheContextIsLookedAtWithinALife(t *testing.T) {
	p, err := newPlan(pair(t), demanding(Fixed(time.Duration(1)), 1), options(1, 1))
	require.NoError(t, err)
	l := newLife(p)
	_ = l.run(&tired{Context: context.Background(), looks: 3}, 0)
	require.Equal(t, 4*checkEvery, l.acts)
}

func TestACancelledRunEndsWithinALifeAndLeavesNoGoroutine(t *testing.T) {
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(20*time.Millisecond, func() { cancel(why) })
	o := options(maxLives, 2)
	o.Until = start2025.AddDate(60, 0, 0)
	_, err := Run(ctx, pair(t), demanding(Fixed(100*time.Hour), 1), o)
	require.ErrorIs(t, err, why)
	nobodyWorks(t)
}

func TestAPanicOfTheCallerLeavesNoGoroutine(t *testing.T) {
	o := options(100_000, 4)
	o.Progress = func(int, int) { panic("the caller's") }
	require.PanicsWithValue(t, "the caller's", func() { _, _ = Run(context.Background(), pair(t), demanding(Fixed(time.Hour), 0.1), o) })
	nobodyWorks(t)
}

func TestAnExplorationLooksAtItsContextBetweenInputs(t *testing.T) {
	s, asked := pair(t), 0
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	_, err := Paths(ctx, s, Search{Invariant: func(dealstate.Snapshot) error {
		if asked++; asked == 3 {
			cancel()
		}
		return nil
	}})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 3, asked, "the law is not asked again once nobody waits for the answer")
}

func TestAWordThatIsMisspeltInAModelIsToldTheNearest(t *testing.T) {
	m := demanding(Fixed(time.Hour), 0)
	m.Parties[1].Party = "chian"
	require.ErrorContains(t, m.Validate(pair(t).machine), `did you mean "china"?`)
	_, err := Sensitivity(context.Background(), pair(t), demanding(Fixed(time.Hour), 0), options(1, 1), Target{State: "implmented"}, 0.1)
	require.True(t, strings.HasSuffix(err.Error(), `did you mean "implemented"?`), err)
}

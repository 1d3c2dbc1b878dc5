package dealstate_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// No ordinary use of a deal costs more with the length of its log. These tests count work,
// not time: what the events of a log of n take, beside those of one ten times as long.

// stepsOf records events one by one, and counts the events folded for it.
func stepsOf(t *testing.T, events []dealstate.Event) (*dealstate.Deal, int) {
	t.Helper()
	d, steps := machine(t, dealstate.Agreement{ID: "tail", Parties: bothSides}).NewDeal(dealstate.Strict), 0
	for _, e := range events {
		_, taken, err := d.RecordStepwise(e)
		require.NoError(t, err)
		steps += taken
	}
	return d, steps
}

func plain(int) dealstate.Event { return dealstate.Event{} }

func TestStepsOfAReportDoNotGrowWithTheLog(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		log  func(n int) []dealstate.Event
		each int // at most so many steps a report
		n    int
	}{
		"in order": {func(n int) []dealstate.Event { return everyMinute(n, plain) }, 1, 600},
		"in reverse": {func(n int) []dealstate.Event {
			events := everyMinute(n, plain)
			slices.Reverse(events)
			return events
		}, 12, 600},
		"shuffled": {func(n int) []dealstate.Event {
			return shuffled(rand.New(rand.NewPCG(1, 1)), everyMinute(n, plain))
		}, 90, 600},
		"the last one again": {func(n int) []dealstate.Event {
			events := everyMinute(n, plain)
			for i := n / 2; i < n; i++ {
				events[i] = events[n/2-1]
			}
			return events
		}, 1, 600},
		"each again, recorded earlier": {func(n int) []dealstate.Event {
			events := everyMinute(n, plain)
			for i := 0; i < n; i += 2 {
				events[i+1] = events[i]
				events[i].Recorded = events[i].At.AddDate(0, 0, 1)
			}
			return events
		}, 160, 600},
		"notes retracted one by one": {func(n int) []dealstate.Event {
			return everyMinute(n, func(i int) dealstate.Event {
				if i < n/2 {
					return dealstate.Event{Kind: dealstate.Note}
				}
				return dealstate.Event{Kind: dealstate.Retract, Ref: fmt.Sprintf("e%05d", i-n/2)}
			})
		}, 1, 600},
		"a chain of retracts": {func(n int) []dealstate.Event {
			return everyMinute(n, func(i int) dealstate.Event {
				return dealstate.Event{Kind: dealstate.Retract, Ref: fmt.Sprintf("e%05d", i-1)}
			})
		}, 1, 60}, // each revises all before it
		"plans": {func(n int) []dealstate.Event {
			events := everyMinute(n, func(i int) dealstate.Event {
				return dealstate.Event{Kind: dealstate.Approve, Party: "us", Modality: dealstate.Planned}
			})
			for i := range events {
				events[i].Recorded, events[i].At = events[i].At, onDay(900-i%7)
			}
			return events
		}, 160, 600},
	} {
		c.n = proof.Times(c.n, c.n/2)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, short := stepsOf(t, c.log(c.n))
			d, long := stepsOf(t, c.log(10*c.n))
			require.LessOrEqual(t, short, c.each*c.n)
			require.LessOrEqual(t, long, c.each*10*c.n)
			require.LessOrEqual(t, d.LongestStretch(), 128, "what an event by its id looks through")
		})
	}
}

// A short log has no checkpoint, and its deal takes no memory for any.
func TestAShortLogHasNoCheckpoint(t *testing.T) {
	t.Parallel()
	d, _ := stepsOf(t, everyMinute(128, plain))
	require.Zero(t, d.Checkpoints())
	d, _ = stepsOf(t, everyMinute(129, plain))
	require.Equal(t, 1, d.Checkpoints())
}

// Of larger situations there are fewer checkpoints.
func TestCheckpointsOfManyPartiesStandFurtherApart(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{ID: "tail"}
	for i := range 1_000 {
		a.Parties = append(a.Parties, dealstate.Party{ID: fmt.Sprint("p", i)})
	}
	d := machine(t, a).NewDeal(dealstate.Strict)
	for _, e := range everyMinute(3_200, func(int) dealstate.Event { return dealstate.Event{Kind: dealstate.Note} }) {
		_, err := d.Record(e)
		require.NoError(t, err)
	}
	require.Equal(t, 1, d.Checkpoints())
}

// What is asked or recorded in a deal copies none of its open disputes. Not parallel: it
// counts what the process allocates.
func TestOpenDisputesAreNotCopied(t *testing.T) {
	if underRace {
		t.Skip("the race detector makes sync.Pool forget on purpose")
	}
	allocated := func(n int) uint64 {
		events := everyMinute(n+201, func(i int) dealstate.Event {
			if i >= n && i%2 == 0 {
				return dealstate.Event{Kind: dealstate.Settle, Ref: fmt.Sprintf("e%05d", i-n)}
			}
			return dealstate.Event{Kind: dealstate.Dispute, Party: "us"}
		})
		d, _ := stepsOf(t, events[:n])
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for _, e := range events[n:] {
			did, err := d.Check(e)
			require.NoError(t, err)
			require.Equal(t, dealstate.Applied, did.Outcome)
			require.NoError(t, d.Apply(e))
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	require.Less(t, allocated(40_000), 2*allocated(1_000)+200*40_000/128*24/2, "beside the list of chunks, of which a settlement makes a copy")
}

// The tie check takes so many steps an event, however many are of one instant.
func TestStepsOfTheTieCheckDoNotGrowWithTheTies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		of   func(i int) dealstate.Event
		each int
	}{
		"disputes":  {func(i int) dealstate.Event { return dealstate.Event{Kind: dealstate.Dispute, Party: "us"} }, 1},
		"two sides": {func(i int) dealstate.Event { return dealstate.Event{Kind: dealstate.Dispute, Party: bothSides[i%2].ID} }, 22},
		"refusals":  {func(i int) dealstate.Event { return dealstate.Event{Kind: dealstate.Implement} }, 17},
		"notes":     {func(i int) dealstate.Event { return dealstate.Event{Kind: dealstate.Note} }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, n := range []int{300, 3_000} {
				events := everyMinute(n, c.of)
				for i := range events {
					events[i].At = onDay(0)
				}
				d, _ := stepsOf(t, events)
				require.LessOrEqual(t, d.TieSteps(), c.each*n+4*4_096, "%d events", n)
			}
		})
	}
}

// Latest after each event of a log in which days hold several events looks at the last days
// only.
func TestStepsOfDoubtsDoNotGrowWithTheLog(t *testing.T) {
	t.Parallel()
	d := machine(t, dealstate.Agreement{ID: "tail", Parties: bothSides}).NewDeal(dealstate.Strict)
	events := everyMinute(3_000, plain)
	for i := range events {
		events[i].At = onDay(i / 4)
	}
	most := 0
	for i, e := range events {
		_, err := d.Record(e)
		require.NoError(t, err)
		if i%10 == 0 {
			d.Latest()
			most = max(most, d.DoubtSteps())
		}
	}
	require.Less(t, most, 700)
}

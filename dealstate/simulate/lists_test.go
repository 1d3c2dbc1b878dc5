package simulate

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

func TestEveryKindIsAnInputOrKnownNotToBe(t *testing.T) {
	for _, k := range dealstate.Kinds() {
		require.Contains(t, inputSides, k, "%s: whose inputs has an alphabet?", k)
		require.True(t, inputSides[k] != nobody || k.OfLog(), "%s: an act that no alphabet has", k)
	}
	require.Len(t, inputSides, len(dealstate.Kinds()))
}

func TestEveryKindIsAnActOfAModelOrKnownNotToBe(t *testing.T) {
	for _, k := range dealstate.Kinds() {
		require.Contains(t, waitsSince, k, "%s: does a model wait for it, and from when?", k)
	}
	require.Len(t, waitsSince, len(dealstate.Kinds()))
}

// What each kind does to a party that waits, and to one that has approved, while
// the text is on the table: has it ended its wait, does it wait, has it approved?
func TestEveryKindDoesToWaitsWhatIsWritten(t *testing.T) {
	nothing := "ended 0: waits true, approved false; ended 0: waits false, approved true"
	want := map[dealstate.Kind]string{
		dealstate.Negotiate: nothing,
		dealstate.Sign:      nothing,
		dealstate.Submit:    nothing,
		dealstate.Approve:   "ended 1: waits false, approved true; ended 0: waits false, approved true",
		dealstate.Reject:    "ended 1: waits false, approved false; ended 0: waits false, approved false",
		dealstate.Withdraw:  "ended 1: waits false, approved false; ended 0: waits true, approved false",
		dealstate.Amend:     "ended 1: waits true, approved false; ended 0: waits true, approved false",
		dealstate.Apply:     nothing,
		dealstate.Implement: nothing,
		dealstate.Perform:   nothing,
		dealstate.Breach:    nothing,
		dealstate.Dispute:   nothing,
		dealstate.Settle:    nothing,
		dealstate.Suspend:   nothing,
		dealstate.Resume:    nothing,
		dealstate.Extend:    nothing,
		dealstate.Terminate: nothing,
		dealstate.Retract:   nothing,
		dealstate.Note:      nothing,
	}
	at := time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
	for _, k := range dealstate.Kinds() {
		require.Contains(t, want, k, "%s: what does it do to who waits?", k)
		see := func(approved bool) string {
			w := &waitReader{asked: []string{"us"}, open: map[string]time.Time{}, approved: map[string]bool{"us": approved}, proposed: true}
			if !approved {
				w.open["us"] = at
			}
			w.apply(dealstate.Decision{Kind: k, Party: "us", At: at.AddDate(0, 0, 1), From: "open", To: "open", Outcome: dealstate.Applied})
			_, waits := w.open["us"]
			return fmt.Sprintf("ended %d: waits %t, approved %t", len(w.ended), waits, w.approved["us"])
		}
		require.Equal(t, want[k], see(false)+"; "+see(true), k)
	}
}

// A run that thinks that no clock can run lets none fire.
func TestEveryClockThatAnAgreementSetsIsSeenComing(t *testing.T) {
	sets := map[dealstate.Clock]dealstate.Agreement{
		dealstate.Deadline: {Deadline: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)},
		dealstate.Effect:   {Effect: &dealstate.Delay{Days: 30}},
		dealstate.Term:     {Term: &dealstate.Delay{Days: 30}},
		dealstate.Notice:   {}, // only acts of a model's list, or a notice that runs already
		dealstate.Overdue:  {Commitments: []dealstate.Commitment{{ID: "c", Party: "us", Within: &dealstate.Delay{Days: 1}}}},
		dealstate.Reached:  {Approval: condition.All(condition.Approved("us"), condition.Reached(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)))},
		dealstate.Timed: {Timers: []dealstate.OwnTimer{{ID: "grace", After: dealstate.Delay{Days: 1}}}, Lifecycle: &dealstate.Lifecycle{Extends: "standard",
			Rules: []dealstate.Rule{{ID: "tire", On: dealstate.Timer("grace"), From: []dealstate.State{dealstate.StateSuspended}, To: dealstate.StateImplemented}}}},
	}
	compiled := func(a dealstate.Agreement) *dealstate.Machine {
		a.ID, a.Parties = "x", []dealstate.Party{{ID: "us"}, {ID: "china"}}
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		return m
	}
	require.False(t, hasClocks(compiled(dealstate.Agreement{}), dealstate.Snapshot{}, false))
	for _, c := range dealstate.Clocks() {
		require.Contains(t, sets, c, "%s: what in an agreement sets it?", c)
		require.True(t, hasClocks(compiled(sets[c]), dealstate.Snapshot{}, c == dealstate.Notice), "%s", c)
	}
}

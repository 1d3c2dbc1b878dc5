package simulate

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

func TestEveryKindIsAnInputOrKnownNotToBe(t *testing.T) {
	for _, k := range dealstate.Kinds() {
		require.Contains(t, inputSides, k, "%s: whose inputs has an alphabet?", k)
		require.True(t, inputSides[k] != nobody || k == dealstate.Perform || k.OfLog(), "%s: an act that no alphabet has", k)
	}
	require.Len(t, inputSides, len(dealstate.Kinds()))
}

// What each kind does to a party that waits, and to one that has approved, while
// the text is on the table: has it ended its wait, does it wait, has it approved?
func TestEveryKindDoesToWaitsWhatIsWritten(t *testing.T) {
	nothing := "ended 0: waits true, approved false; ended 0: waits false, approved true"
	want := map[dealstate.Kind]string{
		dealstate.Negotiate: nothing,
		dealstate.Submit:    nothing,
		dealstate.Approve:   "ended 1: waits false, approved true; ended 0: waits false, approved true",
		dealstate.Reject:    "ended 1: waits false, approved false; ended 0: waits false, approved false",
		dealstate.Withdraw:  "ended 0: waits true, approved false; ended 0: waits true, approved false",
		dealstate.Amend:     "ended 1: waits true, approved false; ended 0: waits true, approved false",
		dealstate.Implement: nothing,
		dealstate.Perform:   nothing,
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
	}
	require.False(t, hasClocks(dealstate.Agreement{}, dealstate.Snapshot{}))
	for _, c := range dealstate.Clocks() {
		require.Contains(t, sets, c, "%s: what in an agreement sets it?", c)
		require.True(t, hasClocks(sets[c], dealstate.Snapshot{}), "%s", c)
	}
}

package scenario_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
)

// missing is what is said to be missing of a deal of four states, one of which names an
// approver, after acts told in lines.
func missing(t *testing.T, approval condition.Condition, lines string) string {
	t.Helper()
	a := dealstate.Agreement{ID: "four", Approval: approval, Deadline: time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC), Commitments: []dealstate.Commitment{{ID: "c", Party: "norway"}},
		Parties: []dealstate.Party{{ID: "iceland", Weight: 40}, {ID: "norway", Approver: "Hansen", Weight: 30}, {ID: "faroes", Weight: 20}, {ID: "scotland", Weight: 10}}}
	r, err := scenario.Run(parse(t, "scenario s\ndeal four\n"+lines+"\n  verdict met").Scenarios[0], a)
	require.NoError(t, err)
	require.Len(t, r.Failures, 1)
	_, needed, _ := strings.Cut(r.Failures[0].Message, "What would have been needed:\n    ")
	return strings.TrimSuffix(needed, "\n")
}

// A rejection is not the end: the party may approve the same text, where the deal still
// takes an approval and nothing else stands against it.
func TestALostConditionIsNotTheEndWhileWhoRejectedMayApprove(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		approval  condition.Condition
		acts, say string
	}{
		{condition.Condition{}, "2025-06-02 reject norway",
			"The approval condition cannot be met while the rejection by norway stands; norway may still approve this revision of the text."},
		{condition.Count(condition.AtLeast(3), ""), "2025-06-02 reject norway\n2025-06-03 reject faroes",
			"The approval condition cannot be met while the rejections by norway and faroes stand; they may still approve this revision of the text."},
		{condition.Condition{}, "2025-06-02 reject norway\n2025-07-05 time passes", "The approval condition can no longer be met on this revision of the text."},
		{condition.All(condition.Approved("norway"), condition.Not(condition.Reached(time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)))), "2025-06-02 reject norway",
			"The approval condition can no longer be met on this revision of the text."},
	} {
		require.Equal(t, c.say, missing(t, c.approval, c.acts), c.acts)
	}
}

// One set of names is given only where no other would do.
func TestACountOrAShareIsNotSaidAsOneSetOfNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		approval  condition.Condition
		acts, say string
	}{
		{condition.Count(condition.AtLeast(2), ""), "2025-06-02 approve iceland", "an approval of one of norway, faroes, scotland."},
		{condition.Count(condition.AtLeast(3), ""), "2025-06-02 approve iceland", "approvals of 2 of norway, faroes, scotland."},
		{condition.Count(condition.AtLeast(4), ""), "2025-06-02 approve iceland\n2025-06-02 approve faroes", "an approval of norway by Hansen, an approval of scotland."},
		{condition.Condition{}, "2025-06-02 approve iceland\n2025-06-02 approve faroes", "an approval of norway by Hansen, an approval of scotland."},
		{condition.Share(condition.AtLeast(60), "", 0), "2025-06-02 approve iceland", "for example an approval of norway by Hansen."},
		{condition.Any(condition.Approved("scotland"), condition.Performed("c")), "2025-06-02 approve iceland", "for example an approval of scotland."},
		{condition.All(condition.Approved("norway"), condition.Count(condition.AtLeast(2), "")), "2025-06-02 negotiate", "for example an approval of iceland, an approval of norway by Hansen."},
	} {
		require.Equal(t, "To meet the approval condition: "+c.say, missing(t, c.approval, c.acts), c.acts)
	}
}

// What the deal does not take where it stands is no remedy: after the deadline an approval
// helps only behind an extension, and after the end nothing does.
func TestWhatTheStateRefusesIsNoRemedy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		approval  condition.Condition
		acts, say string
	}{
		{condition.Count(condition.AtLeast(2), ""), "2025-06-02 approve iceland\n2025-07-05 approve norway by hansen",
			"To meet the approval condition in time, before the deadline: an approval of one of norway, faroes, scotland.\n" +
				"    To meet the approval condition now: first an extension of the deadline, then an approval of one of norway, faroes, scotland."},
		{condition.Approved("norway"), "2025-06-02 approve iceland\n2025-07-05 approve norway by hansen\n2025-07-06 extend until 2025-08-01",
			"To meet the approval condition: an approval of norway by Hansen."},
		{condition.Approved("norway"), "2025-06-02 approve iceland\n2025-06-03 terminate",
			"The approval condition can no longer be met: in state terminated nothing more is taken for it."},
	} {
		require.Equal(t, c.say, missing(t, c.approval, c.acts), c.acts)
	}
}

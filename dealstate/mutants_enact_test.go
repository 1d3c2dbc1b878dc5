package dealstate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// The effect is counted from when the condition was met, whatever comes after.
func TestWhatComesAfterTheConditionIsMetDoesNotDelayTheEffect(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Effect = &dealstate.Delay{Days: 5}
	s, _ := told(t, a, "06-30", "06-01 approve a\n06-02 approve b\n06-04 dispute a")
	require.Equal(t, date(t, "06-07"), s.InForce)
}

// An act of one among very many is told with the same reasons as one of two.
func TestAnActInALargeClubIsToldLikeAnyOther(t *testing.T) {
	t.Parallel()
	_, decisions := told(t, club(300, condition.Condition{}), "", "06-01 approve p7\n06-02 dispute p8")
	require.Equal(t, dealstate.Reason{Code: dealstate.ReasonCounted, Subject: "p7", Detail: "approve"}, decisions[0].Reasons[0])
	require.Equal(t, []dealstate.Reason{{Code: dealstate.ReasonCounted, Subject: "p8", Detail: "dispute"}}, decisions[1].Reasons)
}

// Law 5: a refusal changes nothing else.
func TestARefusedDisputeLeavesTheOpenOnes(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Deadline = date(t, "06-10")
	s, decisions := told(t, a, "", "06-01 dispute a id=d1\n06-02 dispute b id=d2\n06-11 dispute a id=late")
	require.Equal(t, dealstate.Refused, find(t, decisions, "late").Outcome)
	require.Len(t, s.Disputes, 2)
}

func TestARefusedApprovalLeavesTheRejectionBeforeIt(t *testing.T) {
	t.Parallel()
	a := club(3, condition.Count(condition.AtLeast(2), ""))
	a.Deadline = date(t, "06-10")
	s, decisions := told(t, a, "", "06-01 reject p0\n06-11 approve p0")
	require.Equal(t, dealstate.StateLapsed, s.State)
	require.Equal(t, dealstate.Refused, find(t, decisions, "approve-p0-06-11").Outcome)
	p0, _ := s.Party("p0")
	require.Equal(t, dealstate.StandingRejected, p0.Standing)
	require.Equal(t, "reject-p0-06-01", p0.Act.Event)
}

func TestWhatIsSaidTwiceIsNothingNew(t *testing.T) {
	t.Parallel()
	a := club(3, condition.Count(condition.AtLeast(2), ""))
	a.Commitments = []dealstate.Commitment{{ID: "k", Party: "p0"}}
	for _, act := range []string{"approve p1", "reject p1", "perform p0 for=k"} {
		s, decisions := told(t, a, "", "06-01 "+act+" id=first\n06-02 "+act+" id=second")
		second := find(t, decisions, "second")
		require.Equal(t, "second noted: already", summary(second))
		require.Equal(t, "first", second.Reasons[0].Event)
		require.Equal(t, date(t, "06-01"), second.Reasons[0].At)
		p1, _ := s.Party("p1")
		if p1.Act != nil {
			require.Equal(t, "first", p1.Act.Event)
		}
	}
}

// What is done whatever the text says may name any revision.
func TestAnActThatIsNotOfTheTextMayNameAnyRevision(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Commitments = []dealstate.Commitment{{ID: "k", Party: "a"}}
	for _, act := range []string{"negotiate", "submit", "perform a for=k", "dispute a", "extend until=08-01", "terminate"} {
		a.Deadline = date(t, "07-01")
		_, decisions := told(t, a, "06-02", "06-01 "+act+" rev=7 id=e")
		require.Equal(t, dealstate.Applied, decisions[0].Outcome, act)
	}
}

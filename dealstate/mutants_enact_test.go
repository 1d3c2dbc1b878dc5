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
	for act, of := range map[string]dealstate.Reason{"approve p1": {Subject: "p1", Detail: "approve"}, "reject p1": {Subject: "p1", Detail: "reject"}, "perform p0 for=k": {Subject: "k", Detail: "perform"}} {
		s, decisions := told(t, a, "", "06-01 "+act+" id=first\n06-02 "+act+" id=second")
		second := find(t, decisions, "second")
		require.Equal(t, "second noted: already", summary(second))
		of.Code, of.Event, of.At = dealstate.ReasonAlready, "first", date(t, "06-01")
		require.Equal(t, []dealstate.Reason{of}, second.Reasons)
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

func TestARefusedAmendmentLeavesApprovalsAndRejections(t *testing.T) {
	t.Parallel()
	a := club(3, condition.Count(condition.AtLeast(2), ""))
	a.Deadline = date(t, "06-10")
	s, decisions := told(t, a, "", "06-01 reject p0\n06-02 approve p1\n06-11 amend")
	require.Equal(t, dealstate.Refused, find(t, decisions, "amend-06-11").Outcome)
	require.Equal(t, 1, s.Revision)
	p0, _ := s.Party("p0")
	require.Equal(t, dealstate.StandingRejected, p0.Standing)
	require.Equal(t, []string{"p1"}, s.Approved)
}

func TestAnAmendmentSaysWhichRevisionItMakes(t *testing.T) {
	t.Parallel()
	_, decisions := told(t, pair(), "", "06-01 amend\n06-02 amend")
	for i, d := range decisions {
		require.Equal(t, []dealstate.Reason{{Code: dealstate.ReasonRevision, Have: int64(i + 2)}}, d.Reasons)
	}
}

// Who was not asked may leave, though it once approved an earlier text.
func TestAPartyThatWasNotAskedLeavesWhateverItDidBefore(t *testing.T) {
	t.Parallel()
	a := club(3, condition.All(condition.Approved("p0"), condition.Approved("p1")))
	a.Effect = &dealstate.Delay{}
	_, decisions := told(t, a, "", "06-01 approve p2\n06-02 amend\n06-03 approve p0\n06-04 approve p1\n06-05 withdraw p2 id=left")
	require.Equal(t, dealstate.Applied, find(t, decisions, "left").Outcome)
}

// One side cannot set a limit for all, and until must exceed at.
func TestAnExtensionIsToldWhyItMovesNothing(t *testing.T) {
	t.Parallel()
	limitless := pair()
	force := "06-01 approve a\n06-01 approve b\n06-02 implement\n"
	for _, c := range []struct {
		deal    dealstate.Agreement
		text    string
		outcome dealstate.Outcome
		want    dealstate.Reason
	}{
		{limitless, "06-10 extend a until=09-01", dealstate.Refused, dealstate.Reason{Code: dealstate.ReasonNoClock, Detail: "deadline"}},
		{limitless, force + "06-10 extend a until=09-01", dealstate.Refused, dealstate.Reason{Code: dealstate.ReasonNoClock, Detail: "term"}},
		{dated(t), "06-10 extend a until=07-01", dealstate.Noted, dealstate.Reason{Code: dealstate.ReasonAlready, Subject: "a", Detail: "extend"}},
		{dated(t), "06-10 extend until=07-01", dealstate.Noted, dealstate.Reason{Code: dealstate.ReasonAlready, Detail: "extend"}},
		{dated(t), "06-10 extend until=06-20", dealstate.Refused, dealstate.Reason{Code: dealstate.ReasonNotLater, Detail: "deadline", At: date(t, "07-01")}},
		{dated(t), "07-05 extend until=07-05", dealstate.Refused, dealstate.Reason{Code: dealstate.ReasonNotLater, At: date(t, "07-05")}},
		{dated(t), "06-10 extend a until=08-01", dealstate.Applied, dealstate.Reason{Code: dealstate.ReasonNotYetMoved, Subject: "a", Detail: "deadline", At: date(t, "07-01")}},
		{dated(t), "06-10 extend until=08-01", dealstate.Applied, dealstate.Reason{Code: dealstate.ReasonMoved, Detail: "deadline", At: date(t, "08-01")}},
	} {
		_, decisions := told(t, c.deal, "", c.text)
		last := decisions[len(decisions)-1]
		require.Equal(t, c.outcome, last.Outcome, c.text)
		require.Equal(t, c.want, last.Reasons[0], c.text)
	}
}

// A clock that is set anew is set by its delay, whatever a side had extended before.
func TestATermThatBeginsAnewIsNotTheExtendedOne(t *testing.T) {
	t.Parallel()
	a := pair()
	idle, live, over := dealstate.State("idle"), dealstate.State("live"), dealstate.State("over")
	a.Term = &dealstate.Delay{Months: 1}
	a.Lifecycle = &dealstate.Lifecycle{Initial: "first", States: []dealstate.State{"first", idle, live, over}, Final: []dealstate.State{over},
		Rules: []dealstate.Rule{
			{ID: "begin", On: dealstate.Implement, From: []dealstate.State{"first"}, To: live},
			{ID: "stop", On: dealstate.Suspend, From: []dealstate.State{live}, To: idle},
			{ID: "go_on", On: dealstate.Resume, From: []dealstate.State{idle}, To: live},
			{ID: "extend", On: dealstate.Extend, From: []dealstate.State{live}},
			{ID: "end", On: dealstate.Term, From: []dealstate.State{live}, To: over},
		}}
	story := "06-01 implement\n06-02 extend a until=09-01\n06-03 extend b until=09-01"
	s, _ := told(t, a, "06-04", story)
	require.Equal(t, date(t, "09-01"), s.Next.Due)
	s, _ = told(t, a, "06-11", story+"\n06-05 suspend\n06-10 resume")
	require.Equal(t, date(t, "07-10"), s.Next.Due)
}

func TestARejectionOfAnEarlierRevisionLeavesThePartyOutstanding(t *testing.T) {
	t.Parallel()
	s, _ := told(t, club(3, condition.Count(condition.AtLeast(2), "")), "", "06-01 reject p0\n06-02 amend")
	p0, _ := s.Party("p0")
	require.Equal(t, dealstate.StandingOutstanding, p0.Standing)
}

// The deal stands by the earliest of what the sides stand by, whoever extended first, and a
// joint extension reaches further than that.
func TestTheEarliestExtensionCounts(t *testing.T) {
	t.Parallel()
	both := "06-02 extend a until=08-10\n06-03 extend b until=08-01"
	s, _ := told(t, dated(t), "06-30", both)
	require.Equal(t, date(t, "08-01"), s.Next.Due)
	_, decisions := told(t, dated(t), "06-30", both+"\n06-04 extend until=07-20 id=less\n06-05 extend until=08-05 id=more")
	require.Equal(t, []dealstate.Reason{{Code: dealstate.ReasonNotLater, Detail: "deadline", At: date(t, "08-01")}}, find(t, decisions, "less").Reasons)
	require.Equal(t, dealstate.Applied, find(t, decisions, "more").Outcome)
	_, decisions = told(t, dated(t), "06-30", "06-02 extend b until=08-01\n06-03 extend b until=07-20 id=less")
	require.Equal(t, []dealstate.Reason{{Code: dealstate.ReasonNotLater, Detail: "deadline", At: date(t, "08-01")}}, find(t, decisions, "less").Reasons)
}

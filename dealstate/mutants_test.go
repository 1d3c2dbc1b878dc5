package dealstate_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// Each test here fails under a change to the core that no other test of the core
// noticed. What it wants is said in the README, the formats page or the document of
// what it calls.

// The README: the order in which reports arrive never matters. A plan that lies ahead
// is decided before the clocks have reached it; an event beyond it takes them there.
func TestAnEventBeyondAPlanDecidesThePlanAnew(t *testing.T) {
	t.Parallel()
	const plan = "12-01 implement role=press mod=planned rec=06-02 id=plan"
	deal := open(t, dated(t), "06-01 approve a\n"+plan)
	late, err := deal.Record(line2event(t, "pair", "12-05 note"))
	require.NoError(t, err)
	_, want := told(t, dated(t), "", "06-01 approve a\n"+plan+"\n12-05 note")
	require.Equal(t, dealstate.StateLapsed, find(t, want, "plan").From, "the deadline came before the planned day")
	require.Equal(t, want, slices.Collect(deal.Decisions()))
	var revised []string
	for _, r := range late.Revised {
		revised = append(revised, r.Now.Event)
	}
	require.Contains(t, revised, "plan")
}

// An approval of an earlier revision does not rest on the negotiation of the new one.
func TestAnApprovalOfAnEarlierRevisionIsNotEarly(t *testing.T) {
	t.Parallel()
	s, _ := told(t, pair(), "", "06-01 approve a\n06-02 amend\n06-05 negotiate")
	require.Empty(t, s.Warnings)
}

// Whoever takes an approval and then the negotiation at one instant has none before it.
func TestAnApprovalAtTheInstantOfItsNegotiationIsNotEarly(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(pair())
	require.NoError(t, err)
	for day, early := range map[string]int{"06-05": 0, "06-06": 1} {
		c := m.Cursor(dealstate.Strict)
		take(t, m, c, "06-05 approve a")
		take(t, m, c, day+" negotiate")
		require.Len(t, c.Snapshot().Warnings, early, day)
	}
}

// take has the cursor take the event of a story's line, at its instant.
func take(t *testing.T, m *dealstate.Machine, c *dealstate.Cursor, line string) dealstate.Outcome {
	t.Helper()
	e := line2event(t, m.Deal(), line)
	act, err := m.Act(e)
	require.NoError(t, err)
	return c.Take(act, e.At)
}

// An entry into force is early before the date that the agreement's own delay gives,
// and not on it.
func TestAnEntryIntoForceOnItsDateOfEffectIsNotEarly(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Effect = &dealstate.Delay{Days: 5}
	l := a.StandardLifecycle()
	l.Rules = slices.DeleteFunc(l.Rules, func(r dealstate.Rule) bool { return r.ID == "take_effect" })
	a.Lifecycle = &l
	for day, early := range map[string]int{"06-06": 1, "06-07": 0, "06-08": 0} {
		s, _ := told(t, a, "", "06-01 approve a\n06-02 approve b\n"+day+" implement")
		require.Equal(t, dealstate.StateImplemented, s.State)
		require.Len(t, s.Warnings, early, day)
		if early > 0 {
			require.Equal(t, dealstate.Reason{Code: dealstate.ReasonEarly, Event: "implement-06-06", At: date(t, day), Detail: "its date of effect, 7 June 2025"}, s.Warnings[0])
		}
	}
}

// Nearest is the best report that does not count: what is asserted before what is
// conditional, that before what is planned, and that before a denial; and of two that
// are equally near the latest.
func TestTheNearestReportIsTheLeastHedgedAndThenTheLatest(t *testing.T) {
	t.Parallel()
	hedges := []string{"asserted", "conditional", "planned", "denied"}
	for near, mod := range hedges {
		for far, other := range hedges {
			s, _ := told(t, pair(), "", "06-01 approve a role=press id=first mod="+mod+"\n06-02 approve a role=press id=second mod="+other)
			a, _ := s.Party("a")
			want := "second"
			if near < far {
				want = "first"
			}
			require.Equal(t, want, a.Nearest.Event, "%s, then %s", mod, other)
		}
	}
}

// The formats page: amend may name the current or the next revision.
func TestAnAmendmentMayNameTheRevisionThatItMakes(t *testing.T) {
	t.Parallel()
	s, decisions := told(t, pair(), "", "06-01 approve a\n06-02 amend rev=2\n06-03 amend rev=4 id=far\n06-04 amend rev=1 id=back")
	require.Equal(t, dealstate.Applied, find(t, decisions, "amend-06-02").Outcome)
	require.Equal(t, "far refused: revision_mismatch", summary(find(t, decisions, "far")))
	require.Equal(t, "back refused: revision_mismatch", summary(find(t, decisions, "back")))
	require.Equal(t, 2, s.Revision)
}

// Who was not asked may leave, and having left has nothing more to leave.
func TestAPartyThatWasNotAskedLeavesOnce(t *testing.T) {
	t.Parallel()
	a := club(3, condition.All(condition.Approved("p0"), condition.Approved("p1")))
	a.Effect = &dealstate.Delay{}
	s, decisions := told(t, a, "", "06-01 approve p0\n06-02 approve p1\n06-03 withdraw p2 id=left\n06-04 withdraw p2 id=again")
	require.Equal(t, dealstate.Applied, find(t, decisions, "left").Outcome)
	require.NotEqual(t, dealstate.Applied, find(t, decisions, "again").Outcome)
	gone, _ := s.Party("p2")
	require.Equal(t, "left", gone.Act.Event)
}

// What a report contradicted has come about by itself.
func TestAContradictionEndsWithEntryIntoForce(t *testing.T) {
	t.Parallel()
	story := "06-01 approve a\n06-02 implement id=early"
	s, _ := told(t, pair(), "", story)
	require.Len(t, s.Warnings, 1)
	require.Equal(t, dealstate.ReasonContradiction, s.Warnings[0].Code)
	s, _ = told(t, pair(), "", story+"\n06-03 approve b\n06-04 implement")
	require.Equal(t, dealstate.StateImplemented, s.State)
	require.Empty(t, s.Warnings)
}

// redrafted is a deal whose own rules come back to the first state by an amendment or by
// new talks. The term runs in the first state too.
func redrafted(t *testing.T) dealstate.Agreement {
	t.Helper()
	a := pair()
	talks, failed, live, over := dealstate.State("talks"), dealstate.State("failed"), dealstate.State("live"), dealstate.State("over")
	a.Lifecycle = &dealstate.Lifecycle{Initial: talks, States: []dealstate.State{talks, failed, live, over}, Final: []dealstate.State{over},
		Rules: []dealstate.Rule{
			{ID: "talk", On: dealstate.Negotiate, From: []dealstate.State{talks}},
			{ID: "talk_again", On: dealstate.Negotiate, From: []dealstate.State{live}, To: talks},
			{ID: "approve", On: dealstate.Approve, From: []dealstate.State{talks}},
			{ID: "fail", On: dealstate.Reject, From: []dealstate.State{talks}, To: failed},
			{ID: "redraft", On: dealstate.Amend, From: []dealstate.State{failed}, To: talks},
			{ID: "begin", On: dealstate.Implement, From: []dealstate.State{failed}, To: live},
			{ID: "end", On: dealstate.Term, From: []dealstate.State{talks, live}, To: over},
		}}
	return a
}

// A new round is on a text that is agreed, whichever rule began it.
func TestAnApprovalInANewRoundIsNotEarly(t *testing.T) {
	t.Parallel()
	s, _ := told(t, redrafted(t), "", "06-01 reject a\n06-02 amend\n06-03 approve a\n06-05 negotiate")
	require.Equal(t, dealstate.State("talks"), s.State)
	require.Equal(t, []string{"a"}, s.Approved)
	require.Empty(t, s.Warnings)
}

// A new round is not in force since the last one was.
func TestANewRoundIsNotInForceSinceTheOldOne(t *testing.T) {
	t.Parallel()
	story := "06-01 reject a\n06-02 implement"
	s, _ := told(t, redrafted(t), "", story)
	require.Equal(t, date(t, "06-02"), s.InForce)
	s, _ = told(t, redrafted(t), "", story+"\n06-03 negotiate")
	require.Equal(t, dealstate.State("talks"), s.State)
	require.Zero(t, s.InForce)
}

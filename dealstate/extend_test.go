package dealstate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// dated is a deal to be approved by 1 July 2025, in force for a month from the
// second approval.
func dated(t *testing.T) dealstate.Agreement {
	t.Helper()
	a := pair()
	a.Deadline = date(t, "07-01")
	a.Effect, a.Term = &dealstate.Delay{}, &dealstate.Delay{Months: 1}
	return a
}

func TestDeadlineMovesOnlyWhenEverySideHasExtendedIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text  string
		state dealstate.State
	}{
		"nobody":                {"06-01 approve a", "lapsed"},
		"one side":              {"06-01 approve a\n06-10 extend a until=08-01", "lapsed"},
		"one side twice":        {"06-01 approve a\n06-10 extend a until=08-01\n06-11 extend a until=09-01", "lapsed"},
		"both sides":            {"06-01 approve a\n06-10 extend a until=08-01\n06-12 extend b until=08-01", "awaiting_b_approval"},
		"both, to two instants": {"06-01 approve a\n06-10 extend a until=07-15\n06-12 extend b until=08-01", "awaiting_b_approval"},
		"jointly":               {"06-01 approve a\n06-10 extend until=08-01", "awaiting_b_approval"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := told(t, dated(t), "07-10", c.text)
			require.Equal(t, c.state, s.State)
		})
	}
}

func TestDealStandsByTheEarliestOfTwoExtensions(t *testing.T) {
	t.Parallel()
	s, decisions := told(t, dated(t), "06-30", "06-01 approve a\n06-10 extend a until=07-15\n06-12 extend b until=08-01")
	require.Equal(t, &dealstate.ClockStatus{Clock: dealstate.Deadline, Due: date(t, "07-15")}, s.Next)
	require.Equal(t, dealstate.ReasonNotYetMoved, decisions[1].Reasons[0].Code)
	require.Equal(t, "a extends, but not every party has; the deadline stays at the end of 30 June 2025", decisions[1].Reasons[0].String())
	second := decisions[2].Reasons[0]
	require.Equal(t, dealstate.ReasonMoved, second.Code, "b's extension did move the deadline, if not as far as b would go: %s", second)
	require.Equal(t, date(t, "07-15"), second.At)
}

func TestExtensionMustReachFurther(t *testing.T) {
	t.Parallel()
	_, decisions := told(t, dated(t), "", `
		06-01 extend until=07-01
		06-02 extend a until=06-20
		06-03 extend a until=08-01
		06-04 extend a until=07-20
		06-05 extend b until=07-01`)
	require.Equal(t, lines(`
		extend-06-01 noted: already
		extend-a-06-02 refused: not_later
		extend-a-06-03 applied
		extend-a-06-04 refused: not_later
		extend-b-06-05 noted: already`), summaries(decisions))
}

func TestExtensionAfterTheDeadlineReopensTheDealWithItsApprovals(t *testing.T) {
	t.Parallel()
	s, decisions := told(t, dated(t), "07-20", "06-01 approve a\n07-05 extend until=08-01")
	require.Equal(t, lines(`
		approve-a-06-01 applied negotiated>awaiting_b_approval
		deadline@07-01 applied awaiting_b_approval>lapsed
		extend-07-05 applied lapsed>awaiting_b_approval`), summaries(decisions))
	require.Equal(t, dealstate.State("awaiting_b_approval"), s.State)
	require.Equal(t, 1, s.Revision)
	s, _ = told(t, dated(t), "07-20", "06-01 approve a\n07-05 extend until=08-01\n07-06 approve b")
	require.Equal(t, dealstate.StateImplemented, s.State)
}

func TestOneSideAloneCannotReopenALapsedDeal(t *testing.T) {
	t.Parallel()
	text := "06-01 approve a\n07-05 extend a until=08-01"
	s, decisions := told(t, dated(t), "07-20", text)
	require.Equal(t, dealstate.StateLapsed, s.State)
	require.Equal(t, dealstate.Applied, find(t, decisions, "extend-a-07-05").Outcome)
	s, _ = told(t, dated(t), "07-20", text+"\n07-06 extend b until=08-01")
	require.Equal(t, dealstate.State("awaiting_b_approval"), s.State)
	s, _ = told(t, dated(t), "08-01", text+"\n07-06 extend b until=08-01")
	require.Equal(t, dealstate.StateLapsed, s.State, "and it lapses again")
}

func TestExtensionToAnInstantThatIsPastIsRefused(t *testing.T) {
	t.Parallel()
	_, decisions := told(t, dated(t), "", "06-01 approve a\n08-05 extend until=08-01")
	require.Equal(t, "extend-08-05 refused: not_later", summary(find(t, decisions, "extend-08-05")))
}

func TestTermMovesOnlyWhenEverySideHasExtendedIt(t *testing.T) {
	t.Parallel()
	force := "06-01 approve a\n06-01 approve b\n"
	for name, c := range map[string]struct {
		text  string
		state dealstate.State
	}{
		"nobody":     {"", "expired"},
		"one side":   {"06-10 extend a until=09-01", "expired"},
		"both sides": {"06-10 extend a until=09-01\n06-11 extend b until=09-01", "implemented"},
		"jointly":    {"06-10 extend until=09-01", "implemented"},
		"suspended":  {"06-09 suspend\n06-10 extend until=09-01", "suspended"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := told(t, dated(t), "07-10", force+c.text)
			require.Equal(t, c.state, s.State)
		})
	}
}

func TestExtensionAfterTheTermRevivesTheDealFromThenOn(t *testing.T) {
	t.Parallel()
	force := "06-01 approve a\n06-01 approve b\n"
	s, _ := told(t, dated(t), "07-20", force+"07-05 extend until=09-01")
	require.Equal(t, dealstate.StateImplemented, s.State)
	require.Equal(t, date(t, "07-05"), s.Since)
	require.Equal(t, date(t, "07-05"), s.InForce, "it was not in force in between")
	require.Equal(t, date(t, "09-01"), s.Next.Due)
	s, _ = told(t, dated(t), "07-20", force+"07-05 extend a until=09-01")
	require.Equal(t, dealstate.StateExpired, s.State, "not on one side's word")
	s, _ = told(t, dated(t), "09-01", force+"07-05 extend until=09-01")
	require.Equal(t, dealstate.StateExpired, s.State)
}

func TestPartysForceBeginsAnewWithTheRevival(t *testing.T) {
	t.Parallel()
	s, _ := told(t, dated(t), "07-20", "06-01 approve a\n06-01 approve b\n07-05 extend until=09-01")
	for _, p := range s.Parties {
		require.Equal(t, date(t, "07-05"), p.InForce, p.Party)
	}
}

// One side alone cannot put an end to an open-ended deal by "extending" it.
func TestOneSidesExtensionOfAnOpenEndedDealSetsNoTerm(t *testing.T) {
	t.Parallel()
	s, _ := told(t, pair(), "2026-01-01", "06-01 approve a\n06-01 approve b\n06-02 implement\n06-10 extend a until=09-01")
	require.Equal(t, dealstate.StateImplemented, s.State)
	require.Nil(t, s.Next)
}

func TestOneSidesExtensionOfADealWithoutDeadlineSetsNone(t *testing.T) {
	t.Parallel()
	s, _ := told(t, pair(), "2026-01-01", "06-01 approve a\n06-10 extend a until=09-01")
	require.Equal(t, dealstate.State("awaiting_b_approval"), s.State)
	require.Nil(t, s.Next)
}

func TestRoundsEachHaveTheirOwnTerm(t *testing.T) {
	t.Parallel()
	a := dated(t)
	s, _ := told(t, a, "", "06-01 approve a\n06-02 approve b")
	require.Equal(t, date(t, "07-02"), s.Next.Due)
}

func TestExtendOfADeadDealIsRefused(t *testing.T) {
	t.Parallel()
	_, decisions := told(t, dated(t), "", "06-01 terminate\n06-10 extend until=09-01")
	require.Equal(t, "extend-06-10 refused: no_rule", summary(find(t, decisions, "extend-06-10")))
}

// DESIGN: from rejected "extend works, the deadline runs and lapses the deal", and "a
// lapsed deal reopened while its condition is lost goes to rejected".
func TestARejectedDealIsExtendedLapsesAndIsReopened(t *testing.T) {
	t.Parallel()
	_, decisions := told(t, dated(t), "10-01", `
		06-01 reject a
		06-10 extend until=08-01
		08-10 extend until=09-01 id=again
		08-11 approve a
		08-12 approve b`)
	require.Equal(t, lines(`
		reject-a-06-01 applied negotiated>rejected
		extend-06-10 applied
		deadline@08-01 applied rejected>lapsed
		again applied lapsed>rejected
		approve-a-08-11 applied rejected>awaiting_b_approval
		approve-b-08-12 applied awaiting_b_approval>approved
		effect@08-12 applied approved>implemented
		term@09-12 applied implemented>expired`), summaries(decisions))
}

// An extension that says what stands already is nothing new, whoever says it.
func TestExtensionSaidAgainByTheOtherReporterIsNothingNew(t *testing.T) {
	t.Parallel()
	s, decisions := told(t, dated(t), "06-30", "06-10 extend until=08-01 id=order\n06-11 extend until=08-01 id=news")
	require.Equal(t, date(t, "08-01"), s.Next.Due)
	require.NotEqual(t, dealstate.Applied, find(t, decisions, "news").Outcome)
}

package dealstate_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

func TestNegotiatingAnewBeginsARoundWithStaleApprovals(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]string{"after a rejection": "06-03 reject b", "after a lapse": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := pair()
			a.Deadline = date(t, "07-01")
			s, _ := told(t, a, "", "06-01 approve a\n"+end+"\n07-05 negotiate")
			require.Equal(t, dealstate.StateNegotiated, s.State)
			require.Equal(t, 2, s.Revision)
			require.Equal(t, []string{"a", "b"}, s.Awaiting)
			first, _ := s.Party("a")
			require.Equal(t, dealstate.StandingStale, first.Standing)
			require.Nil(t, s.Next, "the old deadline is past")
		})
	}
}

// DESIGN: "from rejected, every party's approvals … are taken and kept …; the state leaves
// only for where the approvals put it, as soon as the condition is no longer lost."
func TestRejectionIsNotTheEnd(t *testing.T) {
	t.Parallel()
	_, decisions := told(t, pair(), "", `
		06-01 reject b
		06-02 approve a
		06-03 implement
		06-04 approve b
		06-05 implement`)
	require.Equal(t, lines(`
		reject-b-06-01 applied negotiated>rejected
		approve-a-06-02 applied
		implement-06-03 refused: no_rule
		approve-b-06-04 applied rejected>approved
		implement-06-05 applied approved>implemented`), summaries(decisions))
	_, decisions = told(t, pair(), "", "06-01 reject b\n06-02 approve b\n06-03 reject a\n06-04 negotiate")
	require.Equal(t, lines(`
		reject-b-06-01 applied negotiated>rejected
		approve-b-06-02 applied rejected>awaiting_a_approval
		reject-a-06-03 applied awaiting_a_approval>rejected
		negotiate-06-04 applied rejected>negotiated`), summaries(decisions))
}

func TestDeadlineOfTheFirstRoundHoldsForTheNextWhileItIsAhead(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Deadline = date(t, "07-01")
	s, _ := told(t, a, "07-02", "06-01 reject b\n06-10 negotiate\n06-11 approve a")
	require.Equal(t, dealstate.StateLapsed, s.State)
}

func TestAmendmentMakesApprovalsStale(t *testing.T) {
	t.Parallel()
	s, decisions := told(t, pair(), "", `
		06-01 approve a
		06-02 approve b
		06-03 amend
		06-04 implement
		06-05 approve a id=again
		06-06 implement`)
	require.Equal(t, lines(`
		approve-a-06-01 applied negotiated>awaiting_b_approval
		approve-b-06-02 applied awaiting_b_approval>approved
		amend-06-03 applied approved>awaiting_approvals
		implement-06-04 refused: stale stale
		again applied awaiting_approvals>awaiting_b_approval
		implement-06-06 refused: stale`), summaries(decisions))
	require.Equal(t, "a approved revision 1 (approve-a-06-01), not the current revision 2", decisions[3].Reasons[0].String())
	require.Equal(t, 2, s.Revision)
	require.Equal(t, []string{"b"}, s.Awaiting)
	require.Contains(t, s.Explain(), "Approval by b: given to an earlier revision on 2 June 2025")
}

func TestAmendmentClearsRejectionsToo(t *testing.T) {
	t.Parallel()
	a := club(3, condition.Count(condition.AtLeast(2), ""))
	s, _ := told(t, a, "", "06-01 reject p0\n06-02 amend\n06-03 reject p1")
	require.Equal(t, dealstate.StateAwaitingApprovals, s.State)
	require.Equal(t, condition.Pending, s.Approval.Verdict)
}

func TestEventOnAnotherRevisionIsRefused(t *testing.T) {
	t.Parallel()
	_, decisions := told(t, pair(), "", `
		06-01 approve a rev=2
		06-02 approve a rev=1 id=first
		06-03 amend rev=1
		06-04 approve b rev=1
		06-05 approve b rev=2 id=second`)
	require.Equal(t, lines(`
		approve-a-06-01 refused: revision_mismatch
		first applied negotiated>awaiting_b_approval
		amend-06-03 applied awaiting_b_approval>awaiting_approvals
		approve-b-06-04 refused: revision_mismatch
		second applied awaiting_approvals>awaiting_a_approval`), summaries(decisions))
	require.Equal(t, "it speaks of revision 1; the text is at revision 2", decisions[3].Reasons[0].String())
}

// DESIGN: a withdrawal by a party "whose approval does not stand is its refusal to become
// a party …, unless its last act is a withdrawal already: then it is noted".
func TestWithdrawalBeforeImplementationTakesOneApprovalBack(t *testing.T) {
	t.Parallel()
	s, decisions := told(t, pair(), "", `
		06-01 withdraw a
		06-02 approve a
		06-03 approve b
		06-04 withdraw a id=back
		06-05 implement
		06-06 withdraw a id=again`)
	require.Equal(t, lines(`
		withdraw-a-06-01 applied negotiated>rejected
		approve-a-06-02 applied rejected>awaiting_b_approval
		approve-b-06-03 applied awaiting_b_approval>approved
		back applied approved>awaiting_a_approval
		implement-06-05 refused: not_approved
		again noted: already`), summaries(decisions))
	a, _ := s.Party("a")
	require.Equal(t, dealstate.StandingWithdrawn, a.Standing)
	require.Equal(t, []string{"a"}, s.Awaiting)
}

func TestBilateralDealDoesNotOutliveOneSidesLeaving(t *testing.T) {
	t.Parallel()
	s, _ := told(t, pair(), "", "06-01 approve a\n06-02 approve b\n06-03 implement\n06-04 withdraw a")
	require.Equal(t, dealstate.StateTerminated, s.State)
}

// Whatever words the condition is written in, a deal of two is bilateral.
func TestBilateralDealWithAWrittenConditionEndsWithOneSidesLeavingToo(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Approval = condition.All(condition.Approved("a"), condition.Approved("b"))
	s, _ := told(t, a, "", "06-01 approve a\n06-02 approve b\n06-03 implement\n06-04 withdraw a")
	require.Equal(t, dealstate.StateTerminated, s.State)
}

// A deal that nobody had to approve can still be left.
func TestDealThatNeededNoApprovalCanBeLeft(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Approval, a.Effect = condition.All(), &dealstate.Delay{}
	s, decisions := told(t, a, "", "06-01 negotiate\n06-02 withdraw a")
	require.Equal(t, dealstate.StateImplemented, func() dealstate.State { s, _ := told(t, a, "", "06-01 negotiate"); return s.State }())
	require.Equal(t, dealstate.Applied, find(t, decisions, "withdraw-a-06-02").Outcome, "%s", s.Explain())
}

func TestTreatyOutlivesTheMembersItTookToMakeIt(t *testing.T) {
	t.Parallel()
	a := club(3, condition.Count(condition.AtLeast(2), ""))
	a.Effect = &dealstate.Delay{Days: 30}
	before, _ := told(t, a, "2026-01-01", "06-01 approve p0\n06-02 approve p1\n06-03 withdraw p0")
	require.Equal(t, dealstate.StateAwaitingApprovals, before.State, "before the trigger's delay is over: undone")
	after, _ := told(t, a, "2026-01-01", "06-01 approve p0\n06-02 approve p1\n07-03 withdraw p0")
	require.Equal(t, dealstate.StateImplemented, after.State)
	require.Equal(t, int64(1), after.Approval.Have)
	gone, _ := after.Party("p0")
	require.Zero(t, gone.InForce)
	require.Equal(t, dealstate.StandingWithdrawn, gone.Standing)
}

func TestPartyThatJoinsLaterIsBoundLater(t *testing.T) {
	t.Parallel()
	a := club(4, condition.Count(condition.AtLeast(2), ""))
	a.Effect = &dealstate.Delay{Days: 30}
	s, _ := told(t, a, "2025-12-31", `
		06-01 approve p0
		06-02 approve p1
		06-20 approve p2
		08-01 approve p3
		09-01 withdraw p3
		10-01 approve p3 id=back`)
	for id, want := range map[string]string{"p0": "07-02", "p1": "07-02", "p2": "07-20", "p3": "10-31"} {
		p, ok := s.Party(id)
		require.True(t, ok)
		require.Equal(t, date(t, want), p.InForce, id)
	}
	require.Equal(t, date(t, "07-02"), s.InForce)
}

func TestPartyIsNotSaidToBeBoundByADealThatIsOver(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Effect, a.Term = &dealstate.Delay{}, &dealstate.Delay{Months: 1}
	for name, text := range map[string]string{"terminated": "06-03 terminate", "expired": "08-01 note id=n", "left": "06-03 withdraw a"} {
		s, _ := told(t, a, "", "06-01 approve a\n06-02 approve b\n"+text)
		b, _ := s.Party("b")
		require.Zero(t, b.InForce, name)
		require.NotContains(t, s.Explain(), "in force for it", name)
	}
}

func TestDisputeIsSettledByReferenceByCommitmentOrAltogether(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Commitments = []dealstate.Commitment{{ID: "c", Party: "a"}, {ID: "d", Party: "b"}}
	disputes := "06-01 dispute a id=d1\n06-02 dispute b id=d2 for=c\n06-03 dispute b id=d3 for=c\n06-04 dispute a id=d4 for=d\n"
	for name, c := range map[string]struct {
		settle string
		open   []string
	}{
		"not":                             {"06-05 note id=n", []string{"d1", "d2", "d3", "d4"}},
		"by reference":                    {"06-05 settle ref=d2", []string{"d1", "d3", "d4"}},
		"by commitment":                   {"06-05 settle for=c", []string{"d1", "d4"}},
		"by both":                         {"06-05 settle for=c ref=d3", []string{"d1", "d2", "d4"}},
		"all":                             {"06-05 settle", nil},
		"by an unknown reference":         {"06-05 settle ref=d9", []string{"d1", "d2", "d3", "d4"}},
		"by reference, of another matter": {"06-05 settle for=d ref=d2", []string{"d1", "d2", "d3", "d4"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := told(t, a, "", disputes+c.settle)
			var open []string
			for _, d := range s.Disputes {
				open = append(open, d.Event)
			}
			require.Equal(t, c.open, open)
			require.Equal(t, dealstate.StateNegotiated, s.State, "a dispute moves nothing unless a rule says so")
		})
	}
}

func TestSettlingWhatIsNotInDisputeIsRefused(t *testing.T) {
	t.Parallel()
	_, decisions := told(t, pair(), "", "06-01 settle\n06-02 dispute a\n06-03 settle id=s\n06-04 settle id=s2")
	require.Equal(t, lines(`
		settle-06-01 refused: nothing_to_settle
		dispute-a-06-02 applied
		s applied
		s2 refused: nothing_to_settle`), summaries(decisions))
}

func TestCommitmentsAreBalancedByParty(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Parties[0].Name = "Aland"
	a.Commitments = []dealstate.Commitment{{ID: "b1", Party: "b"}, {ID: "a1", Party: "a"}, {ID: "a2", Party: "a"}, {ID: "a3", Party: "a"}, {ID: "b2", Party: "b"}}
	s, decisions := told(t, a, "", `
		06-01 perform a for=a1
		06-02 perform a for=a2
		06-03 perform b for=b2
		06-04 perform a for=a1 id=twice
		06-05 perform a for=a3 role=press
		06-06 perform b for=b1 mod=planned`)
	require.Equal(t, []dealstate.Balance{{Party: "b", Performed: 1, Of: 2}, {Party: "a", Performed: 2, Of: 3}}, s.Balances())
	require.Contains(t, s.Explain(), "b has performed 1 of 2; Aland has performed 2 of 3")
	twice := find(t, decisions, "twice")
	require.Equal(t, "twice noted: already", summary(twice))
	require.Equal(t, "nothing new: a1 is performed already (perform-a-06-01, 1 June 2025)", twice.Reasons[0].String())
}

func TestNobodyPerformsForAnother(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Commitments = []dealstate.Commitment{{ID: "c", Party: "a"}}
	deal, err := dealstate.New(a, dealstate.Strict)
	require.NoError(t, err)
	_, err = deal.Record(line2event(t, "pair", "06-01 perform b for=c"))
	fieldErr(t, err, "party")
	_, err = deal.Record(line2event(t, "pair", "06-01 perform a for=x"))
	fieldErr(t, err, "commitment")
	require.Empty(t, slices.Collect(deal.Events()))
}

func TestInstrumentThatSaysInForceAgainstTheRecordIsAContradiction(t *testing.T) {
	t.Parallel()
	for role, warned := range map[string]bool{"instrument": true, "approver": false} {
		s, decisions := told(t, pair(), "", "06-01 approve a\n06-02 implement by=somebody role="+role)
		require.Equal(t, "implement-06-02 refused: not_approved", summary(decisions[1]))
		if !warned {
			require.Empty(t, s.Warnings)
			continue
		}
		require.Len(t, s.Warnings, 1)
		require.Equal(t, dealstate.ReasonContradiction, s.Warnings[0].Code)
		require.Contains(t, s.Explain(), "Warning: implement-06-02 says it is in force")
	}
}

func TestContradictionIsGoneOnceTheRecordSupportsIt(t *testing.T) {
	t.Parallel()
	deal := open(t, pair(), "06-01 approve a\n06-03 implement")
	require.NotEmpty(t, deal.Latest().Warnings)
	d, err := deal.Record(line2event(t, "pair", "06-02 approve b rec=07-01"))
	require.NoError(t, err)
	require.Equal(t, dealstate.StateImplemented, deal.Latest().State)
	require.Empty(t, deal.Latest().Warnings)
	require.Len(t, d.Revised, 1)
	require.Equal(t, "implement-06-03 refused: not_approved", summary(d.Revised[0].Was))
	require.Equal(t, "implement-06-03 applied approved>implemented", summary(d.Revised[0].Now))
}

func TestApprovalDatedBeforeItsNegotiationIsFlaggedAndStands(t *testing.T) {
	t.Parallel()
	s, _ := told(t, pair(), "", "06-01 approve a\n06-05 negotiate\n06-06 approve b")
	require.Equal(t, dealstate.StateApproved, s.State)
	require.Len(t, s.Warnings, 1)
	require.Equal(t, "approve-a-06-01 is dated 1 June 2025, before the negotiation it rests on (negotiate-06-05)", s.Warnings[0].String())
}

// Records that know only the day put both at its start; then neither is earlier.
func TestApprovalOnTheDayOfItsNegotiationIsNotEarly(t *testing.T) {
	t.Parallel()
	s, _ := told(t, pair(), "", "06-05 approve a\n06-05 negotiate")
	require.Empty(t, s.Warnings)
}

// What Check foretells, to the last revision, is what Record then says.
func TestCheckForetellsRecordWhereClocksFireOnTheWay(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Deadline = date(t, "07-01")
	deal := open(t, a, "06-01 approve a")
	e := line2event(t, "pair", "07-05 approve b")
	foretold, err := deal.Check(e)
	require.NoError(t, err)
	said, err := deal.Record(e)
	require.NoError(t, err)
	require.Equal(t, said, foretold)
}

func TestStateOfNothingIsTheFirst(t *testing.T) {
	t.Parallel()
	deal := open(t, pair(), "")
	require.Equal(t, dealstate.StateNegotiated, deal.Latest().State)
	require.Contains(t, deal.Explain(), "no event or clock has moved it yet")
	require.Empty(t, slices.Collect(deal.Decisions()))
}

// A view of what was known by an instant is a view as of that instant: not of
// the future that was announced by then, nor of the last report before.
func TestViewThatOnlySaysKnownByStandsAtThatInstant(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Deadline = date(t, "07-01")
	deal := open(t, a, "06-01 approve a\n06-10 terminate rec=06-02")
	s := deal.At(dealstate.View{KnownBy: date(t, "06-05")})
	require.Equal(t, dealstate.State("awaiting_b_approval"), s.State, "termination was announced for the 10th, and on the 5th had not come")
	deal = open(t, a, "06-01 approve a")
	s = deal.At(dealstate.View{KnownBy: date(t, "08-01")})
	require.Equal(t, dealstate.StateLapsed, s.State, "by 1 August everybody knew that July had come")
}

func TestNowAndDecisionsTellOneStory(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Deadline = date(t, "07-01")
	deal := open(t, a, "06-01 approve a rec=07-05")
	last := slices.Collect(deal.Decisions())
	require.Equal(t, deal.Latest().State, last[len(last)-1].To)
}

func TestDecisionOnAClockIsReadable(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Deadline = date(t, "07-01")
	_, decisions := told(t, a, "07-02", "06-01 approve a")
	require.Equal(t, "deadline clock: applied, awaiting_b_approval → lapsed: the deadline came due", decisions[1].String())
}

func TestReasonsReadAsEnglish(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Deadline = date(t, "07-01")
	_, decisions := told(t, a, "08-01", `
		06-01 negotiate
		06-02 approve a role=press
		06-03 approve a
		06-04 submit
		06-05 implement
		06-06 extend until=07-15
		06-07 resume`)
	var said []string
	for _, d := range decisions {
		said = append(said, d.String())
	}
	require.Equal(t, lines(`
		negotiate (negotiate-06-01): applied: negotiation by all sides counts
		approve a (approve-a-06-02): noted: policy strict does not count the word of press for this
		approve a (approve-a-06-03): applied, negotiated → awaiting_b_approval: approval by a counts; a has approved and b has not approved
		submit (submit-06-04): applied: submission by all sides counts
		implement (implement-06-05): refused: b has not approved
		extend (extend-06-06): applied: the deadline is now the end of 14 July 2025
		resume (resume-06-07): refused: in state awaiting_b_approval, resumption leads nowhere
		deadline clock: applied, awaiting_b_approval → lapsed: the deadline came due`), strings.Join(said, "\n"))
}

func TestDealStandsWhereItBeginsSinceItsFirstNegotiation(t *testing.T) {
	t.Parallel()
	s, _ := told(t, pair(), "06-30", "06-05 negotiate\n06-07 negotiate id=again")
	require.Equal(t, dealstate.StateNegotiated, s.State)
	require.Equal(t, date(t, "06-05"), s.Since)
	s, _ = told(t, pair(), "06-01", "06-05 negotiate")
	require.Zero(t, s.Since, "as of the first, nothing was negotiated yet")
}

// Record and replay of a file give one answer to an event that comes again.
func TestEventThatComesAgainIsAnsweredAsTheFirstTime(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(pair())
	require.NoError(t, err)
	deal := m.NewDeal(dealstate.Strict)
	event := func(id, party string, day string) dealstate.Event {
		return dealstate.Event{ID: id, Deal: "pair", Kind: dealstate.Approve, Party: party, Role: dealstate.Instrument, At: date(t, day)}
	}
	first, err := deal.Record(event("1", "a", "06-01"))
	require.NoError(t, err)
	_, err = deal.Record(event("2", "b", "06-02"))
	require.NoError(t, err)
	again, err := deal.Record(event("1", "a", "06-01"))
	require.NoError(t, err)
	require.Equal(t, first.Repeated(), again)
	require.Equal(t, dealstate.Duplicate, again.Outcome)
}

package dealstate_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// explained is what Explain says of a story, below its head.
func explained(t *testing.T, a dealstate.Agreement, asOf, text string) string {
	t.Helper()
	s, decisions := told(t, a, asOf, text)
	_, below, found := strings.Cut(s.Explain(decisions...), "revision ")
	require.True(t, found)
	_, below, _ = strings.Cut(below, "\n")
	return strings.TrimSuffix(below, "\n")
}

func TestExplainNamesWhoLeavesAndWhatIsOverdue(t *testing.T) {
	t.Parallel()
	a := owing
	a.Notice = notice(10)
	a.Parties = []dealstate.Party{{ID: "a", Name: "Aland"}, {ID: "b", Name: "Bornholm"}}
	require.Equal(t, strings.ReplaceAll(lines(`
		State: implemented since 3 June 2025 (implement-06-03).
		Approval: 2 of 2 parties (met).
		@@Aland: approved on 1 June 2025 (instrument); in force for it from 3 June 2025
		@@Bornholm: approved on 1 June 2025 (instrument); in force for it from 3 June 2025
		Under notice: Aland leaves on 21 June 2025.
		Commitments: Aland has performed 0 of 1; Bornholm has performed 0 of 1.
		@@Of these, c of Aland broken on 12 June 2025 (breach-a-06-12), d of Bornholm overdue since 15 June 2025, suspended.
		Next clock: notice of Aland, due 21 June 2025.`), "@@", "  "), explained(t, a, "06-16", inForceOfTwo+`
		06-10 perform a for=c
		06-11 withdraw a
		06-12 breach a for=c
		06-16 suspend b for=d`))
	require.Contains(t, explained(t, a, "06-04", inForceOfTwo), "Next clock: overdue of d, due by the end of 14 June 2025.")
}

func TestExplainNamesSignaturesProvisionalApplicationSuspensionsAndTimers(t *testing.T) {
	t.Parallel()
	require.Equal(t, strings.ReplaceAll(lines(`
		State: provisional since 3 June 2025 (apply-b-06-03).
		Approval: 1 of 2 parties (pending).
		@@a: approved on 1 June 2025 (instrument)
		@@Approval by b: none that strict counts
		Signed by: a.
		Applied provisionally by: a, b.`), "@@", "  "), explained(t, pair(), "", `
		06-01 approve a
		06-01 sign a
		06-02 apply a
		06-03 apply b`))
	require.Contains(t, explained(t, pair(), "", inForceOfTwo+"06-10 suspend b"), "Suspended by: b.")
	require.Contains(t, explained(t, review, "06-10", "06-01 approve a\n06-01 approve b\n06-10 dispute a"), "Next clock: timer snapback, due 10 July 2025.")
}

// A party of which the approval condition asks nothing is named for what it does.
func TestExplainNamesAPartyThatIsNotAskedForWhatItDoes(t *testing.T) {
	t.Parallel()
	a := club(3, condition.All(condition.Approved("p0"), condition.Approved("p1")))
	require.NotContains(t, explained(t, a, "", "06-01 approve p0"), "p2")
	require.Contains(t, explained(t, a, "", "06-01 sign p2"), "Signed by: p2.")
}

func TestExplainStaysShortOfManyThatSignAndLeave(t *testing.T) {
	t.Parallel()
	a := club(40, condition.Count(condition.AtLeast(2), ""))
	a.Notice = notice(10)
	text := explained(t, a, "", "06-01 sign\n06-01 approve p7\n06-01 approve p3\n06-02 implement\n06-10 withdraw p7\n06-09 withdraw p3\n06-11 suspend p3")
	require.NotContains(t, text, "Signed by", "of a deal in force nobody asks")
	require.Contains(t, text, "\nSuspended by: p3.")
	require.Contains(t, text, "\nUnder notice: p3 leaves on 19 June 2025, p7 leaves on 20 June 2025.")
	require.Less(t, strings.Count(text, "\n"), 12)
}

// An approval that the policy counts and the rules refuse, as one after the deadline, is
// told: nobody may read that there is none.
func TestExplainTellsAnApprovalThatWasRefused(t *testing.T) {
	t.Parallel()
	a := pairWith(func(a *dealstate.Agreement) { a.Deadline = time.Date(2025, 6, 10, 0, 0, 0, 0, time.UTC) })
	many := club(40, condition.Count(condition.AtLeast(2), ""))
	many.Deadline = a.Deadline
	for _, c := range []struct {
		of        dealstate.Agreement
		acts, say string
	}{
		{a, "06-01 approve a\n06-12 approve b", "Approval by b: given on 12 June 2025 (approve-b-06-12), after the deadline: refused"},
		{a, "06-01 approve a\n06-12 approve b\n06-13 approve b role=press", "Approval by b: given on 12 June 2025 (approve-b-06-12), after the deadline: refused; nearest: 13 June 2025, press"},
		{a, "06-01 approve a\n06-02 amend\n06-03 approve b rev=1", "Approval by b: given on 3 June 2025 (approve-b-06-03): refused"},
		{a, "06-01 approve b\n06-02 withdraw b\n06-12 approve b", "Approval by b: withdrawn on 2 June 2025 (instrument); given again on 12 June 2025 (approve-b-06-12), after the deadline: refused"},
		{a, "06-01 approve a\n06-12 note", "Approval by b: none in time that strict counts"},
		{a, "06-01 approve a\n06-02 approve b rev=2\n06-03 approve b", "b: approved on 3 June 2025 (instrument)"},
		{many, "06-01 approve p7\n06-12 approve p3", "Approved, but refused: p3 on 12 June 2025 (approve-p3-06-12), after the deadline."},
	} {
		require.Contains(t, explained(t, c.of, "", c.acts)+"\n", "\n  "+c.say+"\n")
	}
	d := open(t, a, "06-01 approve a\n06-12 approve b")
	require.Contains(t, d.Explain(), "after the deadline: refused")
	require.Contains(t, d.Latest().Explain(), "Approval by b: none in time that strict counts", "a snapshot knows of no decisions")
}

// Each line about a party names it the same way, also where another speaks for it.
func TestExplainNamesThePartyBesideItsApprover(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{ID: "d", Approval: condition.Share(condition.Percent(60), "", 0), Parties: []dealstate.Party{
		{ID: "ro", Name: "Romania", Weight: 65}, {ID: "md", Name: "Moldova", Approver: "Maia Popa", Weight: 34}, {ID: "xi", Approver: "xi", Weight: 1}}}
	text := explained(t, a, "", "06-01 approve ro")
	require.Contains(t, text, "  Romania: approved on 1 June 2025 (instrument)\n  Approval by Maia Popa (Moldova): none that strict counts\n  Approval by xi: none that")
	require.Contains(t, text, "Approval: 65 % of the 60 % of the weight needed (met).")
}

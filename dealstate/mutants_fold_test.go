package dealstate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// clocked is a deal of two parties that stays open until one of the rules, each on a
// clock, leads it elsewhere.
func clocked(rules ...dealstate.Rule) dealstate.Agreement {
	a := pair()
	open := []dealstate.State{"open"}
	l := dealstate.Lifecycle{Initial: "open", States: []dealstate.State{"open", "over"}, Final: []dealstate.State{"over"}, Rules: []dealstate.Rule{
		{ID: "approve", On: dealstate.Approve, From: open}, {ID: "end", On: dealstate.Terminate, From: open, To: "over"}}}
	for _, r := range rules {
		r.ID, r.From = "on_"+r.On.String(), open
		l.Rules = append(l.Rules, r)
		if r.To != "" {
			l.States, l.Final = append(l.States, r.To), append(l.Final, r.To)
		}
	}
	a.Lifecycle = &l
	return a
}

// Whoever takes an act sees at once what a delay of no time does.
func TestADelayOfNoTimePassesWithTheActThatBeginsIt(t *testing.T) {
	t.Parallel()
	m := machine(t, dated(t))
	c := m.Cursor(dealstate.Strict)
	take(t, m, c, "06-01 approve a")
	take(t, m, c, "06-02 approve b")
	require.Equal(t, dealstate.StateImplemented, c.State())
	require.Equal(t, date(t, "06-02"), c.Since())
}

// Law 9: clocks fire at their due instant, so the first to be due fires first, whatever
// its rank among those of one instant.
func TestOfTwoClocksTheOneThatIsDueFirstFires(t *testing.T) {
	t.Parallel()
	for deadline, want := range map[string]dealstate.State{"06-04": "deadline", "06-20": "effect"} {
		a := clocked(dealstate.Rule{On: dealstate.Deadline, To: "deadline"}, dealstate.Rule{On: dealstate.Effect, To: "effect"})
		a.Deadline, a.Effect = date(t, deadline), &dealstate.Delay{Days: 5}
		story := "06-01 approve a\n06-02 approve b"
		s, _ := told(t, a, "06-03", story)
		require.Equal(t, string(want), s.Next.Clock.String())
		s, _ = told(t, a, "06-30", story)
		require.Equal(t, want, s.State)
		require.Equal(t, string(want), s.By)
	}
}

// A clock is nobody's act: its guard may ask so, and is not asked of the act before.
func TestAClockIsNobodysAct(t *testing.T) {
	t.Parallel()
	for _, party := range []string{"a", "b"} {
		a := clocked(dealstate.Rule{On: dealstate.Deadline, To: "deadline", When: condition.ActOf("")})
		a.Deadline = date(t, "06-10")
		s, _ := told(t, a, "06-30", "06-01 approve "+party)
		require.Equal(t, dealstate.State("deadline"), s.State, party)
	}
}

func TestAClockWhoseGuardIsNotMetDoesNothing(t *testing.T) {
	t.Parallel()
	a := clocked(dealstate.Rule{On: dealstate.Deadline, To: "deadline", When: condition.Not(condition.Approved("a"))})
	a.Deadline = date(t, "06-10")
	s, decisions := told(t, a, "06-30", "06-01 approve a")
	require.Equal(t, dealstate.State("open"), s.State)
	require.Len(t, decisions, 1)
	require.Empty(t, s.Warnings)
}

// The record ends where a clock has moved the deal since, and not where one has fired.
func TestAClockThatMovesNothingDoesNotEndTheRecord(t *testing.T) {
	t.Parallel()
	a := clocked(dealstate.Rule{On: dealstate.Deadline})
	a.Deadline = date(t, "06-10")
	s, decisions := told(t, a, "06-30", "06-01 approve a")
	require.Len(t, decisions, 2)
	require.Equal(t, dealstate.State("open"), s.State)
	require.Empty(t, s.Warnings)
}

// A decision has the revision of the text afterwards, whatever it decides.
func TestEveryDecisionHasTheRevisionAfterIt(t *testing.T) {
	t.Parallel()
	_, decisions := told(t, pair(), "", `
		06-01 amend id=applied
		06-02 approve a role=press id=noted
		06-03 implement id=refused
		06-04 retract ref=noted id=retract
		06-05 approve b rev=1 id=earlier`)
	for _, d := range decisions {
		require.Equal(t, 2, d.Revision, d.Event)
	}
	require.Equal(t, []dealstate.Reason{{Code: dealstate.ReasonVoids, Event: "noted"}}, find(t, decisions, "retract").Reasons)
}

// A deal stands where it begins by the negotiation that was first.
func TestADealStandsWhereItBeginsByItsFirstNegotiation(t *testing.T) {
	t.Parallel()
	s, _ := told(t, pair(), "", "06-05 negotiate id=one\n06-07 negotiate id=two")
	require.Equal(t, "one", s.By)
}

// A denial is overruled by who says it again, and only by what speaks of this revision.
func TestADenialIsOverruledByWhoSaysItAgain(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"06-01 perform a for=k role=government\n06-02 perform a for=k mod=denied id=no\n06-03 perform a for=k":                          {},
		"06-01 perform a for=k role=government\n06-02 perform a for=k mod=denied id=no\n06-03 perform a for=k role=government id=again": {"denied k no"},
		"06-01 approve a role=government\n06-02 approve a mod=denied id=no\n06-03 approve a rev=7 id=far":                               {"denied a no"},
	} {
		require.Equal(t, want, doubts(officially(t, text)), text)
	}
}

// What says that the deal is carried out is the implement on which it came into force:
// neither what moved it afterwards, nor an implement that came after a clock.
func TestOnlyTheWordOnWhichItCameIntoForceIsDenied(t *testing.T) {
	t.Parallel()
	const denial = "\n06-09 implement role=government mod=denied id=no"
	s := officially(t, "06-01 approve a\n06-01 approve b\n06-02 implement role=government\n06-03 suspend\n06-04 resume"+denial)
	require.Equal(t, []string{"denied no"}, doubts(s))

	a := pair()
	a.Effect = &dealstate.Delay{}
	l := a.StandardLifecycle()
	l.Rules = append(l.Rules, dealstate.Rule{ID: "implement_again", On: dealstate.Implement, From: []dealstate.State{dealstate.StateImplemented}})
	a.Lifecycle = &l
	for _, more := range []string{"06-03 suspend", "06-03 implement role=government"} {
		s, _, err := machine(t, a).Fold(story(t, a.ID, "06-01 approve a\n06-01 approve b\n"+more+denial), dealstate.View{Policy: dealstate.Official})
		require.NoError(t, err)
		require.Empty(t, s.Warnings, more)
	}
}

// What the deal came into force on is no implement where an extension revived it.
func TestARevivedDealIsInForceOnNobodysWord(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Term = &dealstate.Delay{Days: 10}
	s, _, err := machine(t, a).Fold(story(t, a.ID, `
		06-01 approve a
		06-01 approve b
		06-02 implement role=government
		06-20 extend until=08-01
		06-21 implement role=government mod=denied id=no`), dealstate.View{Policy: dealstate.Official})
	require.NoError(t, err)
	require.Equal(t, dealstate.StateImplemented, s.State)
	require.Empty(t, s.Warnings)
}

// Who begins a new round is told so, with its revision.
func TestTheDecisionThatBeginsARoundSaysSo(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Deadline = date(t, "06-10")
	_, decisions := told(t, a, "", "06-01 approve a\n06-20 negotiate id=anew")
	reasons := find(t, decisions, "anew").Reasons
	require.Equal(t, dealstate.Reason{Code: dealstate.ReasonRound, Have: 2}, reasons[len(reasons)-1])
}

// The term of an old round does not run in the new one.
func TestANewRoundHasNoTermOfTheOldOne(t *testing.T) {
	t.Parallel()
	a := redrafted(t)
	a.Term = &dealstate.Delay{Months: 1}
	s, _ := told(t, a, "08-01", "06-01 reject a\n06-02 implement\n06-03 negotiate")
	require.Equal(t, dealstate.State("talks"), s.State)
	require.Nil(t, s.Next)
}

// The effect runs from when the condition is met, and is not set before or after.
func TestTheEffectIsSetWhileTheConditionIsMet(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Effect = &dealstate.Delay{Days: 5}
	m := machine(t, a)
	c := m.Cursor(dealstate.Strict)
	for _, step := range [][2]string{{"06-01 approve a", ""}, {"06-02 approve b", "06-07"}, {"06-03 amend", ""}, {"06-04 approve b", ""}, {"06-05 approve a", "06-10"}} {
		take(t, m, c, step[0])
		if step[1] == "" {
			require.Zero(t, c.Due(dealstate.ClockStatus{Clock: dealstate.Effect}), step[0])
			continue
		}
		require.Equal(t, date(t, step[1]), c.Due(dealstate.ClockStatus{Clock: dealstate.Effect}), step[0])
	}
}

// A denial warns of what stands, and of that commitment which it denies.
func TestADenialWarnsOnlyOfWhatStands(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Commitments = []dealstate.Commitment{{ID: "k1", Party: "a"}, {ID: "k2", Party: "b"}, {ID: "k3", Party: "b"}}
	m := machine(t, a)
	for text, want := range map[string][]string{
		"06-01 perform a for=k1\n06-01 perform b for=k2 role=government\n06-02 perform b for=k2 mod=denied id=no":        {"denied k2 no"},
		"06-01 perform b for=k3 role=government\n06-02 perform b for=k3 mod=denied id=no":                                {"denied k3 no"},
		"06-01 approve a role=government\n06-02 approve a mod=denied id=no\n06-03 amend":                                 {},
		"06-01 approve a\n06-01 approve b\n06-02 implement role=government\n06-03 implement mod=denied\n06-04 terminate": {},
	} {
		s, _, err := m.Fold(story(t, a.ID, text), dealstate.View{Policy: dealstate.Official})
		require.NoError(t, err)
		require.Equal(t, want, doubts(s), text)
	}
	desk := dealstate.Policy{Name: "desk", Binding: dealstate.Roles(dealstate.Government)}
	s, _, err := m.Fold(story(t, a.ID, "06-01 approve a role=government\n06-02 withdraw a id=no"), dealstate.View{Policy: desk})
	require.NoError(t, err)
	require.Equal(t, []string{"denied a no"}, doubts(s))
}

func TestADenialSaysWhatIsDeniedAndWhen(t *testing.T) {
	t.Parallel()
	s := officially(t, "06-01 perform a for=k role=government\n06-02 perform a for=k mod=denied id=no")
	require.Equal(t, []dealstate.Reason{{Code: dealstate.ReasonDenied, Subject: "k", Event: "no", Detail: "perform", At: date(t, "06-02")}}, s.Warnings)
}

// Events are compared in the form in which they are kept, and come back as they came.
func TestAnEventComesBackAsItWasAndComparesSo(t *testing.T) {
	t.Parallel()
	e := line2event(t, "pair", "06-01 approve a id=b")
	e.Note, e.Source = "by fax", dealstate.Source{Publisher: "Gazette", URL: "https://example.org", Published: "2025-06-01"}
	d, err := dealstate.New(pair(), dealstate.Strict)
	require.NoError(t, err)
	_, err = d.Record(e)
	require.NoError(t, err)
	kept, _, ok := d.Event("b")
	require.True(t, ok)
	require.Equal(t, e.Note, kept.Note)
	require.Equal(t, e.Source, kept.Source)
	o := line2event(t, "pair", "06-01 approve a id=a rec=2025-06-01T00:00:00Z")
	require.Positive(t, e.Compare(o), "recorded left out is at")
	require.Negative(t, o.Compare(e))
}

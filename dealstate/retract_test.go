package dealstate_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

func TestRetractedEventIsAsIfItHadNotHappened(t *testing.T) {
	t.Parallel()
	s, decisions := told(t, pair(), "", `
		06-01 approve a
		06-02 approve b
		06-03 retract ref=approve-b-06-02 id=sorry`)
	require.Equal(t, dealstate.State("awaiting_b_approval"), s.State)
	require.Equal(t, lines(`
		approve-a-06-01 applied negotiated>awaiting_b_approval
		approve-b-06-02 noted: retracted
		sorry applied`), summaries(decisions))
	require.Equal(t, "retracted by sorry", decisions[1].Reasons[0].String())
}

func TestRetractionHoldsForTheInstantsBeforeIt(t *testing.T) {
	t.Parallel()
	text := "06-01 approve a\n06-02 approve b\n06-03 retract ref=approve-b-06-02 id=sorry"
	s, _ := told(t, pair(), "06-02", text)
	require.Equal(t, dealstate.State("awaiting_b_approval"), s.State, "a correction is about the record, not about the day")
}

func TestRetractionIsNotSeenBeforeItIsKnown(t *testing.T) {
	t.Parallel()
	deal := open(t, pair(), "06-01 approve a\n06-02 approve b\n06-02 retract ref=approve-b-06-02 id=sorry rec=06-10")
	for known, want := range map[string]dealstate.State{"06-09": dealstate.StateApproved, "06-10": "awaiting_b_approval"} {
		for _, asOf := range []string{"06-02", "06-10", "07-01"} {
			s := deal.At(dealstate.View{AsOf: date(t, asOf), KnownBy: date(t, known)})
			require.Equal(t, want, s.State, "as of %s, known by %s", asOf, known)
		}
	}
}

func TestRetractOfARetractRevivesTheEvent(t *testing.T) {
	t.Parallel()
	s, decisions := told(t, pair(), "", `
		06-01 approve a
		06-02 approve b
		06-03 retract ref=approve-b-06-02 id=r1
		06-04 retract ref=r1 id=r2`)
	require.Equal(t, dealstate.StateApproved, s.State)
	require.Equal(t, "r1 noted: retracted", summary(find(t, decisions, "r1")))
	require.Equal(t, "r2 applied", summary(find(t, decisions, "r2")))
}

func TestRetractArrivesBeforeItsTarget(t *testing.T) {
	t.Parallel()
	deal := open(t, pair(), "06-01 approve a\n06-03 retract ref=lie id=sorry")
	require.Equal(t, "sorry noted: no_target", summary(find(t, slices.Collect(deal.Decisions()), "sorry")))
	d, err := deal.Record(line2event(t, "pair", "06-02 approve b id=lie"))
	require.NoError(t, err)
	require.Equal(t, "lie noted: retracted", summary(d))
	require.Len(t, d.Revised, 1)
	require.Equal(t, dealstate.Applied, d.Revised[0].Now.Outcome)
	require.Equal(t, "sorry", d.Revised[0].Now.Event)
	require.Equal(t, dealstate.State("awaiting_b_approval"), deal.Latest().State)
}

func TestAClockThatFiresNoMoreHasNoDecisionNow(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Effect = &dealstate.Delay{Days: 3}
	deal := open(t, a, "06-01 approve a\n06-02 approve b\n06-09 note")
	d, err := deal.Record(line2event(t, "pair", "06-10 retract ref=approve-b-06-02 id=r"))
	require.NoError(t, err)
	undone := d.Revised[len(d.Revised)-1]
	require.Equal(t, "effect clock: applied, approved → implemented: the effect came due", undone.Was.String())
	require.Equal(t, "no decision", undone.Now.String())
}

func TestRetractOfAnUnknownEventIsKeptAndChangesNothing(t *testing.T) {
	t.Parallel()
	s, decisions := told(t, pair(), "", "06-01 approve a\n06-02 retract ref=nobody id=r")
	require.Equal(t, "r noted: no_target", summary(decisions[1]))
	require.Equal(t, "nobody is not on record", decisions[1].Reasons[0].String())
	require.Equal(t, dealstate.State("awaiting_b_approval"), s.State)
}

func TestOnlyAnAssertedRetractVoids(t *testing.T) {
	t.Parallel()
	for _, mod := range []string{"conditional", "denied", "planned"} {
		s, decisions := told(t, pair(), "", "06-01 approve a\n06-02 retract ref=approve-a-06-01 id=r mod="+mod)
		require.Equal(t, dealstate.State("awaiting_b_approval"), s.State, mod)
		require.Equal(t, "r noted: modality", summary(decisions[1]))
	}
}

func TestRetractNeedsNoRole(t *testing.T) {
	t.Parallel()
	a := pair()
	deal := open(t, a, "06-01 approve a")
	d, err := deal.Record(dealstate.Event{ID: "r", Deal: "pair", Kind: dealstate.Retract, Ref: "approve-a-06-01", At: date(t, "06-02")})
	require.NoError(t, err)
	require.Equal(t, dealstate.Applied, d.Outcome)
	require.Equal(t, dealstate.StateNegotiated, deal.Latest().State)
}

func TestCircleOfRetractsVoidsNothing(t *testing.T) {
	t.Parallel()
	for n := 2; n <= 5; n++ {
		text := "06-01 approve a id=r-1\n"
		for i := range n {
			text += fmt.Sprintf("06-%02d retract ref=r%d id=r%d\n", 2+i, (i+1)%n, i)
		}
		s, decisions := told(t, pair(), "", text)
		require.Equal(t, dealstate.State("awaiting_b_approval"), s.State)
		for i := range n {
			require.Equal(t, fmt.Sprintf("r%d noted: circular", i), summary(decisions[1+i]))
		}
	}
}

func TestRetractFromOutsideMayVoidOneOfACircle(t *testing.T) {
	t.Parallel()
	_, decisions := told(t, pair(), "", `
		06-01 approve a
		06-02 retract ref=r2 id=r1
		06-03 retract ref=r1 id=r2
		06-04 retract ref=r1 id=judge`)
	require.Equal(t, "judge applied", summary(find(t, decisions, "judge")))
	require.Contains(t, summary(find(t, decisions, "r1")), "retracted")
}

func TestTwoRetractsOfOneEventNeedBothVoidedToReviveIt(t *testing.T) {
	t.Parallel()
	text := "06-01 approve a\n06-02 retract ref=approve-a-06-01 id=r1\n06-03 retract ref=approve-a-06-01 id=r2\n06-04 retract ref=r1 id=u1\n"
	s, _ := told(t, pair(), "", text)
	require.Equal(t, dealstate.StateNegotiated, s.State)
	s, _ = told(t, pair(), "", text+"06-05 retract ref=r2 id=u2")
	require.Equal(t, dealstate.State("awaiting_b_approval"), s.State)
}

func TestRetractionReportsWhatItRevises(t *testing.T) {
	t.Parallel()
	deal := open(t, pair(), "06-01 approve a\n06-02 approve b\n06-03 implement")
	d, err := deal.Record(line2event(t, "pair", "06-04 retract ref=approve-b-06-02 id=r"))
	require.NoError(t, err)
	require.Equal(t, "r applied", summary(d))
	require.Len(t, d.Revised, 2)
	require.Equal(t, "approve-b-06-02 noted: retracted", summary(d.Revised[0].Now))
	require.Equal(t, "implement-06-03 applied approved>implemented", summary(d.Revised[1].Was))
	require.Equal(t, "implement-06-03 refused: not_approved", summary(d.Revised[1].Now))
}

func TestRetractedApprovalIsNoEvidenceEither(t *testing.T) {
	t.Parallel()
	s, _ := told(t, pair(), "", "06-01 approve a role=press id=rumour\n06-02 retract ref=rumour id=r")
	a, _ := s.Party("a")
	require.Nil(t, a.Nearest)
}

func TestRetractionMayStopAClockThatHasFired(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Effect = &dealstate.Delay{Days: 10}
	deal := open(t, a, "06-01 approve a\n06-02 approve b\n06-20 note id=n")
	require.Equal(t, dealstate.StateImplemented, deal.Latest().State)
	d, err := deal.Record(line2event(t, "pair", "06-21 retract ref=approve-b-06-02 id=r"))
	require.NoError(t, err)
	require.Equal(t, dealstate.State("awaiting_b_approval"), deal.Latest().State)
	gone := d.Revised[len(d.Revised)-1]
	require.Equal(t, dealstate.Effect, gone.Was.Clock)
	require.Zero(t, gone.Now)
}

// A hostile log must cost time in proportion to its length, and no stack. The
// measure is a log of as many notes, so that a slow machine does not matter, and the
// time is the processor's, so that a busy one does not either. Even of the
// short run's length the square takes seconds.
func TestLongChainsOfRetractsFoldInNoTime(t *testing.T) { // alone, for it measures
	n := proof.Times(100_000, 20_000)
	for name, c := range map[string]struct {
		events int
		ref    func(i int) int
	}{
		"chain":        {n, func(i int) int { return i - 1 }},
		"reverse":      {n, func(i int) int { return i + 1 }},
		"one circle":   {n, func(i int) int { return (i + 1) % n }},
		"small rings":  {n, func(i int) int { return i ^ 1 }},
		"no target":    {n, func(int) int { return 10 * n }},
		"tail to ring": {n, func(i int) int { return max(i-1, 4-2*i) }},
		"one target":   {12_500, func(int) int { return 0 }},
	} {
		t.Run(name, func(t *testing.T) {
			limit := 10*folds(t, dealstate.Note, c.events, c.ref) + time.Second/2
			require.Less(t, folds(t, dealstate.Retract, c.events, c.ref), limit)
		})
	}
}

// folds tells how long a log takes of one approval and then events that each
// refer to another.
func folds(t *testing.T, kind dealstate.Kind, n int, ref func(int) int) time.Duration {
	t.Helper()
	m, err := dealstate.Compile(pair())
	require.NoError(t, err)
	events := []dealstate.Event{{ID: "r0", Deal: "pair", Kind: dealstate.Approve, Party: "a", Role: dealstate.Instrument, At: date(t, "06-01")}}
	for i := 1; i < n; i++ {
		events = append(events, dealstate.Event{ID: fmt.Sprintf("r%d", i), Deal: "pair", Kind: kind, Ref: fmt.Sprintf("r%d", ref(i)), At: date(t, "06-02")})
	}
	began := proof.CPU()
	_, decisions, err := m.Fold(events, dealstate.View{})
	require.NoError(t, err)
	require.Len(t, decisions, n)
	return proof.CPU() - began
}

func TestChainOfRetractsAlternates(t *testing.T) {
	t.Parallel()
	text := "06-01 approve a id=r0\n"
	for i := 1; i <= 9; i++ {
		text += fmt.Sprintf("06-%02d retract ref=r%d id=r%d\n", 1+i, i-1, i)
		s, _ := told(t, pair(), "", text)
		want := dealstate.StateNegotiated
		if i%2 == 0 {
			want = "awaiting_b_approval"
		}
		require.Equal(t, want, s.State, "%d retracts", i)
	}
}

package render

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// partsDeal is a deal that chance wrote, of two or three parties, with notice, deadlines
// and every act.
func partsDeal(t testing.TB, r *rand.Rand, n int) Replay {
	a := dealstate.Agreement{ID: "d", Parties: []dealstate.Party{{ID: "a"}, {ID: "b"}}, Effect: &dealstate.Delay{Days: 2}, Notice: &dealstate.NoticePeriod{Delay: dealstate.Delay{Days: 20}},
		Commitments: []dealstate.Commitment{{ID: "dated", Party: "a", Deadline: time.Date(2025, 1, 30, 0, 0, 0, 0, time.UTC)}, {ID: "delayed", Party: "b", Within: &dealstate.Delay{Days: 9}}, {ID: "open", Party: "b"}}}
	if r.IntN(2) == 0 {
		a.Parties = append(a.Parties, dealstate.Party{ID: "c"})
	}
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	var events []dealstate.Event
	for i := range n {
		e := dealstate.Event{ID: fmt.Sprint("e", i), Deal: "d", Kind: dealstate.Approve, Role: dealstate.Instrument, At: time.Date(2025, 1, 1, r.IntN(24*60), 0, 0, 0, time.UTC)}
		if kinds := dealstate.Kinds(); r.IntN(3) > 0 {
			e.Kind = kinds[r.IntN(len(kinds))]
		}
		if r.IntN(4) > 0 {
			e.Party = a.Parties[r.IntN(len(a.Parties))].ID
		}
		if c := a.Commitments[r.IntN(3)]; e.Kind == dealstate.Perform || e.Kind == dealstate.Breach || (e.Kind == dealstate.Suspend || e.Kind == dealstate.Resume) && r.IntN(2) == 0 {
			e.Commitment = c.ID
			if e.Kind == dealstate.Perform || e.Kind == dealstate.Breach {
				e.Party = c.Party
			}
		}
		if m.Admit(e) == nil {
			events = append(events, e)
		}
	}
	s, err := ReplayOfEvents(m, events, dealstate.View{AsOf: time.Date(2025, 3, 2, 0, 30, 0, 0, time.UTC)})
	require.NoError(t, err)
	return s
}

// The strips and the commitments' bars are worked out from the decisions; the snapshot
// comes from the fold.
func TestTheLastStripsAgreeWithTheSnapshot(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	last := func(bars []bar, asOf time.Time) string {
		if n := len(bars); n > 0 && bars[n-1].to.Equal(asOf) {
			seen[bars[n-1].label]++
			return bars[n-1].label
		}
		return ""
	}
	for seed := range uint64(proof.Times(600, 250)) {
		s := partsDeal(t, rand.New(rand.NewPCG(seed, 3)), 12)
		x := s.indexed()
		strips, bars, histories := x.strips(), x.approvalBars(), x.commitmentHistories()
		for _, p := range s.Snapshot.Parties {
			want := partsOf{signed: p.Signed, applied: p.Provisional, suspended: p.Suspended, leaves: p.Leaves, approved: p.Standing == dealstate.StandingApproved}
			require.Equal(t, string(want.shown()), last(strips[p.Party], s.Snapshot.AsOf), "seed %d, %s: %+v", seed, p.Party, p)
			if got := last(bars[p.Party], s.Snapshot.AsOf); p.Standing != dealstate.StandingOutstanding {
				require.Equal(t, p.Standing.String(), got, "seed %d, %s", seed, p.Party)
			}
		}
		for _, c := range s.Snapshot.Commitments {
			l := histories[c.Commitment]
			want := commitmentHistory{done: !c.At.IsZero(), broken: !c.Breached.IsZero(), overdue: !c.Overdue.IsZero()}
			require.Equal(t, want.shown().label, last(l.bars, s.Snapshot.AsOf), "seed %d, %s: %+v", seed, c.Commitment, c)
			require.Equal(t, c.Suspended, last(l.strips, s.Snapshot.AsOf) != "", "seed %d, %s", seed, c.Commitment)
		}
		requireApart(t, svgOf(t, Timeline{Replays: []Replay{s}, Width: 900}), fmt.Sprint("seed ", seed))
	}
	for _, label := range []string{"signed", "provisional", "suspended", "leaving", "performed", "breached", "overdue"} {
		require.NotZero(t, seen[label], "%s: chance never came to it", label)
	}
}

// What is left out is what the deal has no use for, and its last line says so.
func TestADiagramLeavesOutOnlyWhatTheDealHasNot(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{ID: "d", Parties: []dealstate.Party{{ID: "us"}, {ID: "china"}}}
	drawnOf := func(a dealstate.Agreement, events ...dealstate.Event) string {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		s, err := ReplayOfEvents(m, events, dealstate.View{})
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, s.Diagram().SVG(&b))
		whole := b.String()
		b.Reset()
		require.NoError(t, s.Diagram().Whole().SVG(&b))
		for _, word := range []string{"  provisional</text>", ", breach", "negotiate, sign", "the overdue"} {
			require.Contains(t, b.String(), word)
		}
		require.NotContains(t, b.String(), "Not drawn")
		return whole
	}
	plain := drawnOf(a)
	require.Contains(t, plain, "Not drawn, for there is none here: the standard rules on sign, apply, breach, the overdue clock, the reached clock.")
	require.NotContains(t, plain, "  provisional</text>")

	act := func(k dealstate.Kind) dealstate.Event {
		return dealstate.Event{ID: "e", Deal: "d", Kind: k, Party: "us", Commitment: map[dealstate.Kind]string{dealstate.Breach: "c"}[k], Role: dealstate.Instrument, At: time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)}
	}
	require.Contains(t, drawnOf(a, act(dealstate.Apply)), "  provisional</text>", "one side alone applies it; the other may follow")
	require.Contains(t, drawnOf(a, act(dealstate.Sign)), "stays here on negotiate, sign")
	a.Commitments = []dealstate.Commitment{{ID: "c", Party: "us", Within: &dealstate.Delay{Days: 3}}}
	dated := drawnOf(a, act(dealstate.Breach))
	require.Contains(t, dated, "the overdue clock")
	require.Contains(t, dated, "standard rules on sign, apply, the reached clock.")

	a.Lifecycle = &dealstate.Lifecycle{Extends: "standard", Rules: []dealstate.Rule{{ID: "own", On: dealstate.Sign, From: []dealstate.State{"negotiated"}, To: "approved"}}}
	require.Contains(t, strings.ReplaceAll(drawnOf(a), "\n", " "), "1 → sign", "an agreement's own rules are always drawn")
}

// On 2 July one side had performed half, and the other nothing.
func TestTheBalanceIsAStepForEachSide(t *testing.T) {
	t.Parallel()
	s := partsDeal(t, rand.New(rand.NewPCG(1, 1)), 0)
	require.Empty(t, Replay{Machine: s.Machine}.Balance().Series)
	require.Empty(t, Replay{}.Balance().Series)
	act := func(id string, k dealstate.Kind, party, commitment string, day int) dealstate.Event {
		return dealstate.Event{ID: id, Deal: "d", Kind: k, Party: party, Commitment: commitment, Role: dealstate.Instrument, At: time.Date(2025, 1, day, 0, 0, 0, 0, time.UTC)}
	}
	s, err := ReplayOfEvents(s.Machine, []dealstate.Event{act("1", dealstate.Negotiate, "", "", 1), act("2", dealstate.Perform, "b", "open", 3), act("3", dealstate.Perform, "b", "delayed", 4), act("4", dealstate.Breach, "b", "open", 5)},
		dealstate.View{AsOf: time.Date(2025, 1, 11, 0, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	c := s.Balance()
	require.Equal(t, []string{"a: 0 of 1", "b: 1 of 2"}, []string{c.Series[0].Name, c.Series[1].Name})
	require.Equal(t, []Point{{}, {X: 10}}, c.Series[0].Points)
	require.Equal(t, []Point{{}, {X: 2, Y: .5}, {X: 3, Y: 1}, {X: 4, Y: .5}, {X: 10, Y: .5}}, c.Series[1].Points)
}

func TestAlertsAreShownGravestFirstAndNotAllOfMany(t *testing.T) {
	t.Parallel()
	at := time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
	m, err := dealstate.Compile(dealstate.Agreement{ID: "nine", Parties: []dealstate.Party{{ID: "p0"}, {ID: "p1"}}})
	require.NoError(t, err)
	s := Replay{Machine: m}
	s.Snapshot.Commitments = []dealstate.CommitmentStatus{{Breached: at, Overdue: at}, {Overdue: at}, {Suspended: true}}
	for i := range 9 {
		s.Snapshot.Parties = append(s.Snapshot.Parties, dealstate.PartyStatus{Party: fmt.Sprint("p", i), Leaves: at, Signed: true, Standing: dealstate.StandingApproved})
	}
	require.Equal(t, []alert{{"1 breached", "vermilion"}, {"2 overdue", "orange"}, {"1 suspended", "blue"}, {"p0: leaves on 1 Jun 2025", "vermilion"}, {"p1: leaves on 1 Jun 2025", "vermilion"}, {"and 7 more", "grey"}}, s.indexed().alerts())
}

func TestASpeakerWithoutARoleHasNoEmptyPart(t *testing.T) {
	at := time.Date(2025, 6, 25, 0, 0, 0, 0, time.UTC)
	require.Equal(t, "desk, learned 27 Jun 2025", speaker(dealstate.Event{Kind: dealstate.Note, By: "desk", At: at, Recorded: at.AddDate(0, 0, 2)}))
	require.Empty(t, speaker(dealstate.Event{Kind: dealstate.Note, At: at}))
	require.Equal(t, "press, Yicai", speaker(dealstate.Event{Role: dealstate.Press, At: at, Source: dealstate.Source{Publisher: "Yicai"}}))
}

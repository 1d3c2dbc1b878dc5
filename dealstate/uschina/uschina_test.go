package uschina_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

func about(t *testing.T, a dealstate.Agreement) []dealstate.Event {
	t.Helper()
	var events []dealstate.Event
	for e, err := range uschina.Events() {
		require.NoError(t, err)
		if e.Deal == a.ID {
			events = append(events, e)
		}
	}
	require.NotEmpty(t, events)
	return events
}

// endOf is the last second of a day in UTC.
func endOf(t *testing.T, day string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateOnly, day)
	require.NoError(t, err)
	return at.Add(24*time.Hour - time.Second)
}

// orders gives the log as it is, backwards, and in some random orders.
func orders(events []dealstate.Event) [][]dealstate.Event {
	var out [][]dealstate.Event
	for seed := range uint64(12) {
		shuffled := append([]dealstate.Event(nil), events...)
		switch seed {
		case 0:
		case 1:
			for i, e := range events {
				shuffled[len(events)-1-i] = e
			}
		default:
			rand.New(rand.NewPCG(seed, 1)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		}
		out = append(out, shuffled)
	}
	return out
}

func TestLondonStandsWhereThePolicyPutsItInWhateverOrderTheLogComes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		asOf, known string
		policy      dealstate.Policy
		state       dealstate.State
		since       string // a date, or "" for any
	}{
		{"2025-06-12", "2025-06-12", dealstate.Strict, "awaiting_approvals", "2025-06-10"},
		{"2025-06-12", "2025-06-12", dealstate.Official, "awaiting_approvals", "2025-06-10"},
		{"2025-06-12", "2025-06-12", dealstate.Reported, "awaiting_approvals", "2025-06-10"},
		{"2025-06-28", "2025-06-28", dealstate.Strict, "awaiting_xi_approval", "2025-06-25"},
		{"2025-06-28", "2025-06-28", dealstate.Official, "approved", "2025-06-27"},
		{"2025-06-28", "2025-06-28", dealstate.Reported, "approved", "2025-06-24"},
		{"2025-07-05", "2025-07-05", dealstate.Strict, "awaiting_xi_approval", "2025-06-25"},
		{"2025-07-05", "2025-07-05", dealstate.Official, "approved", "2025-06-27"},
		{"2025-07-05", "2025-07-05", dealstate.Reported, "approved", "2025-06-24"},
		{"2025-07-29", "2025-07-29", dealstate.Strict, "awaiting_xi_approval", "2025-06-25"},
		{"2025-07-29", "2025-07-29", dealstate.Official, "implemented", "2025-07-29"},
		{"2025-07-29", "2025-07-29", dealstate.Reported, "implemented", "2025-07-29"},
		{"2025-06-25", "2025-06-28", dealstate.Reported, "approved", "2025-06-24"},
		{"2025-06-25", "2025-06-25", dealstate.Reported, "awaiting_approvals", "2025-06-10"},
	} {
		m, err := dealstate.Compile(uschina.London())
		require.NoError(t, err)
		for _, events := range orders(about(t, uschina.London())) {
			s, _, err := m.Fold(events, dealstate.View{AsOf: endOf(t, c.asOf), KnownBy: endOf(t, c.known), Policy: c.policy})
			require.NoError(t, err)
			require.Equal(t, c.state, s.State, "%s as of %s, known by %s", c.policy.Name, c.asOf, c.known)
			require.Equal(t, c.since, s.Since.Format(time.DateOnly))
		}
	}
}

func TestLondonRecordedInAnyOrderEndsInTheSameSnapshot(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	for _, policy := range dealstate.Policies() {
		var want string
		for _, events := range orders(about(t, uschina.London())) {
			deal := m.NewDeal(policy)
			for _, e := range events {
				_, err := deal.Record(e)
				require.NoError(t, err)
			}
			text, err := deal.Latest().MarshalJSON()
			require.NoError(t, err)
			if want == "" {
				want = string(text)
			}
			require.Equal(t, want, string(text))
		}
	}
}

func TestTrumpsDoneIsConditionalUnderEveryPolicy(t *testing.T) {
	t.Parallel()
	for _, policy := range dealstate.Policies() {
		deal, err := uschina.Open(uschina.London(), policy)
		require.NoError(t, err)
		_, decisions := deal.Replay(dealstate.View{AsOf: endOf(t, "2025-06-12"), KnownBy: endOf(t, "2025-06-12")})
		for _, d := range decisions {
			if strings.HasPrefix(d.Event, "london-trump-0611") {
				require.Equal(t, dealstate.Noted, d.Outcome)
				require.Equal(t, dealstate.ReasonModality, d.Reasons[0].Code)
			}
		}
	}
}

func TestXiHasNeverSpokenForHimselfAndTheNearestWordIsNamed(t *testing.T) {
	t.Parallel()
	deal, err := uschina.Open(uschina.London(), dealstate.Strict)
	require.NoError(t, err)
	s := deal.Latest()
	require.Equal(t, []string{"china"}, s.Awaiting)
	china, _ := s.Party("china")
	require.Equal(t, "mofcom-0627", china.Nearest.Event)
	require.Contains(t, s.Explain(), "Approval by Xi (China): none that strict counts; nearest: MOFCOM spokesperson, 27 June 2025, government")
}

func TestContradictoryReportsOfTheSigningBothStayIn(t *testing.T) {
	t.Parallel()
	deal, err := uschina.Open(uschina.London(), dealstate.Reported)
	require.NoError(t, err)
	got := map[string]dealstate.Outcome{}
	for d := range deal.Decisions() {
		got[d.Event] = d.Outcome
	}
	require.Equal(t, dealstate.Applied, got["london-lutnick-0624"])
	require.Equal(t, dealstate.Noted, got["london-trump-0625"], "the second date is evidence, not a second approval")
}

func TestChinaHasNeverApprovedMadridStrictly(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(uschina.Madrid())
	require.NoError(t, err)
	for _, events := range orders(about(t, uschina.Madrid())) {
		for policy, want := range map[dealstate.Policy]dealstate.Standing{
			dealstate.Strict: dealstate.StandingOutstanding, dealstate.Official: dealstate.StandingOutstanding, dealstate.Reported: dealstate.StandingApproved,
		} {
			s, _, err := m.Fold(events, dealstate.View{AsOf: endOf(t, "2025-09-20"), KnownBy: endOf(t, "2025-09-20"), Policy: policy})
			require.NoError(t, err)
			china, _ := s.Party("china")
			require.Equal(t, want, china.Standing, policy.Name)
			if want == dealstate.StandingOutstanding {
				require.Contains(t, s.Awaiting, "china")
				require.Equal(t, "madrid-trump-0919", china.Nearest.Event)
			}
		}
	}
}

func TestBothSidesOfBusanTakeEffectAtOneInstant(t *testing.T) {
	t.Parallel()
	start := time.Date(2025, 11, 10, 5, 1, 0, 0, time.UTC)
	require.True(t, start.Equal(time.Date(2025, 11, 10, 0, 1, 0, 0, time.FixedZone("EST", -5*3600))))
	require.True(t, start.Equal(time.Date(2025, 11, 10, 13, 1, 0, 0, time.FixedZone("Beijing", 8*3600))))
	m, err := dealstate.Compile(uschina.Busan())
	require.NoError(t, err)
	for _, events := range orders(about(t, uschina.Busan())) {
		before, _, err := m.Fold(events, dealstate.View{AsOf: start.Add(-time.Nanosecond)})
		require.NoError(t, err)
		require.Equal(t, dealstate.StateApproved, before.State)
		require.Equal(t, start, before.Next.Due)
		s, _, err := m.Fold(events, dealstate.View{AsOf: start})
		require.NoError(t, err)
		require.Equal(t, dealstate.StateImplemented, s.State)
		require.Equal(t, start, s.Since)
		require.Equal(t, start, s.InForce)
		for _, p := range s.Parties {
			require.Equal(t, start, p.InForce, p.Party)
		}
	}
}

// The president of one side says that it is done, and nobody of the other side has said
// that it approves: the case for which the standards of proof are kept apart.
func TestMadridIsImplementedOnTheOtherSidesWordOnly(t *testing.T) {
	t.Parallel()
	for policy, want := range map[dealstate.Policy]dealstate.State{
		dealstate.Strict: "awaiting_xi_approval", dealstate.Official: "awaiting_xi_approval", dealstate.Reported: dealstate.StateImplemented,
	} {
		deal, err := uschina.Open(uschina.Madrid(), policy)
		require.NoError(t, err)
		require.Equal(t, want, deal.Latest().State, policy.Name)
		for d := range deal.Decisions() {
			if d.Event == "madrid-trump-0122-done" && want != dealstate.StateImplemented {
				require.Equal(t, dealstate.Refused, d.Outcome)
				require.Equal(t, "china has not approved", d.Reasons[0].String())
			}
		}
	}
}

func TestBusanEndsAfterItsYear(t *testing.T) {
	t.Parallel()
	deal, err := uschina.Open(uschina.Busan(), dealstate.Strict)
	require.NoError(t, err)
	end := time.Date(2026, 11, 10, 5, 1, 0, 0, time.UTC)
	require.Equal(t, dealstate.StateImplemented, deal.At(dealstate.View{AsOf: end.Add(-time.Nanosecond)}).State)
	require.Equal(t, dealstate.StateExpired, deal.At(dealstate.View{AsOf: end}).State)
}

func TestGenevaIsInEffectWithoutALeadersApprovalAndIsProlongedTwice(t *testing.T) {
	t.Parallel()
	deal, err := uschina.Open(uschina.Geneva(), dealstate.Strict)
	require.NoError(t, err)
	for day, want := range map[string]dealstate.State{
		"2025-05-13": dealstate.StateApproved, "2025-05-14": dealstate.StateImplemented,
		"2025-08-13": dealstate.StateImplemented, "2025-11-10": dealstate.StateImplemented, "2026-11-11": dealstate.StateExpired,
	} {
		require.Equal(t, want, deal.At(dealstate.View{AsOf: endOf(t, day)}).State, day)
	}
	require.Equal(t, dealstate.StateExpired, deal.At(dealstate.View{AsOf: endOf(t, "2025-08-13"), KnownBy: endOf(t, "2025-08-10")}).State,
		"before the extensions were known, it was to end on 12 August")
}

func TestStockholmIsAtHomeInBothCapitalsByTheTwelfthOfAugust(t *testing.T) {
	t.Parallel()
	deal, err := uschina.Open(uschina.Stockholm(), dealstate.Strict)
	require.NoError(t, err)
	require.Equal(t, dealstate.StateAwaitingApprovals, deal.At(dealstate.View{AsOf: endOf(t, "2025-07-30")}).State)
	require.Equal(t, dealstate.State("awaiting_xi_approval"), deal.At(dealstate.View{AsOf: endOf(t, "2025-08-11")}).State)
	require.Equal(t, dealstate.StateImplemented, deal.At(dealstate.View{AsOf: endOf(t, "2025-08-12")}).State)
	require.Equal(t, dealstate.StateExpired, deal.At(dealstate.View{AsOf: endOf(t, "2025-11-10")}).State)
}

func TestEveryEventIsOfADealAndSaysWhoAndWhy(t *testing.T) {
	t.Parallel()
	deals := map[string]bool{}
	for _, a := range uschina.Agreements() {
		deals[a.ID] = true
		_, err := dealstate.Compile(a)
		require.NoError(t, err)
	}
	seen := map[string]bool{}
	for e, err := range uschina.Events() {
		require.NoError(t, err)
		require.True(t, deals[e.Deal], e.ID)
		require.False(t, seen[e.ID], e.ID)
		seen[e.ID] = true
		require.NotEmpty(t, e.By, e.ID)
		require.NotEmpty(t, e.Note, e.ID)
		require.False(t, e.Recorded.IsZero(), e.ID)
	}
}

func TestAgreementsDescendFromGeneva(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, a := range uschina.Agreements() {
		for _, id := range a.Implements {
			require.True(t, known[id], "%s carries out %s, which is not there or later", a.ID, id)
		}
		known[a.ID] = true
	}
}

func TestLogIsWrittenAsItIsRead(t *testing.T) {
	t.Parallel()
	var once, twice bytes.Buffer
	require.NoError(t, dealstate.WriteEvents(&once, uschina.Events()))
	require.NoError(t, dealstate.WriteEvents(&twice, dealstate.ReadEvents(bytes.NewReader(once.Bytes()))))
	require.Equal(t, once.String(), twice.String())
}

func TestAgreementsAreTheCallersOwn(t *testing.T) {
	t.Parallel()
	a := uschina.London()
	a.Parties[0].Approver = "somebody else"
	require.Equal(t, "Trump", uschina.London().Parties[0].Approver)
}

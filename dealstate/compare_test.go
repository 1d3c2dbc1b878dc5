package dealstate_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

func london(t *testing.T, moment, policy string) (dealstate.Snapshot, []dealstate.Decision) {
	t.Helper()
	deal, err := uschina.Open(uschina.London(), dealstate.Strict)
	require.NoError(t, err)
	v, err := dealstate.ParseView(moment, moment, policy)
	require.NoError(t, err)
	return deal.Replay(v)
}

func TestCompareSaysWhatChangedBetweenTwoViews(t *testing.T) {
	t.Parallel()
	was, decided := london(t, "2025-06-26", "official")
	now, redecided := london(t, "2025-06-27", "official")
	var said []string
	for _, d := range was.Compare(now) {
		said = append(said, d.String())
	}
	require.Equal(t, []string{
		"state: awaiting_xi_approval → approved",
		"since: 2025-06-25T00:00:00Z → 2025-06-27T00:00:00Z",
		"by: london-trump-0625 → mofcom-0627",
		"awaiting: china → none",
		"approved: us → us, china",
		"approval: 1 of 2 parties (pending) → 2 of 2 parties (met)",
		"shortest: china → none",
		"parties[us].signed: none → true",
		"parties[china].standing: outstanding → approved",
		"parties[china].nearest: london-lutnick-0624-china: Lutnick, 24 June 2025, counterparty, Bloomberg, in Fortune → none",
		"parties[china].act: none → mofcom-0627: MOFCOM spokesperson, 27 June 2025, government, Ministry of Commerce of China, in Yicai",
	}, said)
	require.Empty(t, was.Compare(was))
	revised := dealstate.CompareDecisions(decided, redecided)
	require.Len(t, revised, len(redecided)-len(decided), "what came to be known, and nothing else")
	for _, r := range revised {
		require.Zero(t, r.Was.Kind)
	}
	require.Empty(t, dealstate.CompareDecisions(decided, decided))
	for i, r := range dealstate.CompareDecisions(redecided, decided) {
		require.Equal(t, dealstate.Revision{Was: revised[i].Now}, r)
	}
}

// What a policy changes of one event is a pair with two sides, in whatever order it comes.
func TestCompareDecisionsPairsTheSameEventAndTheSameClock(t *testing.T) {
	t.Parallel()
	_, strict := london(t, "2025-06-27", "strict")
	_, official := london(t, "2025-06-27", "official")
	revised := dealstate.CompareDecisions(strict, official)
	at := slices.IndexFunc(revised, func(r dealstate.Revision) bool { return r.Now.Event == "mofcom-0627" })
	require.Equal(t, dealstate.Noted, revised[at].Was.Outcome)
	require.Equal(t, dealstate.Applied, revised[at].Now.Outcome)
	clock := dealstate.Decision{Clock: dealstate.Overdue, Commitment: "c", At: onDay(3), Outcome: dealstate.Applied}
	later := clock
	later.At = onDay(4)
	require.Empty(t, dealstate.CompareDecisions([]dealstate.Decision{clock}, []dealstate.Decision{clock}))
	require.Equal(t, []dealstate.Revision{{Now: later}, {Was: clock}}, dealstate.CompareDecisions([]dealstate.Decision{clock}, []dealstate.Decision{later}))
}

// Whatever a snapshot says of the deal is compared: each field is changed, one at a time.
func TestCompareMissesNoFieldOfASnapshot(t *testing.T) {
	t.Parallel()
	full := func() dealstate.Snapshot {
		return dealstate.Snapshot{Deal: "d", Approval: condition.Finding{Verdict: condition.Pending, Text: "x"}, Next: &dealstate.ClockStatus{Clock: dealstate.Deadline},
			Parties:     []dealstate.PartyStatus{{Party: "p", Standing: dealstate.StandingApproved, Act: &dealstate.Evidence{Event: "e"}, Nearest: &dealstate.Evidence{Event: "f"}}},
			Commitments: []dealstate.CommitmentStatus{{Commitment: "c"}}, Disputes: []dealstate.DisputeStatus{{Event: "g"}}}
	}
	view := []string{"Deal", "AsOf", "KnownBy", "Policy"}
	for _, part := range []struct {
		of   func(*dealstate.Snapshot) any
		same []string // fields that are not compared
	}{
		{func(s *dealstate.Snapshot) any { return s }, append(view, "Parties", "Commitments", "Disputes", "Next")},
		{func(s *dealstate.Snapshot) any { return &s.Parties[0] }, []string{"Act", "Nearest"}},
		{func(s *dealstate.Snapshot) any { return s.Parties[0].Act }, []string{"Recorded"}},
		{func(s *dealstate.Snapshot) any { return &s.Commitments[0] }, []string{"Commitment"}}, // it says nothing but which one it is
		{func(s *dealstate.Snapshot) any { return &s.Disputes[0] }, nil},
		{func(s *dealstate.Snapshot) any { return s.Next }, nil},
	} {
		first := full()
		kind := reflect.TypeOf(part.of(&first)).Elem()
		for i := range kind.NumField() {
			if slices.Contains(part.same, kind.Field(i).Name) {
				continue
			}
			s := full()
			other(t, reflect.ValueOf(part.of(&s)).Elem().Field(i))
			require.NotEmpty(t, full().Compare(s), "%s.%s", kind.Name(), kind.Field(i).Name)
		}
	}
}

// other sets a value to another one.
func other(t *testing.T, v reflect.Value) {
	t.Helper()
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		*x = onDay(9)
	case *[]string:
		*x = []string{"other"}
	case *[]dealstate.Reason:
		*x = []dealstate.Reason{{Code: dealstate.ReasonNote}}
	case *condition.Finding:
		x.Verdict = condition.Met
	case *bool:
		*x = !*x
	default:
		switch v.Kind() {
		case reflect.String:
			v.SetString("other")
		case reflect.Int, reflect.Int64:
			v.SetInt(7)
		case reflect.Uint8:
			v.SetUint(v.Uint() + 1)
		default:
			t.Fatalf("no other value of %s", v.Type())
		}
	}
}

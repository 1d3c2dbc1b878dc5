package simulate_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// recorded reads the waits of all US–China deals as they were known on a day.
func recorded(t testing.TB, known time.Time) []simulate.Wait {
	t.Helper()
	var all []simulate.Wait
	for _, a := range uschina.Agreements() {
		deal, err := uschina.Open(a, dealstate.Official)
		require.NoError(t, err)
		all = append(all, simulate.Waits(deal, dealstate.View{AsOf: known, KnownBy: known})...)
	}
	return all
}

func TestWaitsAreReadOutOfTheRecord(t *testing.T) {
	t.Parallel()
	var got []string
	for _, s := range recorded(t, time.Date(2025, 10, 31, 0, 0, 0, 0, time.UTC)) {
		got = append(got, fmt.Sprintf("%s %s %s %.0f %s", s.Deal, s.Party, s.From.Format(time.DateOnly), s.Length().Hours()/24, s.End))
	}
	require.Equal(t, []string{
		"us-china-london-2025 us 2025-06-10 15 approve",
		"us-china-london-2025 china 2025-06-10 17 approve",
		"us-china-london-2025  2025-06-27 32 implement",
		"us-china-stockholm-2025 us 2025-07-29 13 approve",
		"us-china-stockholm-2025 china 2025-07-29 14 approve",
		"us-china-madrid-2025 us 2025-09-15 10 approve",
		"us-china-madrid-2025 china 2025-09-15 46 ",
		"us-china-busan-2025 us 2025-10-26 5 ",
		"us-china-busan-2025 china 2025-10-26 5 ",
	}, got)
}

func TestWaitsNeverLookAhead(t *testing.T) {
	t.Parallel()
	for d := range 34 {
		d *= 5
		known := time.Date(2025, 5, 20+d, 12, 0, 0, 0, time.UTC)
		for _, s := range recorded(t, known) {
			require.False(t, s.To.After(known), "%v, known %s", s, known)
			require.False(t, s.Length() < 0, "%v", s)
		}
	}
	london, err := uschina.Open(uschina.London(), dealstate.Official)
	require.NoError(t, err)
	// What happened on 25 June was said on the 26th.
	before := simulate.Waits(london, dealstate.View{KnownBy: time.Date(2025, 6, 26, 12, 0, 0, 0, time.UTC)})
	require.Len(t, before, 2)
	require.False(t, before[0].Ended())
}

func dealWith(t testing.TB, a dealstate.Agreement, acts ...dealstate.Event) *dealstate.Deal {
	t.Helper()
	deal := compile(t, a).NewDeal(dealstate.Strict)
	for i, e := range acts {
		e.ID, e.Deal, e.Role = fmt.Sprintf("e%02d", i), deal.Machine().Agreement().ID, dealstate.Instrument
		_, err := deal.Record(e)
		require.NoError(t, err)
	}
	return deal
}

func TestAnAmendmentEndsTheWaitOfWhoDemandedItAndStartsAllAnew(t *testing.T) {
	t.Parallel()
	deal := dealWith(t, dealstate.Agreement{},
		dealstate.Event{Kind: dealstate.Negotiate, At: onDay(0)},
		dealstate.Event{Kind: dealstate.Approve, Party: "us", At: onDay(2)},
		dealstate.Event{Kind: dealstate.Amend, Party: "china", At: onDay(5)},
		dealstate.Event{Kind: dealstate.Reject, Party: "us", At: onDay(9)})
	var got []string
	for _, s := range simulate.Waits(deal, dealstate.View{}) {
		got = append(got, fmt.Sprintf("%s %.0f+%.0f %s %s", s.Party, s.From.Sub(june).Hours()/24, s.Length().Hours()/24, s.End, s.Event))
	}
	require.Equal(t, []string{"us 0+2 approve e01", "china 0+5 amend e02", "us 5+4 reject e03", "china 5+4  "}, got)
}

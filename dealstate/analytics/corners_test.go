package analytics_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// recordedDeal is a deal on the agreement, with these acts by legal instrument.
func recordedDeal(t *testing.T, a dealstate.Agreement, acts ...dealstate.Event) *dealstate.Deal {
	t.Helper()
	for i := range acts {
		acts[i].ID, acts[i].Deal = string(rune('a'+i)), a.ID
		if acts[i].Role == 0 {
			acts[i].Role = dealstate.Instrument
		}
	}
	d, err := load(a, dealstate.Strict, acts)
	require.NoError(t, err)
	return d
}

func act(kind dealstate.Kind, party, when string) dealstate.Event {
	return dealstate.Event{Kind: kind, Party: party, At: at(when)}
}

func TestHowLongTheFirstStateLastedIsNotKnownWithoutItsBeginning(t *testing.T) {
	t.Parallel()
	d := recordedDeal(t, uschina.London(), act(dealstate.Approve, "us", "2025-06-12T00:00:00Z"), act(dealstate.Approve, "china", "2025-06-14T00:00:00Z"))
	var spells analytics.Spells
	var transitions analytics.Transitions
	for dec := range d.Decisions() {
		require.NoError(t, spells.Add(dec))
		require.NoError(t, transitions.Add(dec))
	}
	all := slices.Collect(spells.All(time.Time{}))
	require.Len(t, all, 3)
	require.True(t, all[0].Unseen)
	require.False(t, all[1].Unseen)
	require.Equal(t, dealstate.StateNegotiated, all[0].State)
	require.Zero(t, all[0].Seconds)
	require.Equal(t, 172_800.0, all[1].Seconds)
	for row := range transitions.All() {
		require.Equal(t, 1, row.Count)
		require.Equal(t, row.From != dealstate.StateNegotiated, row.Dwell.N == 1, "a spell without a beginning has no length")
	}
}

func TestClocksAreNoEventsOfALog(t *testing.T) {
	t.Parallel()
	a := withDeadline()
	d := recordedDeal(t, a, act(dealstate.Negotiate, "", "2025-06-10T00:00:00Z"), act(dealstate.Note, "", "2025-07-10T00:00:00Z"))
	require.Equal(t, dealstate.StateLapsed, d.Latest().State)
	var c analytics.Conformance
	for dec := range d.Decisions() {
		require.NoError(t, c.Add(dec))
	}
	_, _, tokens := c.Whole()
	require.Equal(t, analytics.Tokens{Produced: 2, Consumed: 2}, tokens)
}

func TestAFunnelCountsADealThatFellAtTheFirstStep(t *testing.T) {
	t.Parallel()
	d := recordedDeal(t, uschina.London(), act(dealstate.Reject, "us", "2025-06-12T00:00:00Z"))
	require.Equal(t, dealstate.StateRejected, d.Latest().State)
	f, err := analytics.NewFunnel(analytics.StandardStages(d.Machine().Lifecycle())...)
	require.NoError(t, err)
	for dec := range d.Decisions() {
		require.NoError(t, f.Add(dec))
	}
	var counts []int
	for s := range f.All() {
		counts = append(counts, s.Deals)
	}
	require.Equal(t, []int{1, 0, 0, 0}, counts)
}

func TestIncidentCountsCountADealOnce(t *testing.T) {
	t.Parallel()
	var i analytics.Incidents
	for n, disputes := range []int{2, 1, 0, 0} {
		a := uschina.London()
		a.ID = string(rune('a' + n))
		acts := []dealstate.Event{act(dealstate.Negotiate, "", "2025-06-10T00:00:00Z")}
		for range disputes {
			acts = append(acts, act(dealstate.Dispute, "us", "2025-06-11T00:00:00Z"))
		}
		for dec := range recordedDeal(t, a, acts...).Decisions() {
			require.NoError(t, i.Add(dec))
		}
	}
	require.Equal(t, []analytics.IncidentCount{{Class: analytics.Disputed, Kind: analytics.Cause{Kind: dealstate.Dispute}, Party: "us", Count: 3, Deals: 2, Share: 0.5}},
		slices.Collect(i.Counts()))
}

func TestACellOfADealThatHasNotMovedCountsFromItsFirstReport(t *testing.T) {
	t.Parallel()
	d := recordedDeal(t, uschina.London(), act(dealstate.Negotiate, "", "2025-06-10T00:00:00Z"))
	cell := analytics.CellAt(d, at("2025-06-13T12:00:00Z"), dealstate.Policy{})
	require.Equal(t, analytics.Cell{Deal: d.Machine().Deal(), Date: at("2025-06-13T12:00:00Z"), Policy: "strict", State: dealstate.StateNegotiated,
		Since: at("2025-06-10T00:00:00Z"), Days: 3, Awaiting: []string{"us", "china"}}, cell)
}

func TestOneInstantGivesAnObjectOneValue(t *testing.T) {
	t.Parallel()
	d := recordedDeal(t, uschina.London(), act(dealstate.Approve, "us", "2025-06-12T00:00:00Z"), act(dealstate.Approve, "china", "2025-06-12T00:00:00Z"))
	var states []string
	for _, o := range readOCEL(t, ocelWriter(t, d)).Objects {
		for _, a := range o.Attributes {
			if *a.Name == "state" {
				states = append(states, *a.Time+" "+*a.Value)
			}
		}
	}
	require.Equal(t, []string{"1970-01-01T00:00:00Z negotiated", "2025-06-12T00:00:00Z approved"}, states)
}

func TestAReportThatDoesNotCountPerformsNothing(t *testing.T) {
	t.Parallel()
	a := many()
	rumour := act(dealstate.Perform, "a", "2025-06-12T00:00:00Z")
	rumour.Role, rumour.Commitment = dealstate.Press, "tariffs"
	for _, o := range readOCEL(t, ocelWriter(t, recordedDeal(t, a, rumour))).Objects {
		for _, attribute := range o.Attributes {
			require.NotEqual(t, "true", *attribute.Value)
		}
	}
}

// Lifetimes of one length are tied, wherever on the clock they began.
func TestEqualSpansAreEqualNumbers(t *testing.T) {
	t.Parallel()
	midnight := at("2025-06-12T00:00:00Z")
	lag := func(after, span time.Duration) float64 {
		var l analytics.Lags
		require.NoError(t, l.Add(dealstate.Event{Kind: dealstate.Approve, At: midnight.Add(after), Recorded: midnight.Add(after + span)}))
		return l.Of(nil).Max
	}
	for span := -3 * time.Second; span <= 3*time.Second; span += 37 * time.Millisecond {
		for after := time.Duration(0); after < time.Second; after += 101 * time.Millisecond {
			require.Equal(t, span.Seconds(), lag(after, span))
		}
	}
}

func TestInstantsAreWrittenInUTC(t *testing.T) {
	t.Parallel()
	beijing := time.FixedZone("CST", 8*60*60)
	c := analytics.CaseOf(small(t))
	var here, there [3]bytes.Buffer
	write := func(to *[3]bytes.Buffer, c analytics.Case) {
		require.NoError(t, analytics.WriteXES(&to[0], slices.Values([]analytics.Case{c})))
		require.NoError(t, analytics.WriteOCEL(&to[1], slices.Values([]analytics.Case{c})))
		var spells analytics.Spells
		for _, d := range c.Decisions {
			require.NoError(t, spells.Add(d))
		}
		require.NoError(t, table(&to[2], spells.All(c.Decisions[len(c.Decisions)-1].At)))
	}
	write(&here, c)
	for i := range c.Decisions {
		c.Decisions[i].At = c.Decisions[i].At.In(beijing)
	}
	for i := range c.Events {
		c.Events[i].At, c.Events[i].Recorded = c.Events[i].At.In(beijing), c.Events[i].Recorded.In(beijing)
	}
	write(&there, c)
	for i := range here {
		require.Equal(t, here[i].String(), there[i].String())
	}
}

func TestPaddedCellsAreQuoted(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a,b\r\n\" x\",\ufffd\r\n", writeCSV(t, cells{" x", "\xff"}))
}

// A lifecycle of one's own may send the deal back to its beginning on an approval.
func TestAnApprovalThatBeginsANewRoundIsAwaitedAgain(t *testing.T) {
	t.Parallel()
	a := uschina.London()
	a.Lifecycle = &dealstate.Lifecycle{Initial: "draft", States: []dealstate.State{"draft", "tabled"}, Rules: []dealstate.Rule{
		{ID: "table", On: dealstate.Submit, From: []dealstate.State{"draft"}, To: "tabled"},
		{ID: "redraft", On: dealstate.Approve, From: []dealstate.State{"tabled"}, To: "draft"},
	}}
	d := recordedDeal(t, a, act(dealstate.Submit, "", "2025-06-12T00:00:00Z"), act(dealstate.Approve, "us", "2025-06-13T00:00:00Z"), act(dealstate.Submit, "", "2025-06-14T00:00:00Z"))
	waits := analytics.NewWaits(d.Machine())
	for dec := range d.Decisions() {
		require.NoError(t, waits.Add(dec))
	}
	var awaited []string
	for w := range waits.All(time.Time{}) {
		if w.Censored {
			awaited = append(awaited, w.Party)
		}
	}
	require.Equal(t, d.Latest().Awaiting, awaited)
}

// A report that is dated as its act is learned on its day, and not a day later.
func TestLagsOfDaysAreWholeDays(t *testing.T) {
	t.Parallel()
	for recorded, want := range map[string]float64{"2025-06-25": 0, "2025-06-26": 86_400, "2025-06-25T09:00:00Z": 9 * 3600, "2025-06-24": -86_400} {
		var e dealstate.Event
		require.NoError(t, json.Unmarshal([]byte(`{"id":"x","deal":"d","kind":"note","at":"2025-06-25","recorded":"`+recorded+`"}`), &e))
		var l analytics.Lags
		require.NoError(t, l.Add(e))
		for row := range l.All() {
			require.InDelta(t, want, row.Lag.Mean, 0, recorded)
		}
	}
}

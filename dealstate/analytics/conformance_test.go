package analytics_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/dealtest"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// Wikipedia, Token-based replay: the traces abcd and abd on the net in which a
// opens b and c in parallel, and d closes both. pm4py 2.7.11 counts these tokens for
// them, and gives this fitness.
func TestFitnessIsThePublishedOne(t *testing.T) {
	t.Parallel()
	require.Equal(t, 1.0, analytics.Tokens{Produced: 6, Consumed: 6}.Fitness())
	require.InDelta(t, 0.8, analytics.Tokens{Produced: 5, Consumed: 5, Missing: 1, Remaining: 1}.Fitness(), 1e-12)
	require.Equal(t, 1.0, analytics.Tokens{}.Fitness())
}

func TestAValidLogFitsPerfectly(t *testing.T) {
	t.Parallel()
	var c analytics.Conformance
	all := deals(t, dealtest.Valid, 10, 25)
	for _, d := range mixed(all) {
		require.NoError(t, c.Add(d))
	}
	n, fitting, tokens := c.Whole()
	require.Equal(t, []int{len(all), len(all)}, []int{n, fitting})
	require.Equal(t, 1.0, tokens.Fitness())
	require.Empty(t, slices.Collect(c.Deviations()))
}

func TestConformanceSaysWhereALogBreaksTheLifecycle(t *testing.T) {
	t.Parallel()
	a := uschina.London()
	log := []dealstate.Event{
		{ID: "n", Deal: a.ID, Kind: dealstate.Negotiate, Role: dealstate.Negotiator, At: at("2025-06-10T00:00:00Z")},
		{ID: "us", Deal: a.ID, Kind: dealstate.Approve, Party: "us", Role: dealstate.Instrument, At: at("2025-06-11T00:00:00Z")},
		{ID: "early", Deal: a.ID, Kind: dealstate.Implement, Role: dealstate.Instrument, At: at("2025-06-12T00:00:00Z")},
		{ID: "talk", Deal: a.ID, Kind: dealstate.Approve, Party: "china", Role: dealstate.Press, At: at("2025-06-13T00:00:00Z")},
		{ID: "remark", Deal: a.ID, Kind: dealstate.Note, At: at("2025-06-14T00:00:00Z")},
	}
	d, err := load(a, dealstate.Strict, log)
	require.NoError(t, err)
	var c analytics.Conformance
	for dec := range d.Decisions() {
		require.NoError(t, c.Add(dec))
	}
	_, fitting, tokens := c.Whole()
	require.Zero(t, fitting)
	require.Equal(t, analytics.Tokens{Produced: 4, Consumed: 4, Missing: 1, Remaining: 1}, tokens)
	require.InDelta(t, 1-1.0/(1+2+1), tokens.Fitness(), 1e-12)
	found := slices.Collect(c.Deviations())
	require.Len(t, found, 1)
	require.Equal(t, "early", found[0].Event)
	require.Equal(t, dealstate.State("awaiting_xi_approval"), found[0].State)
	require.Equal(t, "china has not approved", found[0].Reasons[0].String())
	require.Equal(t, []analytics.Hotspot{{State: "awaiting_xi_approval", Kind: dealstate.Implement, Count: 1, Deals: 1}}, slices.Collect(c.Hotspots()))
}

func TestIncidentsAreWhatWasTakenBack(t *testing.T) {
	t.Parallel()
	a := withDeadline()
	act := func(id string, kind dealstate.Kind, party, day string) dealstate.Event {
		return dealstate.Event{ID: id, Deal: a.ID, Kind: kind, Party: party, Role: dealstate.Instrument, At: at(day + "T00:00:00Z")}
	}
	d, err := load(a, dealstate.Strict, []dealstate.Event{
		act("1", dealstate.Negotiate, "", "2025-06-10"), act("2", dealstate.Amend, "", "2025-06-11"), act("3", dealstate.Approve, "us", "2025-06-12"),
		act("4", dealstate.Amend, "", "2025-06-13"), act("5", dealstate.Dispute, "china", "2025-06-14"), act("6", dealstate.Settle, "", "2025-06-15"),
		act("7", dealstate.Withdraw, "us", "2025-06-16"), act("8", dealstate.Note, "", "2025-07-02"),
	})
	require.NoError(t, err)
	var i analytics.Incidents
	for dec := range d.Decisions() {
		require.NoError(t, i.Add(dec))
	}
	var got []string
	for in := range i.All() {
		got = append(got, in.Class.String()+" "+in.Kind.String()+" "+in.Event)
	}
	// A withdrawal without a standing approval "is its refusal to become a party", and from
	// rejected "the deadline runs and lapses the deal".
	require.Equal(t, []string{"reversed amend 4", "disputed dispute 5", "settled settle 6", "reversed withdraw 7", "reversed deadline "}, got,
		"an amendment that made no approval stale reverses nothing")
	var c analytics.IncidentClass
	require.NoError(t, c.UnmarshalText([]byte("settled")))
	require.Equal(t, analytics.Settled, c)
	require.EqualError(t, c.UnmarshalText([]byte("")), `class: "" is unknown; want one of disputed, settled, reversed, broken`)
	_, err = analytics.IncidentClass(9).MarshalText()
	require.Error(t, err)
}

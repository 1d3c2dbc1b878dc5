package render_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

// A small deal after the London framework of June 2025, which does not change
// when the real record is corrected.

func on(month time.Month, day int) time.Time {
	return time.Date(2025, month, day, 0, 0, 0, 0, time.UTC)
}

func framework() dealstate.Agreement {
	return dealstate.Agreement{ID: "framework", Title: "A framework", Implements: []string{"truce"},
		Parties:  []dealstate.Party{{ID: "us", Name: "United States", Approver: "Trump"}, {ID: "china", Name: "China", Approver: "Xi"}},
		Deadline: on(time.August, 12),
		Commitments: []dealstate.Commitment{{ID: "chips", Party: "us", Title: "Lift the licence requirement on chip-design software"},
			{ID: "earths", Party: "china", Title: "Resolve the curbs on rare-earth minerals and magnets"}}}
}

func truce() dealstate.Agreement {
	a := framework()
	a.ID, a.Title, a.Implements, a.Deadline, a.Commitments = "truce", "A truce", nil, time.Time{}, nil
	a.Approval, a.Effect, a.Term = condition.All(), &dealstate.Delay{Days: 2}, &dealstate.Delay{Days: 90}
	return a
}

func frameworkEvents() []dealstate.Event {
	e := func(id string, k dealstate.Kind, party, by string, r dealstate.Role, m dealstate.Modality, at time.Time) dealstate.Event {
		return dealstate.Event{ID: id, Deal: "framework", Kind: k, Party: party, By: by, Role: r, Modality: m, At: at, Recorded: at.Add(9 * time.Hour),
			Source: dealstate.Source{Publisher: "AP", URL: "https://example.org/" + id}}
	}
	all := []dealstate.Event{
		e("text", dealstate.Negotiate, "", "Lutnick", dealstate.Negotiator, dealstate.Asserted, on(time.June, 10)),
		e("taken-home", dealstate.Submit, "us", "Lutnick", dealstate.Negotiator, dealstate.Asserted, on(time.June, 10)),
		e("done-if", dealstate.Approve, "us", "Trump", dealstate.Approver, dealstate.Conditional, on(time.June, 11)),
		e("too-early", dealstate.Implement, "", "A notice", dealstate.Instrument, dealstate.Asserted, on(time.June, 13)),
		e("both", dealstate.Approve, "china", "Lutnick", dealstate.Counterparty, dealstate.Asserted, on(time.June, 24)),
		e("signed", dealstate.Approve, "us", "Trump", dealstate.Approver, dealstate.Asserted, on(time.June, 25)),
		e("rumour", dealstate.Reject, "china", "Xi", dealstate.Approver, dealstate.Asserted, on(time.June, 26)),
		e("confirmed", dealstate.Approve, "china", "MOFCOM", dealstate.Government, dealstate.Asserted, on(time.June, 27)),
		e("letters", dealstate.Perform, "us", "BIS", dealstate.Instrument, dealstate.Asserted, on(time.July, 2)),
		e("in-force", dealstate.Implement, "", "MOFCOM", dealstate.Government, dealstate.Asserted, on(time.July, 4)),
		e("sorry", dealstate.Retract, "", "AP", dealstate.Press, dealstate.Asserted, on(time.June, 28)),
	}
	all[6].Note, all[8].Commitment, all[10].Ref = "A rumour, soon withdrawn.", "chips", "rumour"
	return all
}

func truceEvents() []dealstate.Event {
	return []dealstate.Event{{ID: "statement", Deal: "truce", Kind: dealstate.Negotiate, By: "Joint statement", Role: dealstate.Instrument, At: on(time.May, 12)}}
}

// replays tells a deal under the standard policies.
func replays(t testing.TB, a dealstate.Agreement, events []dealstate.Event, asOf time.Time) []render.Replay {
	t.Helper()
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	var all []render.Replay
	for _, p := range dealstate.Policies() {
		s, err := render.ReplayOfEvents(m, events, dealstate.View{Policy: p, AsOf: asOf})
		require.NoError(t, err)
		all = append(all, s)
	}
	return all
}

func frameworkStories(t testing.TB) []render.Replay {
	return replays(t, framework(), frameworkEvents(), on(time.July, 10))
}

func truceStories(t testing.TB) []render.Replay {
	return replays(t, truce(), truceEvents(), on(time.July, 10))
}

// accord is a deal of three in which one leaves, one suspends its part, and commitments
// are late and broken.
func accord() dealstate.Agreement {
	return dealstate.Agreement{ID: "accord", Title: "An accord", Parties: []dealstate.Party{{ID: "us", Name: "United States", Approver: "Trump"}, {ID: "china", Name: "China", Approver: "Xi"}, {ID: "eu", Name: "European Union"}},
		Effect: &dealstate.Delay{Days: 10}, Notice: &dealstate.NoticePeriod{Delay: dealstate.Delay{Months: 6}},
		Timers:    []dealstate.OwnTimer{{ID: "review", After: dealstate.Delay{Days: 120}}},
		Lifecycle: &dealstate.Lifecycle{Extends: "standard", Rules: []dealstate.Rule{{ID: "review", On: dealstate.Timer("review"), From: []dealstate.State{dealstate.StateImplemented}}}},
		Commitments: []dealstate.Commitment{{ID: "chips", Party: "us", Title: "Lift the licence requirement", Deadline: on(time.August, 1)}, {ID: "fees", Party: "us", Title: "Drop the port fees"},
			{ID: "earths", Party: "china", Title: "Grant general licences", Within: &dealstate.Delay{Days: 30}}}}
}

func accordEvents() []dealstate.Event {
	var all []dealstate.Event
	add := func(k dealstate.Kind, party, commitment string, at time.Time) {
		all = append(all, dealstate.Event{ID: fmt.Sprint(len(all)+1, "-", k), Deal: "accord", Kind: k, Party: party, Commitment: commitment, Role: dealstate.Instrument, At: at})
	}
	add(dealstate.Sign, "", "", on(time.May, 1))
	add(dealstate.Approve, "us", "", on(time.May, 20))
	add(dealstate.Apply, "", "", on(time.June, 1))
	add(dealstate.Approve, "eu", "", on(time.June, 10))
	add(dealstate.Approve, "china", "", on(time.June, 20))
	add(dealstate.Perform, "us", "chips", on(time.July, 2))
	add(dealstate.Perform, "us", "fees", on(time.July, 10))
	add(dealstate.Breach, "us", "chips", on(time.August, 20))
	add(dealstate.Suspend, "", "fees", on(time.August, 25))
	add(dealstate.Suspend, "china", "", on(time.September, 1))
	add(dealstate.Withdraw, "eu", "", on(time.September, 10))
	add(dealstate.Perform, "us", "chips", on(time.September, 20))
	add(dealstate.Resume, "china", "", on(time.October, 1))
	add(dealstate.Withdraw, "us", "", on(time.October, 5))
	add(dealstate.Approve, "us", "", on(time.October, 15))
	add(dealstate.Breach, "us", "fees", on(time.October, 20))
	return all
}

func accordReplays(t testing.TB) []render.Replay {
	return replays(t, accord(), accordEvents(), on(time.November, 10))
}

// many is a deal with as many reports as asked for, every hour or so.
func many(t testing.TB, n int) render.Replay {
	a := framework()
	a.Deadline = time.Time{}
	var events []dealstate.Event
	for i := range n {
		kinds := []dealstate.Kind{dealstate.Note, dealstate.Approve, dealstate.Amend, dealstate.Withdraw, dealstate.Dispute, dealstate.Implement}
		events = append(events, dealstate.Event{ID: fmt.Sprintf("e%d", i), Deal: a.ID, Kind: kinds[i*7%len(kinds)], Party: []string{"us", "china"}[i%2],
			By: []string{"Trump", "Xi"}[i%2], Role: dealstate.Approver, At: on(time.January, 1).Add(time.Duration(i*i%8000) * time.Hour), Note: "something was said"})
	}
	return replays(t, a, events, time.Time{})[0]
}

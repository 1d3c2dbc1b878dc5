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

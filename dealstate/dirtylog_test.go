package dealstate_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// Dirty logs: agreements with every clock, and logs as real ones are: late,
// doubled, contradictory, hedged, retracted, with retracts of retracts.

var dayOne = time.Date(2025, 6, 10, 0, 0, 0, 0, time.UTC)

func onDay(n int) time.Time { return dayOne.AddDate(0, 0, n) }

var bothSides = []dealstate.Party{
	{ID: "us", Name: "United States", Approver: "Trump"},
	{ID: "china", Name: "China", Approver: "Xi"},
}

var fiveParties = []dealstate.Party{
	{ID: "chile", Weight: 10}, {ID: "fiji", Weight: 20}, {ID: "kenya", Weight: 30}, {ID: "japan", Weight: 25}, {ID: "eu", Weight: 15},
}

func pledges(of ...string) []dealstate.Commitment {
	var all []dealstate.Commitment
	for i, party := range of {
		all = append(all, dealstate.Commitment{ID: fmt.Sprintf("pledge-%d", i+1), Party: party})
	}
	return all
}

// dirtyAgreements cover both standard lifecycles and all clocks.
var dirtyAgreements = []dealstate.Agreement{
	{ID: "plain", Parties: bothSides, Commitments: pledges("us", "china")},
	{ID: "clocks", Parties: bothSides, Commitments: pledges("us", "china"), Deadline: onDay(9),
		Effect: &dealstate.Delay{Days: 3}, Term: &dealstate.Delay{Days: 8}},
	{ID: "at-once", Parties: bothSides, Commitments: pledges("us", "china"), Deadline: onDay(12),
		Effect: &dealstate.Delay{}, Term: &dealstate.Delay{Days: 5, NotBefore: onDay(14)}},
	{ID: "count", Parties: fiveParties, Commitments: pledges("fiji", "kenya"),
		Approval: condition.Count(condition.AtLeast(3), ""), Deadline: onDay(14), Effect: &dealstate.Delay{Days: 2}, Term: &dealstate.Delay{Days: 10}},
	{ID: "share", Parties: fiveParties, Commitments: pledges("fiji", "kenya"),
		Approval: condition.All(condition.Share(condition.Percent(55), "", 0), condition.Any(condition.Approved("eu"), condition.Performed("pledge-1"))),
		Effect:   &dealstate.Delay{NotBefore: onDay(11)}},
	{ID: "everyone", Parties: fiveParties[:3], Commitments: pledges("fiji", "kenya"), Deadline: onDay(15)},
}

// Likelier kinds and roles are listed more often.
var (
	dirtyKinds = []dealstate.Kind{
		dealstate.Negotiate, dealstate.Negotiate, dealstate.Submit, dealstate.Approve, dealstate.Approve, dealstate.Approve, dealstate.Approve,
		dealstate.Approve, dealstate.Approve, dealstate.Reject, dealstate.Withdraw, dealstate.Amend, dealstate.Implement, dealstate.Implement,
		dealstate.Perform, dealstate.Dispute, dealstate.Settle, dealstate.Suspend, dealstate.Resume, dealstate.Extend, dealstate.Extend,
		dealstate.Terminate, dealstate.Retract, dealstate.Retract, dealstate.Note,
	}
	dirtyRoles = []dealstate.Role{
		dealstate.Instrument, dealstate.Instrument, dealstate.Instrument, dealstate.Instrument, dealstate.Government,
		dealstate.Government, dealstate.Negotiator, dealstate.Counterparty, dealstate.Press,
	}
	dirtyModalities = []dealstate.Modality{0, 0, 0, 0, 0, 0, 0, 0, dealstate.Asserted, dealstate.Conditional, dealstate.Denied, dealstate.Planned}
)

func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }

// dirtyLog makes a log of n events, in no order. Days are few, so that many
// events share their instant with another or with a clock.
func dirtyLog(rng *rand.Rand, a dealstate.Agreement, n int) []dealstate.Event {
	ids := rng.Perm(n) // so that the order of ids is not that of the making
	var events []dealstate.Event
	for i := range n {
		e := dealstate.Event{ID: fmt.Sprintf("e%02d", ids[i]), Deal: a.ID, Kind: pick(rng, dirtyKinds), Role: pick(rng, dirtyRoles),
			Modality: pick(rng, dirtyModalities), At: onDay(rng.IntN(22)), Source: dealstate.Source{Publisher: "a wire"}}
		if rng.IntN(3) > 0 { // learned late, or announced ahead
			e.Recorded = e.At.Add(time.Duration(rng.IntN(300)-60) * time.Hour)
		}
		if rng.IntN(8) == 0 {
			e.Revision = 1 + rng.IntN(2)
		}
		events = append(events, completed(rng, a, e, n))
	}
	return events
}

// completed gives the event what its kind requires.
func completed(rng *rand.Rand, a dealstate.Agreement, e dealstate.Event, n int) dealstate.Event {
	if rng.IntN(3) > 0 {
		e.Party = pick(rng, a.Parties).ID
	}
	switch e.Kind {
	case dealstate.Approve, dealstate.Reject, dealstate.Withdraw:
		e.Party = pick(rng, a.Parties).ID
	case dealstate.Perform:
		c := pick(rng, a.Commitments)
		e.Commitment, e.Party = c.ID, c.Party
	case dealstate.Extend:
		e.Until = onDay(8 + rng.IntN(20))
	case dealstate.Retract, dealstate.Settle:
		for e.Ref = ""; e.Ref == "" || e.Ref == e.ID; {
			e.Ref = fmt.Sprintf("e%02d", rng.IntN(n+1)) // sometimes of an event that never comes
		}
	}
	return e
}

// history is an agreement with a whole log of it.
type history struct {
	agreement dealstate.Agreement
	events    []dealstate.Event
}

func (h history) machine(t testing.TB) *dealstate.Machine {
	t.Helper()
	m, err := dealstate.Compile(h.agreement)
	require.NoError(t, err)
	return m
}

// dirtyHistories gives logs of every dirty agreement.
func dirtyHistories(seed uint64, logs, n int) []history {
	rng := rand.New(rand.NewPCG(seed, 1))
	var all []history
	for _, a := range dirtyAgreements {
		for range logs {
			all = append(all, history{a, dirtyLog(rng, a, n)})
		}
	}
	return all
}

// realHistories gives the embedded US–China logs.
func realHistories(t testing.TB) []history {
	t.Helper()
	var all []history
	for _, a := range uschina.Agreements() {
		h := history{agreement: a}
		for e, err := range uschina.Events() {
			require.NoError(t, err)
			if e.Deal == a.ID {
				h.events = append(h.events, e)
			}
		}
		require.NotEmpty(t, h.events)
		all = append(all, h)
	}
	return all
}

func shuffled(rng *rand.Rand, events []dealstate.Event) []dealstate.Event {
	events = slices.Clone(events)
	rng.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	return events
}

func recordAll(t testing.TB, d *dealstate.Deal, events []dealstate.Event) {
	t.Helper()
	for _, e := range events {
		_, err := d.Record(e)
		require.NoError(t, err, e.ID)
	}
}

func toJSON(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}

// allOf is everything a deal can be asked, as text.
func allOf(t testing.TB, d *dealstate.Deal) string {
	t.Helper()
	return toJSON(t, d.Now()) + toJSON(t, slices.Collect(d.Decisions())) + toJSON(t, slices.Collect(d.Events())) + d.Explain()
}

// The laws are tried on dirty logs; what these lack is taken on trust.
func TestDirtyLogsHoldEveryKindRoleAndModality(t *testing.T) {
	for _, k := range dealstate.Kinds() {
		require.Contains(t, dirtyKinds, k, "%s is in no dirty log", k)
	}
	for r := dealstate.Role(1); r.String() != ""; r++ {
		require.True(t, slices.Contains(dirtyRoles, r) || r == dealstate.Approver, "%s is in no dirty log", r)
	}
	for m := dealstate.Modality(1); m.String() != ""; m++ {
		require.Contains(t, dirtyModalities, m, "%s is in no dirty log", m)
	}
}

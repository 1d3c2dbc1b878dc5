package benchguard

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/looplab/fsm"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

var june = time.Date(2025, 6, 10, 0, 0, 0, 0, time.UTC)

func corePairs(t testing.TB) []pair {
	return []pair{
		{Name: "record", Begin: func() (ours, reference side) { return recording(t, 2), rawEvent(t) }},
		{Name: "record_200_parties", Begin: func() (ours, reference side) { return recording(t, 200), rawEvent(t) }},
		{Name: "record_late_100", Begin: func() (ours, reference side) { return recordingLate(t), rawEvent(t) }},
		{Name: "snapshot", Begin: func() (ours, reference side) { return snapshot(t), rawEvent(t) }},
		{Name: "compile", Begin: func() (ours, reference side) { return compiling(t), building(t) }},
	}
}

// rawEvent is one event on a kept looplab machine, with one callback that lets it
// pass.
func rawEvent(t testing.TB) side {
	machine := fsm.NewFSM("implemented", fsm.Events{
		{Name: "suspend", Src: []string{"implemented"}, Dst: "suspended"},
		{Name: "resume", Src: []string{"suspended"}, Dst: "implemented"},
	}, fsm.Callbacks{"before_event": func(context.Context, *fsm.Event) {}})
	ctx := context.Background()
	return side{Units: 2, Do: func() {
		for _, name := range []string{"suspend", "resume"} {
			if err := machine.Event(ctx, name); err != nil {
				t.Fatal(err)
			}
		}
	}}
}

// parties gives a deal's sides: two approve by default, a third of more must.
func parties(t testing.TB, n int) *dealstate.Machine {
	text := fmt.Sprintf(`{"id":"tail","approval":{"all":[{"count":{"min":%q}},{"share":{"min":"55%%"}}]},"parties":[`, "1/3")
	if n == 2 {
		text = `{"id":"tail","parties":[`
	}
	for i := range n {
		text += fmt.Sprintf(`{"id":"party-%03d","weight":%d},`, i, i)
	}
	var a dealstate.Agreement
	require.NoError(t, a.UnmarshalJSON([]byte(text[:len(text)-1]+"]}")))
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	return m
}

// consents gives events that follow one another: two parties approve and withdraw in
// turn, so that each event asks a guard.
func consents(m *dealstate.Machine, n int) []dealstate.Event {
	events := make([]dealstate.Event, n)
	for i := range events {
		kind := dealstate.Approve
		if i/2%2 == 1 {
			kind = dealstate.Withdraw
		}
		events[i] = dealstate.Event{ID: fmt.Sprintf("e%05d", i), Deal: m.Deal(), Kind: kind, Party: fmt.Sprintf("party-%03d", i%2), By: "the gazette",
			Role: dealstate.Instrument, At: june.Add(time.Duration(i) * time.Minute), Source: dealstate.Source{Publisher: "a wire", Published: "2025-06-10"}}
	}
	return events
}

func record(t testing.TB, d *dealstate.Deal, events []dealstate.Event) {
	for _, e := range events {
		if dec, err := d.Record(e); err != nil || dec.Outcome != dealstate.Applied {
			t.Fatal(dec, err)
		}
	}
}

func recording(t testing.TB, n int) side {
	m := parties(t, n)
	events := consents(m, 1_000)
	return side{Units: len(events), Do: func() { record(t, m.NewDeal(dealstate.Strict), events) }}
}

// recordingLate says what a report would do that is older than a hundred others.
func recordingLate(t testing.TB) side {
	m := parties(t, 2)
	deal := m.NewDeal(dealstate.Strict)
	record(t, deal, consents(m, 100))
	late := dealstate.Event{ID: "late", Deal: m.Deal(), Kind: dealstate.Note, At: june.AddDate(0, 0, -1)}
	return side{Units: 1, Do: func() {
		if _, err := deal.Check(late); err != nil {
			t.Fatal(err)
		}
	}}
}

func snapshot(t testing.TB) side {
	deal, err := uschina.Open(uschina.London(), dealstate.Official)
	require.NoError(t, err)
	v, err := dealstate.ParseView("2025-06-28", "2025-06-28", "official")
	require.NoError(t, err)
	return side{Units: 1, Do: func() {
		if deal.At(v).State != dealstate.StateApproved {
			t.Fatal("London was approved by then")
		}
	}}
}

func compiling(t testing.TB) side {
	a := uschina.London()
	return side{Units: 1, Do: func() { _, err := dealstate.Compile(a); require.NoError(t, err) }}
}

// building makes a looplab machine of the same rules, and asks nothing of it.
func building(t testing.TB) side {
	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	rules := m.Lifecycle()
	var events fsm.Events
	for _, r := range rules.Rules {
		var from []string
		for _, s := range r.From {
			from = append(from, string(s))
		}
		events = append(events, fsm.EventDesc{Name: r.ID, Src: from, Dst: string(r.To)})
	}
	return side{Units: 1, Do: func() { fsm.NewFSM(string(rules.Initial), events, nil) }}
}

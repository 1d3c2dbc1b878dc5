package dealstate_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/looplab/fsm"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// BenchmarkLooplabEvent is the reference: one raw event on one kept looplab
// machine, with one callback that lets it pass.
func BenchmarkLooplabEvent(b *testing.B) {
	machine, events := keptLooplab()
	ctx := context.Background()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := machine.Event(ctx, events[i&1]); err != nil {
			b.Fatal(err)
		}
	}
}

func keptLooplab() (machine *fsm.FSM, events [2]string) {
	return fsm.NewFSM("implemented", fsm.Events{
		{Name: "suspend", Src: []string{"implemented"}, Dst: "suspended"},
		{Name: "resume", Src: []string{"suspended"}, Dst: "implemented"},
	}, fsm.Callbacks{"before_event": func(context.Context, *fsm.Event) {}}), [2]string{"suspend", "resume"}
}

// Entries, index and history come in slabs. Not parallel: it counts.
func TestRecordAllocatesNoOftenerThanLooplab(t *testing.T) {
	if underRace {
		t.Skip("the race detector makes sync.Pool forget on purpose")
	}
	machine, names := keptLooplab()
	turn := 0
	raw := testing.AllocsPerRun(800, func() {
		_ = machine.Event(context.Background(), names[turn&1])
		turn++
	})
	a := dealstate.Agreement{ID: "tail", Parties: bothSides}
	deal, err := dealstate.New(a, dealstate.Strict)
	require.NoError(t, err)
	events := consents(a)
	recordAll(t, deal, events[:100])
	next := 100
	recorded := testing.AllocsPerRun(800, func() {
		_, _ = deal.Record(events[next])
		next++
	})
	require.Positive(t, raw)
	require.LessOrEqual(t, recorded, raw)
}

// BenchmarkLooplabNew is the reference for a new deal: a looplab machine of two rules.
func BenchmarkLooplabNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		keptLooplab()
	}
}

// newDeal keeps a benchmark's deal from being left out.
var newDeal *dealstate.Deal

// BenchmarkNewDeal opens deals that share a machine.
func BenchmarkNewDeal(b *testing.B) {
	m, err := dealstate.Compile(uschina.London())
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		newDeal = m.NewDeal(dealstate.Strict)
	}
}

// BenchmarkRecordEight opens a deal and records all that most deals ever hold.
func BenchmarkRecordEight(b *testing.B) {
	m, err := dealstate.Compile(uschina.London())
	require.NoError(b, err)
	events := make([]dealstate.Event, len(reported))
	for i := range events {
		events[i] = reportOf(m.Deal(), 1, i)
	}
	b.ReportAllocs()
	for b.Loop() {
		deal := m.NewDeal(dealstate.Strict)
		for _, e := range events {
			if _, err := deal.Record(e); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// Not parallel: it counts.
func TestTheFirstReportsOfADealTakeEightAllocationsEach(t *testing.T) {
	if underRace {
		t.Skip("the race detector makes sync.Pool forget on purpose")
	}
	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	events := make([]dealstate.Event, len(reported))
	for i := range events {
		events[i] = reportOf(m.Deal(), 1, i)
	}
	all := testing.AllocsPerRun(100, func() {
		deal := m.NewDeal(dealstate.Strict)
		for _, e := range events {
			_, _ = deal.Record(e)
		}
	})
	require.Less(t, all/float64(len(events)), 9.0, "looplab takes five a transition; the rest are the deal, an entry and its text each, and what folding takes")
}

// A new deal is itself and an empty log. Not parallel: it counts.
func TestANewDealTakesTwoAllocations(t *testing.T) {
	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { newDeal = m.NewDeal(dealstate.Strict) }), 2.0)
}

// Reading takes one allocation for each text of an event, and few more. Not parallel: it
// counts.
func TestReadingAnEventAllocatesItsTextsAndLittleMore(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates too")
	}
	line := []byte(fullEvent)
	texts := 10.0 // id, deal, party, by, ref, commitment, three of the source, note
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() {
		var e dealstate.Event
		_ = e.UnmarshalJSON(line)
	}), texts+5)
	const rows = 1_000
	full := read(t, fullEvent)
	full.Note = "a"
	table := asCSV(t, csvColumns, slices.Repeat([]dealstate.Event{full}, rows))
	require.LessOrEqual(t, testing.AllocsPerRun(10, func() {
		for _, err := range dealstate.ReadEventsCSV(strings.NewReader(table)) {
			require.NoError(t, err)
		}
	}), rows*9.5)
}

// tail is how many events a benchmark records on one deal.
const tail = 1_000

// consents gives events that follow one another: each party in turn approves
// or withdraws, so that each moves the deal and asks a guard.
func consents(a dealstate.Agreement) []dealstate.Event {
	events := make([]dealstate.Event, tail)
	for i := range events {
		party := a.Parties[i%min(2, len(a.Parties))].ID
		kind := dealstate.Approve
		if i/2%2 == 1 {
			kind = dealstate.Withdraw
		}
		events[i] = dealstate.Event{ID: fmt.Sprintf("e%05d", i), Deal: a.ID, Kind: kind, Party: party, By: "the gazette", Role: dealstate.Instrument,
			At: onDay(0).Add(time.Duration(i) * time.Minute), Source: dealstate.Source{Publisher: "a wire", URL: "https://example.org", Published: "2025-06-10"}}
	}
	return events
}

// BenchmarkRecord records at the tail of the log: admission, guard, looplab,
// reasons and history. Nearly every event changes the state.
func BenchmarkRecord(b *testing.B) {
	benchmarkTail(b, dealstate.Agreement{ID: "tail", Parties: bothSides})
}

// BenchmarkRecordMany does the same for 200 parties, of whom a third must approve.
func BenchmarkRecordMany(b *testing.B) {
	a := dealstate.Agreement{ID: "tail", Approval: condition.All(
		condition.Count(condition.Fraction(1, 3), ""), condition.Share(condition.Percent(55), "", 0))}
	for i := range 200 {
		a.Parties = append(a.Parties, dealstate.Party{ID: fmt.Sprintf("party-%03d", i), Weight: int64(i)})
	}
	benchmarkTail(b, a)
}

func benchmarkTail(b *testing.B, a dealstate.Agreement) {
	m, err := dealstate.Compile(a)
	require.NoError(b, err)
	events := consents(a)
	deal := m.NewDeal(dealstate.Strict)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if i%tail == 0 {
			deal = m.NewDeal(dealstate.Strict)
		}
		dec, err := deal.Record(events[i%tail])
		if err != nil || dec.Outcome != dealstate.Applied {
			b.Fatal(dec, err)
		}
	}
}

// BenchmarkRecordLate records one report that is older than the rest: a whole
// fold, and what it revises.
func BenchmarkRecordLate(b *testing.B) {
	a := dealstate.Agreement{ID: "tail", Parties: bothSides}
	m, err := dealstate.Compile(a)
	require.NoError(b, err)
	deal := m.NewDeal(dealstate.Strict)
	recordAll(b, deal, consents(a)[:100])
	b.ReportAllocs()
	for b.Loop() {
		if _, err := deal.Check(dealstate.Event{ID: "late", Deal: "tail", Kind: dealstate.Note, At: onDay(-1)}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSnapshot(b *testing.B) {
	deal, err := uschina.Open(uschina.London(), dealstate.Official)
	require.NoError(b, err)
	v := dealstate.View{AsOf: time.Date(2025, 6, 28, 23, 59, 59, 0, time.UTC), Policy: dealstate.Official}
	v.KnownBy = v.AsOf
	b.ReportAllocs()
	for b.Loop() {
		if deal.At(v).State != dealstate.StateApproved {
			b.Fatal("London was approved by then")
		}
	}
}

func BenchmarkNow(b *testing.B) {
	deal, err := uschina.Open(uschina.London(), dealstate.Official)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if deal.Latest().State != dealstate.StateImplemented {
			b.Fatal("London is implemented")
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	a := uschina.London()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := dealstate.Compile(a); err != nil {
			b.Fatal(err)
		}
	}
}

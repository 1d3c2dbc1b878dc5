package dealstate_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/looplab/fsm"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
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
	events := consents(a, tail)
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
func consents(a dealstate.Agreement, n int) []dealstate.Event {
	events := make([]dealstate.Event, n)
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
	events := consents(a, tail)
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
	recordAll(b, deal, consents(a, tail)[:100])
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

// The benchmarks below record so many reports one by one into one deal, and tell what
// each of them took: a figure that must not grow with their number.

// eachOf runs work on logs of two lengths, one ten times the other, and reports the
// processor's time for an event, in ns: other work on the machine does not count.
func eachOf(b *testing.B, lengths [2]int, events func(n int) []dealstate.Event, work func(b *testing.B, m *dealstate.Machine, events []dealstate.Event)) {
	m, err := dealstate.Compile(dealstate.Agreement{ID: "tail", Parties: bothSides})
	require.NoError(b, err)
	for _, n := range lengths {
		all := events(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			began := proof.CPU()
			for b.Loop() {
				work(b, m, all)
			}
			b.ReportMetric(float64((proof.CPU()-began).Nanoseconds())/float64(b.N*n), "cpu-ns/event")
		})
	}
}

func recordEach(b *testing.B, m *dealstate.Machine, events []dealstate.Event) {
	deal := m.NewDeal(dealstate.Strict)
	for i := range events {
		if _, err := deal.Record(events[i]); err != nil {
			b.Fatal(err)
		}
	}
}

// everyMinute gives n events, each a minute after the one before it.
func everyMinute(n int, make func(i int) dealstate.Event) []dealstate.Event {
	events := consents(dealstate.Agreement{ID: "tail", Parties: bothSides}, n)
	for i := range events {
		if e := make(i); e.Kind != 0 {
			e.ID, e.Deal, e.At, e.Role, e.Source = events[i].ID, events[i].Deal, events[i].At, events[i].Role, events[i].Source
			events[i] = e
		}
	}
	return events
}

// BenchmarkReverse records reports in the reverse order of their instants: each is late.
func BenchmarkReverse(b *testing.B) {
	eachOf(b, [2]int{4_000, 40_000}, func(n int) []dealstate.Event {
		events := everyMinute(n, func(int) dealstate.Event { return dealstate.Event{} })
		slices.Reverse(events)
		return events
	}, recordEach)
}

// BenchmarkShuffled records the same in no order.
func BenchmarkShuffled(b *testing.B) {
	eachOf(b, [2]int{4_000, 40_000}, func(n int) []dealstate.Event {
		return shuffled(rand.New(rand.NewPCG(1, 1)), everyMinute(n, func(int) dealstate.Event { return dealstate.Event{} }))
	}, recordEach)
}

// BenchmarkRepeated records the last event of a log as often again as the log is long.
func BenchmarkRepeated(b *testing.B) {
	eachOf(b, [2]int{4_000, 40_000}, func(n int) []dealstate.Event {
		events := everyMinute(n, func(int) dealstate.Event { return dealstate.Event{} })
		for i := n / 2; i < n; i++ {
			events[i] = events[n/2-1]
		}
		return events
	}, recordEach)
}

// BenchmarkDisputes opens disputes, and never settles one.
func BenchmarkDisputes(b *testing.B) {
	dispute := func(int) dealstate.Event { return dealstate.Event{Kind: dealstate.Dispute, Party: "us"} }
	eachOf(b, [2]int{8_000, 80_000}, func(n int) []dealstate.Event { return everyMinute(n, dispute) }, recordEach)
}

// BenchmarkSettled opens as many disputes, each by Apply, and then settles one after the
// other by its id.
func BenchmarkSettled(b *testing.B) {
	eachOf(b, [2]int{4_000, 40_000}, func(n int) []dealstate.Event {
		return everyMinute(n, func(i int) dealstate.Event {
			if i < n/2 {
				return dealstate.Event{Kind: dealstate.Dispute, Party: "us"}
			}
			return dealstate.Event{Kind: dealstate.Settle, Ref: fmt.Sprintf("e%05d", i-n/2)}
		})
	}, func(b *testing.B, m *dealstate.Machine, events []dealstate.Event) {
		deal := m.NewDeal(dealstate.Strict)
		for i := range events {
			if err := deal.Apply(events[i]); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkRetracts records a chain in which each event retracts the one before it. Every
// one of them turns all decisions about the chain over, and says so in Revised.
func BenchmarkRetracts(b *testing.B) {
	eachOf(b, [2]int{200, 2_000}, func(n int) []dealstate.Event {
		return everyMinute(n, func(i int) dealstate.Event {
			return dealstate.Event{Kind: dealstate.Retract, Ref: fmt.Sprintf("e%05d", i-1)}
		})
	}, recordEach)
}

// BenchmarkRetracted records as many disputes, and then retracts one after the other.
func BenchmarkRetracted(b *testing.B) {
	eachOf(b, [2]int{4_000, 40_000}, func(n int) []dealstate.Event {
		return everyMinute(n, func(i int) dealstate.Event {
			if i < n/2 {
				return dealstate.Event{Kind: dealstate.Note}
			}
			return dealstate.Event{Kind: dealstate.Retract, Ref: fmt.Sprintf("e%05d", i-n/2)}
		})
	}, recordEach)
}

// BenchmarkTied folds a log in which everything happened at one instant.
func BenchmarkTied(b *testing.B) {
	for name, e := range map[string]dealstate.Event{
		"disputes": {Kind: dealstate.Dispute, Party: "us"},
		"talks":    {Kind: dealstate.Negotiate},
		"refused":  {Kind: dealstate.Implement},
	} {
		b.Run(name, func(b *testing.B) {
			eachOf(b, [2]int{300, 3_000}, func(n int) []dealstate.Event {
				events := everyMinute(n, func(int) dealstate.Event { return e })
				for i := range events {
					events[i].At = onDay(0)
				}
				return events
			}, func(b *testing.B, m *dealstate.Machine, events []dealstate.Event) {
				if _, _, err := m.Fold(events, dealstate.View{}); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
}

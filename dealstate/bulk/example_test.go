package bulk_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// lines are three reports about two deals.
const lines = `{"id":"1","deal":"apples","kind":"approve","party":"us","role":"instrument","at":"2025-06-01T00:00:00Z"}
{"id":"2","deal":"pears","kind":"approve","party":"china","role":"press","at":"2025-06-02T00:00:00Z"}
{"id":"3","deal":"apples","kind":"approve","party":"china","role":"instrument","at":"2025-06-03T00:00:00Z"}
`

func log() *bulk.Log {
	m, err := dealstate.Compile(uschina.London())
	if err != nil {
		panic(err)
	}
	l, err := bulk.ReadLines(context.Background(), strings.NewReader(lines), bulk.Template(m), bulk.Options{})
	if err != nil {
		panic(err)
	}
	return l
}

func Example() {
	result, err := log().Replay(context.Background(), dealstate.View{Policy: dealstate.Official}, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	for f := range result.Finals() {
		fmt.Println(f.Deal, f.State)
	}
	t := result.Totals()
	fmt.Println(t.Outcomes[dealstate.Applied], "applied,", t.Reasons[dealstate.ReasonPolicy], "not counted by the policy")
	// Output:
	// apples approved
	// pears negotiated
	// 2 applied, 1 not counted by the policy
}

func ExampleLog_Transitions() {
	for t, err := range log().Transitions(context.Background(), dealstate.View{Policy: dealstate.Reported}, 1) {
		fmt.Println(t.At.Format(time.DateOnly), t.Deal, t.From, "→", t.To, err)
	}
	// Output:
	// 2025-06-01 apples negotiated → awaiting_xi_approval <nil>
	// 2025-06-03 apples awaiting_xi_approval → approved <nil>
	// 2025-06-02 pears negotiated → awaiting_trump_approval <nil>
}

func ExampleLog_Folds() {
	for s, err := range log().Folds(context.Background(), dealstate.View{}, 1) {
		fmt.Println(s.Deal, s.Snapshot.Awaiting, len(s.Decisions), err)
		for _, r := range s.Decisions[len(s.Decisions)-1].Reasons[:1] {
			fmt.Println(" ", r)
		}
	}
	// Output:
	// apples [] 2 <nil>
	//   approval by china counts
	// pears [us china] 1 <nil>
	//   policy strict does not count the word of press for this
}

func ExampleFromColumns() {
	m, _ := dealstate.Compile(uschina.London())
	l, err := bulk.FromColumns(context.Background(), bulk.Columns{
		Deals: []string{"apples", "pears"},
		Statements: []bulk.Statement{
			{Kind: dealstate.Approve, Party: "us", Role: dealstate.Instrument},
			{Kind: dealstate.Approve, Party: "china", Role: dealstate.Instrument},
		},
		Deal:      []uint32{0, 1, 0},
		Statement: []uint32{0, 1, 1},
		At:        []int64{1748736000e9, 1748822400e9, 1748908800e9},
	}, bulk.Template(m))
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := l.Replay(context.Background(), dealstate.View{}, 1)
	fmt.Println(slices.Collect(result.Finals())[0], err)
	// Output: {apples approved 2025-06-03 00:00:00 +0000 UTC 1} <nil>
}

func ExampleReadColumns() {
	m, _ := dealstate.Compile(uschina.London())
	part := func(deal, id string, at int64) bulk.Columns {
		return bulk.Columns{Deals: []string{deal}, Statements: []bulk.Statement{{Kind: dealstate.Approve, Party: "us", Role: dealstate.Instrument}},
			Deal: []uint32{0}, Statement: []uint32{0}, At: []int64{at}, ID: []string{id}}
	}
	parts := func(yield func(bulk.Columns, error) bool) {
		_ = yield(part("apples", "a1", 1748736000e9), nil) && yield(part("pears", "p1", 1748822400e9), nil) && yield(part("apples", "a1", 1748736000e9), nil)
	}
	l, err := bulk.ReadColumns(context.Background(), parts, bulk.Template(m), bulk.Options{})
	fmt.Println(l.Deals(), l.Progress().Duplicates, "duplicate", err)
	// Output: [apples pears] 1 duplicate <nil>
}

func ExampleReadEvents() {
	m, _ := dealstate.Compile(uschina.London())
	var machines []*dealstate.Machine
	for _, a := range uschina.Agreements() {
		m, err := dealstate.Compile(a)
		if err != nil {
			panic(err)
		}
		machines = append(machines, m)
	}
	l, err := bulk.ReadEvents(context.Background(), uschina.Events(), bulk.Catalogue(machines...), bulk.Options{})
	fmt.Println(len(l.Deals()), "deals", err)

	_, err = bulk.ReadLines(context.Background(), strings.NewReader("{}\n"), bulk.Template(m), bulk.Options{})
	fmt.Println(err)
	l, err = bulk.ReadLines(context.Background(), strings.NewReader("{}\n"+lines), bulk.Template(m), bulk.Options{Bad: bulk.Skip})
	fmt.Println(l.Progress().Bad, "bad line,", l.Len(), "events", err)
	// Output:
	// 5 deals <nil>
	// line 1: id: missing
	// 1 bad line, 3 events <nil>
}

func ExampleReadSorted() {
	m, _ := dealstate.Compile(uschina.London())
	tell := func(t bulk.Transition) { fmt.Println(t.Deal, "is", t.To) }
	s, err := bulk.ReadSorted(context.Background(), strings.NewReader(lines), bulk.Template(m), dealstate.View{}, bulk.Options{}, tell)
	fmt.Println(s.Totals().Events, "events", err)
	// Output:
	// apples is awaiting_xi_approval
	// apples is approved
	// 3 events <nil>
}

// Where do all deals stand at the end of the log, whatever is the last that was heard of
// each?
func ExampleLog_Span() {
	l := log()
	first, last := l.Span()
	fmt.Println(first.Format(time.DateOnly), "to", last.Format(time.DateOnly))
	result, err := l.Replay(context.Background(), dealstate.View{AsOf: last}, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Totals().Deals, "deals then")

	early, err := l.Replay(context.Background(), dealstate.View{KnownBy: first}, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(early.Totals().Deals, "known on the first day,", early.Totals().Unseen, "not yet")
	// Output:
	// 2025-06-01 to 2025-06-03
	// 2 deals then
	// 1 known on the first day, 1 not yet
}

// What was known of each deal on 2 June?
func ExampleFold_Load() {
	for s, err := range log().Folds(context.Background(), dealstate.View{}, 1) {
		if err != nil {
			fmt.Println(err)
			return
		}
		deal, err := s.Load(dealstate.Strict)
		if err != nil {
			fmt.Println(err)
			return
		}
		june2 := time.Date(2025, 6, 2, 0, 0, 0, 0, time.UTC)
		fmt.Println(s.Deal, deal.At(dealstate.View{KnownBy: june2}).State)
	}
	// Output:
	// apples awaiting_xi_approval
	// pears negotiated
}

// How did each deal stand on two days, as far as was known on that day?
func ExampleLog_Backtests() {
	for b, err := range log().Backtests(context.Background(), dealstate.View{Policy: dealstate.Strict}, 1) {
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, day := range []int{2, 3} {
			b.Advance(time.Date(2025, 6, day, 0, 0, 0, 0, time.UTC))
			fmt.Println(b.Deal, day, "June:", b.State(), b.Awaiting())
		}
	}
	// Output:
	// apples 2 June: awaiting_xi_approval [china]
	// apples 3 June: approved []
	// pears 2 June: negotiated [us china]
	// pears 3 June: negotiated [us china]
}

package scenario_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// daily is a scenario of n lines, half of them acts of successive days, each with an
// expectation of another sort.
func daily(n int) scenario.Scenario {
	var s scenario.Scenario
	day := time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)
	kinds := []dealstate.Kind{dealstate.Withdraw, dealstate.Approve}
	expected := []scenario.Expectation{{Verb: scenario.Applied}, {Verb: scenario.Awaiting, Names: []string{"us", "china"}}, {Verb: scenario.Revised},
		{Verb: scenario.Awaiting, Names: []string{"us", "china"}, View: dealstate.View{Policy: dealstate.Reported}}, {Verb: scenario.Fires}, {Verb: scenario.Awaiting, Names: []string{"us", "china"}}}
	for i := range n / 2 {
		e := dealstate.Event{Kind: kinds[i%2], Party: "us", Role: dealstate.Instrument}
		if i == 0 {
			e.Kind, e.Party = dealstate.Negotiate, ""
		}
		want := expected[i%len(expected)]
		if want.Verb == scenario.Awaiting && i%2 == 1 {
			want.Names = want.Names[1:]
		}
		want.Line = 2*i + 2
		s.Steps = append(s.Steps, scenario.Step{At: day.AddDate(0, 0, i), Act: e, Expect: []scenario.Expectation{want}, Line: 2*i + 1})
	}
	return s
}

// atOnce is a scenario of n acts of one instant.
func atOnce(n int) scenario.Scenario {
	s := daily(2 * n)
	for i := range s.Steps {
		s.Steps[i].At = s.Steps[0].At
		s.Steps[i].Expect = []scenario.Expectation{{Verb: scenario.Revision, Names: []string{"1"}}}
	}
	return s
}

// The reference is recording the same acts on a deal.
func BenchmarkRun(b *testing.B) {
	a := uschina.London()
	for _, n := range []int{1_600, 16_000} {
		s := daily(n)
		events, err := s.Events(a)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint("record/", n), func(b *testing.B) {
			perLine(b, n, func() {
				d, err := dealstate.New(a, s.Policy)
				if err != nil {
					b.Fatal(err)
				}
				for _, e := range events {
					if _, err = d.Record(e); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
		b.Run(fmt.Sprint("run/", n), func(b *testing.B) {
			perLine(b, n, func() { run(b, s, a) })
		})
	}
	for _, n := range []int{300, 3_000} {
		s := atOnce(n)
		b.Run(fmt.Sprint("one instant/", n), func(b *testing.B) {
			perLine(b, n, func() { run(b, s, a) })
		})
	}
}

func run(b *testing.B, s scenario.Scenario, a dealstate.Agreement) {
	b.Helper()
	switch r, err := scenario.Run(s, a); {
	case err != nil:
		b.Fatal(err)
	case !r.OK():
		b.Fatal(r.Failures[0].Message)
	}
}

func perLine(b *testing.B, n int, do func()) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		do()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/line")
}

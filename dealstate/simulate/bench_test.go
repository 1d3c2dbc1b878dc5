package simulate_test

import (
	"context"
	"testing"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
)

// BenchmarkLives measures lives a second: a simple one is two approvals, after
// two exponential waits.
func BenchmarkLives(b *testing.B) {
	full := two(20*day, 30*day)
	full.Implement = simulate.Exponential(5 * day)
	for _, c := range []struct {
		name    string
		model   simulate.Model
		deal    dealstate.Agreement
		workers int
	}{
		{"simple", two(20*day, 30*day), dealstate.Agreement{}, 1},
		{"simple_two_workers", two(20*day, 30*day), dealstate.Agreement{}, 2},
		{"implemented", full, dealstate.Agreement{}, 1},
		{"clocks", two(20*day, 30*day), dealstate.Agreement{Deadline: onDay(60), Effect: &dealstate.Delay{Days: 10}}, 1},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := beginning(b, c.deal)
			const lives = 200_000
			b.ReportAllocs()
			for b.Loop() {
				if _, err := simulate.Run(context.Background(), s, c.model, simulate.Options{Lives: lives, Until: onDay(365), Workers: c.workers}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(lives)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mlives/s")
		})
	}
}

// BenchmarkPaths explores a deal of two parties with every clock to the end.
func BenchmarkPaths(b *testing.B) {
	s := beginning(b, everyClock(bothSides))
	tried := 0
	b.ReportAllocs()
	for b.Loop() {
		x := explore(b, s, simulate.Search{})
		tried += x.Situations * len(x.Inputs)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(tried), "ns/input")
}

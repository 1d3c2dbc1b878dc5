package bulk

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// withIDs gives each row the id that [linesWith] gives its line.
func withIDs(c Columns, factor uint32) Columns {
	for i := range c.Deal {
		c.ID = append(c.ID, fmt.Sprintf("ev-%08d", uint32(i)*factor))
	}
	return c
}

// BenchmarkColumnsWithIDs makes a log of columns with ids and replays it; its reference are
// the same columns without ids, among which there can be no duplicates, and the same events as
// JSON lines.
func BenchmarkColumnsWithIDs(b *testing.B) {
	const events = 1_000_000
	agreements := Template(london(b))
	for _, of := range []struct {
		name   string
		deals  int
		factor uint32
	}{{"1000_deals", 1_000, 1}, {"100000_deals", 100_000, 1}, {"1000_deals,scrambled_ids", 1_000, 2654435769}} {
		b.Run(of.name, func(b *testing.B) {
			bare := stream(of.deals, events)
			c := withIDs(bare, of.factor)
			data := linesWith(b, of.deals, events/4, of.factor)
			var with, without, lines time.Duration
			for b.Loop() {
				without += spent(func() { replay(b, logOf(b, bare, agreements), dealstate.View{}, 1) })
				with += spent(func() { replay(b, logOf(b, c, agreements), dealstate.View{}, 1) })
				lines += spent(func() {
					l, err := ReadLines(context.Background(), bytes.NewReader(data), agreements, Options{Workers: 1})
					require.NoError(b, err)
					replay(b, l, dealstate.View{}, 1)
				})
			}
			n := float64(b.N) * events
			b.ReportMetric(float64(with)/n, "ns/event")
			b.ReportMetric(float64(without)/n, "bare-ns/event")
			b.ReportMetric(float64(lines)/n*4, "lines-ns/event")
			b.ReportMetric(float64(with)/float64(lines)/4, "x-lines")
			b.ReportMetric(0, "ns/op")
		})
	}
}

package parquet

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// reports are events of many deals in the order of time, with all that real ones have. Their
// numbers are multiples of the factor: an odd one scrambles the ids.
func reports(deals, events int, factor uint32) iter.Seq2[dealstate.Event, error] {
	var said []dealstate.Event
	for _, p := range []struct{ id, by string }{{"us", "Trump"}, {"china", "Xi"}} {
		for _, role := range []dealstate.Role{dealstate.Instrument, dealstate.Approver, dealstate.Government, dealstate.Press} {
			for _, kind := range []dealstate.Kind{dealstate.Approve, dealstate.Approve, dealstate.Withdraw, dealstate.Implement} {
				by := "a spokesperson"
				if role == dealstate.Approver {
					by = p.by
				}
				said = append(said, dealstate.Event{Kind: kind, Role: role, Party: p.id, By: by})
			}
		}
	}
	for _, kind := range []dealstate.Kind{dealstate.Negotiate, dealstate.Submit, dealstate.Amend, dealstate.Settle} {
		said = append(said, dealstate.Event{Kind: kind, Role: dealstate.Negotiator, By: "a spokesperson"})
	}
	return func(yield func(dealstate.Event, error) bool) {
		rng, at := rand.New(rand.NewPCG(1, uint64(deals))), time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
		for i := range events {
			e := said[rng.IntN(len(said))]
			e.ID, e.Deal, e.Modality = fmt.Sprintf("ev-%08d", uint32(i)*factor), fmt.Sprintf("deal-%07d", rng.IntN(deals)), dealstate.Asserted
			at = at.Add(time.Second)
			e.At, e.Recorded = at, at
			e.Source = dealstate.Source{Publisher: "Yicai", URL: fmt.Sprintf("https://example.org/a/%06d", i)}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// BenchmarkReadLog reads and replays a million events, on all cores; its reference are the
// same events as JSON lines.
func BenchmarkReadLog(b *testing.B) {
	const events = 1_000_000
	m, err := dealstate.Compile(uschina.London())
	require.NoError(b, err)
	agreements := bulk.Template(m)
	for _, of := range []struct {
		name   string
		deals  int
		factor uint32
	}{{"1000_deals", 1_000, 1}, {"100000_deals", 100_000, 1}, {"1000_deals,scrambled_ids", 1_000, 2654435769}} {
		b.Run(of.name, func(b *testing.B) {
			var table, lines bytes.Buffer
			require.NoError(b, WriteEvents(&table, reports(of.deals, events, of.factor)))
			require.NoError(b, dealstate.WriteEvents(&lines, reports(of.deals, events, of.factor)))
			var own, ref span
			for b.Loop() {
				ref.add(func() {
					l, err := bulk.ReadLines(context.Background(), bytes.NewReader(lines.Bytes()), agreements, bulk.Options{})
					require.NoError(b, err)
					replay(b, l)
				})
				own.add(func() {
					l, err := ReadLog(context.Background(), bytes.NewReader(table.Bytes()), int64(table.Len()), agreements, bulk.Options{})
					require.NoError(b, err)
					replay(b, l)
				})
			}
			per := float64(b.N) * events
			b.ReportMetric(float64(own.cpu)/per, "cpu-ns/event")
			b.ReportMetric(float64(ref.cpu)/per, "lines-cpu-ns/event")
			b.ReportMetric(float64(own.cpu)/float64(ref.cpu), "x-lines-cpu")
			b.ReportMetric(float64(own.wall)/float64(ref.wall), "x-lines")
			b.ReportMetric(float64(lines.Len())/float64(table.Len()), "x-smaller")
			b.ReportMetric(float64(table.Len())/events, "B/event")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// span is how long something took in all, and the processor time, which other programs of the
// machine do not lengthen.
type span struct{ wall, cpu time.Duration }

func (s *span) add(f func()) {
	begun, used := time.Now(), proof.CPU()
	f()
	s.wall, s.cpu = s.wall+time.Since(begun), s.cpu+proof.CPU()-used
}

func replay(b *testing.B, l *bulk.Log) {
	_, err := l.Replay(context.Background(), dealstate.View{}, 0)
	require.NoError(b, err)
}

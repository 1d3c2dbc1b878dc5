package dealbeam_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	dealbeam "github.com/fe115bb3/dealtracker/dealstate/beam"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// BenchmarkMillion measures one million events on prism beside bulk, the same file and the
// same answer: events a second on the wall, and how many times bulk's processor time it took.
func BenchmarkMillion(b *testing.B) {
	const events = 1_000_000
	file, m := generated(b, events), london(b)
	v := dealstate.View{AsOf: time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC), Policy: dealstate.Official}
	for name, of := range map[string]struct {
		byBulk func(*bulk.Log)
		byBeam func(beam.Scope, *dealbeam.Deals) beam.PCollection
	}{
		"totals": {
			func(log *bulk.Log) {
				_, err := log.Replay(context.Background(), v, 0)
				require.NoError(b, err)
			},
			func(s beam.Scope, d *dealbeam.Deals) beam.PCollection { return d.Totals(s) },
		},
		"transitions": {
			func(log *bulk.Log) {
				var moves analytics.Transitions
				for f, err := range log.Folds(context.Background(), v, 0) {
					require.NoError(b, err)
					for _, d := range f.Decisions {
						require.NoError(b, moves.Add(d))
					}
				}
			},
			func(s beam.Scope, d *dealbeam.Deals) beam.PCollection {
				return beam.Combine(s, &dealbeam.TransitionsFn{}, d.Folds(s))
			},
		},
	} {
		b.Run(name, func(b *testing.B) {
			var byBulk, byBeam, wall time.Duration
			for b.Loop() {
				cpu := proof.CPU()
				in, err := os.Open(file)
				require.NoError(b, err)
				log, err := bulk.ReadLines(context.Background(), in, bulk.Template(m), bulk.Options{})
				require.NoError(b, err)
				of.byBulk(log)
				require.NoError(b, in.Close())
				byBulk += proof.CPU() - cpu

				cpu, start := proof.CPU(), time.Now()
				mustRun(b, func(s beam.Scope) collections {
					blocks := beam.ParDo(s, &readFile{}, beam.Create(s, file))
					return collections{name: of.byBeam(s, dealbeam.GroupLines(s, blocks, dealbeam.Options{Agreements: dealbeam.Template(m), View: v, Workers: 2}))}
				})
				byBeam, wall = byBeam+proof.CPU()-cpu, wall+time.Since(start)
			}
			b.ReportMetric(float64(b.N)*events/wall.Seconds(), "events/s")
			b.ReportMetric(byBeam.Seconds()/float64(b.N), "cpu-s")
			b.ReportMetric(float64(byBeam)/float64(byBulk), "x-bulk")
		})
	}
}

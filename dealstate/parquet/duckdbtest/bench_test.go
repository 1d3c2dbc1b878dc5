package duckdbtest

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/parquet"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// statements are what the reports of two parties say.
func statements() (said []dealstate.Event) {
	for _, p := range []struct{ id, by string }{{"us", "Trump"}, {"china", "Xi"}} {
		for _, role := range []dealstate.Role{dealstate.Instrument, dealstate.Approver, dealstate.Government, dealstate.Press} {
			for _, kind := range []dealstate.Kind{dealstate.Approve, dealstate.Approve, dealstate.Withdraw, dealstate.Implement} {
				by := "a spokesperson"
				if role == dealstate.Approver {
					by = p.by
				}
				said = append(said, dealstate.Event{Kind: kind, Role: role, Party: p.id, By: by, Modality: dealstate.Asserted})
			}
		}
	}
	for _, kind := range []dealstate.Kind{dealstate.Negotiate, dealstate.Submit, dealstate.Amend, dealstate.Settle} {
		said = append(said, dealstate.Event{Kind: kind, Role: dealstate.Negotiator, By: "a spokesperson", Modality: dealstate.Asserted})
	}
	return said
}

// reports are events of many deals in the order of time, with all that real ones have. Their
// ids are multiples of the factor: an odd one scrambles them.
func reports(deals, events int, factor uint32) iter.Seq2[dealstate.Event, error] {
	return func(yield func(dealstate.Event, error) bool) {
		said, rng, at := statements(), rand.New(rand.NewPCG(1, uint64(deals))), time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
		for i := range events {
			e := said[rng.IntN(len(said))]
			e.ID, e.Deal = fmt.Sprintf("ev-%08d", uint32(i)*factor), fmt.Sprintf("deal-%07d", rng.IntN(deals))
			at = at.Add(time.Second)
			e.At, e.Recorded = at, at
			e.Source = dealstate.Source{Publisher: "Yicai", URL: fmt.Sprintf("https://example.org/a/%06d", i)}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// naive asks for the last event of each deal. It looks at no rule, and takes an event twice that
// is there twice.
const naive = `SELECT count(*) FROM (SELECT deal, arg_max(kind, "at") AS last FROM read_parquet(?) GROUP BY deal) WHERE last <> ''`

// fair drops duplicates, and finds where each deal stands by the instants of what counts: two
// states of approval, and no rule besides.
const fair = `WITH once AS (SELECT DISTINCT ON (deal, id) deal, id, kind, party, role, "at" FROM read_parquet(?)),
told AS (SELECT deal,
	max(CASE WHEN kind = 'approve' AND party = 'us' AND role IN ('instrument', 'approver') THEN "at" END) AS us,
	max(CASE WHEN kind = 'withdraw' AND party = 'us' AND role IN ('instrument', 'approver') THEN "at" END) AS us_not,
	max(CASE WHEN kind = 'approve' AND party = 'china' AND role IN ('instrument', 'approver') THEN "at" END) AS china,
	max(CASE WHEN kind = 'withdraw' AND party = 'china' AND role IN ('instrument', 'approver') THEN "at" END) AS china_not,
	max(CASE WHEN kind = 'amend' THEN "at" END) AS amended
	FROM once GROUP BY deal),
stands AS (SELECT deal, us > coalesce(greatest(us_not, amended), us - INTERVAL 1 SECOND) AS us, china > coalesce(greatest(china_not, amended), china - INTERVAL 1 SECOND) AS china FROM told)
SELECT count(*) FROM (SELECT deal, CASE WHEN us AND china THEN 'approved' WHEN us THEN 'awaiting_xi_approval' WHEN china THEN 'awaiting_trump_approval' ELSE 'negotiated' END AS state FROM stands) WHERE state <> ''`

// BenchmarkReadLog reads a file of events with ids and replays it under all rules, in turn with
// DuckDB's queries of the same file, on two threads, and with the same events as JSON lines.
// What ends in cpu is processor time, which other programs of the machine do not lengthen.
func BenchmarkReadLog(b *testing.B) {
	m, err := dealstate.Compile(uschina.London())
	require.NoError(b, err)
	agreements := bulk.Template(m)
	for _, of := range []struct {
		name          string
		deals, events int
		factor        uint32
	}{
		{"1M_events,1k_deals", 1_000, 1_000_000, 1}, {"1M_events,100k_deals", 100_000, 1_000_000, 1}, {"1M_events,1k_deals,scrambled_ids", 1_000, 1_000_000, 2654435769},
		{"10M_events,1k_deals", 1_000, 10_000_000, 1}, {"10M_events,100k_deals", 100_000, 10_000_000, 1}, {"10M_events,1k_deals,scrambled_ids", 1_000, 10_000_000, 2654435769},
	} {
		b.Run(of.name, func(b *testing.B) {
			path := fileOf(b, of.deals, of.events, of.factor)
			var lines []byte // of ten million events they would take 2.6 GB of memory
			if of.events <= 1_000_000 {
				lines = linesOf(b, of.deals, of.events, of.factor)
			}
			db := open(b, "SET threads = 2")
			var own, plain, last, text span
			deals := len(readFile(b, path, agreements).Deals())
			for b.Loop() {
				own.add(func() { replay(b, readFile(b, path, agreements)) })
				plain.add(func() { ask(b, db, fair, path, deals) })
				last.add(func() { ask(b, db, naive, path, deals) })
				if lines != nil {
					text.add(func() { replay(b, readLines(b, lines, agreements)) })
				}
			}
			info, err := os.Stat(path)
			require.NoError(b, err)
			b.ReportMetric(own.wall.Seconds()/float64(b.N), "s")
			b.ReportMetric(plain.wall.Seconds()/float64(b.N), "fair-s")
			b.ReportMetric(last.wall.Seconds()/float64(b.N), "naive-s")
			b.ReportMetric(float64(own.wall)/float64(plain.wall), "x-fair")
			b.ReportMetric(float64(own.cpu)/float64(plain.cpu), "x-fair-cpu")
			b.ReportMetric(own.cpu.Seconds()/float64(b.N), "cpu-s")
			b.ReportMetric(plain.cpu.Seconds()/float64(b.N), "fair-cpu-s")
			b.ReportMetric(last.cpu.Seconds()/float64(b.N), "naive-cpu-s")
			b.ReportMetric(float64(info.Size())/float64(of.events), "B/event")
			if lines != nil {
				b.ReportMetric(text.wall.Seconds()/float64(b.N), "lines-s")
				b.ReportMetric(float64(own.wall)/float64(text.wall), "x-lines")
				b.ReportMetric(float64(own.cpu)/float64(text.cpu), "x-lines-cpu")
				b.ReportMetric(float64(len(lines))/float64(info.Size()), "x-smaller")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// span is how long something took, in all.
type span struct{ wall, cpu time.Duration }

func (s *span) add(f func()) {
	begun, used := time.Now(), proof.CPU()
	f()
	s.wall, s.cpu = s.wall+time.Since(begun), s.cpu+proof.CPU()-used
}

func fileOf(t testing.TB, deals, events int, factor uint32) string {
	path := filepath.Join(t.TempDir(), "events.parquet")
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, parquet.WriteEvents(f, reports(deals, events, factor)))
	require.NoError(t, f.Close())
	return path
}

func linesOf(t testing.TB, deals, events int, factor uint32) []byte {
	var out bytes.Buffer
	require.NoError(t, dealstate.WriteEvents(&out, reports(deals, events, factor)))
	return out.Bytes()
}

func readFile(t testing.TB, path string, a bulk.Agreements) *bulk.Log {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	info, err := f.Stat()
	require.NoError(t, err)
	l, err := parquet.ReadLog(context.Background(), f, info.Size(), a, bulk.Options{})
	require.NoError(t, err)
	return l
}

func readLines(t testing.TB, lines []byte, a bulk.Agreements) *bulk.Log {
	l, err := bulk.ReadLines(context.Background(), bytes.NewReader(lines), a, bulk.Options{})
	require.NoError(t, err)
	return l
}

func replay(t testing.TB, l *bulk.Log) {
	_, err := l.Replay(context.Background(), dealstate.View{}, 0)
	require.NoError(t, err)
}

func ask(t testing.TB, db *sql.DB, query, path string, want int) {
	var n int
	require.NoError(t, db.QueryRow(strings.Replace(query, "?", "'"+path+"'", 1)).Scan(&n))
	require.Equal(t, want, n)
}

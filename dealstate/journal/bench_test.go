package journal_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// Each benchmark takes turns with its reference, and reports the ratio of the two:
// what else the machine does then strikes both.

// ofMany makes the i-th event of so many deals, as a newsroom writes them.
func ofMany(i, deals int) journal.Entry {
	parties := [...]struct{ id, by string }{{"us", "Trump"}, {"china", "Xi"}}
	p := parties[i%2]
	at := time.Date(2025, 6, 10, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Second)
	return journal.Entry{Accepted: at, By: "desk", Event: dealstate.Event{ID: fmt.Sprintf("report-%09d", i), Deal: fmt.Sprintf("deal-%07d", i*7919%deals), Kind: dealstate.Approve, Party: p.id, By: p.by,
		Role: dealstate.Approver, Modality: dealstate.Asserted, At: at, Recorded: at.Add(time.Minute), Source: dealstate.Source{Publisher: "Yicai", URL: "https://example.org/report", Published: "2025-06-27"}}}
}

// BenchmarkGroupCommit appends events one by one, each acknowledged when it is
// durable, by 64 writers, and beside it by one who writes a line to a file and syncs it.
func BenchmarkGroupCommit(b *testing.B) {
	const writers = 64
	f := open(b, b.TempDir(), journal.Options{})
	defer f.Close()
	plain, err := os.Create(filepath.Join(b.TempDir(), "events.jsonl"))
	require.NoError(b, err)
	defer plain.Close()
	var grouped, single time.Duration
	n, alone := 0, 0
	for b.Loop() {
		begun := time.Now()
		appendAll(b, f, n, writers, 8)
		grouped += time.Since(begun)
		n += writers * 8
		begun = time.Now()
		for range 8 {
			line, err := ofMany(alone, 1000).Event.MarshalJSON()
			require.NoError(b, err)
			_, err = plain.Write(append(line, '\n'))
			require.NoError(b, err)
			require.NoError(b, plain.Sync())
			alone++
		}
		single += time.Since(begun)
	}
	each, ref := grouped.Seconds()/float64(n), single.Seconds()/float64(alone)
	b.ReportMetric(1e6*each, "µs/append")
	b.ReportMetric(1e6*ref, "one-fsync-µs/append")
	b.ReportMetric(ref/each, "times-as-many")
	b.ReportMetric(0, "ns/op")
}

// appendAll lets so many writers append so many events each.
func appendAll(b *testing.B, f *journal.File, from, writers, each int) {
	var group sync.WaitGroup
	for w := range writers {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := range each {
				if _, err := f.Append(context.Background(), []journal.Entry{ofMany(from+w*each+i, 1000)}); err != nil {
					b.Error(err)
				}
			}
		}()
	}
	group.Wait()
}

// BenchmarkOpen opens a journal, and beside it reads the same lines with bulk.
func BenchmarkOpen(b *testing.B) {
	for _, size := range []struct{ deals, events int }{{1_000, 400_000}, {50_000, 400_000}} {
		b.Run(fmt.Sprintf("%d_deals/%d_events", size.deals, size.events), func(b *testing.B) {
			dir := b.TempDir()
			fill(b, dir, size.deals, size.events)
			m, err := dealstate.Compile(uschina.London())
			require.NoError(b, err)
			ctx, agreements := context.Background(), bulk.Template(m)
			var opened, read, openCPU, readCPU time.Duration
			for b.Loop() {
				var f *journal.File
				spend(&opened, &openCPU, func() { f = open(b, dir, journal.Options{}) })
				require.NoError(b, f.Close())
				spend(&read, &readCPU, func() { readBulk(b, ctx, dir, agreements) })
			}
			per := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / float64(b.N) / float64(size.events) }
			b.ReportMetric(per(opened), "ns/event")
			b.ReportMetric(per(read), "bulk-ns/event")
			b.ReportMetric(float64(opened)/float64(read), "x-bulk")
			b.ReportMetric(per(openCPU), "cpu-ns/event")
			b.ReportMetric(per(readCPU), "bulk-cpu-ns/event")
			b.ReportMetric(float64(openCPU)/float64(readCPU), "x-bulk-cpu")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// spend adds the time that it takes, on the wall and of the processor.
func spend(wall, cpu *time.Duration, do func()) {
	runtime.GC()
	begun, before := time.Now(), proof.CPU()
	do()
	*wall, *cpu = *wall+time.Since(begun), *cpu+proof.CPU()-before
}

func readBulk(t testing.TB, ctx context.Context, dir string, a bulk.Agreements) int {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	require.NoError(t, err)
	n := 0
	for _, name := range names {
		file, err := os.Open(name)
		require.NoError(t, err)
		log, err := bulk.ReadLines(ctx, file, a, bulk.Options{})
		require.NoError(t, err)
		n += log.Len()
		require.NoError(t, file.Close())
	}
	return n
}

// fill writes a journal of so many events.
func fill(b testing.TB, dir string, deals, events int) {
	f := open(b, dir, journal.Options{})
	var entries []journal.Entry
	for i := range events {
		if entries = append(entries, ofMany(i, deals)); len(entries) == 4000 || i == events-1 {
			_, err := f.Append(context.Background(), entries)
			require.NoError(b, err)
			entries = entries[:0]
		}
	}
	require.NoError(b, f.Close())
}

// BenchmarkRead reads a whole journal, verifies it, and reads its deals one by one.
func BenchmarkRead(b *testing.B) {
	const deals, events = 2_500, 20_000
	dir := b.TempDir()
	fill(b, dir, deals, events)
	f := open(b, dir, journal.Options{})
	defer f.Close()
	for name, read := range map[string]func() error{
		"Read": func() error { return drained(f.Read(ctx, 0)) },
		"ReadDeal": func() error {
			for i := range deals {
				if err := drained(f.ReadDeal(ctx, fmt.Sprintf("deal-%07d", i), 0)); err != nil {
					return err
				}
			}
			return nil
		},
		"Verify": func() error {
			_, err := journal.Verify(ctx, dir, journal.Head{}, journal.Options{})
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				require.NoError(b, read())
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/events, "ns/entry")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func drained(reading iter.Seq2[journal.Entry, error]) error {
	for _, err := range reading {
		if err != nil {
			return err
		}
	}
	return nil
}

package tracker_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// eightEvents is a deal of eight events, which comes into force and is carried out.
func eightEvents(deal string) []dealstate.Event {
	of := func(id string, day int, kind dealstate.Kind, party, commitment string) dealstate.Event {
		return dealstate.Event{ID: id, Deal: deal, Kind: kind, Party: party, Commitment: commitment, Role: dealstate.Instrument,
			At: dirtylog.OnDay(day).Add(time.Hour), Recorded: dirtylog.OnDay(day).Add(2 * time.Hour),
			Source: dealstate.Source{Publisher: "a wire", URL: "https://example.org/reports/" + id}}
	}
	return []dealstate.Event{
		of("e1", 0, dealstate.Negotiate, "", ""), of("e2", 1, dealstate.Submit, "", ""), of("e3", 2, dealstate.Approve, "us", ""),
		of("e4", 3, dealstate.Approve, "china", ""), of("e5", 7, dealstate.Perform, "us", "pledge-1"), of("e6", 8, dealstate.Perform, "china", "pledge-2"),
		of("e7", 9, dealstate.Dispute, "us", ""), of("e8", 10, dealstate.Settle, "", ""),
	}
}

// fill appends so many deals of eight events, the events of each far from one another.
func fill(tb testing.TB, j journal.Journal, deals int) {
	tb.Helper()
	put := func(day int, make func(i int) journal.Entry) {
		for from := 0; from < deals; from += 1_000 {
			var entries []journal.Entry
			for i := from; i < min(from+1_000, deals); i++ {
				e := make(i)
				e.Accepted = dirtylog.OnDay(day).Add(2 * time.Hour)
				entries = append(entries, e)
			}
			_, err := j.Append(context.Background(), entries)
			require.NoError(tb, err)
		}
	}
	id := func(i int) string { return fmt.Sprintf("deal-%07d", i) }
	put(0, func(i int) journal.Entry {
		a := agreementOf(id(i))
		a.Title = fmt.Sprintf("Framework agreement no. %d", i)
		return journal.Entry{Agreement: &a}
	})
	for n, e := range eightEvents("") {
		put(int(e.At.Sub(dirtylog.OnDay(0)).Hours()/24), func(i int) journal.Entry {
			return journal.Entry{Event: eightEvents(id(i))[n]}
		})
	}
}

// BenchmarkRecovery opens a tracker over a journal in files of 50,000 deals of eight
// events, and says how many events a second it recovers and what a deal takes at rest, the
// journal's index included.
func BenchmarkRecovery(b *testing.B) {
	const deals = 50_000
	dir := b.TempDir()
	j, err := journal.Open(b.Context(), dir, journal.Options{})
	require.NoError(b, err)
	fill(b, j, deals)
	require.NoError(b, j.Close())
	for b.Loop() {
		before := heap()
		begun, cpu := time.Now(), proof.CPU()
		j, err := journal.Open(b.Context(), dir, journal.Options{})
		require.NoError(b, err)
		opened := time.Since(begun)
		tr, err := tracker.Open(b.Context(), j, tracker.Options{Clock: tracker.NewManual(dirtylog.OnDay(11))})
		require.NoError(b, err)
		took := time.Since(begun)
		b.ReportMetric(float64(deals*8)/took.Seconds(), "events/s")
		b.ReportMetric(float64((proof.CPU()-cpu).Nanoseconds())/(deals*8), "cpu-ns/event")
		b.ReportMetric(opened.Seconds()/took.Seconds(), "journal-share")
		b.ReportMetric(float64(heap()-before)/deals, "B/deal")
		runtime.KeepAlive(tr)
		require.NoError(b, tr.Close())
		require.NoError(b, j.Close())
	}
}

// heap is what is alive.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

package bulk

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// tableStream is the lines of lineStream as CSV.
func tableStream(t testing.TB, deals, events int) []byte {
	t.Helper()
	return tableOf(t, lineStream(t, deals, events))
}

// tableOf is the events of lines as CSV.
func tableOf(t testing.TB, lines []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	require.NoError(t, w.Write([]string{"id", "deal", "kind", "party", "by", "role", "modality", "at", "recorded", "source.publisher", "source.url", "note"}))
	for e, err := range dealstate.ReadEvents(bytes.NewReader(lines)) {
		require.NoError(t, err)
		require.NoError(t, w.Write([]string{e.ID, e.Deal, e.Kind.String(), e.Party, e.By, e.Role.String(), e.Modality.String(),
			e.At.Format(time.RFC3339), e.Recorded.Format(time.RFC3339), e.Source.Publisher, e.Source.URL, e.Note}))
	}
	w.Flush()
	return out.Bytes()
}

// inQuotes puts quotes around every cell of a table that has none.
func inQuotes(table []byte) []byte {
	table = bytes.ReplaceAll(table, []byte(","), []byte(`","`))
	table = bytes.ReplaceAll(table, []byte("\n"), []byte("\"\n\""))
	return append([]byte(`"`), bytes.TrimSuffix(table, []byte(`"`))...)
}

// BenchmarkCSV reads a table; its reference is encoding/csv, which only cuts the
// same bytes into cells, on one goroutine as well. Beside both, the events alone, without the
// log, and how much sooner two workers are done.
func BenchmarkCSV(b *testing.B) {
	a := Template(london(b))
	for _, what := range []string{"usual", "quoted", "all_new"} {
		for _, events := range []int{10_000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", what, events), func(b *testing.B) {
				data := tableStream(b, 1000, events)
				switch what {
				case "quoted":
					data = inQuotes(data)
				case "all_new":
					data = tableOf(b, surprises(b, what, 1000, events))
				}
				benchmarkCSV(b, a, data, events)
			})
		}
	}
}

func benchmarkCSV(b *testing.B, a Agreements, data []byte, events int) {
	read := func(workers int) func() {
		return func() {
			l, err := ReadCSV(context.Background(), bytes.NewReader(data), a, Options{Workers: workers})
			require.NoError(b, err)
			require.Equal(b, events, l.Len())
		}
	}
	var plain, rows, log, alone, together time.Duration
	for b.Loop() {
		plain += spent(func() { require.Equal(b, events+1, cutPlainly(data)) })
		rows += spent(func() {
			for _, err := range dealstate.ReadEventsCSV(bytes.NewReader(data)) {
				if err != nil {
					b.Fatal(err)
				}
			}
		})
		log += spent(func() { alone += timed(read(1)) })
		together += timed(read(2))
	}
	per := func(d time.Duration) float64 { return float64(d) / float64(b.N*events) }
	b.ReportMetric(per(log), "ns/row")
	b.ReportMetric(per(rows), "events-ns/row")
	b.ReportMetric(per(plain), "plain-ns/row")
	b.ReportMetric(float64(log)/float64(plain), "x-plain")
	b.ReportMetric(float64(rows)/float64(plain), "events-x-plain")
	b.ReportMetric(float64(alone)/float64(together), "x-two-workers")
	b.ReportMetric(float64(len(data))/float64(events), "B/row")
	b.ReportMetric(float64(len(data))*float64(b.N)/1e6/log.Seconds(), "MB/s")
	b.ReportMetric(0, "ns/op")
}

// cutPlainly is encoding/csv alone.
func cutPlainly(data []byte) (n int) {
	r := csv.NewReader(bytes.NewReader(data))
	r.ReuseRecord = true
	for ; ; n++ {
		if _, err := r.Read(); err == io.EOF {
			return n
		}
	}
}

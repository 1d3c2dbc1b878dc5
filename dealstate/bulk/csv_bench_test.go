package bulk

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// tableStream is the lines of lineStream as CSV.
func tableStream(t testing.TB, deals, events int) []byte {
	t.Helper()
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	require.NoError(t, w.Write([]string{"id", "deal", "kind", "party", "by", "role", "modality", "at", "recorded", "source.publisher", "source.url"}))
	for e, err := range dealstate.ReadEvents(bytes.NewReader(lineStream(t, deals, events))) {
		require.NoError(t, err)
		require.NoError(t, w.Write([]string{e.ID, e.Deal, e.Kind.String(), e.Party, e.By, e.Role.String(), e.Modality.String(),
			e.At.Format(time.RFC3339), e.Recorded.Format(time.RFC3339), e.Source.Publisher, e.Source.URL}))
	}
	w.Flush()
	return out.Bytes()
}

// BenchmarkCSV reads a table; its reference is encoding/csv, which only cuts the
// same bytes into cells. Beside both, the events alone, without the log.
func BenchmarkCSV(b *testing.B) {
	const events = 100_000
	data, m := tableStream(b, 1000, events), london(b)
	var plain, rows, log time.Duration
	for b.Loop() {
		plain += spent(func() {
			r := csv.NewReader(bytes.NewReader(data))
			r.ReuseRecord = true
			for n := 0; ; n++ {
				if _, err := r.Read(); err == io.EOF {
					require.Equal(b, events+1, n)
					return
				}
			}
		})
		rows += spent(func() {
			for _, err := range dealstate.ReadEventsCSV(bytes.NewReader(data)) {
				if err != nil {
					b.Fatal(err)
				}
			}
		})
		log += spent(func() {
			l, err := ReadCSV(context.Background(), bytes.NewReader(data), Template(m), Options{Workers: 1})
			require.NoError(b, err)
			require.Equal(b, events, l.Len())
		})
	}
	per := func(d time.Duration) float64 { return float64(d) / float64(b.N*events) }
	b.ReportMetric(per(log), "ns/row")
	b.ReportMetric(per(rows), "events-ns/row")
	b.ReportMetric(per(plain), "plain-ns/row")
	b.ReportMetric(float64(log)/float64(plain), "x-plain")
	b.ReportMetric(float64(rows)/float64(plain), "events-x-plain")
	b.ReportMetric(float64(len(data))/events, "B/row")
	b.ReportMetric(float64(len(data))*float64(b.N)/1e6/log.Seconds(), "MB/s")
	b.ReportMetric(0, "ns/op")
}

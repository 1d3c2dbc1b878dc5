package postgres_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/postgres"
)

// report makes the i-th event of a thousand deals, as a newsroom writes them.
func report(i int) journal.Entry {
	parties := [...]struct{ id, by string }{{"us", "Trump"}, {"china", "Xi"}}
	p := parties[i%2]
	at := time.Date(2025, 6, 10, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Second)
	return journal.Entry{Accepted: at, By: "desk", Event: dealstate.Event{ID: fmt.Sprintf("report-%09d", i), Deal: fmt.Sprintf("deal-%07d", i*7919%1000), Kind: dealstate.Approve, Party: p.id, By: p.by,
		Role: dealstate.Approver, Modality: dealstate.Asserted, At: at, Recorded: at.Add(time.Minute), Source: dealstate.Source{Publisher: "Yicai", URL: "https://example.org/report", Published: "2025-06-27"}}}
}

// BenchmarkAppend appends events one by one, each acknowledged when it is durable, by one
// writer and by 64; and beside it inserts the same rows into the same tables by the bare
// driver over one connection, with the positions given and without asking what is kept
// already: a row a transaction for one writer; for 64, as many rows a transaction, sent in
// one round trip. The two take turns, and the quarter of the turns of each that was disturbed
// least by what else the machine does is compared.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprintf("%d_writers", writers), func(b *testing.B) {
			s, bare := open(b, server.url(), fresh()), newBare(b)
			const each = 8
			var own, ref []time.Duration
			n := 0
			for b.Loop() {
				begun := time.Now()
				appendAll(b, s, n, writers, each)
				own = append(own, time.Since(begun))
				begun = time.Now()
				for r := range each {
					bare.insert(b, n+r*writers, writers)
				}
				ref = append(ref, time.Since(begun))
				n += writers * each
			}
			o, r := quartile(own).Seconds(), quartile(ref).Seconds()
			b.ReportMetric(float64(writers*each)/o, "appends/s")
			b.ReportMetric(float64(writers*each)/r, "bare-inserts/s")
			b.ReportMetric(o/r, "x-bare")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// quartile gives the lower one.
func quartile(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/4]
}

// appendAll lets so many writers append so many events each.
func appendAll(b *testing.B, s *postgres.Store, from, writers, each int) {
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range each {
				if _, err := s.Append(context.Background(), []journal.Entry{report(from + w*each + i)}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	group.Wait()
}

// bare is a journal's tables, and a connection that inserts into them without the store.
type bare struct {
	conn    *pgx.Conn
	insert1 string
}

func newBare(b *testing.B) *bare {
	s := open(b, server.url(), fresh())
	conn, err := pgx.Connect(context.Background(), server.url())
	require.NoError(b, err)
	b.Cleanup(func() { conn.Close(context.Background()) })
	return &bare{conn: conn, insert1: s.BareInsert()}
}

// insert inserts rows in one transaction, which is one statement if there is one row.
func (p *bare) insert(b *testing.B, from, n int) {
	trip := &pgx.Batch{}
	for i := range n {
		e := report(from + i)
		e.Position = int64(from + i + 1)
		trip.Queue(p.insert1, postgres.BareRow(e)...)
	}
	require.NoError(b, p.conn.SendBatch(context.Background(), trip).Close())
}

// BenchmarkRead reads a whole journal, and its deals one by one.
func BenchmarkRead(b *testing.B) {
	const events = 20_000
	s := open(b, server.url(), fresh())
	entries := make([]journal.Entry, events)
	for i := range entries {
		entries[i] = report(i)
	}
	_, err := s.Append(context.Background(), entries)
	require.NoError(b, err)
	for name, read := range map[string]func(context.Context){
		"Read": func(ctx context.Context) {
			for _, err := range s.Read(ctx, 0) {
				require.NoError(b, err)
			}
		},
		"ReadDeal": func(ctx context.Context) {
			for i := range 1000 {
				for _, err := range s.ReadDeal(ctx, fmt.Sprintf("deal-%07d", i), 0) {
					require.NoError(b, err)
				}
			}
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				read(context.Background())
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/events, "ns/entry")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkMaterialise folds deals of twelve events each and writes the tables, those of the
// fold before being removed.
func BenchmarkMaterialise(b *testing.B) {
	const deals = 300
	s := open(b, server.url(), fresh())
	fillDeals(b, s, deals)
	for b.Loop() {
		_, err := s.Materialise(context.Background(), dealstate.View{Policy: dealstate.Official})
		require.NoError(b, err)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/deals, "µs/deal")
	b.ReportMetric(0, "ns/op")
}

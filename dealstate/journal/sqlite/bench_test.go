package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/sqlite"
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
// driver, without asking what is kept already: a row a transaction for one writer, 64 rows a
// transaction for 64. The two take turns, so that what else the machine does strikes both.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprintf("%d_writers", writers), func(b *testing.B) {
			s, bare := open(b, fresh(b), sqlite.Options{}), newBare(b)
			const rounds = 32
			var own, ref time.Duration
			n := 0
			for b.Loop() {
				begun := time.Now()
				appendAll(b, s, n, writers, rounds)
				own += time.Since(begun)
				begun = time.Now()
				for r := range rounds {
					bare.insert(b, n+r*writers, writers)
				}
				ref += time.Since(begun)
				n += writers * rounds
			}
			b.ReportMetric(float64(n)/own.Seconds(), "appends/s")
			b.ReportMetric(float64(n)/ref.Seconds(), "bare-inserts/s")
			b.ReportMetric(own.Seconds()/ref.Seconds(), "x-bare")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// appendAll lets so many writers append so many events each.
func appendAll(b *testing.B, s *sqlite.Store, from, writers, each int) {
	var group sync.WaitGroup
	for w := range writers {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := range each {
				if _, err := s.Append(context.Background(), []journal.Entry{report(from + w*each + i)}); err != nil {
					b.Error(err)
				}
			}
		}()
	}
	group.Wait()
}

// bare is a database of the same schema, and the driver's own insert into it.
type bare struct {
	conn                  *sql.Conn
	begin, insertRow, end *sql.Stmt
}

func newBare(b *testing.B) *bare {
	s := open(b, fresh(b), sqlite.Options{})
	db, err := sql.Open("sqlite", s.DSN())
	require.NoError(b, err)
	b.Cleanup(func() { db.Close() })
	conn, err := db.Conn(context.Background())
	require.NoError(b, err)
	p := &bare{conn: conn}
	for text, to := range map[string]**sql.Stmt{"BEGIN IMMEDIATE": &p.begin, sqlite.InsertEntry: &p.insertRow, "COMMIT": &p.end} {
		*to, err = conn.PrepareContext(context.Background(), text)
		require.NoError(b, err)
	}
	return p
}

func (p *bare) insert(b *testing.B, from, n int) {
	_, err := p.begin.Exec()
	require.NoError(b, err)
	for i := range n {
		e := report(from + i)
		e.Position = int64(from + i + 1)
		_, err := p.insertRow.Exec(sqlite.RowOf(e)...)
		require.NoError(b, err)
	}
	_, err = p.end.Exec()
	require.NoError(b, err)
}

// BenchmarkRead reads a whole journal, and its deals one by one.
func BenchmarkRead(b *testing.B) {
	const events = 20_000
	s := open(b, fresh(b), sqlite.Options{})
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
	s := open(b, fresh(b), sqlite.Options{})
	fillDeals(b, s, deals)
	for b.Loop() {
		_, err := s.Materialise(context.Background(), dealstate.View{Policy: dealstate.Official})
		require.NoError(b, err)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/deals, "µs/deal")
	b.ReportMetric(0, "ns/op")
}

package jetstream_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/jetstream"
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
// writer and by 64; and beside it publishes the same messages to a stream of the same settings
// with the client alone, on no condition, from as many goroutines. The two take turns, so that
// what else the machine does strikes both.
func BenchmarkAppend(b *testing.B) {
	for _, servers := range []int{1, 3} {
		c := start(b, servers, always)
		for _, writers := range []int{1, 64} {
			b.Run(fmt.Sprintf("%d_servers/%d_writers", servers, writers), func(b *testing.B) { compareAppends(b, c, servers, writers) })
		}
	}
}

func compareAppends(b *testing.B, c *cluster, servers, writers int) {
	o := jetstream.Options{Replicas: servers}
	s, bare := open(b, connect(b, c.urls()), fresh(), o), open(b, connect(b, c.urls()), fresh(), o).Stream()
	js := connect(b, c.urls())
	if servers > 1 { // each to the leader of its stream, so that none has a longer way
		s = open(b, connect(b, c.leader(b, js, s.Stream()).url), s.Stream(), o)
		js = connect(b, c.leader(b, js, bare).url)
	}
	const rounds = 32
	var own, ref time.Duration
	n := 0
	for b.Loop() {
		own += appendAll(b, writers, rounds, func(i int) error {
			_, err := s.Append(context.Background(), []journal.Entry{report(n + i)})
			return err
		})
		ref += appendAll(b, writers, rounds, func(i int) error { return publish(js, bare, report(n+i)) })
		n += writers * rounds
	}
	b.ReportMetric(float64(n)/own.Seconds(), "appends/s")
	b.ReportMetric(float64(n)/ref.Seconds(), "bare-publishes/s")
	b.ReportMetric(own.Seconds()/ref.Seconds(), "x-bare")
	b.ReportMetric(0, "ns/op")
}

// appendAll lets so many writers append so many events each, and gives how long it took.
func appendAll(b *testing.B, writers, each int, do func(i int) error) time.Duration {
	begun := time.Now()
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range each {
				if err := do(w*each + i); err != nil {
					b.Error(err)
				}
			}
		})
	}
	group.Wait()
	return time.Since(begun)
}

// publish publishes an event as the client alone would.
func publish(js natsjs.JetStream, stream string, e journal.Entry) error {
	body, err := e.Event.MarshalJSON()
	if err != nil {
		return err
	}
	_, err = js.PublishMsg(context.Background(), &nats.Msg{Subject: stream + "." + e.Deal(), Data: body,
		Header: nats.Header{"Deal-Accepted": {e.Accepted.Format(time.RFC3339Nano)}, "Deal-By": {e.By}}})
	return err
}

// BenchmarkAppendOfTwo lets two stores append to one stream at once, as two processes do, each
// with half the writers, beside one store with all of them.
func BenchmarkAppendOfTwo(b *testing.B) {
	const writers, rounds = 64, 16
	c := start(b, 3, always)
	o := jetstream.Options{Replicas: 3}
	alone, stream := open(b, connect(b, c.urls()), fresh(), o), fresh()
	two := [2]*jetstream.Store{open(b, connect(b, c.urls()), stream, o), open(b, connect(b, c.urls()), stream, o)}
	for _, s := range []*jetstream.Store{alone, two[0], two[1]} { // which know all deals then
		entries := make([]journal.Entry, 1000)
		for i := range entries {
			entries[i] = report(i)
		}
		_, err := s.Append(context.Background(), entries)
		require.NoError(b, err)
	}
	var both, ref time.Duration
	n := 1000
	for b.Loop() {
		both += appendAll(b, writers, rounds, func(i int) error {
			_, err := two[i/rounds%2].Append(context.Background(), []journal.Entry{report(n + i)})
			return err
		})
		ref += appendAll(b, writers, rounds, func(i int) error {
			_, err := alone.Append(context.Background(), []journal.Entry{report(n + i)})
			return err
		})
		n += writers * rounds
	}
	b.ReportMetric(float64(n-1000)/both.Seconds(), "appends/s")
	b.ReportMetric(both.Seconds()/ref.Seconds(), "x-alone")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkRead reads a whole journal, and its deals one by one.
func BenchmarkRead(b *testing.B) {
	const events = 20_000
	c := start(b, 3, always)
	s := open(b, connect(b, c.urls()), fresh(), jetstream.Options{Replicas: 3})
	for from := 0; from < events; from += 500 {
		entries := make([]journal.Entry, 500)
		for i := range entries {
			entries[i] = report(from + i)
		}
		_, err := s.Append(context.Background(), entries)
		require.NoError(b, err)
	}
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

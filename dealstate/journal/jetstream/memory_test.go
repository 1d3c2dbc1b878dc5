package jetstream_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	natsjs "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/jetstream"
)

// BenchmarkServerMemory measures what a deal costs a server in memory, by the heap of one that
// runs within this process: what another 40,000 deals add, of one event each or of eight, one of
// each deal in turn. Just appended, the server still holds the messages; started again, it
// remembers the subjects, and some blocks of messages, as many as before.
func BenchmarkServerMemory(b *testing.B) {
	const deals = 40_000
	for _, events := range []int{1, 8} {
		b.Run(fmt.Sprintf("%d_events", events), func(b *testing.B) {
			for b.Loop() {
				dir, stream := b.TempDir(), fresh()
				appendDeals(b, dir, stream, "other", deals/2, events)
				before := atRest(b, dir, stream)
				held := appendDeals(b, dir, stream, "deal", deals, events)
				b.ReportMetric(float64(atRest(b, dir, stream)-before)/deals, "B/deal")
				b.ReportMetric(float64(held-before)/deals, "B/deal-just-appended")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// appendDeals appends so many events of each deal, one of each in turn, and gives the heap then.
func appendDeals(b *testing.B, dir, stream, name string, deals, events int) int64 {
	const atOnce = 1000
	server, js := within(b, dir)
	defer server.Shutdown()
	defer js.Conn().Close()
	s, err := jetstream.Open(b.Context(), js, stream, jetstream.Options{})
	require.NoError(b, err)
	for from := 0; from < deals*events; from += atOnce {
		entries := make([]journal.Entry, atOnce)
		for k := range entries {
			entries[k] = report(from + k)
			entries[k].Event.Deal = fmt.Sprintf("%s-%08x", name, uint32((from+k)%deals)*2654435761) // which have little in common
		}
		_, err := s.Append(context.Background(), entries)
		require.NoError(b, err)
	}
	require.NoError(b, s.Close())
	s.Forget()
	return heap()
}

// atRest gives the heap of a server that was started on the stream.
func atRest(b *testing.B, dir, stream string) int64 {
	server, js := within(b, dir)
	defer server.Shutdown()
	defer js.Conn().Close()
	_, err := js.Stream(b.Context(), stream)
	require.NoError(b, err)
	return heap()
}

// within starts a server within this process, and connects to it.
func within(b *testing.B, dir string) (*server.Server, natsjs.JetStream) {
	s, err := server.NewServer(&server.Options{Port: server.RANDOM_PORT, JetStream: true, StoreDir: dir, NoLog: true, NoSigs: true})
	require.NoError(b, err)
	s.Start()
	require.True(b, s.ReadyForConnections(time.Minute))
	return s, connect(b, s.ClientURL())
}

// heap gives how many bytes are in use.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

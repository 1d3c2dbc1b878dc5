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
// runs within this process: when deals have just been appended, of one event each or of eight,
// one of each deal in turn, with the messages that the server still holds; and when it has been
// started again, and remembers the subjects only.
func BenchmarkServerMemory(b *testing.B) {
	const deals = 20_000
	for _, events := range []int{1, 8} {
		b.Run(fmt.Sprintf("%d_events", events), func(b *testing.B) {
			for b.Loop() {
				dir, stream := b.TempDir(), fresh()
				s, js := within(b, dir)
				journal := open(b, js, stream, jetstream.Options{})
				before := heap()
				appendDeals(b, journal, deals, events)
				journal.Forget()
				b.ReportMetric(float64(heap()-before)/deals, "B/deal-just-appended")
				js.Conn().Close()
				s.Shutdown()
				s.WaitForShutdown()
				s, js = within(b, dir)
				_, err := js.Stream(b.Context(), stream)
				require.NoError(b, err)
				b.ReportMetric(float64(heap()-before)/deals, "B/deal")
				s.Shutdown()
			}
			b.ReportMetric(0, "ns/op")
		})
	}
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

// appendDeals appends so many events of each deal, one of each in turn.
func appendDeals(b *testing.B, s *jetstream.Store, deals, events int) {
	const atOnce = 1000
	for from := 0; from < deals*events; from += atOnce {
		entries := make([]journal.Entry, atOnce)
		for k := range entries {
			entries[k] = report(from + k)
			entries[k].Event.Deal = fmt.Sprintf("deal-%09d", (from+k)%deals)
		}
		_, err := s.Append(context.Background(), entries)
		require.NoError(b, err)
	}
}

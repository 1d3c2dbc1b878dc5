package jetstream_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal/jetstream"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "deals")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	// In production: three servers, each with jetstream { sync_interval: always }.
	s, err := server.NewServer(&server.Options{Port: server.RANDOM_PORT, JetStream: true, StoreDir: dir, SyncAlways: true, NoLog: true, NoSigs: true})
	if err != nil {
		log.Fatal(err)
	}
	s.Start()
	defer s.Shutdown()
	if !s.ReadyForConnections(time.Minute) {
		log.Fatal("the server does not start")
	}

	nc, err := nats.Connect(s.ClientURL(), nats.MaxReconnects(-1))
	if err != nil {
		log.Fatal(err)
	}
	defer nc.Close()
	js, err := natsjs.New(nc)
	if err != nil {
		log.Fatal(err)
	}
	j, err := jetstream.Open(ctx, js, "DEALS", jetstream.Options{}) // Replicas: 3
	if err != nil {
		log.Fatal(err)
	}
	defer j.Close()

	t, err := tracker.Open(ctx, j, tracker.Options{Policy: dealstate.Official, Clock: tracker.NewManual(time.Date(2025, 6, 26, 9, 0, 0, 0, time.UTC))})
	if err != nil {
		log.Fatal(err)
	}
	defer t.Close()
	london := uschina.London()
	if _, err := t.Add(ctx, london); err != nil {
		log.Fatal(err)
	}
	recorded, err := t.Record(ctx, dealstate.Event{ID: "trump-0625", Deal: london.ID, Kind: dealstate.Approve, Party: "us", By: "Trump", Role: dealstate.Approver, At: time.Date(2025, 6, 25, 9, 0, 0, 0, time.UTC)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(recorded[0].Decision.Outcome, recorded[0].Decision.To) // durable now

	// Any NATS client reads the same: the body of a message is the event's JSON.
	stream, err := js.Stream(ctx, "DEALS")
	if err != nil {
		log.Fatal(err)
	}
	m, err := stream.GetLastMsgForSubject(ctx, "DEALS."+london.ID)
	if err != nil {
		log.Fatal(err)
	}
	var e dealstate.Event
	err = e.UnmarshalJSON(m.Data)
	fmt.Println(m.Sequence, m.Subject, e.Kind, err)
	// Output:
	// applied awaiting_xi_approval
	// 2 DEALS.us-china-london-2025 approve <nil>
}

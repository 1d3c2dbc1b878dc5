package parquet_test

import (
	"bytes"
	"context"
	"fmt"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/parquet"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

func Example() {
	ctx := context.Background()
	var machines []*dealstate.Machine
	for _, a := range uschina.Agreements() {
		m, err := dealstate.Compile(a)
		if err != nil {
			panic(err)
		}
		machines = append(machines, m)
	}

	var table bytes.Buffer // or a file
	if err := parquet.WriteEvents(&table, uschina.Events()); err != nil {
		panic(err)
	}
	log, err := parquet.ReadLog(ctx, bytes.NewReader(table.Bytes()), int64(table.Len()), bulk.Catalogue(machines...), bulk.Options{})
	if err != nil {
		panic(err)
	}
	result, err := log.Replay(ctx, dealstate.View{Policy: dealstate.Official}, 0)
	for f := range result.Finals() {
		fmt.Println(f.Deal, f.State)
	}
	fmt.Println(log.Len(), "events", err)

	var moves bytes.Buffer // SELECT "to", count(*) FROM 'moves.parquet' GROUP BY "to"
	err = parquet.WriteTransitions(&moves, log.Transitions(ctx, dealstate.View{Policy: dealstate.Official}, 0))
	fmt.Println(moves.Len() > 0, err)
	// Output:
	// us-china-geneva-2025 implemented
	// us-china-london-2025 implemented
	// us-china-stockholm-2025 expired
	// us-china-madrid-2025 awaiting_xi_approval
	// us-china-busan-2025 implemented
	// 108 events <nil>
	// true <nil>
}

func ExampleReadEvents() {
	var table bytes.Buffer
	if err := parquet.WriteEvents(&table, uschina.Events()); err != nil {
		panic(err)
	}
	for e, err := range parquet.ReadEvents(bytes.NewReader(table.Bytes()), int64(table.Len())) {
		fmt.Println(e.ID, e.Kind, e.At.Format("2 January 2006"), err)
		break
	}
	// Output: geneva-statement-0512 negotiate 12 May 2025 <nil>
}

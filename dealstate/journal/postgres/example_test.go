package postgres_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/postgres"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

func Example() {
	ctx, where := context.Background(), server.url() // such as postgres://desk@db.example.org/newsroom
	j, err := postgres.Open(ctx, where, postgres.Options{Schema: "deals"})
	if err != nil {
		log.Fatal(err)
	}
	defer j.Close()

	london, at := uschina.London(), time.Date(2025, 6, 26, 9, 0, 0, 0, time.UTC)
	approved := dealstate.Event{ID: "trump-0625", Deal: london.ID, Kind: dealstate.Approve, Party: "us", By: "Trump", Role: dealstate.Approver, At: at.AddDate(0, 0, -1)}
	positions, err := j.Append(ctx, []journal.Entry{{Accepted: at, By: "desk", Agreement: &london}, {Accepted: at, By: "desk", Event: approved}})
	fmt.Println(positions, err) // durable now
	fold, err := j.Materialise(ctx, dealstate.View{Policy: dealstate.Official})
	fmt.Println(fold.Deals, "deal at position", fold.Position, err)

	// An analyst queries the views with any tool, also while they are written.
	c, err := pgx.Connect(ctx, where)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close(ctx)
	var state, outcome string
	var awaiting []string
	err = c.QueryRow(ctx, "SELECT s.state, s.awaiting, d.outcome FROM deals.states AS s JOIN deals.decisions AS d USING (policy, deal) WHERE d.event = 'trump-0625'").Scan(&state, &awaiting, &outcome)
	fmt.Println(state, awaiting, outcome, err)
	// Output:
	// [1 2] <nil>
	// 1 deal at position 2 <nil>
	// awaiting_xi_approval [china] applied <nil>
}

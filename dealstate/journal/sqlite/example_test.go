package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/sqlite"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "deals")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	j, err := sqlite.Open(ctx, filepath.Join(dir, "deals.db"), sqlite.Options{})
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

	// An analyst opens the file with any tool, also while it is written.
	db, err := sql.Open("sqlite", j.Path())
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	var state, awaiting, outcome string
	err = db.QueryRowContext(ctx, "SELECT s.state, s.awaiting, d.outcome FROM states AS s JOIN decisions AS d USING (deal) WHERE d.event = 'trump-0625'").Scan(&state, &awaiting, &outcome)
	fmt.Println(state, awaiting, outcome, err)
	// Output:
	// [1 2] <nil>
	// 1 deal at position 2 <nil>
	// awaiting_xi_approval ["china"] applied <nil>
}

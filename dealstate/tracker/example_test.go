package tracker_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// A truce between two sides is negotiated and approved, comes into force three days later,
// and one report is refused on the way.
func Example() {
	ctx := journal.WithRecorder(context.Background(), "desk")
	day := func(n int) time.Time { return time.Date(2025, 6, n, 12, 0, 0, 0, time.UTC) }
	clock := tracker.NewManual(day(1)) // a service leaves it out, and has the computer's
	t, err := tracker.Open(ctx, &journal.Memory{}, tracker.Options{Policy: dealstate.Official, Clock: clock})
	if err != nil {
		log.Fatal(err)
	}
	defer t.Close()
	truce := dealstate.Agreement{ID: "truce", Parties: []dealstate.Party{{ID: "north", Approver: "Smith"}, {ID: "south", Approver: "Lee"}}, Effect: &dealstate.Delay{Days: 3}}
	if _, err := t.Add(ctx, truce); err != nil {
		log.Fatal(err)
	}
	begun := t.Place()
	_, err = t.Record(ctx,
		dealstate.Event{ID: "talks", Deal: "truce", Kind: dealstate.Negotiate, Role: dealstate.Government, At: day(1)},
		dealstate.Event{ID: "north", Deal: "truce", Kind: dealstate.Approve, Party: "north", By: "Smith", Role: dealstate.Approver, At: day(1)})
	if err != nil {
		log.Fatal(err)
	}
	_, err = t.Apply(ctx, dealstate.Event{ID: "rumour", Deal: "truce", Kind: dealstate.Approve, Party: "south", Role: dealstate.Press, At: day(1)})
	fmt.Println(err)
	_, err = t.Apply(ctx, dealstate.Event{ID: "south", Deal: "truce", Kind: dealstate.Approve, Party: "south", Role: dealstate.Government, At: day(1)})
	if err != nil {
		log.Fatal(err)
	}
	clock.Set(day(5))
	for change, err := range t.Watch(ctx, tracker.Filter{From: begun}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(change.Place, change.From, "→", change.To)
		if change.To == dealstate.StateImplemented {
			break
		}
	}
	// Output:
	// approve south (rumour): noted: policy official does not count the word of press for this
	// 2@2025-06-01T12:00:00Z negotiated → negotiated
	// 3@2025-06-01T12:00:00Z negotiated → awaiting_lee_approval
	// 4@2025-06-01T12:00:00Z awaiting_lee_approval → approved
	// 4@2025-06-04T00:00:00Z/1 approved → implemented
}

// A receiver fails once, and the service that tells it ends after the second change. The
// next one begins where the bookmark is.
func ExampleTracker_Deliver() {
	ctx := context.Background()
	clock := tracker.NewManual(time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC))
	t, err := tracker.Open(ctx, &journal.Memory{}, tracker.Options{Clock: clock})
	if err != nil {
		log.Fatal(err)
	}
	defer t.Close()
	for _, id := range []string{"fish", "steel", "wheat"} {
		if _, err := t.Add(ctx, dealstate.Agreement{ID: id, Parties: []dealstate.Party{{ID: "north"}, {ID: "south"}}}); err != nil {
			log.Fatal(err)
		}
	}
	dir, err := os.MkdirTemp("", "desk")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	calls := 0
	for _, last := range []string{"steel", "wheat"} {
		ctx, cancel := context.WithCancel(ctx)
		err := t.Deliver(ctx, tracker.Filter{}, filepath.Join(dir, "delivered"), func(_ context.Context, c tracker.Change) error {
			if calls++; calls == 1 {
				return errors.New("the receiver is busy")
			}
			fmt.Println(c.Place, c.Deal, c.To)
			if c.Deal == last {
				cancel()
			}
			return nil
		})
		fmt.Println(err)
	}
	// Output:
	// 1@2025-06-01T00:00:00Z fish negotiated
	// 2@2025-06-01T00:00:00Z steel negotiated
	// context canceled
	// 3@2025-06-01T00:00:00Z wheat negotiated
	// context canceled
}

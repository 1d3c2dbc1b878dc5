package tracker_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// reminders is a service of one's own over a tracker: each morning it reminds of the deals to
// which a clock does something within two days. It takes its time from the clock, as the
// tracker does, and sends by a function, so that a test can hold both.
type reminders struct {
	deals *tracker.Tracker
	clock tracker.Clock
	send  func(text string)
}

// serve goes on until the context ends.
func (r reminders) serve(ctx context.Context) error {
	for {
		now := r.clock.Now()
		due, err := r.deals.Due(ctx, now, now.AddDate(0, 0, 2))
		if err != nil {
			return err
		}
		for _, d := range due {
			r.send(fmt.Sprintf("%s is %s at %s, by its %s", d.Deal, d.Decision.To, d.Decision.At.Format("2 January 15:04"), d.Decision.Clock))
		}
		if err := r.clock.Wait(ctx, now.AddDate(0, 0, 1)); err != nil {
			return err
		}
	}
}

// How to test a service of one's own: the test moves the clock from morning to morning, and
// waits for what is sent instead of sleeping. What is not to be sent shows at the end, when the
// service has ended. In a test of package testing, each line that is printed here would be a
// comparison.
func Example_reminders() {
	ctx, cancel := context.WithCancel(context.Background())
	morning := func(day int) time.Time { return time.Date(2025, 6, day, 9, 0, 0, 0, time.UTC) }
	clock, sent, ended := tracker.NewManual(morning(16)), make(chan string), make(chan error)
	deals, err := tracker.Open(ctx, &journal.Memory{}, tracker.Options{Clock: clock})
	if err != nil {
		log.Fatal(err)
	}
	defer deals.Close()
	sides := []dealstate.Party{{ID: "north", Approver: "Smith"}, {ID: "south", Approver: "Lee"}}
	for id, day := range map[string]int{"truce": 20, "fish": 22} {
		if _, err := deals.Add(ctx, dealstate.Agreement{ID: id, Parties: sides, Deadline: morning(day)}); err != nil {
			log.Fatal(err)
		}
	}
	go func() {
		ended <- reminders{deals, clock, func(text string) { sent <- text }}.serve(ctx)
		close(sent)
	}()

	clock.Set(morning(19))
	fmt.Println(<-sent)
	for _, p := range sides { // in time: nobody needs to hear of fish
		e := dealstate.Event{ID: p.ID, Deal: "fish", Kind: dealstate.Approve, Party: p.ID, By: p.Approver, Role: dealstate.Approver, At: morning(19)}
		if _, err := deals.Record(ctx, e); err != nil {
			log.Fatal(err)
		}
	}
	clock.Set(morning(21))
	cancel()
	fmt.Println(<-ended)
	for text := range sent {
		fmt.Println("not expected:", text)
	}
	// Output:
	// truce is lapsed at 20 June 09:00, by its deadline
	// context canceled
}

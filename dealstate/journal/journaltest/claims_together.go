package journaltest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// writersAndReaders lets writers append, each to a deal of its own and to one that all
// share, while readers read; then each writer's entries are there, in its order.
func writersAndReaders(x *trial) {
	const writers, each = 8, 40
	var group sync.WaitGroup
	positions := make([][]int64, writers)
	for w := range writers {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := range each {
				at, err := x.Append(x.ctx, []journal.Entry{event(fmt.Sprint("deal-", w), fmt.Sprint(i)), event("shared", fmt.Sprint(w, "-", i)), event("same", fmt.Sprint(i))})
				if err != nil {
					x.Errorf("Append: %v", err)
					return
				}
				positions[w] = append(positions[w], at...)
			}
		}()
	}
	const total = writers*each*2 + each
	for range 2 {
		group.Add(1)
		go func() {
			defer group.Done()
			if err := follow(x, total); err != nil {
				x.Error(err)
			}
		}()
	}
	group.Wait()
	if x.Failed() {
		return
	}
	entries := x.entries()
	if len(entries) != total {
		x.Fatalf("%d entries; want %d", len(entries), total)
	}
	for w, at := range positions {
		for i := range each {
			mine, shared, same := entries[at[3*i]-1], entries[at[3*i+1]-1], entries[at[3*i+2]-1]
			if mine.Event.ID != fmt.Sprint(i) || mine.Event.Deal != fmt.Sprint("deal-", w) || shared.Event.ID != fmt.Sprint(w, "-", i) || same.Event.ID != fmt.Sprint(i) || same.Event.Deal != "same" {
				x.Fatalf("what writer %d was told of its append %d is not so", w, i)
			}
			if i > 0 && at[3*i] < at[3*i-3] {
				x.Fatalf("append %d of writer %d stands before the one before", i, w)
			}
		}
	}
	if err := readDeals(x.ctx, x); err != nil {
		x.Fatal(err)
	}
}

// follow reads on whenever there is more, up to the position, and finds no gap.
func follow(x *trial, to int64) error {
	ctx, cancel := context.WithTimeout(x.ctx, time.Minute)
	defer cancel()
	for at := int64(0); at < to; {
		if err := x.Wait(ctx, at); err != nil {
			return fmt.Errorf("waiting after %d of %d: %w", at, to, err)
		}
		before := at
		for e, err := range x.Read(ctx, at) {
			if err != nil || e.Position != at+1 || e.Event.ID == "" {
				return fmt.Errorf("a reader at %d is given %+v, %w", at, e, err)
			}
			at++
		}
		if at == before {
			return fmt.Errorf("after %d, Wait returned, and there is no more", at)
		}
	}
	return nil
}

// oneWins lets writers append on one version, again and again: exactly one may.
func oneWins(x *trial) {
	const writers, rounds = 6, 15
	for round := range int64(rounds) {
		errs := make(chan error, writers)
		for w := range writers {
			go func() {
				_, err := x.Append(x.ctx, []journal.Entry{event("d", fmt.Sprint(round, "-", w))}, journal.Version{Deal: "d", Position: round})
				errs <- err
			}()
		}
		won := 0
		for range writers {
			err := <-errs
			if err == nil {
				won++
				continue
			}
			isA[*journal.StaleError](x, err)
		}
		if won != 1 {
			x.Fatalf("%d of %d writers appended on one version; want one", won, writers)
		}
	}
}

func openedAgain(x *trial) {
	if x.store.Again == nil {
		x.Skip("the store forgets when it is closed")
	}
	first := full()
	first.Accepted = dayOne.Add(time.Second) // to which the later ones are raised
	x.keep([]int64{1, 2, 3}, first, agreed("d"), event("e", "1"))
	for round := range int64(3) {
		if err := x.Close(); err != nil {
			x.Fatalf("Close: %v", err)
		}
		x.Journal = x.store.Again(x, x.Journal)
		want := []journal.Entry{full(), agreed("d"), event("e", "1")}
		for i := range round {
			want = append(want, event("e", fmt.Sprint("round", i)))
		}
		for i := range want {
			want[i].Accepted = dayOne.Add(time.Second)
		}
		x.holds(want...)
		x.keep([]int64{3, 2, 1}, event("e", "1"), agreed("d"), full())
		other := full()
		other.Event.Note = "something else"
		isA[*dealstate.ConflictError](x, x.refuse("another event has the id", []journal.Entry{other}))
		isA[*journal.StaleError](x, x.refuse("the deal stands elsewhere", []journal.Entry{event("d", "9")}, journal.Version{Deal: "d", Position: 1}))
		x.keep([]int64{4 + round}, event("e", fmt.Sprint("round", round)))
	}
}

package journaltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

func readIsAppended(x *trial) {
	least := event("d", "2")
	least.By, least.Event.Note = "", ""
	x.keep([]int64{1, 2}, full(), least)
	x.holds(full(), least)
	if have := x.entries(); have[0].Event != full().Event {
		x.Fatalf("the event is %+v; want %+v: it is given as it was, instants in UTC", have[0].Event, full().Event)
	}
}

func readBegins(x *trial) {
	for i := range int64(7) {
		x.keep([]int64{i + 1}, event("d", fmt.Sprint(i)))
	}
	for after := range int64(9) {
		var have []int64
		for e, err := range x.Read(x.ctx, after) {
			if err != nil {
				x.Fatalf("Read after %d: %v", after, err)
			}
			have = append(have, e.Position)
			if len(have) == 5 {
				break
			}
		}
		var want []int64
		for at := after + 1; at <= 7 && len(want) < 5; at++ {
			want = append(want, at)
		}
		if !slices.Equal(have, want) {
			x.Fatalf("Read after %d gives the positions %d; want %d", after, have, want)
		}
	}
	reading := x.Read(x.ctx, 5)
	x.keep([]int64{8}, event("d", "late"))
	n := 0
	for range reading {
		n++
	}
	if n != 2 {
		x.Fatalf("Read after 5 of 7 gives %d entries, when one more came after the call; want 2", n)
	}
}

func readDealGives(x *trial) {
	x.keep([]int64{1, 2, 3, 4, 5}, event("a", "1"), event("b", "1"), agreed("a"), event("aa", "1"), event("a", "2"))
	for _, c := range []struct {
		deal  string
		after int64
		want  []int64
	}{{"a", 0, []int64{1, 3, 5}}, {"a", 1, []int64{3, 5}}, {"a", 2, []int64{3, 5}}, {"a", 5, nil}, {"aa", 0, []int64{4}}, {"none", 0, nil}, {"", 0, nil}} {
		var have []int64
		for e, err := range x.ReadDeal(x.ctx, c.deal, c.after) {
			if err != nil {
				x.Fatalf("ReadDeal: %v", err)
			}
			have = append(have, e.Position)
		}
		if !slices.Equal(have, c.want) {
			x.Fatalf("ReadDeal of %q after %d gives the positions %d; want %d", c.deal, c.after, have, c.want)
		}
	}
}

func waitReturns(x *trial) {
	ctx, cancel := context.WithTimeout(x.ctx, time.Minute)
	defer cancel()
	x.keep([]int64{1}, event("a", "1"))
	if err := x.Wait(ctx, 0); err != nil {
		x.Fatalf("Wait for what is there: %v", err)
	}
	const waiters, last = 8, 20
	waits, told := make(chan bool, waiters*last), make(chan error, waiters) // with room for all
	for range waiters {
		go func() {
			for at := int64(1); at < last; at++ {
				waits <- true
				if err := x.Wait(ctx, at); err != nil {
					told <- err
					cancel() // nobody need go on
					return
				}
			}
			told <- nil
		}()
	}
	for at := int64(2); at <= last; at++ {
		select {
		case <-waits:
		case <-ctx.Done():
		}
		x.keep([]int64{at}, event("a", fmt.Sprint(at)))
		x.keep([]int64{at}, event("a", fmt.Sprint(at))) // which is nothing new
	}
	for range waiters {
		if err := <-told; err != nil {
			x.Fatalf("Wait: %v", err)
		}
	}
	short, stop := context.WithTimeout(x.ctx, time.Millisecond)
	defer stop()
	if err := x.Wait(short, last); !errors.Is(err, context.DeadlineExceeded) {
		x.Fatalf("Wait for what does not come gives %v; want the context's error", err)
	}
}

func endedContext(x *trial) {
	x.keep([]int64{1, 2, 3}, event("a", "1"), event("a", "2"), event("a", "3"))
	ended, cancel := context.WithCancel(x.ctx)
	cancel()
	_, appended := x.Append(ended, []journal.Entry{event("a", "4")})
	_, last := x.Last(ended)
	for what, err := range map[string]error{"Append": appended, "Last": last, "Wait": x.Wait(ended, 3), "Wait for what is there": x.Wait(ended, 0),
		"Read": firstError(x.Read(ended, 0)), "ReadDeal": firstError(x.ReadDeal(ended, "a", 0))} {
		if !errors.Is(err, context.Canceled) {
			x.Fatalf("%s with an ended context gives %v; want its error", what, err)
		}
	}
	going, end := context.WithCancel(x.ctx)
	defer end()
	n := 0
	for _, err := range x.Read(going, 0) {
		if n++; n == 1 && err != nil || n == 2 && !errors.Is(err, context.Canceled) || n > 2 {
			x.Fatalf("Read of which the context ends after the first entry gives as its %d. %v; want the context's error, and no more", n, err)
		}
		end()
	}
	x.holds(event("a", "1"), event("a", "2"), event("a", "3"))
}

// firstError gives the error of a reading that should end at once.
func firstError(reading func(func(journal.Entry, error) bool)) (first error) {
	for _, err := range reading {
		return err
	}
	return nil
}

func closedSaysSo(x *trial) {
	x.keep([]int64{1}, event("a", "1"))
	waited := make(chan error, 1)
	go func() { waited <- x.Wait(x.ctx, 1) }()
	for range 2 {
		if err := x.Close(); err != nil {
			x.Fatalf("Close: %v", err)
		}
	}
	_, appended := x.Append(x.ctx, []journal.Entry{event("a", "2")})
	_, last := x.Last(x.ctx)
	for what, err := range map[string]error{"Append": appended, "Last": last, "Wait": x.Wait(x.ctx, 0), "Read": firstError(x.Read(x.ctx, 0)), "ReadDeal": firstError(x.ReadDeal(x.ctx, "a", 0)),
		"a Wait that was under way": <-waited} {
		if !errors.Is(err, journal.ErrClosed) {
			x.Fatalf("%s of a closed journal gives %v; want ErrClosed", what, err)
		}
	}
}

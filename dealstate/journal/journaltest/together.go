package journaltest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// Together brings a store down so many times while several writers append at once, each
// time at another step and with another loss, and holds what is there afterwards to what
// each writer was told: nothing acknowledged is lost, nothing is there twice, and each
// append is there whole or not at all. It gives the first error.
func (c Crashes) Together(ctx context.Context, writers, crashes int) error {
	for n := range crashes {
		t := &together{Crashes: c, disk: NewDisk(c.Seed + uint64(n)), told: map[string][]int64{}}
		at := 1 + int(t.disk.rng.Int64N(int64(4*c.Steps)))
		t.disk.StopAt(at)
		loss := Losses()[n%len(Losses())]
		if err := t.crash(ctx, writers, loss); err != nil {
			return fmt.Errorf("crash %d, stopped at step %d, what was not synced %s: %w", n, at, loss, err)
		}
	}
	return nil
}

// together is one run of several writers.
type together struct {
	Crashes
	disk *Disk
	mu   sync.Mutex
	told map[string][]int64 // positions, by the deal that an append was about
}

func (t *together) crash(ctx context.Context, writers int, loss Loss) error {
	if err := t.write(ctx, writers); err != nil && !errors.Is(err, ErrStopped) {
		return err
	}
	after := t.disk.Crash(loss, t.Seed)
	j, err := t.Open(ctx, after)
	if err != nil {
		return fmt.Errorf("open after the crash: %w", err)
	}
	entries, err := all(ctx, j)
	if err != nil {
		return err
	}
	if err := t.check(entries); err != nil {
		return err
	}
	return errors.Join(readDeals(ctx, j), j.Close())
}

// write lets the writers append until the disk stops.
func (t *together) write(ctx context.Context, writers int) error {
	j, err := t.Open(ctx, t.disk)
	if err != nil {
		return err
	}
	var group sync.WaitGroup
	errs := make([]error, writers)
	for w := range writers {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := 0; i < t.Steps && errs[w] == nil; i++ {
				errs[w] = t.append(ctx, j, fmt.Sprint("deal-", w, "-", i), 1+(w+i)%3)
			}
		}()
	}
	group.Wait()
	return errors.Join(append(errs, j.Close())...)
}

// append appends the events of a deal of its own, and remembers what it was told.
func (t *together) append(ctx context.Context, j journal.Journal, deal string, n int) error {
	var entries []journal.Entry
	for i := range n {
		entries = append(entries, event(deal, fmt.Sprint(i)))
	}
	at, err := j.Append(ctx, entries)
	if errors.Is(err, ErrStopped) {
		return err
	}
	if err != nil {
		return fmt.Errorf("an append when the disk had stopped: %w", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.told[deal] = at
	return nil
}

// check holds the entries to what the writers were told.
func (t *together) check(entries []journal.Entry) error {
	have := map[string]int{}
	for i, e := range entries {
		if want := event(e.Deal(), fmt.Sprint(have[e.Deal()])); e.Position != int64(i+1) || e.Event != want.Event {
			return fmt.Errorf("the entry at %d is %+v", i+1, e)
		}
		have[e.Deal()]++
	}
	for deal, at := range t.told {
		for i, position := range at {
			if position > int64(len(entries)) || entries[position-1].Deal() != deal || entries[position-1].Event.ID != fmt.Sprint(i) {
				return fmt.Errorf("event %d of %s was acknowledged at %d, and is not there", i, deal, position)
			}
		}
	}
	for deal, n := range have {
		var w, i int
		if _, err := fmt.Sscanf(deal, "deal-%d-%d", &w, &i); err != nil || n != 1+(w+i)%3 {
			return fmt.Errorf("of the append about %s, %d events are there; want %d or none", deal, n, 1+(w+i)%3)
		}
	}
	return nil
}

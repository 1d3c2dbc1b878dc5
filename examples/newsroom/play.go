package main

import (
	"context"
	"log"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// firstDay is the day before the first deal of 2025.
var firstDay = time.Date(2025, 5, 11, 0, 0, 0, 0, time.UTC)

// player records what is on record: at once, or as it was learned, by a clock that runs
// so many times as fast as ours.
type player struct {
	speed float64
	clock *tracker.Manual
}

// clockOf is the clock that the desk goes by.
func (p *player) clockOf(o options) tracker.Clock {
	if o.replay {
		return p.clock
	}
	return tracker.System{}
}

// record adds the deals and their reports. What is kept already is not kept again.
func (p *player) record(ctx context.Context, deals *tracker.Tracker, replay bool) error {
	for _, a := range uschina.Agreements() {
		if _, err := deals.Add(ctx, a); err != nil {
			return err
		}
	}
	var all []dealstate.Event
	for e, err := range uschina.Events() {
		if err != nil {
			return err
		}
		all = append(all, e)
	}
	if replay {
		go p.play(ctx, deals, all)
		return nil
	}
	_, err := deals.Record(ctx, all...)
	return err
}

// play records each report when the clock comes to the instant at which it was learned.
func (p *player) play(ctx context.Context, deals *tracker.Tracker, all []dealstate.Event) {
	slices.SortStableFunc(all, func(a, b dealstate.Event) int { return a.Recorded.Compare(b.Recorded) })
	const step = 50 * time.Millisecond
	tick := time.NewTicker(step)
	defer tick.Stop()
	for _, e := range all {
		for now := p.clock.Now(); now.Before(e.Recorded); now = p.clock.Now() {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				p.clock.Advance(min(time.Duration(p.speed*float64(step)), e.Recorded.Sub(now)))
			}
		}
		if _, err := deals.Record(ctx, e); err != nil {
			log.Println("newsroom:", err)
			return
		}
	}
}

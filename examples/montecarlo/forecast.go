package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
)

// forecast is all that there was to know on the day.
type forecast struct {
	deal  *dealstate.Deal
	start simulate.Start
	waits []simulate.Wait
	model simulate.Model
	// assumed says which parts of the model are not from the record alone.
	assumed []string
}

func prepare(o options) (forecast, error) {
	r, err := loadRecord(o.policy)
	if err != nil {
		return forecast{}, err
	}
	d := r.find(o.deal.Name)
	f := forecast{deal: d.log, waits: r.waits(o.from)}
	f.start = simulate.Present(f.deal, dealstate.View{AsOf: o.from, KnownBy: o.from, Policy: o.policy})
	if f.model, err = learn(d.asks, f.waits); err != nil {
		return f, err
	}
	f.assume(d.asks)
	return f, nil
}

// assume says what the model rests on besides the record.
func (f *forecast) assume(a dealstate.Agreement) {
	var said []string
	for _, p := range a.Parties {
		class := classOf(p)
		if n := countEnded(ofClass(f.waits, class)); n < enough && !slices.Contains(said, class) {
			said = append(said, class)
			f.assumed = append(f.assumed, fmt.Sprintf("%d waits for a %s had ended by then: one of 14 days is assumed besides", n, class))
		}
	}
	if n := countEnded(ofClass(f.waits, "")); a.Effect == nil && n < enough {
		f.assumed = append(f.assumed, fmt.Sprintf("%d approved deals had been implemented by then: one after 7 days is assumed besides", n))
	}
}

// ask runs the simulation twice as far as the day in question, so that late
// lives show, in a whole number of bins.
func (f *forecast) ask(ctx context.Context, o options) (*simulate.Result, error) {
	span, width := o.by.Sub(o.from), o.bin()
	bins := 2 * span.Hours() / width.Hours()
	o.sim.Dates = []time.Time{o.by}
	o.sim.Until = o.from.Add(time.Duration(math.Ceil(bins)) * width)
	return simulate.Run(ctx, f.start, f.model, o.sim)
}

// bin is the width of a row of the histogram: some twentieth of the time
// simulated, in whole days, hours or minutes.
func (o options) bin() time.Duration {
	width := o.by.Sub(o.from) / 10
	for _, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute} {
		if width > unit/2 {
			return (width + unit - 1) / unit * unit
		}
	}
	return max(width, 1)
}

// influences needs fewer lives, for both sides of each comparison share their
// random draws.
func (f *forecast) influences(ctx context.Context, o options, t simulate.Target) ([]simulate.Influence, error) {
	o.sim.Lives, o.sim.Progress = min(o.sim.Lives, 20_000), nil
	o.sim.Until = o.by.Add(time.Nanosecond)
	return simulate.Sensitivity(ctx, f.start, f.model, o.sim, t, 0.2)
}

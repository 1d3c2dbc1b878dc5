package main

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// What is assumed where no earlier deal can teach anything.
const (
	assumedWait      = 14 * 24 * time.Hour
	assumedImplement = 7 * 24 * time.Hour
)

// forecast is all that there was to know on the day.
type forecast struct {
	deal  *dealstate.Deal
	start simulate.Start
	waits []simulate.Wait
	model simulate.Model
	// assumed says which parts of the model are not from the record.
	assumed []string
}

func prepare(o options) (forecast, error) {
	view := dealstate.View{AsOf: o.from, KnownBy: o.from, Policy: o.policy}
	f := forecast{}
	var err error
	if f.deal, err = uschina.Open(o.agreement, o.policy); err != nil {
		return f, err
	}
	f.start = simulate.Present(f.deal, view)
	for _, a := range uschina.Agreements() {
		deal, err := uschina.Open(a, o.policy)
		if err != nil {
			return f, err
		}
		f.waits = append(f.waits, simulate.Waits(deal, view)...)
	}
	return f, f.calibrate(o.agreement)
}

func (f *forecast) calibrate(a dealstate.Agreement) error {
	var err error
	if slices.ContainsFunc(f.waits, func(s simulate.Wait) bool { return s.Party != "" && s.Ended() }) {
		f.model, err = simulate.Calibrate(a, f.waits, simulate.Empirical)
	} else {
		f.assumed = append(f.assumed, "no wait had ended by then: an exponential wait of 14 days is assumed")
		for _, p := range a.Parties {
			f.model.Parties = append(f.model.Parties, simulate.Party{Party: p.ID, Wait: simulate.Exponential(assumedWait)})
		}
	}
	switch {
	case a.Effect != nil:
		f.model.Implement = simulate.Distribution{} // its clock does it
	case f.model.Implement.IsZero():
		f.model.Implement = simulate.Exponential(assumedImplement)
		f.assumed = append(f.assumed, "no deal had been implemented by then: an exponential wait of 7 days is assumed")
	}
	return err
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

// Package simulate tries out what can become of a deal: every path, or many
// futures.
//
// Paths proves by exploration, from a deal's beginning or from where it stands:
//
//	x, err := simulate.Paths(ctx, simulate.Present(deal, view), simulate.Search{})
//	next, ok := x.Shortest(dealstate.StateImplemented) // what must happen next
//	x.Counterexample                                   // nil: never implemented without the approvals
//
// Run simulates lives of the deal under a model of its parties:
//
//	model := simulate.Model{Parties: []simulate.Party{
//		{Party: "us", Wait: simulate.Exponential(10 * 24 * time.Hour)},
//		{Party: "china", Wait: simulate.Weibull(15*24*time.Hour, 1.5), Haste: 2},
//	}}
//	odds, err := simulate.Run(ctx, simulate.Present(deal, view), model, simulate.Options{Until: date})
//	odds.Reached(dealstate.StateApproved, date) // 0.83, from 0.82 to 0.84
//
// What parties do besides, such as to give notice, sign or break a commitment, happens only
// where the model lists it, with a wait of its own, among its Acts.
//
// Waits are given as a time.Duration or, beyond its 292 years, as a [Span]; simulations
// run over all years from 1 to 9999.
//
// [Sensitivity] says what moves the odds. [Calibrate] makes a model from the
// waits that [Waits] reads out of recorded deals, and [Happened] says what became of
// what was forecast; package analytics scores it.
//
// Both run on the library's own [dealstate.Cursor]: there is no second copy of
// its rules here. The package reads no clock and no global randomness; equal
// inputs give equal results on any number of workers.
package simulate

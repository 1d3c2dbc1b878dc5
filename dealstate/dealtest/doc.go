// Package dealtest tests whatever depends on a deal: by assertions, by scenarios
// written in Go, and by scenario files that an analyst can read.
//
//	func TestScenarios(t *testing.T) { dealtest.RunFile(t, "testdata/*.scenario") }
//
// Such a file holds one act a line, and indented under it what should be so:
//
//	scenario Xi approves first
//	deal london
//	2025-06-20 approve china by xi
//	  state awaiting_trump_approval
//	2025-06-21 implement
//	  refused: us has not approved
//
// Package [github.com/fe115bb3/dealtracker/dealstate/scenario] fixes
// the format. With go test -update, expectations that fail are rewritten to
// what holds; to begin with, write "state ?" and "noted".
//
// go test -run 'TestScenarios/london.scenario/Xi_approves_first' runs one of them.
//
// The same scenario in Go begins with [Begin]. A table of short ones runs by [RunCases]. On a deal of your own, use the
// assertions: [State], [Awaiting], [Approved], [Verdict], [Revision], [Next],
// [Warned], [Fired], [Disputed] and [History] of where it stands in a view, [Standing],
// [Signed], [Provisional], [InForce] and [Leaves] of its parties, [Performed], [Overdue] and [Breached] of its
// commitments, [Suspended] of both, [Applied], [Refused] and [Noted] of what an event on record did, [Refuses] and [UnchangedBy] of what
// would happen. Each ends the test when it does not hold, and then tells the
// deal's timeline with the line in question marked, where the deal stands, and
// what would have been needed.
//
// A service of your own over a tracker is tested with a clock that the test moves, and waits for
// what the service does instead of sleeping: the example "reminders" of package tracker is one.
//
// [Log] makes event logs of every kind, from a seed, for property tests.
//
// The package is for test files: it imports testing, and defines the flag
// -update; see [Updating].
package dealtest

// Package dealstate tells where an international deal stands: a pure function
// of what was agreed, what was recorded, whose word counts, and as of when.
//
//	deal, err := dealstate.New(agreement, dealstate.Strict)
//	decision, err := deal.Record(event)
//	snapshot := deal.At(dealstate.View{AsOf: t, KnownBy: k, Policy: dealstate.Official})
//	fmt.Println(snapshot.State, snapshot.Explain())
//
// TUTORIAL.md, beside this file, is for who is new: a first deal of one's own, with
// the command and in Go. RECIPES.md has whole programs for common
// wishes. README.md, above, lists the packages beside this one: for tests, for
// services, for many deals, for measures and for pictures.
//
// # Words
//
// An [Agreement] names its parties, and for each the approver whose approval
// binds it. An [Event] is one report of one act: who acted, who says so and in
// what [Role], when it happened, and when we learned it. Events are only ever
// added; a mistake is voided by a later [Retract].
//
// A [Lifecycle] is a table of [Rule] values. Each rule says on which kind of
// event, or on which clock, and from which states the deal moves to which
// state, and under which condition (package condition). The rules run on github.com/looplab/fsm.
// Standard lifecycles for two and for many parties come with the package.
//
// A [Policy] says whose word counts as an act: [Strict], [Official] or
// [Reported]. The same log under another policy may give another state; that is
// the point. A [Decision] says what one event did, with every reason. A
// [Snapshot] says where the deal stands in one [View].
//
// # Time
//
// A clock fires by itself at its instant, before the events of that instant: as of a deadline's
// instant the deal has lapsed, and an approval of that instant is too late. A term starts when
// the deal enters into force, and runs on while it is suspended. Events of one instant fold
// with what enables before what needs it ([Event.Compare]); where only the order of a tie
// decides, and the record does not tell it, the snapshot warns (order_unknown).
//
// # Formats
//
// FORMATS.md, beside this file, lists every key that is read and written, and what
// it means. [ReadMachine] and [OpenMachine] read an agreement, [ReadEvents] and
// [ReadEventsCSV] a log.
//
// # Promises
//
// The package does no I/O, reads no clock and starts no goroutine. Equal inputs
// give equal bytes, in whatever order the reports arrived. A view with KnownBy
// set never sees what was recorded later, corrections included. Input that is
// not well-formed gets a [FieldError] and changes nothing.
package dealstate

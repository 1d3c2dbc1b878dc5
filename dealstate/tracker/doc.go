// Package tracker follows many live deals over one journal. What is recorded is durable,
// clocks fire at their instants, and every watcher is told of every change.
//
//	t, err := tracker.Open(ctx, j, tracker.Options{Policy: dealstate.Official})
//	_, err = t.Add(ctx, agreement)
//	_, err = t.Record(ctx, event)
//	for change, err := range t.Watch(ctx, tracker.Filter{From: t.Place()}) {
//		fmt.Println(change.Deal, change.From, change.To)
//	}
//
// RECIPES.md, in the directory above, shows a whole service in forty lines, and its test with a
// clock that the test moves ([Manual]). The example "reminders" tests a service that asks the
// tracker at regular times.
//
// A [Tracker] stores nothing outside the journal. After a crash, a tracker that is opened on
// the same journal continues as if there had been no crash. Several trackers, in one process or
// in many, can follow one journal if its store allows several writers. What [Tracker.Apply]
// keeps then takes effect after everything that any of them has recorded.
//
// # The stream of changes
//
// The stream of changes depends on the journal alone, so it is the same live and later. A
// [Place] in the stream is a position in the journal and an instant. The state of a deal at a
// place is the fold of its entries up to that position, as of that instant. From one place to
// the next
//
//   - an entry comes: its [Change] says what was decided on it, and which earlier
//     decisions it revises, as of the instant at which it was accepted;
//   - or an instant comes: its Change says which clocks fire for one deal, or which event,
//     recorded ahead, takes effect then.
//
// Clocks that are due by the instant at which an entry was accepted fire before it. Firings are
// not stored. So the live stream can differ from a later one in two cases, both of them with
// clocks that disagree. If another process accepts an entry at an instant that this tracker has
// already passed, the entry comes late in the live stream, at the place where this tracker is.
// If a clock is set back while no tracker runs, clocks that had fired fire again.
//
// # Cost
//
// A deal at rest takes some 300 bytes plus its id and title; its events stay in the journal. A
// question about it reads and folds them. The deals used last stay folded in memory: see
// Options.Hot. Opening a tracker reads each entry once and takes one step of the fold for each
// event, on all processors: 2.6 to 3.5 µs of processor time an event over a [journal.File] in
// the system's cache, and 4.7 µs if the entries of each deal lie far apart. Recording an
// event takes 9 to 10 µs over a [journal.Memory], however long the deal (BENCHMARKS.md).
// While a deal has an event that is dated after the tracker's now, each new event
// folds the whole deal again.
//
// Agreements that differ only in id, title, deadline and in what they implement share one
// compiled machine. Compiling any other agreement takes half a millisecond.
//
// A watcher holds nothing but its place. The last changes stay in memory for all watchers:
// see Options.Recent. For a watcher from farther back, each deal that has changed since is
// folded again, once for all watchers of one policy. The first watcher of another policy than
// the tracker's own costs what opening a tracker costs, and some 300 bytes a deal while anybody
// watches under that policy.
//
// # Metrics
//
// A [Meter] receives these, and nothing else:
//
//	tracker_entries           entries of the journal followed
//	tracker_aside             of these, entries without effect, such as an event of an unknown deal
//	tracker_revised           earlier decisions that events changed
//	tracker_fired             changes that time made
//	tracker_refused           events that Apply refused
//	tracker_stale             times that Apply had to decide again, because another entry came first
//	tracker_loads             deals that were at rest and were folded
//	tracker_catch_ups         times that deals were folded again for watchers
//	tracker_errors            errors of the journal after which the tracker tries again
//	tracker_append_seconds    observed: how long the journal took to make entries durable
//	tracker_lag_seconds       observed: how long after its instant a change by time was made
//	tracker_recover_seconds   observed: how long it took to fold all deals
//
// Three things are logged as errors: an entry without effect, with its position; an error of
// the journal; and a clock that is set far ahead. A change that [Tracker.Deliver] could not
// deliver is logged as a warning. Nothing else is logged. Without Options.Log the log is
// [slog.Default], as in package web; slog.New(slog.DiscardHandler) logs nothing.
package tracker

// Package tracker follows many live deals over one journal: what is recorded is durable,
// clocks fire at their instants, and whoever watches is told of every change.
//
//	t, err := tracker.Open(ctx, j, tracker.Options{Policy: dealstate.Official})
//	_, err = t.Add(ctx, agreement)
//	_, err = t.Record(ctx, event)
//	for change, err := range t.Watch(ctx, tracker.Filter{From: t.Place()}) {
//		fmt.Println(change.Deal, change.From, change.To)
//	}
//
// RECIPES.md, in the directory above, shows a whole service in forty lines and how to test
// it with a clock that the test moves ([Manual]); the example "reminders" tests a service that
// asks the tracker by itself.
//
// A [Tracker] keeps nothing of its own: all is in the journal, and a tracker that is opened
// on it after a crash goes on as if nothing had been. Several trackers, of one process or of
// many, may follow one journal, if its store lets several write. What [Tracker.Apply]
// keeps then takes effect after all that any of them has recorded.
//
// # The stream of changes
//
// What is told is a function of the journal alone, so that it is the same live and later.
// A [Place] in the stream is a position in the journal and an instant. A deal stands there
// where a fold of its entries up to that position, as of that instant, puts it. From one
// place to the next
//
//   - an entry comes: its [Change] says what was decided on it, and which earlier
//     decisions it revises, as of the instant at which it was accepted;
//   - or an instant comes: its Change says which clocks fire for one deal, or which event,
//     recorded ahead, takes effect then.
//
// Clocks that are due by the instant at which an entry was accepted fire before it. Firings
// are kept nowhere. Two things can therefore make what was told live differ from what is
// told later, and both need clocks that disagree: an entry that another process accepted at
// an instant that this one has passed already is told late, at the place where this one is;
// and a clock that is set back while no tracker runs fires again what had fired.
//
// # Cost
//
// A deal at rest takes some 300 bytes and its id and title; its events stay in the journal.
// A question about it reads and folds them. The deals used last stay folded in memory: see
// Options.Hot. To open a tracker costs reading each entry once and one step of the fold
// for each event, on all processors: some 3 µs of processor time an event over a
// [journal.File] in the system's cache. An event costs what [dealstate.Deal.Record] does, and
// as much again to say when time does something to its deal next. While a deal has an event
// that is dated after the tracker's now, each event recorded of it folds it anew.
//
// Agreements that differ only in id, title, deadline and in what they implement share what
// compiling the first of them led to; each other one costs half a millisecond, and
// some 50 KB.
//
// A watcher holds nothing but its place. The last changes stay in memory for all watchers:
// see Options.Recent. For a watcher from farther back, each deal to which something has
// happened since is folded anew, once for all watchers of one policy. The first watcher of another policy than the tracker's
// own costs what opening a tracker does, and some 300 bytes a deal while anybody watches.
//
// # Metrics
//
// A [Meter] is given these, and nothing else:
//
//	tracker_entries           entries of the journal followed
//	tracker_aside             of these, entries that mean nothing here, such as an event of an unknown deal
//	tracker_revised           earlier decisions that events changed
//	tracker_fired             changes that time made
//	tracker_refused           events that Apply refused
//	tracker_stale             times that Apply had to decide again, because somebody else was faster
//	tracker_loads             deals that were at rest and were folded
//	tracker_catch_ups         times that something was folded anew for watchers
//	tracker_errors            errors of the journal after which the tracker tries again
//	tracker_append_seconds    observed: how long the journal took to make entries durable
//	tracker_lag_seconds       observed: how long after its instant a change by time was made
//	tracker_recover_seconds   observed: how long it took to fold all deals
//
// An entry that means nothing is logged too, with its position, as an error; so is an error
// of the journal. A change that [Tracker.Deliver] could not deliver is logged as a warning.
// So is, as an error, that the clock was set far ahead. Nothing else is logged. Without
// Options.Log it goes to [slog.Default], as in package web; slog.New(slog.DiscardHandler) is
// silent.
package tracker

// Package tracker follows many live deals over one journal: what is recorded is durable,
// clocks fire at their instants, and who watches is told of every change.
//
//	t, err := tracker.Open(ctx, j, tracker.Options{Policy: dealstate.Official})
//	_, err = t.Add(ctx, agreement)
//	_, err = t.Record(ctx, event)
//	for change, err := range t.Watch(ctx, tracker.Filter{From: t.Place()}) {
//		fmt.Println(change.Deal, change.From, change.To)
//	}
//
// A [Tracker] keeps nothing of its own: all is in the journal, and a tracker that is opened
// on it after a crash goes on as if nothing had been. Several trackers, of one process or of
// many, may follow one journal, where its store lets several write. [Tracker.Apply] holds
// among all of them.
//
// # The stream of changes
//
// What is told is a function of the journal alone, so that it is the same live and later.
// A deal stands, at each [Place] of the stream, where a fold of its entries up to the
// position, as of the instant, puts it. From one place to the next
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
// Who asks about it has it folded, from the journal, and the deals used last stay folded:
// see [Options]. To open a tracker costs reading each entry once and one step of the fold
// for each event, on all processors. An event costs what [dealstate.Deal.Record] does, and
// as much again to say when time does something to its deal next; one that is dated after
// the tracker's now folds its deal anew, then and until its instant has come.
//
// Agreements that differ only in id, title, deadline and in what they implement share what
// compiling the first of them led to; each other one costs half a millisecond, and
// some 50 KB.
//
// A watcher holds nothing but its place. What came last is at hand for all; who comes from
// farther back has those deals folded anew to which something has happened since, and the
// watchers of one policy share that. The first watcher of another policy than the tracker's
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
// of the journal. Nothing else is logged.
package tracker

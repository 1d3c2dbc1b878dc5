// Package bulk replays millions of events over many deals, as fast as the
// machine can read them, and comes to what [dealstate.Machine.Fold] comes to for
// each deal.
//
//	log, err := bulk.ReadLines(ctx, os.Stdin, bulk.Template(machine), bulk.Options{})
//	result, err := log.Replay(ctx, dealstate.View{Policy: dealstate.Official}, 0)
//	fmt.Println(result.Totals().States)
//
// # In and out
//
// A [Log] is made from JSON lines ([ReadLines]), from CSV ([ReadCSV]), from a
// sequence of events ([ReadEvents]), or from columns that the caller has already
// ([FromColumns]). [Agreements] say which agreement runs a deal: one [Template] for
// all, or a [Catalogue]. The log is then replayed as often as wanted, under any view:
//
//   - [Log.Replay]: where every deal stands ([Result.Finals]), and how many
//     decisions there were, by outcome, reason and rule ([Result.Totals]);
//   - [Log.Transitions]: every change of state;
//   - [Log.Stories]: each deal's snapshot and decisions in full, for
//     package analytics.
//
// The output is in the order in which the deals first appear in the log, and
// within a deal in the order in which its events fold, however many goroutines
// work on it.
//
// [ReadSorted] replays lines as they come, and keeps no event.
//
// # What order costs and buys
//
// Except by ReadSorted, no order is asked for: late reports, duplicates, retractions and clocks obey
// the library's laws. But order buys speed. A deal whose events arrive in the
// order in which they fold, by At, Recorded and id, costs one look-up an event.
// A deal with late reports is grouped and sorted first, at 4 bytes for every event of its
// shard, a sixteenth of the log, and some tens of nanoseconds for each of its own. A
// deal is taken along by a [dealstate.Cursor] of its own, at some 300 nanoseconds an
// event, if its agreement has a deadline, a delay or a term, or more than 64 parties; if an
// event extends or settles one dispute among several; and if it comes to a situation that
// takes more than 64 events to reach, or lies beyond the first 16,383. One with an
// event that refers to another, as a retraction does, is folded by the library: one or
// two microseconds an event.
//
// Ids that ascend within their deal cost nothing to check. Where one does not, the
// ids of its shard are indexed from there on, at some 60 nanoseconds and 11 to 22 bytes
// an event.
//
// [ReadSorted] needs the order, and has no slow way: what would take one it
// refuses, with a *[LogError]. In return its memory is constant for each deal.
//
// The look-up is in a table that is filled lazily, by asking a
// [dealstate.Deal] and its [dealstate.Cursor] that stand in the situation at
// hand. It can hold nothing that the library, and looplab/fsm under it, would
// not do. [Agreements] keep the tables for the next replay, of any log, under the
// same policy.
//
// # What a line costs
//
// A writer puts its keys in the same order and its spaces in the same places, so
// [ReadLines] guesses what stands between two values from the lines before, and knows
// an act (its kind, party, speaker, role and so on) by its spelling. A line with a
// surprise, such as an escape or an act not met before, goes to
// [dealstate.Event.UnmarshalJSON], at some microseconds. So a log of which each line
// has another speaker, or an escape, is read no faster than that.
//
// # Memory
//
// A log takes 40 bytes an event, its id, and the index if there is one.
// [Options].MaxBytes bounds it, and a *[SizeError] says so; what it takes to build
// the log is up to half as much again. Reading holds four blocks of a quarter of a MiB for each
// worker besides, and up to 2 MiB each where lines are long. A [Result] takes 8 bytes a
// deal, and some 50 for one that was folded. Instants are held as 64 bits of
// nanoseconds: years 1678 to 2261.
//
// Duplicates are told by the content of their fields; of notes, URLs and dates of
// publication, by a 64-bit hash.
package bulk

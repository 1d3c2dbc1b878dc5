// Package bulk replays logs of many deals, millions of events a second, and
// comes to what [dealstate.Machine.Fold] comes to for each deal.
//
//	log, err := bulk.ReadLines(ctx, os.Stdin, bulk.Template(machine), bulk.Options{})
//	result, err := log.Replay(ctx, dealstate.View{Policy: dealstate.Official}, 0)
//	fmt.Println(result.Totals().States)
//
// # In and out
//
// A [Log] is made from JSON lines ([ReadLines]), from CSV ([ReadCSV]), from a
// sequence of events ([ReadEvents]), or from columns that the caller already has, at once
// ([FromColumns]) or in parts ([ReadColumns]). [Agreements] says which agreement runs a deal: one for all
// ([Template]), the one of the deal's own id ([Catalogue]), or what a function
// answers ([ByDeal]). The log can then be replayed as often as wanted, under any view:
//
//   - [Log.Replay]: where every deal stands ([Result.Finals]), and how many
//     decisions there were, by outcome, reason and rule ([Result.Totals]);
//   - [Log.Transitions]: every change of state;
//   - [Log.Folds]: each deal's snapshot and decisions in full, for
//     package analytics;
//   - [Log.Backtests]: each deal to be moved along dates, each as known by the date, for
//     that package's panels.
//
// The output is in the order in which the deals first appear in the log, and
// within a deal in the order in which its events fold, however many goroutines
// work on it.
//
// [ReadSorted] replays lines as they come, and keeps no event.
//
// # Three ways to replay a deal, and what order costs and buys
//
// Only ReadSorted asks for an order. Elsewhere late reports, duplicates,
// retractions and clocks obey the library's laws, in whatever order they arrive.
// But order buys speed, for a deal is replayed in one of three ways:
//
//   - By a fast loop, one look-up in a table and some nanoseconds an event: a deal whose
//     events arrive in the order in which they fold, that of [dealstate.Event.Compare]. Its
//     clocks, parties' notices and own timers may run meanwhile.
//   - By a stepper over the same table, some sixty nanoseconds: each clock that comes due;
//     and every event of a deal with late reports, which is grouped and sorted first. The
//     grouping takes 4 bytes for every event of its shard, a sixteenth of the log.
//   - By the library: the rest. A deal is followed by a [dealstate.Cursor], at some 300
//     nanoseconds an event, if it has more than 64 parties or 32 timers; if its agreement has
//     deadlines of commitments or instants in its conditions, for which the table has no
//     timers; if an event extends a clock, says until when a party withdraws, or settles the
//     disputes about one commitment; if a party withdraws whose own delay may still run; or if
//     it grows too intricate for the table, which holds 16,383 situations, each within 64
//     events of the beginning. A deal in which one event refers to another, as a retraction
//     does, or a settlement of one dispute, is folded: one or two microseconds an event.
//
// A view as of or known by an instant costs least on a log in the order of time: of 1,024
// events that lie beyond it, none is looked at.
//
// Ids that ascend within their deal cost nothing to check for duplicates. Where one
// does not, the ids of its shard are indexed from there on, at some 60 nanoseconds and
// 11 to 22 bytes an event.
//
// [ReadSorted] uses the stepper only, and has no slow way: it refuses what would take one,
// with a *[LogError]. In return it keeps some 250 bytes a deal and its longest id, however
// long the log.
//
// The table is a lazy DFA (internal/lazydfa): a cell is filled when it is first needed, by a
// [dealstate.Cursor] that does in the situation what is asked about, at some ten microseconds
// a cell. So the table holds nothing that the library, and looplab/fsm under it, would not do.
// [Agreements] keeps the tables for the next replay, of any log, under the same policy.
//
// # What a line costs
//
// A writer puts its keys in the same order and its spaces in the same places, so the scanner
// (internal/lines) guesses what separates two values from the lines before, and knows a
// statement (kind, party, speaker, role and so on) by the pattern of bytes that it stands in. A
// line with a surprise, such as an escape in its id or a statement not met before, goes to
// [dealstate.Event.UnmarshalJSON], at some two microseconds: less than encoding/json takes for
// a plain struct. A log in which every line has a new speaker takes three a line. Rows of CSV
// are known likewise, by the text of the columns that make a statement; what is not known goes
// to [dealstate.Table.ReadRow].
//
// # Memory
//
// A log takes 40 bytes an event and its id, some 50 bytes a deal and some 200 a statement,
// each with its text; and while it is read the index, if there is one. [Options].MaxBytes
// bounds that, with what reading takes for names meanwhile, and a log that would take more
// is refused with a *[SizeError]; building it takes up to half as much again. What views
// ask of it stays: 4 bytes an event where a shard was grouped, 8 a deal where the end
// of each was looked for. A deal that has timers takes 48 bytes, and 8 for each, as long as
// its shard is replayed.
//
// Besides, reading holds six blocks of a quarter of a MiB for each worker, of up to 2
// MiB where lines are long. A [Result] takes 8 bytes a deal, 8 more where some have
// clocks, and some 50 for one that was not replayed in order of arrival. The tables that [Agreements] keeps, one for
// each goroutine, agreement and policy, take 12 bytes for each input class in each
// situation, up to 48 MiB, some 150 for each situation, and 12 for each statement of the log
// that was replayed last.
//
// Instants are held as 64 bits of nanoseconds: years 1678 to 2261.
//
// Two events of one id are duplicates if their fields are the same, but for when they
// were recorded: the earliest counts, in whatever order they come. Notes, URLs and
// dates of publication are compared by a 64-bit hash.
package bulk

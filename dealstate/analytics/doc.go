// Package analytics measures deals from what was decided on their events, and
// writes what it finds in the formats that analysts' tools open.
//
//	var spells analytics.Spells
//	for d := range deal.Decisions() {
//		if err := spells.Add(d); err != nil {
//			return err
//		}
//	}
//	err := analytics.WriteCSV(w, spells.All(until))
//
// # Measures
//
// [Spells], [Waits], [Transitions], [Variants], [Lifetimes], [Funnel],
// [Incidents] and [Conformance] are folds over [dealstate.Decision] values: Add
// takes one, Merge takes another fold in, and the rest reads the result. Decisions
// of many deals may come mixed, but those of one deal come in their order, as
// from [dealstate.Deal.Decisions], [dealstate.Deal.Replay] or
// [dealstate.Machine.Fold]; whatever else is a *[DecisionError] and leaves the
// fold as it was. Duplicates are passed over. [Lags] folds events, and
// [PolicyChanges] snapshots.
//
// To measure on many cores, give each shard its own fold and all the decisions of
// its deals, and merge the folds at the end, in any order: the result is that of
// one fold over everything. No fold is safe for concurrent use.
//
// Of deals with clocks, take decisions as of one instant, and give the measures that
// instant for their end: left out, it is the last decision's of any deal, and what
// another deal's clocks did between its own last report and then has not been decided.
//
// A deal begins, for every measure, with the first event or clock that was
// applied to it: of the time before, the record says nothing. Retractions and
// notes are about the log, and begin nothing. Spans are seconds, and columns of rows
// say so; [Days] turns them into what people read.
//
// How long does an approval take? Ask [Waits.ByParty] for the Median: a wait ends when the
// party approves, and who still waits counts for as long as that has been. The states'
// spells do not tell: a state also ends when the other side approves. How long until a deal
// is in force? Give [KaplanMeier] the [Lifetimes]. How far do deals come? [Funnel] counts it.
//
// Each fold remembers its deals: some 150 to 600 bytes each, where they have nine events.
// To hold no more than one deal's, fold each deal's decisions on their own.
//
// [Panel] says where each deal stood on each date as it was known on that date,
// which is what a backtest needs. Its dates are written as dates, each for its end.
// [BalancePanel] says so of each side's commitments, and [BalanceChanges] how they moved
// against one another over time. A panel folds each deal once, along its dates: of
// deals that are in memory one at a time, [Cells] and [Balances] take a
// [dealstate.Backtest] each.
//
// # Statistics
//
// [KaplanMeier], [LogRank] and [Sample] are the usual estimators; their comments
// name the source of each formula, and the tests hold them to published worked
// examples. They give the same answer in seconds, days and years; see [Lifetime].
//
// [ScoreForecasts], [CompareForecasts], [Reliability] and [Decompose] say how good
// forecasts of events were, with intervals that count whole deals, by a seeded [Bootstrap].
//
// # Exports
//
// [WriteCSV] and [WriteJSONLines] write the rows of any measure. [WriteXES] and
// [WriteOCEL] write event logs for process-mining tools, and [WritePNML] the
// lifecycle as a Petri net whose transitions bear the names of the log's
// activities. Instants are in UTC and end in Z. Text from outside is
// escaped in each format's own way; equal input gives equal bytes.
package analytics

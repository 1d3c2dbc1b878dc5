// Package dealbeam folds logs of many deals in pipelines of Apache Beam. Its answers are the
// same bytes as those of package bulk on the same log.
//
//	deals := dealbeam.GroupLines(s, textio.Read(s, "gs://bucket/events*.jsonl"), dealbeam.Options{
//		Agreements: dealbeam.Template(machine),
//		View:       dealstate.View{Policy: dealstate.Official},
//	})
//	standing := deals.Snapshots(s)                                        // PCollection<dealstate.Snapshot>
//	moves := beam.Combine(s, &dealbeam.TransitionsFn{}, deals.Folds(s)) // PCollection<analytics.Transitions>
//	bad := deals.BadLines(s)                                              // PCollection<dealbeam.BadLine>
//
// Its folder is beam, but its name is dealbeam, because a program that imports it also imports
// Beam's own package beam.
//
// # How a log is folded
//
// [GroupLines] finds the deal of each line and packs the lines by bucket, a hash of the deal's
// id. A GroupByKey brings the lines of a bucket together, from any bundle and in any order, and
// bulk folds them. The order of arrival changes nothing, as everywhere in this library. Two
// events with the same id and different content cannot both be true: the one whose line sorts
// first counts, whatever the bundles, and the other is a bad line.
//
// [Deals.Snapshots], [Deals.Transitions], [Deals.Spells], [Deals.Panel], [Deals.Totals] and
// [Deals.Folds] read the buckets. The CombineFns, such as [TransitionsFn], compute any measure of
// package analytics that merges from the folded deals, globally or by key.
//
// Collections are bounded and in the global window. Elements are encoded as the JSON of
// FORMATS.md. All functions are registered, so that Beam calls them without reflection. Call the
// methods while you build the pipeline, from one goroutine; they panic on a wrong call, as
// beam.ParDo does.
//
// # Cost
//
// The shuffle moves every line once, compressed, and Beam copies and encodes it several times.
// On prism an event takes five to eight times the processor time that it takes in bulk.
// README.md says when a cluster is worth it.
package dealbeam

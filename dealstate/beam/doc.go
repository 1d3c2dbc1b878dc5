// Package dealbeam folds logs of many deals in pipelines of Apache Beam, and comes to what
// package bulk comes to on the same log, to the byte.
//
//	deals := dealbeam.GroupLines(s, textio.Read(s, "gs://bucket/events*.jsonl"), dealbeam.Options{
//		Agreements: dealbeam.Template(machine),
//		View:       dealstate.View{Policy: dealstate.Official},
//	})
//	standing := deals.Snapshots(s)                                        // PCollection<dealstate.Snapshot>
//	moves := beam.Combine(s, &dealbeam.TransitionsFn{}, deals.Folds(s)) // PCollection<analytics.Transitions>
//	bad := deals.BadLines(s)                                              // PCollection<dealbeam.BadLine>
//
// It stands in the folder beam, and is not called so, because whoever imports it imports
// Beam's package beam as well.
//
// # How a log is folded
//
// [GroupLines] finds the deal of each line and packs the lines by bucket, a hash of the deal's
// id. A GroupByKey brings the lines of a bucket together, from whatever bundle and in whatever
// order, and bulk folds them. The order of arrival changes nothing, as everywhere in this
// library; of two events of one id with different content, which cannot both be true, the one
// whose line sorts first counts, whatever the bundles, and the other is a bad line.
//
// [Deals.Snapshots], [Deals.Transitions], [Deals.Spells], [Deals.Panel], [Deals.Totals] and
// [Deals.Folds] read the buckets. The CombineFns, such as [TransitionsFn], make any measure of
// package analytics that merges of the folded deals, globally or by key.
//
// Collections are bounded and in the global window. Elements travel as the JSON of FORMATS.md.
// All functions are registered, so that Beam calls them without reflection. Methods are for
// building a pipeline, in one goroutine; they panic as beam.ParDo does where that is wrong.
//
// # What it costs
//
// The shuffle moves every line once, compressed, and Beam copies and encodes it several
// times, so that one event takes five to seven times the processor time that it takes bulk; see
// README.md for from where on a cluster pays all the same.
package dealbeam

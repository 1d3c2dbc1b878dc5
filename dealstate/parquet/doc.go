// Package parquet reads events from Parquet files, straight into the columns of package bulk,
// and writes events and what was found out about them: spells, waits, panels, transitions and
// snapshots.
//
//	log, err := parquet.ReadLog(ctx, file, size, bulk.Template(machine), bulk.Options{})
//	result, err := log.Replay(ctx, dealstate.View{Policy: dealstate.Official}, 0)
//	err = parquet.WriteTransitions(out, log.Transitions(ctx, dealstate.View{}, 0))
//
// # What is read
//
// A table of events has the keys of the JSON lines as its columns, in any order: id, deal, kind
// and at are required, and source is a group or three columns named source.publisher and so on.
// A column that no event has is an error, as an unknown key is, lest a misspelt recorded let a
// backtest look ahead. Null is as good as left out, and so is the empty text. Texts may be in
// dictionaries or not; every compression that DuckDB and parquet-go write is read, and so are
// both versions of pages.
//
// Row groups are decoded on several goroutines. A dictionary stays one: what a row says is found
// by the numbers of its words, not by the words. Notes, URLs and dates of publication are read
// only of row groups in which an id comes twice, to tell a duplicate from a conflict. That
// means that [ReadLog] does not check them; [ReadEvents] does, which gives whole events.
//
// What DuckDB writes of JSON lines is read as it is:
//
//	COPY (SELECT * FROM read_json('events.jsonl')) TO 'events.parquet'
//
// # Instants
//
// Instants are Unix nanoseconds, in the years 1678 to 2261, in UTC whatever the column says of
// its zone. A column may also hold microseconds or milliseconds, dates, which mean what a date
// alone means in the field, or texts of the formats. Whoever wrote microseconds has cut the rest
// already, as DuckDB's TIMESTAMP and TIMESTAMPTZ do: an end of day, 23:59:59.999999999, is
// another instant then. Let DuckDB write CAST("at" AS TIMESTAMP_NS).
//
// All that is written is in nanoseconds. The columns do not say that they are in UTC, though they
// are: DuckDB would take an instant that says so for a TIMESTAMPTZ, and cut it.
//
// # What is written
//
// testdata/schemas.golden has the schemas, and FORMATS.md the columns. Every file says which it
// has, under the key dealstate.schema: "events 1". No column is ever renamed or given another
// type; one may be added at the end, with a new number.
//
// # Damage, and bounds
//
// A damaged file, whatever is damaged, is a *[FileError], and never a panic. Nothing in a file is
// believed that says how much memory to take: a page inflates to at most 128 MiB, and to no more
// than its header and the footer say; a row group has at most 4,194,304 rows and 1 GiB; a footer
// has 64 MiB. So the pages are taken apart here; parquet-go knows the format's types and thrift,
// and writes the files. A file has no checksum of the whole, and DuckDB writes none of pages:
// where there is none, damage within a text is not found.
//
// # Cost
//
// Reading and replaying takes less than DuckDB takes to drop duplicates and to find the state of
// each deal by CASE, and about what the JSON lines take, in a file 35 to 90 times smaller
// (BENCHMARKS.md). Memory is what a log takes, and some 100 bytes a row of the row groups at hand.
package parquet

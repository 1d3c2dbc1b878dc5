// Package parquet reads events from Parquet files, straight into the columns of package bulk.
// It writes events and the results over them: spells, waits, panels, transitions and snapshots.
//
//	log, err := parquet.ReadLog(ctx, file, size, bulk.Template(machine), bulk.Options{})
//	result, err := log.Replay(ctx, dealstate.View{Policy: dealstate.Official}, 0)
//	err = parquet.WriteTransitions(out, log.Transitions(ctx, dealstate.View{}, 0))
//
// # What is read
//
// A table of events has the keys of the JSON lines as its columns, in any order. The columns id,
// deal, kind and at are required. The source is a group, or three columns named
// source.publisher and so on. A column that no event has is an error, as an unknown key is:
// a misspelt recorded would otherwise let a backtest look ahead. Null means left out, and so does
// the empty text. Texts may be in dictionaries or not. Every compression that DuckDB and
// parquet-go write is read, and so are both versions of pages.
//
// Row groups are decoded on several goroutines. Dictionaries are kept: rows are compared by the
// numbers of their words, not by the words. Notes, URLs and dates of publication are read only
// from row groups in which an id comes twice, to tell a duplicate from a conflict. So [ReadLog]
// does not check them; [ReadEvents], which gives whole events, does.
//
// What DuckDB writes from JSON lines is read as it is, if the types of the columns are named:
//
//	COPY (SELECT * FROM read_json('events.jsonl', columns = {id: 'VARCHAR', deal: 'VARCHAR', kind: 'VARCHAR', party: 'VARCHAR', "by": 'VARCHAR', role: 'VARCHAR',
//	    modality: 'VARCHAR', "at": 'VARCHAR', recorded: 'VARCHAR', revision: 'BIGINT', ref: 'VARCHAR', commitment: 'VARCHAR', until: 'VARCHAR',
//	    source: 'STRUCT(publisher VARCHAR, url VARCHAR, published VARCHAR)', note: 'VARCHAR'})) TO 'events.parquet';
//
// Without them DuckDB guesses the types from the lines: ids that look like UUIDs become UUIDs, and
// a column without values becomes JSON. It leaves out a key that is not named.
//
// # Instants
//
// Instants are Unix nanoseconds, in the years 1678 to 2261, in UTC whatever time zone the column
// names. A column may also hold microseconds or milliseconds; dates, which mean what a date
// alone means in the field; or texts of the formats. A program that writes microseconds, such as
// DuckDB with TIMESTAMP and TIMESTAMPTZ, has dropped the rest already. An end of day,
// 23:59:59.999999999, is then another instant. Let DuckDB write the texts of the lines, as above.
// A cast of them to a timestamp, TIMESTAMP_NS too, makes a date alone its midnight: an event
// recorded on a day, which is known by its end, would be known from its beginning, and a backtest
// would look ahead.
//
// All instants are written in nanoseconds and UTC. The columns are not marked as UTC, because
// DuckDB would read a marked instant as a TIMESTAMPTZ and drop the nanoseconds.
//
// # What is written
//
// testdata/schemas.golden has the schemas, and FORMATS.md the columns. Every file names its
// schema under the key dealstate.schema: "events 1". No column is ever renamed or given another
// type; one may be added at the end, with a new number.
//
// # Damage, and bounds
//
// A damaged file gives a *[FileError], and never a panic. The package trusts no size that a file
// claims. A page inflates to at most 128 MiB, and to no more than its header and the footer say;
// a row group has at most 4,194,304 rows and 1 GiB; a footer has at most 64 MiB. For these bounds
// the package decodes the pages itself; parquet-go provides the types of the format and thrift,
// and writes the files. A file has no checksum of the whole, and DuckDB writes none of pages:
// without one, damage within a text is not found.
//
// # Cost
//
// Reading and replaying a million events takes 0.3 to 0.5 times as long as DuckDB takes to drop
// duplicates and to find the state of each deal by CASE. It takes 0.67 to 0.89 times the
// processor time that the JSON lines take, from a file 35 to 94 times smaller (BENCHMARKS.md).
// Memory is that of a log, and some 100 bytes a row for the row groups that are being read.
package parquet

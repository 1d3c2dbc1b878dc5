// Package sqlite keeps a journal in one SQLite database, without cgo. An analyst can query it
// with SQL.
//
//	j, err := sqlite.Open(ctx, "deals.db", sqlite.Options{})
//	t, err := tracker.Open(ctx, j, tracker.Options{Policy: dealstate.Official})
//	_, err = j.Materialise(ctx, dealstate.View{Policy: dealstate.Official})
//
// A [Store] is a [journal.Journal]: a program that used a file or memory changes only the
// constructor. Several processes of one machine can have the database open, and all can
// append; SQLite lets one write at a time. The database must be on a local disk.
//
// # What it promises, and what it does not
//
// An append is one transaction in the write-ahead log, with PRAGMA synchronous=FULL. When it
// returns, the log is synced, and the entries survive a crash of the program or the machine if
// the disk keeps what it reports as synced. Appends that come at the same time share a
// transaction. After a failed write or sync the store accepts no more appends
// ([journal.ReadOnlyError]) until it is opened again. If another process holds the lock for
// too long, the append gives a [BusyError] and keeps nothing. If the file is moved away or replaced
// while it is open, the store appends and reads nothing more ([MovedError]).
//
// The tables refuse to change, replace or remove an entry. Whoever removes the triggers can still
// do so. Reading holds every row to the checks of an append, and gives a [DamageError] for one that
// could not have been appended: a field that is not well-formed, an id that was taken, an instant
// before that of the entry before. [Store.Read] also finds every missing position but those at
// the end. It cannot see these:
//
//   - that one valid entry was exchanged for another, or a bit of a note was changed: there is no
//     checksum and no hash chain as in [journal.File];
//   - that the last entries, or all of them, were removed: only who knows a position or a head sees it;
//   - in [Store.ReadDeal], that an entry is missing: the rows of a deal do not name the one before.
//
// If you need that, copy the journal into a File ([journal.Copy]) and keep its head.
//
// # The tables
//
// The table entries is the journal; all other tables can be built again from it. Query the
// views. Their columns have the names of the keys in the formats, except said_by (by) and
// recorder (who had it recorded):
//
//	events         each event once, as it counts
//	agreements     with title, and the JSON
//	states         where each deal stands: state, since, approval, awaiting, in_force, next_at …
//	decisions      what each event and clock did: outcome, rule, from_state, to_state …
//	spells         how long each deal was in which state: begins, ends, seconds, ended_by …
//	current_folds  what the last three were made of, and how many entries have come since
//
// States, decisions and spells hold what the library folded at the last call of
// [Store.Materialise], for each policy. SQL does not compute them, and they change only with
// the next call. Each row has policy, position and as_of. The whole snapshot and the whole
// decision, with all reasons, are in a JSON column.
//
// Instants are texts of one length, such as 2025-06-27T09:00:00.000000000Z. They compare as
// the instants do, and keep nanoseconds and the years 1 to 9999; SQLite's date, unixepoch and
// julianday can read them. A value that is left out is NULL.
//
//	SELECT state, count(*) FROM states WHERE policy = 'official' GROUP BY state;
//	SELECT deal, event, json_extract(decision, '$.reasons') FROM decisions WHERE outcome = 'refused';
//	SELECT state, avg(seconds) / 86400 AS days FROM spells WHERE NOT censored AND NOT unseen GROUP BY state;
//
// Texts can hold any character, also NUL. Some tools show a text only up to the first NUL.
//
// # Cost
//
// An append is one sync, which all appends that wait at the same time share. It takes 0.8 to
// 1.4 times as long as a plain insert of the driver, which does not look up the entries that
// are already kept (BENCHMARKS.md). Reading takes pages of 256 entries and holds neither a
// connection nor a transaction between them. [Store.Wait] returns at once after an append of
// this process, and
// within [Options].Poll after one of another process.
package sqlite

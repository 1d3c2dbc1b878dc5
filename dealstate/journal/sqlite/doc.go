// Package sqlite keeps a journal in one SQLite database, without cgo, and lets an analyst
// query it with SQL.
//
//	j, err := sqlite.Open(ctx, "deals.db", sqlite.Options{})
//	t, err := tracker.Open(ctx, j, tracker.Options{Policy: dealstate.Official})
//	_, err = j.Materialise(ctx, dealstate.View{Policy: dealstate.Official})
//
// A [Store] is a [journal.Journal]: whoever used a file or memory changes the constructor and
// nothing else. Several processes of one machine may have the database open, and all may
// append: SQLite lets one write at a time. It must lie on a local disk.
//
// # What it promises, and what it does not
//
// An append is one transaction, of write-ahead log and PRAGMA synchronous=FULL: when it
// returns, the log was synced, and what it holds survives a crash of the program or of the
// machine, as far as the disk keeps what it says it has synced. Appends that come at the
// same time share a transaction. When a write or a sync fails, the store takes nothing more
// ([journal.ReadOnlyError]) until it is opened again; a lock that somebody else holds is a
// [BusyError], and no harm.
//
// The tables refuse to change or remove an entry, and reading finds one that is missing or
// was changed into what is no entry ([DamageError]). There is no checksum and no chain of
// hashes, as [journal.File] has them: a bit that flips within a note is not found. Whoever
// needs that copies the journal into a File ([journal.Copy]), and keeps its head.
//
// # The tables
//
// The table entries is the journal; all other tables can be made again from it. What to
// query are views, whose columns are named as the keys of the formats are, but for said_by
// (by) and recorder (who had it recorded):
//
//	events         each event once, as it counts
//	agreements     with title, and the JSON
//	states         where each deal stands: state, since, approval, awaiting, in_force, next_at …
//	decisions      what each event and clock did: outcome, rule, from_state, to_state …
//	spells         how long each deal was in which state: begins, ends, seconds, ended_by …
//	current_folds  what the last three were made of, and how many entries have come since
//
// States, decisions and spells are what the library folded when [Store.Materialise] was
// called last, for each policy of a call; no SQL computes them, and they do not move by
// themselves. Each row says policy, position and as_of. The whole snapshot and the whole
// decision, with all reasons, stand beside as JSON.
//
// Instants are texts of one length, such as 2025-06-27T09:00:00.000000000Z: they compare as
// the instants do, keep nanoseconds and the years 1 to 9999, and SQLite's date, unixepoch and
// julianday read them. What is left out is NULL.
//
//	SELECT state, count(*) FROM states WHERE policy = 'official' GROUP BY state;
//	SELECT deal, event, json_extract(decision, '$.reasons') FROM decisions WHERE outcome = 'refused';
//	SELECT state, avg(seconds) / 86400 AS days FROM spells WHERE NOT censored AND NOT unseen GROUP BY state;
//
// Texts may hold any character, NUL included, at which some tools cut what they show.
//
// # Cost
//
// An append is one sync, which up to some thousand writers share; to find out what is kept
// already adds a tenth or two to what the bare insert costs. Reading takes pages of 256 entries
// and holds neither a connection nor a transaction between them. Who waits hears at once of
// what this process appends, and within [Options].Poll of what another one does.
package sqlite

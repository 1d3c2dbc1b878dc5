// Package postgres keeps a journal in one schema of a PostgreSQL database. Many processes on
// many machines can use it, and an analyst can query it with SQL.
//
//	j, err := postgres.Open(ctx, "postgres://desk@db.example.org/newsroom", postgres.Options{})
//	t, err := tracker.Open(ctx, j, tracker.Options{Policy: dealstate.Official})
//	_, err = j.Materialise(ctx, dealstate.View{Policy: dealstate.Official})
//
// A [Store] is a [journal.Journal]: a program that used a file or memory changes only the
// constructor. The package is tested with PostgreSQL 15 and uses no feature newer than 12. The
// encoding of the database must be UTF8. A connection pooler works in session mode, but not in
// transaction mode.
//
// # What it promises, and what it does not
//
// An append is one transaction. When it returns, the server has synced it, and it survives a
// crash of any program or machine if the disk keeps what it reports as synced. The store sets
// synchronous_commit itself, and refuses a server with fsync off unless Options.Unsynced
// allows it. Only replication protects against the loss of the server's disk: if the server is
// set up to wait for a standby, appends wait for it too.
//
// Positions have no gaps and follow the order of commits, because writers take turns. A writer
// takes an advisory lock of the journal before it reads the last position, and holds it until
// the transaction ends. A sequence or an identity column would give out numbers before the
// commit. A reader that asks for the entries after the last one it has seen would then miss an
// entry that is committed late. The same lock makes an append on a version safe across
// processes, and so also Apply of a tracker: the process that holds the lock reads the version.
// No lock for each deal is needed. A writer that stops during its turn loses the lock after
// Options.Busy.
//
// If the server crashes, restarts or is replaced, appends and readers wait for it up to
// Options.Outage, and [Store.Wait] goes on waiting. If the outcome of an append is unknown,
// the store appends the same entries again; entries that are already kept are not kept twice.
// An append on a version cannot be repeated, because its own first try would make the version
// wrong. It returns an [OutcomeError], and the caller reads the deal.
//
// The tables refuse to change or remove an entry. Whoever disables the triggers can still do so.
// Reading holds every row to the checks of an append, and gives a [DamageError] for one that could
// not have been appended: a field that is not well-formed, an id that was taken, an instant before
// that of the entry before. [Store.Read] also finds every missing position but those at the end.
// It cannot see these:
//
//   - that one valid entry was exchanged for another: there is no hash chain as in [journal.File];
//   - that the last entries, or all of them, were removed: only who knows a position or a head sees it;
//   - in [Store.ReadDeal] and [Store.ReadDeals], that an entry is missing: the rows of a deal do not
//     name the one before.
//
// If you need that, copy the journal into a File ([journal.Copy]) and keep its head.
//
// # The tables
//
// The table entries is the journal; all other tables can be built again from it. Query the
// views. Their columns have the names of the keys in the formats, except said_by (by) and
// recorder (who had it recorded). They are the same as in package sqlite:
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
// decision, with all reasons, are in a jsonb column; awaiting and approved are arrays.
//
//	SELECT state, count(*) FROM dealstate.states WHERE policy = 'official' GROUP BY state;
//	SELECT deal, event, decision->'reasons' FROM dealstate.decisions WHERE outcome = 'refused';
//	SELECT state, avg(seconds) / 86400 AS days FROM dealstate.spells WHERE NOT censored AND NOT unseen GROUP BY state;
//
// Instants in the views are timestamptz, truncated to the microsecond; entries keeps them as
// text, to the nanosecond. The views show NUL, which a PostgreSQL text cannot hold, as U+FFFD;
// the journal keeps it. A value that is left out is NULL. To let a role read: GRANT USAGE ON
// SCHEMA, GRANT SELECT ON ALL TABLES IN SCHEMA.
//
// A program in another language can wait for new entries with LISTEN "dealstate.entries", where
// dealstate is the name of the schema. The payload is the last position.
//
// # Cost
//
// An append is one round trip and one sync, which all appends that wait at the same time share.
// It is two round trips if it is on a version, and up to three if some of its entries are
// already kept. A store has one connection that writes, one that listens after the first Wait,
// and a pool that reads (pool_max_conns in the connection string). Reading takes pages of up to
// 512 entries and holds neither a connection nor a transaction between them.
package postgres

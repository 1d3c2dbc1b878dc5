// Package postgres keeps a journal in one schema of a PostgreSQL database, for any number of
// processes on any number of machines, and lets an analyst query it with SQL.
//
//	j, err := postgres.Open(ctx, "postgres://desk@db.example.org/newsroom", postgres.Options{})
//	t, err := tracker.Open(ctx, j, tracker.Options{Policy: dealstate.Official})
//	_, err = j.Materialise(ctx, dealstate.View{Policy: dealstate.Official})
//
// A [Store] is a [journal.Journal]: whoever used a file or memory changes the constructor and
// nothing else. It is tested with PostgreSQL 15 and asks for nothing newer than 12; the
// database must be in UTF8. A pooler may stand between in session mode, not in transaction mode.
//
// # What it promises, and what it does not
//
// An append is one transaction: when it returns, the server has synced it, and it survives a
// crash of any program or machine, as far as the disk keeps what it says it has synced. The
// store sees to synchronous_commit itself, and refuses a server with fsync off. What is
// lost with a server's disk is a matter of replication: where the server is set up to wait for
// a standby, so do appends.
//
// Positions are dense and come in the order of commits, because writers take turns: one
// advisory lock of the journal is held from before the last position is asked for until
// the transaction has ended. Numbers of a sequence or an identity column would be given out
// before the commit, and a reader that asks for what comes after the last it has seen would
// lose those that are committed late. The same lock makes an append on a version hold across
// processes, and so does Apply of a tracker: whoever's turn it is looks at the version. No lock
// for each deal is needed besides.
// A writer that stops in the middle of its turn loses it after Options.Busy.
//
// When the server goes away, because it crashed, is restarted or another takes its place,
// appends and readers wait for it for Options.Outage, and those who wait for news go on
// waiting. An append of which nobody knows whether it was kept is done again: what is kept is
// not kept twice. An append on a version cannot be done again, for it would be refused because of
// itself: it gives an [OutcomeError], and its caller reads the deal.
//
// The tables refuse to change or remove an entry, and reading finds one that is missing or
// was changed into what is no entry ([DamageError]). There is no chain of hashes, as
// [journal.File] has it. Whoever needs that copies the journal into a File
// ([journal.Copy]), and keeps its head.
//
// # The tables
//
// The table entries is the journal; all other tables can be made again from it. What to
// query are views, whose columns are named as the keys of the formats are, but for said_by
// (by) and recorder (who had it recorded). They are those of package sqlite:
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
// decision, with all reasons, stand beside as jsonb; awaiting and approved are arrays.
//
//	SELECT state, count(*) FROM dealstate.states WHERE policy = 'official' GROUP BY state;
//	SELECT deal, event, decision->'reasons' FROM dealstate.decisions WHERE outcome = 'refused';
//	SELECT state, avg(seconds) / 86400 AS days FROM dealstate.spells WHERE NOT censored AND NOT unseen GROUP BY state;
//
// Instants are timestamptz there, cut to the microsecond; entries keeps them as texts, to the
// nanosecond. NUL, which PostgreSQL's texts cannot hold, shows as U+FFFD; the journal keeps it.
// What is left out is NULL. To let a role read: GRANT USAGE ON SCHEMA, GRANT SELECT ON ALL
// TABLES IN SCHEMA.
//
// A program in another language hears of new entries by LISTEN "dealstate.entries", the schema
// before the point; what it is told is the last position.
//
// # Cost
//
// An append is one round trip and one sync, which all appends share that wait at the same time;
// two round trips where it is on a version, and up to three where something of it is kept
// already. A store has one connection that writes, one that listens once somebody has waited,
// and a pool that reads (pool_max_conns in the connection string). Reading takes pages of up to
// 512 entries and holds neither a connection nor a transaction between them.
package postgres

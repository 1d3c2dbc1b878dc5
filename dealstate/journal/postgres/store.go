package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/groupcommit"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// Options says how a journal is opened. The zero Options fit a program that shares the journal
// in the schema dealstate with others.
type Options struct {
	// Schema is where the tables are: any name of at most 50 bytes, which is quoted. It must
	// hold nothing else; Open makes it where there is none. Empty: dealstate.
	Schema string
	// Busy is how long to wait for the lock of another writer. Zero: ten seconds.
	Busy time.Duration
	// Outage is how long to retry while the server is away, such as after a crash, before the
	// error is an *OutageError. Zero: thirty seconds.
	Outage time.Duration
	// Poll is how often Wait looks for entries of other processes. A notification normally
	// wakes it at once; polling finds the entries of a process that died before it could
	// notify. Zero: a second.
	Poll time.Duration
	// Unsynced accepts a server that runs with fsync off, which loses acknowledged entries
	// when its machine fails. It is for tests.
	Unsynced bool
}

func (o Options) orDefault() Options {
	if o.Schema == "" {
		o.Schema = "dealstate"
	}
	for _, d := range []struct {
		of   *time.Duration
		zero time.Duration
	}{{&o.Busy, 10 * time.Second}, {&o.Outage, 30 * time.Second}, {&o.Poll, time.Second}} {
		if *d.of == 0 {
			*d.of = d.zero
		}
	}
	return o
}

// mostSchema is the longest name of a schema in bytes. PostgreSQL truncates names at 63 bytes
// without an error, and the name of the notification channel is longer by its suffix.
const mostSchema = 50

// check refuses options that make no sense.
func (o Options) check() error {
	if err := field.CheckText("options.schema", o.Schema, mostSchema); err != nil {
		return err
	}
	switch {
	case strings.ContainsRune(o.Schema, 0):
		return field.Errorf("options.schema", "has a NUL; want a name that the server can keep")
	case strings.HasPrefix(o.Schema, "pg_") || o.Schema == "information_schema":
		return field.Errorf("options.schema", "%q is the server's own; want another name", field.Clip(o.Schema))
	case o.Busy < 0:
		return field.Errorf("options.busy", "%v is negative; want how long to wait for a lock", o.Busy)
	case o.Outage < 0:
		return field.Errorf("options.outage", "%v is negative; want how long to try again", o.Outage)
	case o.Poll < 0:
		return field.Errorf("options.poll", "%v is negative; want how often to look", o.Poll)
	}
	return nil
}

// Store is a journal in one schema of a PostgreSQL database. It is safe for concurrent use,
// and any number of stores, of one process or of many, may have the journal open.
type Store struct {
	where    string // for errors: host, database and schema, without a password
	options  Options
	names    *strings.Replacer // of statements
	config   *pgx.ConnConfig
	pool     *pgxpool.Pool // for readers
	lock     int32         // of the writers, with lockClass
	queue    *groupcommit.Queue[*request]
	writer   writer
	tail     tail
	listener listener
	notifier notifier
}

var (
	_ journal.Journal     = (*Store)(nil)
	_ journal.Lister      = (*Store)(nil)
	_ journal.DealsReader = (*Store)(nil)
)

// Open opens the journal of a database, and creates it if there is none. Where is a connection
// string, as a URL or as key=value; pgxpool.ParseConfig documents it. Missing values come from
// the usual PG variables of the environment. Tables of an earlier version of this package are
// migrated to the newest. The error is a *dealstate.FieldError if the string or an option makes
// no sense, a *[SettingError] if the server must be set up differently, and a *[SchemaError] if
// the schema is not a journal of this package.
func Open(ctx context.Context, where string, o Options) (*Store, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	config, err := pgxpool.ParseConfig(where)
	if err != nil {
		return nil, field.Errorf("where", "%s", display.Inert(err.Error())) // it hides the password
	}
	s := &Store{options: o.orDefault()}
	s.names = naming(s.options.Schema)
	s.where = fmt.Sprintf("%s:%d/%s, schema %q", config.ConnConfig.Host, config.ConnConfig.Port, config.ConnConfig.Database, s.options.Schema)
	s.prepare(config)
	if s.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, err
	}
	if err := s.begin(ctx); err != nil {
		s.pool.Close()
		return nil, err
	}
	return s, nil
}

// prepare has every connection set up before it is used.
func (s *Store) prepare(config *pgxpool.Config) {
	setUp, before := s.sessionSettings(), config.ConnConfig.AfterConnect
	config.ConnConfig.AfterConnect = func(ctx context.Context, c *pgconn.PgConn) error {
		if before != nil {
			if err := before(ctx, c); err != nil {
				return err
			}
		}
		_, err := c.Exec(ctx, setUp).ReadAll()
		return err
	}
	s.config = config.ConnConfig.Copy()
}

// sessionSettings are what a session must be set to, whatever the server, the database or the
// role has. A commit is synced, at least on this server, before it returns. Each statement of
// a transaction sees what was committed before it, which a writer needs who has waited
// for the lock. A role that is read-only by default may write all the same, if it has the
// right: else it would look like a standby. A statement goes by an index: the plan that is made while a table is empty
// would read all of it when it has grown. Waiting is bounded for the lock, and for who stops
// while he holds it, a second at least; no statement is cut off otherwise.
func (s *Store) sessionSettings() string {
	busy := max(1, s.options.Busy.Milliseconds())
	return fmt.Sprintf(`SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false);
		SET default_transaction_isolation = 'read committed'; SET default_transaction_read_only = off; SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off;
		SET statement_timeout = 0; SET lock_timeout = %d; SET idle_in_transaction_session_timeout = %d`, busy, max(1000, busy))
}

// begin looks at the server and its tables.
func (s *Store) begin(ctx context.Context) error {
	err := s.pool.AcquireFunc(ctx, func(c *pgxpool.Conn) error {
		for _, look := range []func(context.Context, *pgx.Conn) error{s.checkServer, s.migrate, s.table} {
			if err := look(ctx, c.Conn()); err != nil {
				return err
			}
		}
		return nil
	})
	if code(err) == lockNotGranted {
		return &BusyError{Journal: s.where, Err: err}
	}
	if err != nil {
		return fmt.Errorf("journal/postgres: open %s: %w", display.Inert(s.where), err)
	}
	s.writer.Store = s
	s.queue = groupcommit.New(s.writer.commit, room)
	return nil
}

// Close is that of [journal.Journal]. Waiting appends are kept and answered first; if the server
// is away, they wait up to Options.Outage, and if it is there and does not answer, each transaction
// of them up to Options.Busy longer.
func (s *Store) Close() error {
	if !s.queue.Close() {
		return nil
	}
	s.writer.close()
	s.tail.close()
	s.listener.close()
	s.notifier.close()
	s.pool.Close()
	return nil
}

// again does what may be done twice, as often as it fails because the server is away, for
// Options.Outage at most.
func (s *Store) again(ctx context.Context, do func(context.Context) error) error {
	begun := time.Now()
	for pause := time.Millisecond; ; pause = min(2*pause, time.Second/4) {
		err := s.attempt(ctx, do)
		switch {
		case err == nil || !isOutage(err) || ctx.Err() != nil || s.tail.isClosed():
			return s.endedOr(ctx, err)
		case time.Since(begun) > s.options.Outage:
			return &OutageError{Journal: s.where, Err: err}
		}
		sleep(ctx, pause)
	}
}

// attempt does it once, and gives up a server that does not answer.
func (s *Store) attempt(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.options.Busy+s.options.Outage)
	defer cancel()
	return do(ctx)
}

// sleep waits so long, or until the context ends.
func sleep(ctx context.Context, length time.Duration) {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// endedOr gives the context's error, or that of a closed journal, for what the driver says
// of a query that either has ended, and a *[BusyError] for a lock that somebody else held.
func (s *Store) endedOr(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case s.tail.isClosed():
		return journal.ErrClosed
	case code(err) == lockNotGranted:
		return &BusyError{Journal: s.where, Err: err}
	}
	return err
}

// Schema gives the name of the journal's schema.
func (s *Store) Schema() string { return s.options.Schema }

package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/groupcommit"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// Options says how a journal is opened. The zero Options fit a program that writes alone or with a
// few others on one machine.
type Options struct {
	// Busy is how long to wait for the write lock of another session. Zero: ten seconds.
	Busy time.Duration
	// Poll is how often Wait looks for entries of other processes. An append of this process
	// ends the wait at once. Zero: a tenth of a second.
	Poll time.Duration
}

func (o Options) orDefault() Options {
	if o.Busy == 0 {
		o.Busy = 10 * time.Second
	}
	if o.Poll == 0 {
		o.Poll = 100 * time.Millisecond
	}
	return o
}

// check refuses options that make no sense.
func (o Options) check(path string) error {
	switch {
	case path == "":
		return field.Errorf("path", "missing; want that of a file")
	case strings.IndexByte(path, 0) >= 0:
		return field.Errorf("path", "has a NUL; want a path that the system can open")
	case o.Busy < 0:
		return field.Errorf("options.busy", "%v is negative; want how long to wait for a lock", o.Busy)
	case o.Poll < 0:
		return field.Errorf("options.poll", "%v is negative; want how often to look", o.Poll)
	}
	return nil
}

// Store is a journal in one SQLite database. It is safe for concurrent use, and any number of
// stores, of one process or of several on one machine, may have the database open.
type Store struct {
	path    string
	file    os.FileInfo // of the database when it was opened
	options Options
	db      *sql.DB // for readers
	writer  writer
	tail    tail
	queue   *groupcommit.Queue[*request]
	broken  error      // why the journal takes nothing more; nil: it does. The committer's
	folds   sync.Mutex // one Materialise at a time
}

var (
	_ journal.Journal = (*Store)(nil)
	_ journal.Lister  = (*Store)(nil)
)

// Open opens the journal in the file, and creates the file if there is none; its directory must
// exist. A database of an earlier version of this package is migrated to the newest. The error
// is a *[SchemaError] if the file is not a journal of this package.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	if err := o.check(path); err != nil {
		return nil, err
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	s := &Store{path: path, options: o.orDefault()}
	if s.db, err = sql.Open("sqlite", source(path, s.options)); err != nil {
		return nil, err
	}
	s.db.SetMaxOpenConns(maxOpen)
	s.db.SetMaxIdleConns(maxOpen)
	s.queue = groupcommit.New(s.commit, room)
	if err := s.begin(ctx); err != nil {
		s.db.Close()
		return nil, err
	}
	return s, nil
}

// maxOpen bounds the connections, each of which has a cache of its own: one writes, the
// others each read a page at a time.
const maxOpen = 9

// begin takes the connection that writes, and looks at the database.
func (s *Store) begin(ctx context.Context) error {
	c, err := s.db.Conn(ctx)
	if err == nil {
		err = s.prepare(ctx, c)
	}
	switch {
	case err == nil:
		return nil
	case isBusy(err):
		err = &BusyError{Path: s.path, Err: err}
	case isNoJournal(err):
		err = &SchemaError{Path: s.path, Problem: err.Error()}
	default:
		err = fmt.Errorf("journal/sqlite: open %s: %w", display.Inert(s.path), err)
	}
	if c != nil {
		c.Close()
	}
	return err
}

// prepare looks before it changes anything: the mode of journalling stays in the file.
func (s *Store) prepare(ctx context.Context, c *sql.Conn) error {
	if _, err := versionOf(ctx, c, s.path); err != nil {
		return err
	}
	if err := inWAL(ctx, c, s.path); err != nil {
		return err
	}
	if err := migrate(ctx, c, s.path); err != nil {
		return err
	}
	if err := s.writer.begin(ctx, c); err != nil {
		return err
	}
	file, err := os.Stat(s.path)
	s.file = file
	return err
}

// moved gives a *[MovedError] where the path has another file than the one that was opened, or
// none. A connection goes on with the one that was moved away.
func (s *Store) moved() error {
	if now, err := os.Stat(s.path); err != nil || !os.SameFile(now, s.file) {
		return &MovedError{Path: s.path}
	}
	return nil
}

// inWAL gives the database its write-ahead log, and refuses one that cannot have it, and so
// cannot be read while it is written. Every later connection finds it in the file.
func inWAL(ctx context.Context, c *sql.Conn, path string) error {
	var mode string
	if err := c.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return &SchemaError{Path: path, Problem: fmt.Sprintf("its file system allows the journal mode %q only; want a local one, which can share memory", mode)}
	}
	return nil
}

// source is the name of the database for the driver, with what holds for each connection. A
// commit is synced before it returns (FULL), with macOS's own sync where there is one.
func source(path string, o Options) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
	q := url.Values{"_pragma": {fmt.Sprintf("busy_timeout(%d)", max(1, o.Busy.Milliseconds())), "synchronous(FULL)", "fullfsync(1)", "checkpoint_fullfsync(1)",
		fmt.Sprintf("journal_size_limit(%d)", walLimit), "trusted_schema(0)"}}
	u.RawQuery = q.Encode()
	return u.String()
}

// walLimit is to how many bytes the write-ahead log shrinks once it has been taken into
// the database.
const walLimit = 64 << 20

// Path gives the database's file.
func (s *Store) Path() string { return s.path }

// Close is that of [journal.Journal]. Appends that wait are kept and answered first.
func (s *Store) Close() error {
	if !s.queue.Close() {
		return nil
	}
	s.tail.close()
	err := s.writer.close()
	if closed := s.db.Close(); err == nil {
		err = closed
	}
	return err
}

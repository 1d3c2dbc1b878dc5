package postgres

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
)

// BusyError says that another session held the writers' lock, or that of a table, for longer than
// Options.Busy: a program that stopped in the middle of an append, or a person with an open
// transaction. Nothing was kept; appending again is safe. Readers wait for the lock of a table too.
type BusyError struct {
	Journal string // where it is: host, database and schema
	Err     error
}

func (e *BusyError) Error() string {
	return display.Inert(fmt.Sprintf("journal/postgres: %s is locked by somebody else: %v; nothing was kept, try again", e.Journal, e.Err))
}

func (e *BusyError) Unwrap() error { return e.Err }

// OutageError says that the server was away for longer than Options.Outage. The entries may be
// kept or not; appending them again is safe.
type OutageError struct {
	Journal string
	Err     error // the last one
}

func (e *OutageError) Error() string {
	return display.Inert(fmt.Sprintf("journal/postgres: %s is away: %v; try again", e.Journal, e.Err))
}

func (e *OutageError) Unwrap() error { return e.Err }

// OutcomeError says that the connection was lost while the server committed an append on a
// version, so that it is unknown whether the entries are kept. Read the deal again to find out.
// An append without a version never gives it: the store repeats it, and entries that are kept
// are not kept twice.
type OutcomeError struct {
	Journal string
	Err     error
}

func (e *OutcomeError) Error() string {
	return display.Inert(fmt.Sprintf("journal/postgres: %s: the connection was lost while an append on a version was committed: %v; read the deal to see whether it is kept", e.Journal, e.Err))
}

func (e *OutcomeError) Unwrap() error { return e.Err }

// SchemaError says that a schema is not a journal that this program can open. Nothing in it was
// changed.
type SchemaError struct {
	Journal string
	Version int // of its tables; 0 where it has none of ours
	Problem string
}

func (e *SchemaError) Error() string {
	return display.Inert(fmt.Sprintf("journal/postgres: %s has version %d: %s", e.Journal, e.Version, e.Problem))
}

// SettingError says that a setting of the server does not allow it to keep a journal.
type SettingError struct {
	Journal string
	Setting string // by the server's own name, such as fsync
	Value   string
	Want    string
}

func (e *SettingError) Error() string {
	return display.Inert(fmt.Sprintf("journal/postgres: %s: the server's %s is %q; want %s", e.Journal, e.Setting, e.Value, e.Want))
}

// DamageError says that an entry is not as it was written: somebody changed the tables, or the
// disk is damaged. Not every damage is found.
type DamageError struct {
	Journal  string
	Position int64 // the first entry that is not whole
	Problem  string
}

func (e *DamageError) Error() string {
	return display.Inert(fmt.Sprintf("journal/postgres: %s: position %d: %s; pg_amcheck says whether the tables are damaged", e.Journal, e.Position, e.Problem))
}

// Codes of the server's errors: https://www.postgresql.org/docs/current/errcodes-appendix.html
const (
	uniqueViolation = "23505"
	noSuchDay       = "22008"
	noSuchColumn    = "42703"
	lockNotGranted  = "55P03"
)

// outages are the codes of errors that pass when the server is back, or another one in its
// place. All of class 08, connection exception, are such too.
var outages = map[string]bool{
	"57P01": true, // shut down by an administrator
	"57P02": true, // shut down by a crash
	"57P03": true, // starting up, or recovering
	"57P05": true, // the session was idle for too long
	"25P03": true, // the same, in a transaction
	"25006": true, // read-only: it has become a standby
	"53300": true, // too many connections
}

// lost is an error after which a connection that had been made is closed.
type lost struct{ error }

func (e lost) Unwrap() error { return e.error }

// code gives the code of the server's error in it, "" if there is none.
func code(err error) string {
	var of *pgconn.PgError
	if errors.As(err, &of) {
		return of.Code
	}
	return ""
}

// isOutage reports whether what failed may work when it is tried again later.
func isOutage(err error) bool {
	if errors.As(err, new(lost)) {
		return true
	}
	if code := code(err); code != "" {
		return outages[code] || strings.HasPrefix(code, "08")
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, pgconn.ErrConnClosed)
}

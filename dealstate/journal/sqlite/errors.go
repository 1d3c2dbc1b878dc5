package sqlite

import (
	"errors"
	"fmt"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
)

// BusyError says that another session held the write lock for longer than Options.Busy: another
// process that appends, or an analyst with an open transaction. Nothing was kept; appending
// again is safe.
type BusyError struct {
	Path string
	Err  error
}

func (e *BusyError) Error() string {
	return display.Inert(fmt.Sprintf("journal/sqlite: %s is locked by another writer: %v; nothing was kept, append again", e.Path, e.Err))
}

func (e *BusyError) Unwrap() error { return e.Err }

// SchemaError says that a file is not a journal that this program can open. Nothing in it was
// changed.
type SchemaError struct {
	Path    string
	Version int // of its schema; 0 where it has none of ours
	Problem string
}

func (e *SchemaError) Error() string {
	return display.Inert(fmt.Sprintf("%s has schema version %d: %s", e.Path, e.Version, e.Problem))
}

// DamageError says that an entry is not as it was written: somebody changed the tables, or
// the disk is damaged. SQLite has no checksums, so not every damage is found.
type DamageError struct {
	Path     string
	Position int64 // the first entry that is not whole
	Problem  string
}

func (e *DamageError) Error() string {
	return display.Inert(fmt.Sprintf("journal/sqlite: %s: position %d: %s; PRAGMA integrity_check says whether the file is damaged", e.Path, e.Position, e.Problem))
}

// MovedError says that the database of an open journal is no longer under its path: somebody
// moved or removed the file, and may have put another there. What was acknowledged before is in
// the file that was moved. Open the journal again.
type MovedError struct{ Path string }

func (e *MovedError) Error() string {
	return display.Inert(fmt.Sprintf("journal/sqlite: %s is no longer the file that was opened; put it back, or open the journal again", e.Path))
}

// isNoJournal reports whether an error of opening says that the file is no database, a
// part of one, or one without our tables.
func isNoJournal(err error) bool {
	var e *driver.Error
	if !errors.As(err, &e) {
		return false
	}
	code := e.Code() & 0xff
	return code == lib.SQLITE_NOTADB || code == lib.SQLITE_CORRUPT || code == lib.SQLITE_ERROR
}

// isBusy reports whether an error says that another session holds the lock.
func isBusy(err error) bool {
	var e *driver.Error
	return errors.As(err, &e) && (e.Code()&0xff == lib.SQLITE_BUSY || e.Code()&0xff == lib.SQLITE_LOCKED)
}

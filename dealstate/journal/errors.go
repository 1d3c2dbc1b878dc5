package journal

import (
	"errors"
	"fmt"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// ErrClosed is what a closed journal gives.
var ErrClosed = errors.New("journal: closed")

// StaleError says that a deal has moved on since somebody looked at it. Read
// the deal again, decide again, and append on the new version.
type StaleError struct {
	Deal string
	Want int64 // the version given
	Have int64 // the version the journal has
}

func (e *StaleError) Error() string {
	return display.Inert(fmt.Sprintf("journal: deal %q is at position %d, not at %d: it has moved on; read it again", field.Clip(e.Deal), e.Have, e.Want))
}

// LockedError says that somebody else has the journal open.
type LockedError struct {
	Dir    string
	Holder string // who, as far as it is known: what the lock file says
	Err    error  // what else is known; may be nil
}

func (e *LockedError) Error() string {
	holder := e.Holder
	if holder == "" {
		holder = "another writer"
	}
	text := fmt.Sprintf("journal: %s is held by %s; one writer at a time", e.Dir, holder)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return display.Inert(text)
}

func (e *LockedError) Unwrap() error { return e.Err }

// ReadOnlyError says that a write or a sync failed, and that the journal takes
// nothing more. What was acknowledged before can be read; nothing was
// acknowledged of what the error was given for. Close the journal, see to the
// cause, and open it again.
type ReadOnlyError struct {
	Op  string // what failed: "write", "sync", "new segment"
	Err error
}

func (e *ReadOnlyError) Error() string {
	return display.Inert(fmt.Sprintf("journal: read-only since a %s failed: %v; nothing was acknowledged since; see to the cause and open it again", e.Op, e.Err))
}

func (e *ReadOnlyError) Unwrap() error { return e.Err }

// DamageError says that a journal on disk is not as it was written.
type DamageError struct {
	Position int64  // the first entry that is not whole
	File     string // where that was seen
	Offset   int64  // byte of that file
	Problem  string
	// Tail is true where nothing was acknowledged after it, as far as the files
	// say, so that a crash may have left it. Open cuts it off and keeps the bytes
	// aside. Any other damage Open refuses.
	Tail bool
}

func (e *DamageError) Error() string {
	next := "Verify checks all of it, and Salvage copies what is whole into another journal"
	if e.Tail {
		next = "a crash may have left it; Open cuts it off and keeps the bytes aside"
	}
	return display.Inert(fmt.Sprintf("journal: position %d: %s at byte %d: %s; %s", e.Position, e.File, e.Offset, e.Problem, next))
}

// HeadError says that a journal is whole in itself and not the one that the head
// was taken of: it was cut off at the end of a record, or it was written anew.
type HeadError struct {
	Want Head // as it was kept
	Have Head // of the journal, at that position or at its end
}

func (e *HeadError) Error() string {
	if e.Have.Position < e.Want.Position {
		return fmt.Sprintf("journal: it ends at position %d, and the head is of position %d: entries were cut off", e.Have.Position, e.Want.Position)
	}
	return fmt.Sprintf("journal: position %d has the chain %x, and the head has %x: the entries are not those of which the head was taken", e.Want.Position, e.Have.Chain, e.Want.Chain)
}

// CopyError says that the target of a copy is not the beginning of its source.
type CopyError struct {
	Position int64
	Problem  string
}

func (e *CopyError) Error() string {
	return display.Inert(fmt.Sprintf("journal: position %d: %s; a copy goes into an empty journal, or one that is the beginning of the source", e.Position, e.Problem))
}

package jetstream

import (
	"fmt"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
)

// ConfigError says that a setting of the stream does not allow it to be a journal: entries would
// be dropped or changed, or an acknowledgement would mean nothing. Nothing was changed.
type ConfigError struct {
	Stream  string
	Setting string // the one that is wrong, by the name that the server has for it
	Problem string // what it is, and what it must be
}

func (e *ConfigError) Error() string {
	return display.Inert(fmt.Sprintf("journal/jetstream: stream %s: %s: %s", e.Stream, e.Setting, e.Problem))
}

// SyncError says that a server which keeps the stream does not sync what it acknowledges, or
// that it did not say whether it does.
type SyncError struct {
	Stream string
	Server string
	Silent bool // it did not say
}

func (e *SyncError) Error() string {
	problem := "runs without sync_interval: always, so that what it acknowledges may be lost with the machine"
	if e.Silent {
		problem = "did not say whether it runs with sync_interval: always"
	}
	return display.Inert(fmt.Sprintf("journal/jetstream: stream %s: the server %s %s", e.Stream, e.Server, problem))
}

// UnavailableError says that the stream did not answer within Options.Retry: it has no leader,
// the connection is gone, or the server has no resources left. It also says that the connection
// was closed; then a store on another connection is needed. The entries of an append may be kept
// or not; appending them again is safe. It is never context.DeadlineExceeded: the caller's own
// deadline is returned as such.
type UnavailableError struct {
	Stream string
	Op     string // what was tried: "open", "append", "read", "last"
	Err    error  // the last answer
}

func (e *UnavailableError) Error() string {
	return display.Inert(fmt.Sprintf("journal/jetstream: stream %s: %s: no answer: %v; try again, which is safe", e.Stream, e.Op, e.Err))
}

func (e *UnavailableError) Unwrap() error { return e.Err }

// RefusedError says that a server answered, and refused: the stream or the account is full, the
// stream was deleted, or the account may not do this. Trying again does not help until that
// has changed.
type RefusedError struct {
	Stream string
	Op     string // what was tried: "open", "append", "read", "last"
	Err    error  // the answer: a *jetstream.APIError of the client, with the server's code, is within
}

func (e *RefusedError) Error() string {
	return display.Inert(fmt.Sprintf("journal/jetstream: stream %s: %s: the server refuses: %v; see to the cause, and try again", e.Stream, e.Op, e.Err))
}

func (e *RefusedError) Unwrap() error { return e.Err }

// PartialError says that a server keeps a part of an append of several entries, which it should
// have kept whole or not at all: its storage is full, and no other server has the stream. The
// append was not acknowledged. The store acknowledges nothing more: see to the storage, and open
// it again. Then the entries that were kept stand in the journal, and appending all of them again
// keeps the rest.
type PartialError struct {
	Stream   string
	Position int64 // where the first entry of the append would stand
	Kept     int   // how many of the entries the stream has, from the first on; 0: none
	Of       int   // how many new entries the append had
}

func (e *PartialError) Error() string {
	return display.Inert(fmt.Sprintf("journal/jetstream: stream %s: from position %d the server keeps %d of the %d entries of an append; it was not acknowledged, and the store acknowledges nothing more; see to the storage, open the store again and append the same entries", e.Stream, e.Position, e.Kept, e.Of))
}

// SizeError says that an entry, or an append, is larger than the server accepts. Nothing was
// kept.
type SizeError struct {
	What string // "entry 3 of 5: bytes", or "new entries of one append"
	Have int
	Most int
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("journal/jetstream: %s: %d; the server takes %d at most", e.What, e.Have, e.Most)
}

// DamageError says that a stream is not as it was written: messages were deleted, entries were
// changed, or the servers have lost what they had acknowledged.
type DamageError struct {
	Stream   string
	Position int64 // the first entry that is not whole
	Problem  string
}

func (e *DamageError) Error() string {
	return display.Inert(fmt.Sprintf("journal/jetstream: stream %s: position %d: %s", e.Stream, e.Position, e.Problem))
}

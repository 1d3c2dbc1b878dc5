package journal

import (
	"context"
	"iter"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Journal is where entries are kept. Every method is safe for concurrent use,
// and gives the context's error when the context ends first.
//
// The suite in journaltest says what a store must do to be one.
type Journal interface {
	// Append keeps the entries in their order, all or none, and they are
	// durable when it returns without an error. It gives the position of each,
	// and looks at none that is given. An Accepted that is earlier than that of
	// the last entry kept is raised to it, so that Accepted never falls.
	//
	// What is kept already is not kept again, and its position is given: an
	// agreement of that id with the same content; an event of that deal and id
	// with the same content (see [dealstate.Event.Same]), unless it comes with
	// an earlier Recorded than before, which counts from then on and is kept.
	// Other content under an id that is taken is a *dealstate.ConflictError, and
	// an entry that is not well-formed a *dealstate.FieldError.
	//
	// With versions, it keeps nothing and gives a *StaleError where one of the
	// deals has moved on, be the entries kept already or not.
	//
	// Where the context ends before the answer is there, the entries may be kept
	// or not. Appending them again is safe, and is how to learn it: once that is
	// answered, the call that was left keeps nothing more.
	Append(ctx context.Context, entries []Entry, on ...Version) ([]int64, error)

	// Read gives the entries after the position, in order, up to the last one
	// at the time of the call; 0 is before the first. It ends at the first error.
	// Events and agreements are as they were appended, with instants in UTC;
	// nobody may change an agreement that was read.
	Read(ctx context.Context, after int64) iter.Seq2[Entry, error]

	// ReadDeal gives the entries of one deal after the position: its agreement
	// and its events, in order.
	ReadDeal(ctx context.Context, deal string, after int64) iter.Seq2[Entry, error]

	// Last gives the position of the last entry, 0 where there is none.
	Last(ctx context.Context) (int64, error)

	// Wait returns when an entry after the position is there.
	Wait(ctx context.Context, after int64) error

	// Close gives back what the journal holds. A closed journal gives
	// ErrClosed, also to those who wait; a reading that has begun may end with it.
	// Closing it again does nothing.
	Close() error
}

// Entry is one thing kept: an event, or an agreement.
type Entry struct {
	Position  int64                // its place in the journal, from 1; given by Append
	Accepted  time.Time            // when it was taken, by the clock of who appended it; never zero
	By        string               // who had it recorded; may be empty
	Event     dealstate.Event      // zero where the entry is an agreement
	Agreement *dealstate.Agreement // nil where the entry is an event
}

// Deal gives the id of the deal that the entry is about.
func (e Entry) Deal() string {
	if e.Agreement != nil {
		return e.Agreement.ID
	}
	return e.Event.Deal
}

// Version is where somebody thinks a deal stands: the position of the last
// entry that is about it, 0 for none.
type Version struct {
	Deal     string
	Position int64
}

package tracker

import (
	"errors"
	"fmt"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// ErrClosed is what a closed tracker gives.
var ErrClosed = errors.New("tracker: closed")

// UnknownDealError says that no agreement of that id has been added.
type UnknownDealError struct {
	Deal    string
	Nearest string // the known id that was probably meant; "": none is near
}

func (e *UnknownDealError) Error() string {
	text := fmt.Sprintf("deal: %q is unknown; add its agreement first", field.Clip(e.Deal))
	if e.Nearest != "" {
		text += fmt.Sprintf("; did you mean %q?", e.Nearest)
	}
	return display.Inert(text)
}

// EventError says which of several events an error of [Tracker.Record] is about, counted
// from 0. None of them was kept.
type EventError struct {
	Index int
	ID    string // the event's
	Err   error
}

func (e *EventError) Error() string {
	return display.Inert(fmt.Sprintf("event %d (%q): %v", e.Index+1, field.Clip(e.ID), e.Err))
}

func (e *EventError) Unwrap() error { return e.Err }

// AgreementError says that the id of an agreement is taken by another content. It unwraps
// to a *dealstate.ConflictError.
type AgreementError struct {
	ID  string
	Err error
}

func (e *AgreementError) Error() string {
	return display.Inert(fmt.Sprintf("id: %q is an agreement with other content; a new text is a new agreement that implements the old one, or an amend", field.Clip(e.ID)))
}

func (e *AgreementError) Unwrap() error { return e.Err }

// PlaceError says that a place to watch from lies beyond the end of the journal: it is of
// another journal, or of this one before part of it was lost.
type PlaceError struct {
	Place Place
	Last  int64 // the last position of the journal
}

func (e *PlaceError) Error() string {
	return fmt.Sprintf("place: %s lies beyond the journal, which ends at position %d: it is a place of another journal", e.Place, e.Last)
}

// errLost says that the journal no longer gives what it gave before.
func errLost(deal string) error {
	return fmt.Errorf("tracker: the journal does not give the agreement of %q any more", field.Clip(deal))
}

func errLostEntry(position int64) error {
	return fmt.Errorf("tracker: the journal does not give the entry at position %d any more", position)
}

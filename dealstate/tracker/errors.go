package tracker

import (
	"errors"
	"fmt"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
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

// ClockError says that the clock was set too far ahead while the tracker ran. Nothing was
// kept: the journal would have had to give whatever comes later that instant too. Until the
// clock is set right the tracker records nothing, and its time goes on by what passes. If the
// clock is right, because it was wrong before or the computer slept for long, open the tracker
// again: an opened tracker believes its clock, for a service may have been down for years. A
// clock that is wrong already when the tracker is opened is told by nothing.
//
// Only a clock that is [Monotonic] too, as [System] is, can be told from the time that passes.
type ClockError struct {
	Shown  time.Time // what the clock shows
	Passed time.Time // what it would show, by the time that has passed since it was believed
}

func (e *ClockError) Error() string {
	return fmt.Sprintf("clock: it shows %s, but by the time that has passed it is %s; set it right, or if it is right, open the tracker again", instant.Format(e.Shown), instant.Format(e.Passed))
}

// errLost says that the journal no longer gives what it gave before.
func errLost(deal string) error {
	return fmt.Errorf("tracker: the journal does not give the agreement of %q any more", field.Clip(deal))
}

func errLostEntry(position int64) error {
	return fmt.Errorf("tracker: the journal does not give the entry at position %d any more", position)
}

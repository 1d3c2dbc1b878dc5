package journal

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// checked gives copies of the entries in the form in which they are kept. The
// error names the first entry that is not well-formed.
func checked(entries []Entry) ([]Entry, error) {
	kept := slices.Clone(entries)
	for i := range kept {
		if err := kept[i].tidy(); err != nil {
			return nil, ofEntry(i, len(kept), err)
		}
	}
	return kept, nil
}

// ofEntry says which of several entries an error is about.
func ofEntry(i, n int, err error) error {
	if n == 1 {
		return err
	}
	return fmt.Errorf("entry %d of %d: %w", i+1, n, err)
}

// tidy checks the entry and brings it into its one kept form: instants in UTC, an
// agreement that nobody else holds.
func (e *Entry) tidy() error {
	if err := e.check(); err != nil {
		return err
	}
	e.Accepted = instant.Tidy(e.Accepted)
	if e.Agreement == nil {
		v := &e.Event
		v.At, v.Recorded, v.Until = instant.Tidy(v.At), instant.Tidy(v.Recorded), instant.Tidy(v.Until)
		return v.Validate()
	}
	if err := e.Agreement.Validate(); err != nil {
		return err
	}
	text, err := e.Agreement.MarshalJSON()
	if err != nil {
		return err
	}
	e.Agreement = new(dealstate.Agreement)
	return e.Agreement.UnmarshalJSON(text)
}

func (e *Entry) check() error {
	if e.Agreement != nil && e.Event != (dealstate.Event{}) {
		return field.Errorf("entry.agreement", "given beside an event; want an entry for each")
	}
	if e.Accepted.IsZero() {
		return field.Errorf("entry.accepted", "missing; want the instant at which it was taken")
	}
	if err := instant.Check("entry.accepted", e.Accepted); err != nil {
		return err
	}
	return field.CheckText("entry.by", e.By, field.MaxName)
}

// id is that of the event, "" for an agreement.
func (e *Entry) id() string { return e.Event.ID }

// same reports whether two entries of one deal and id have the same content.
func (e *Entry) same(o *Entry) bool {
	if e.Agreement == nil || o.Agreement == nil {
		return e.Event.Same(o.Event)
	}
	mine, err := e.Agreement.MarshalJSON()
	theirs, other := o.Agreement.MarshalJSON()
	return err == nil && other == nil && bytes.Equal(mine, theirs)
}

// knownBefore reports whether the event was recorded earlier than the other, which
// has the same content.
func (e *Entry) knownBefore(o *Entry) bool {
	return e.Agreement == nil && recorded(&e.Event).Before(recorded(&o.Event))
}

func recorded(e *dealstate.Event) time.Time {
	if e.Recorded.IsZero() {
		return e.At
	}
	return e.Recorded
}

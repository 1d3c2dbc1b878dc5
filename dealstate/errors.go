package dealstate

import (
	"fmt"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// FieldError reports input that is not well-formed. Field names it, as the JSON
// form spells it ("source.published", "parties[2].id"), and Problem says what
// would be right.
type FieldError = field.Error

// ConflictError reports an event whose id is already recorded with another
// content. The log keeps what it had: a correction is a retract and a new event
// with a new id.
type ConflictError struct {
	ID string
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("id: %q is recorded with other content; retract it and record the correction under a new id", field.Clip(e.ID))
}

// LineError says at which line of a stream, counted from 1, an error arose.
type LineError struct {
	Line int
	Err  error
	// Ends is true where the stream cannot be read on: what stands behind the
	// line is lost, so who passes over bad lines should not pass over this one.
	Ends bool
}

func (e *LineError) Error() string { return display.Inert(fmt.Sprintf("line %d: %v", e.Line, e.Err)) }

func (e *LineError) Unwrap() error { return e.Err }

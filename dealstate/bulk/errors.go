package bulk

import (
	"fmt"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// SizeError reports a log that would take more memory than the caller allows.
type SizeError struct {
	Bytes int64 // that it would take by now
	Limit int64
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("the log takes more than the %d bytes of memory allowed; raise MaxBytes, or split the log by deal", e.Limit)
}

// LogError reports a deal that [ReadSorted] cannot carry along without its log.
// Read it with [ReadLines].
type LogError struct {
	Deal  string
	Event string
	Why   string
}

func (e *LogError) Error() string {
	return display.Inert(fmt.Sprintf("event %q of deal %q needs the deal's whole log: %s", field.Clip(e.Event), field.Clip(e.Deal), e.Why))
}

// RowError says at which row of [Columns], counted from 0, an error arose.
type RowError struct {
	Row int
	Err error
}

func (e *RowError) Error() string { return display.Inert(fmt.Sprintf("row %d: %v", e.Row, e.Err)) }

func (e *RowError) Unwrap() error { return e.Err }

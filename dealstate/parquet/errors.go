package parquet

import (
	"fmt"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
)

// FileError reports a file that cannot be read as events. It is not a Parquet file, it is damaged,
// it lacks a column or has a column of another type or name than the schema, or it is larger than
// the bounds of this package. It is a plain value.
type FileError struct {
	Group   int    // the row group, counted from 0; -1: the file as a whole
	Column  string // as the key of an event is written: "at", "source.url"; "": all of them
	Problem string // what is wrong, and what would be right
	Err     error  // of the reader, or of a codec; nil: none
}

// Error is one line, whatever the file holds.
func (e *FileError) Error() string {
	var where strings.Builder
	where.WriteString("parquet")
	if e.Group >= 0 {
		fmt.Fprintf(&where, ": row group %d", e.Group)
	}
	if e.Column != "" {
		fmt.Fprintf(&where, ": column %s", display.Clip(e.Column))
	}
	fmt.Fprintf(&where, ": %s", e.Problem)
	if e.Err != nil {
		fmt.Fprintf(&where, ": %v", e.Err)
	}
	return display.Inert(where.String())
}

func (e *FileError) Unwrap() error { return e.Err }

// damage is what is wrong with a page, until it is known where the page stands.
type damage struct {
	problem string
	err     error
}

func (d *damage) Error() string { return d.problem }

func (d *damage) Unwrap() error { return d.err }

func damaged(format string, args ...any) error { return &damage{problem: fmt.Sprintf(format, args...)} }

var errShort = damaged("it ends too early")

package render

import (
	"io"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
)

// Inert gives a stranger's text as a terminal, a log or a file of lines can show
// it: on one line, with control characters, line breaks, marks that reorder text
// and characters that nobody can see written as escapes, such as \n, \x1b and
// \u202e. All else stays as it is. What is inert already stays so.
//
// Everything in this module that makes text for people does that by itself:
// Explain, String and Error of its types, and the pictures and pages here. It is
// for a program's own output of a name, a note or an id, and not for data: JSON
// and CSV keep what was given.
func Inert(text string) string { return display.Inert(text) }

// Pad makes the text inert and fills it up with blanks to so many columns of a
// terminal, of which a Chinese character fills two and a combining mark none. A
// text that fills more stays whole.
func Pad(text string, columns int) string { return display.Pad(display.Inert(text), columns) }

// Columns writes rows of cells one below the other for a terminal, two blanks
// apart, each cell inert. It aligns any script; text/tabwriter counts
// characters, and so puts what follows 中国 two columns too far. The error is the
// writer's.
func Columns(w io.Writer, rows [][]string) error { return display.Table(w, rows) }

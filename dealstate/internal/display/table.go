package display

import (
	"io"
	"strings"
)

// Table writes rows with their cells one below the other, two blanks between
// the widest cell of a column and the next, and none at the end of a line. Each
// cell is made inert. A column runs over all rows, however many cells each has.
func Table(w io.Writer, rows [][]string) error {
	var widths []int
	shown := make([][]string, len(rows))
	for i, cells := range rows {
		for k, cell := range cells {
			cell = Inert(cell)
			shown[i] = append(shown[i], cell)
			if k == len(widths) {
				widths = append(widths, 0)
			}
			widths[k] = max(widths[k], Width(cell))
		}
	}
	var b strings.Builder
	for _, cells := range shown {
		var line strings.Builder
		for k, cell := range cells {
			line.WriteString(Pad(cell, widths[k]+2))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

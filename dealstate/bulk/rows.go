package bulk

import (
	"bytes"
	"io"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lines"
	"github.com/fe115bb3/dealtracker/dealstate/internal/csvrow"
)

// newRowDecoder decodes rows with these columns, which a table's header named.
func newRowDecoder(a Agreements, columns []string) *decoder {
	d := newDecoder(a)
	d.rows = lines.NewRowScanner(columns)
	d.table = dealstate.NewTable(strings.NewReader(strings.Join(columns, ","))) // no name has a comma
	return d
}

// decodeRows decodes the rows of a block into a batch, and gives those that are left.
func (d *decoder) decodeRows(b lines.Block, to *batch) (rest lines.Block) {
	to.reset()
	to.expect(b.Text)
	text, n := b.Buf[:b.Text], 0
	var scanned lines.Line
	for len(text) > 0 && to.stop == nil && len(to.bad) < maxBad {
		row := rowAt(text)
		if len(row) > dealstate.MaxLine {
			to.stop = lines.RowTooLong()
			break
		}
		d.decodeRow(row, &scanned, b.Lines+n+1, n+1, to)
		text, n = text[len(row):], n+max(1, bytes.Count(row, []byte("\n")))
	}
	switch {
	case to.stop != nil:
	case len(text) > 0:
		rest = lines.Block{Buf: b.Buf[b.Text-len(text):], Text: len(text), Lines: b.Lines + n, Err: b.Err}
	default:
		to.stop = b.Err
	}
	to.lines, to.names, to.from = n, d.names, d.number
	return rest
}

// rowAt gives the row that begins there, with its line end.
func rowAt(text []byte) []byte {
	if end := csvrow.End(text); end >= 0 {
		return text[:end]
	}
	return text
}

// decodeRow decodes the row that begins at a line of the batch, which is so many of the table.
// If it does not say what was met before, in the usual form, the library decodes it.
func (d *decoder) decodeRow(row []byte, scanned *lines.Line, ofTable, line int, to *batch) {
	if len(row) <= 2 && len(bytes.TrimRight(row, "\r\n")) == 0 {
		return
	}
	usual := d.rows.Scan(row, scanned)
	if usual {
		if statement, ok := d.rows.Find(scanned); ok && d.addScanned(scanned, statement, line, to) {
			to.events++
			return
		}
	}
	e, err := d.table.ReadRow(row, ofTable)
	if err == io.EOF {
		return // a blank one
	}
	to.events++
	var statement uint32
	if err == nil {
		statement, err = d.addEvent(&e, line, to)
	}
	switch {
	case err != nil:
		to.blame(line, err)
	case usual && d.rows.Again(scanned):
		d.rows.Learn(scanned, statement, e.Kind)
	}
}

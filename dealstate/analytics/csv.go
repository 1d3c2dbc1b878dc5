package analytics

import (
	"bufio"
	"cmp"
	"io"
	"iter"
	"strings"
	"unicode/utf8"
)

// Row is one line of a table. Columns does not depend on the row.
type Row interface {
	Columns() []string
	Cells() []string
}

// WriteCSV writes the rows with a header, as RFC 4180 has it: UTF-8, lines that
// end in CR LF, and in quotes what holds a comma, a quote or a line break.
//
// A spreadsheet runs a cell as a formula that begins with =, +, -, @, a tab, a
// carriage return or a line feed (OWASP, CSV Injection), and some also after a NUL
// or the full-width forms of those signs. Such a cell is written with a ' before it,
// unless it is a plain decimal number such as -3.5. Who reads the file by program
// takes one leading ' off where, after all that lead, one of these characters
// follows; JSON lines need no such care. A spreadsheet that was told of another
// separator than the comma splits cells where it likes: import with the comma.
// Rows are not kept. The error is the writer's.
func WriteCSV[R Row](w io.Writer, rows iter.Seq[R]) error {
	out := bufio.NewWriter(w)
	var zero R
	encode := encoderOf[R]()
	_, err := out.Write(appendRecord(out.AvailableBuffer(), zero.Columns()))
	for row := range rows {
		if _, err = out.Write(encode(out.AvailableBuffer(), row)); err != nil { // an error sticks
			return err
		}
	}
	return cmp.Or(out.Flush(), err)
}

// encoder appends one row after the other, and may keep what it made of the last one.
type encoder[R Row] func(to []byte, row R) []byte

// encoderOf gives rows of which there may be millions their own encoder. It writes what
// the cells would be.
func encoderOf[R Row]() encoder[R] {
	var rows any = encoder[R](func(to []byte, row R) []byte { return appendRecord(to, row.Cells()) })
	if _, is := rows.(encoder[Cell]); is {
		rows = encoder[Cell](new(cellEncoder).append)
	}
	return rows.(encoder[R])
}

func appendRecord(to []byte, cells []string) []byte {
	for i, cell := range cells {
		if i > 0 {
			to = append(to, ',')
		}
		to = appendCell(to, cell)
	}
	return append(to, "\r\n"...)
}

func appendCell(to []byte, cell string) []byte {
	if isPlain(cell) {
		return append(to, cell...)
	}
	return append(to, quoted(harmless(strings.ToValidUTF8(cell, "\ufffd")))...)
}

// isPlain knows most of the cells that are written as they are: those of printable ASCII
// characters, blanks but within, without a separator or a quote, that begin with a letter or a digit.
func isPlain(cell string) bool {
	if cell == "" {
		return true
	}
	if first := cell[0] | 0x20; (first < 'a' || first > 'z') && (cell[0] < '0' || cell[0] > '9') || cell[len(cell)-1] == ' ' {
		return false
	}
	for i := range len(cell) {
		if c := cell[i]; c < ' ' || c > '~' || c == ',' || c == '"' {
			return false
		}
	}
	return true
}

// formulaStarts are what a spreadsheet may take for the start of a formula, or
// skip before one.
const formulaStarts = "=+-@\t\r\n\x00＝＋－＠"

// harmless also marks what bears such a mark by itself, so that one mark can be
// taken off again.
func harmless(cell string) string {
	rest := strings.TrimLeft(cell, "'")
	first, _ := utf8.DecodeRuneInString(rest)
	if rest == "" || !strings.ContainsRune(formulaStarts, first) || isNumber(cell) {
		return cell
	}
	return "'" + cell
}

// isNumber knows plain decimal numbers: -12, 0.5.
func isNumber(cell string) bool {
	whole, fraction, dot := strings.Cut(strings.TrimPrefix(cell, "-"), ".")
	return areDigits(whole) && (!dot || areDigits(fraction))
}

func areDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// quoted writes the cell as RFC 4180 has it. Not by encoding/csv, which drops a
// carriage return from a cell when lines end in CR LF.
func quoted(cell string) string {
	if !strings.ContainsAny(cell, ",\"\r\n") && strings.TrimSpace(cell) == cell {
		return cell
	}
	return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
}

// Package csvrow finds the rows of CSV in a text, and the cells of those rows that are
// written simply. It agrees with encoding/csv in all that it takes; what it does not take,
// encoding/csv reads, and has the words for what is wrong.
//
//	end := csvrow.End(text)
//	cells, simple := csvrow.Split(nil, text[:end])
package csvrow

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// Cell is where the text of a cell lies in its row, without the quotes around it.
type Cell struct{ From, To int }

// Split appends the cells of a whole row to those given. The row may have its line end, LF
// or CR LF; at the end of a text it may have none, or CR alone. Not simple are a quote or a
// line break within a cell, and a quote in the wrong place.
func Split(cells []Cell, row []byte) (all []Cell, simple bool) {
	row = bytes.TrimSuffix(bytes.TrimSuffix(row, []byte("\n")), []byte("\r"))
	if bytes.IndexByte(row, '"') >= 0 {
		return splitQuoted(cells, row)
	}
	from, at := 0, 0
	for ; at+8 <= len(row); at += 8 {
		for found := commas(binary.LittleEndian.Uint64(row[at:])); found != 0; found &= found - 1 {
			comma := at + bits.TrailingZeros64(found)/8
			cells = append(cells, Cell{from, comma})
			from = comma + 1
		}
	}
	for ; at < len(row); at++ {
		if row[at] == ',' {
			cells = append(cells, Cell{from, at})
			from = at + 1
		}
	}
	return append(cells, Cell{from, len(row)}), true
}

// commas marks the highest bit of each byte of a word that is a comma, and no other. Cells are
// short: a search for each comma would take twice as long.
func commas(word uint64) uint64 {
	const low, comma = 0x7f7f7f7f7f7f7f7f, 0x2c2c2c2c2c2c2c2c
	word ^= comma
	return ^(word&low + low | word | low)
}

// splitQuoted does the same for a row that has quotes.
func splitQuoted(cells []Cell, row []byte) (all []Cell, simple bool) {
	if bytes.IndexByte(row, '\n') >= 0 {
		return cells, false
	}
	for from := 0; ; {
		cell := Cell{from, len(row)}
		quoted := from < len(row) && row[from] == '"'
		if quoted {
			cell.From++
		}
		end := len(row)
		if at := bytes.IndexByte(row[cell.From:], before(quoted)); at >= 0 {
			end = cell.From + at
		}
		cell.To = end
		if quoted {
			if end++; end > len(row) || end < len(row) && row[end] != ',' {
				return cells, false
			}
		} else if bytes.IndexByte(row[cell.From:end], '"') >= 0 {
			return cells, false
		}
		if cells = append(cells, cell); end == len(row) {
			return cells, true
		}
		from = end + 1
	}
}

// before is what ends a cell.
func before(quoted bool) byte {
	if quoted {
		return '"'
	}
	return ','
}

// End says where the first row of a text ends, behind its line end; below 0, the row goes on
// behind the text, unless that is all there is. As encoding/csv has it, a row ends with the
// line in which a quote is in the wrong place. It looks at no byte more than a few times.
func End(text []byte) int {
	line := lineEnd(text, 0)
	if bytes.Count(text[:line], []byte(`"`))%2 == 1 { // else all are in pairs, or one is in the wrong place
		if line = quotedEnd(text, line); line < 0 {
			return -1
		}
	}
	if !bytes.HasSuffix(text[:line], []byte("\n")) {
		return -1
	}
	return line
}

// quotedEnd gives the end of the line with which a row ends, given the end of its first line.
func quotedEnd(text []byte, line int) int {
	for at := 0; ; at++ {
		quote := bytes.IndexByte(text[at:line], '"')
		if quote < 0 || quote > 0 && text[at+quote-1] != ',' {
			return line
		}
		if at = closed(text, at+quote+1); at < 0 {
			return -1
		}
		if at >= line {
			line = lineEnd(text, at)
		}
		if text[at] != ',' {
			return line
		}
	}
}

// closed gives the place behind the quote that closes a cell; below 0, it is not there, or
// the text ends with it, so that another one may follow.
func closed(text []byte, at int) int {
	for {
		quote := bytes.IndexByte(text[at:], '"')
		if at += quote + 1; quote < 0 || at == len(text) {
			return -1
		}
		if text[at] != '"' {
			return at
		}
		at++
	}
}

// lineEnd gives the place behind the line, or the text's end.
func lineEnd(text []byte, at int) int {
	if end := bytes.IndexByte(text[at:], '\n'); end >= 0 {
		return at + end + 1
	}
	return len(text)
}

// LastEnd says where the last whole row of a text ends; 0 where there is none.
func LastEnd(text []byte) int {
	if bytes.IndexByte(text, '"') < 0 {
		return bytes.LastIndexByte(text, '\n') + 1
	}
	at := 0
	for {
		end := End(text[at:])
		if end < 0 {
			return at
		}
		at += end
	}
}

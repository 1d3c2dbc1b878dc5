package lines

import (
	"slices"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/nanos"
	"github.com/fe115bb3/dealtracker/dealstate/internal/csvrow"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// RowScanner reads rows of CSV as a Scanner reads lines: it takes only those of which it is
// sure that [dealstate.Table] would take them, for the same event. What an event says it knows
// by the text of the columns that say it. One goroutine uses it. Its memory is bounded.
type RowScanner struct {
	statements
	columns int
	runs    []run    // the columns that make a statement
	others  []column // those that make none
	cells   []csvrow.Cell
	text    []byte // of the runs
	day     day
}

// run is some columns side by side, both ends included.
type run struct{ first, last int }

// column is where the field of a key stands.
type column struct {
	key   key
	place int
}

// NewRowScanner reads rows with these columns, as a table's header names them.
func NewRowScanner(columns []string) *RowScanner {
	s := &RowScanner{columns: len(columns)}
	for place, name := range columns {
		k := key(slices.Index(keyNames[:], strings.TrimPrefix(name, "source.")))
		n := len(s.runs)
		switch {
		case 1<<k&statementKeys == 0:
			s.others = append(s.others, column{k, place})
		case n > 0 && s.runs[n-1].last == place-1:
			s.runs[n-1].last = place
		default:
			s.runs = append(s.runs, run{place, place})
		}
	}
	return s
}

// Scan reads a whole row. Not ok is a surprise. The texts of the line lie in the row, but for
// its pattern, which is right until the next Scan. The text of Deal was not checked.
func (s *RowScanner) Scan(row []byte, l *Line) (ok bool) {
	if s.cells, ok = csvrow.Split(s.cells[:0], row); !ok || len(s.cells) != s.columns {
		return false
	}
	l.reset()
	for _, c := range s.others {
		if at := s.cells[c.place]; !s.take(c.key, row[at.From:at.To], l) {
			return false
		}
	}
	l.pattern.segments[0] = segment{text: s.statement(row)}
	l.pattern.len = 1
	return true
}

// statement gives the text of the columns that make one, with the quotes around their cells,
// for without them the texts of two statements could be equal. No cell has a line end.
func (s *RowScanner) statement(row []byte) []byte {
	s.text = s.text[:0]
	for _, r := range s.runs {
		from, to := s.cells[r.first].From, s.cells[r.last].To
		if from > 0 && row[from-1] == '"' {
			from--
		}
		if to < len(row) && row[to] == '"' {
			to++
		}
		s.text = append(append(s.text, row[from:to]...), '\n')
	}
	return s.text
}

// take puts the text of a cell where it belongs. Not ok is a surprise.
func (s *RowScanner) take(k key, text []byte, l *Line) (ok bool) {
	switch k {
	case kAt:
		l.At, ok = s.day.instant(text)
		return ok || s.day.alone(text, k, l)
	case kRecorded:
		l.Recorded, ok = s.day.instant(text)
		return ok || s.day.alone(text, k, l)
	case kUntil:
		l.Until, ok = s.day.instant(text)
		return ok || s.day.alone(text, k, l)
	case kID:
		l.ID, ok = text, PlainID(text)
	case kDeal:
		l.Deal, ok = text, true
	case kRef:
		l.Ref, ok = text, len(text) == 0 || PlainID(text)
	case kURL:
		l.URL, ok = text, len(text) <= field.MaxName && Plain(text)
	case kPublished:
		l.Published, ok = text, len(text) == 0 || isDate(text)
	case kNote:
		l.Note, ok = text, len(text) <= field.MaxText && Plain(text)
	}
	return ok
}

// Learn remembers of which statement a row is, as the caller numbers it.
func (s *RowScanner) Learn(l *Line, statement uint32, kind dealstate.Kind) {
	s.patterns.add(&l.pattern, statement, kind)
}

// instant reads one that has no quotes around it; nothing at all is none.
func (d *day) instant(text []byte) (ns int64, ok bool) {
	if len(text) != len("2025-06-27T09:00:00Z") || text[10] != 'T' || text[19] != 'Z' {
		return parseInstant(text)
	}
	clock, ok := clockOf(load(text, 11))
	if !ok || !d.knows(text[:10]) {
		return nanos.None, false
	}
	return d.ns + clock, true
}

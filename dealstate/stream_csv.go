package dealstate

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fe115bb3/dealtracker/dealstate/internal/csvrow"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// ReadEventsCSV reads an event log from a table, as [ReadEvents] reads it from
// JSON lines: CSV as RFC 4180 has it, in UTF-8, with a header row and one event
// a row. The header names fields of the format, in any order: id, deal, kind,
// party, by, role, modality, at, recorded, revision, ref, commitment, until,
// source.publisher, source.url, source.published, note. It needs id, deal, kind
// and at; what it does not name, no event has. An empty cell is a field left
// out, and any other means what the same text means in JSON, but that NUL is
// refused.
//
// A byte order mark is passed over, and so are blank lines, and the rows of
// empty cells that spreadsheets write for them. Lines end in LF or CR LF; a cell
// in quotes may hold line breaks, of which CR LF is read as LF.
//
// A row that is not well-formed, one with too few or too many cells included,
// yields a *[LineError] with the number of its first line around a
// *[FieldError], and so does an event that a check refuses; the caller may go on
// to the next row. What makes the rest unreadable ends the stream, and
// LineError.Ends says so: no header, a column that is unknown, missing or given
// twice, a row of more than [MaxLine] bytes with its line end (as a quote left
// open soon makes one), and an error of the reader, with the row that it broke
// off left out. It keeps one row in memory at a time.
func ReadEventsCSV(r io.Reader, checks ...func(Event) error) iter.Seq2[Event, error] {
	return NewTable(r).Events(checks...)
}

// Table is the reading of one table, for who wants to know the line of an event
// that was read, should it be refused later on. One goroutine uses it.
type Table struct {
	rows    *rows
	quoted  *bufio.Reader // of the same rows, for encoding/csv
	cuts    []csvrow.Cell // of the row at hand
	cells   []string
	event   draft
	columns []string
	slots   []strictjson.SlotOf[draft] // of the event, one a column
	failed  error                      // what is wrong with the header
	lone    *Table                     // of the same columns, for rows that were cut out
}

// NewTable reads nothing yet.
func NewTable(r io.Reader) *Table {
	rows := &rows{r: bufio.NewReaderSize(r, 64<<10)}
	return &Table{rows: rows, quoted: bufio.NewReader(rows)}
}

// Line is where the row begins that was read last, counted from 1.
func (t *Table) Line() int { return t.rows.first }

// Columns reads the header, unless that is done, and gives the names that stand there, in
// their order. An error is a *[LineError] that ends the table. Do not change what it gives.
func (t *Table) Columns() ([]string, error) {
	if t.columns == nil && t.failed == nil {
		if err := t.readHeader(); err != nil {
			t.failed = &LineError{Line: t.Line(), Err: err, Ends: true}
		}
	}
	return t.columns, t.failed
}

// Events reads the table, as [ReadEventsCSV] does. It can be ranged over once.
func (t *Table) Events(checks ...func(Event) error) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		if _, err := t.Columns(); err != nil {
			yield(Event{}, err)
			return
		}
		for {
			e, err := t.next(checks)
			if err == io.EOF || !yield(e, err) || t.rows.err != nil {
				return
			}
		}
	}
}

// ReadRow reads the text of one row that was cut out of a table with these columns, where it
// begins at that line, behind the header. It gives what Events would, or io.EOF for a row
// that is blank. What Events and Line give is not touched.
func (t *Table) ReadRow(text []byte, line int) (Event, error) {
	if _, err := t.Columns(); err != nil {
		return Event{}, err
	}
	if t.lone == nil {
		t.lone = NewTable(nil)
		t.lone.columns, t.lone.slots = t.columns, t.slots
	}
	t.lone.turnTo(text, line)
	return t.lone.next(nil)
}

// turnTo reads another text next, which begins at that line.
func (t *Table) turnTo(text []byte, line int) {
	t.rows.r.Reset(bytes.NewReader(text))
	*t.rows = rows{r: t.rows.r, line: line - 1}
	t.quoted.Reset(t.rows)
}

// next gives io.EOF at the end, and any other error as a *[LineError].
func (t *Table) next(checks []func(Event) error) (e Event, err error) {
	cells, err := t.row()
	if err == io.EOF {
		return e, err
	}
	if err == nil {
		e, err = t.read(cells, checks)
	}
	if err != nil {
		err = &LineError{Line: t.Line(), Err: err, Ends: t.rows.err != nil}
	}
	return e, err
}

func (t *Table) read(cells []string, checks []func(Event) error) (Event, error) {
	if len(cells) != len(t.slots) {
		return Event{}, field.Errorf("csv", "%d cells; want %d, one for each column of the header", len(cells), len(t.slots))
	}
	t.event = draft{}
	for i, s := range t.slots {
		if cells[i] == "" {
			continue
		}
		if err := readCell(s.Key, cells[i], s.To(&t.event)); err != nil {
			return Event{}, err
		}
	}
	if err := t.event.finish(); err != nil {
		return Event{}, err
	}
	return checked(t.event.Event, checks)
}

// row gives the next row that is not blank.
func (t *Table) row() ([]string, error) {
	for {
		cells, err := t.cut()
		if err != nil || !isBlank(cells) {
			return cells, err
		}
	}
}

// cut gives the cells of the next row, blank or not.
func (t *Table) cut() ([]string, error) {
	t.rows.begin()
	if err := t.rows.fill(); err != nil {
		return nil, err
	}
	if line := t.rows.rest; !t.rows.torn {
		var simple bool
		if t.cuts, simple = csvrow.Split(t.cuts[:0], line); simple {
			t.rows.rest = nil
			return t.textOf(string(line)), nil
		}
	}
	r := csv.NewReader(t.quoted)
	r.FieldsPerRecord = -1 // counted here, for an error that says what is wanted
	cells, err := r.Read()
	if t.rows.err != nil {
		return nil, t.rows.err
	}
	return cells, sayCSV(err, t.rows.first-1)
}

// textOf gives the text of each cell that was cut.
func (t *Table) textOf(row string) []string {
	t.cells = t.cells[:0]
	for _, c := range t.cuts {
		t.cells = append(t.cells, row[c.From:c.To])
	}
	return t.cells
}

// isBlank knows a blank line as people and spreadsheets write it.
func isBlank(cells []string) bool {
	for _, cell := range cells {
		if cell != "" {
			return len(cells) == 1 && strings.TrimSpace(cell) == ""
		}
	}
	return true
}

// sayCSV says what encoding/csv found wrong with a row that has so many lines before it.
func sayCSV(err error, before int) error {
	var bad *csv.ParseError
	if err == nil || !errors.As(err, &bad) {
		return err
	}
	want := "a quote is left open, or text follows it; want the whole cell in quotes, and each quote within it doubled"
	if bad.Err == csv.ErrBareQuote {
		want = "a quote within a cell that has none around it; want the whole cell in quotes, and each quote within it doubled"
	}
	return field.Errorf("csv", "at byte %d of line %d: %s", bad.Column, before+bad.Line, want)
}

// needed are the columns without which no row can be an event.
var needed = []string{"id", "deal", "kind", "at"}

func (t *Table) readHeader() error {
	header, err := t.row()
	if err == io.EOF {
		return field.Errorf("csv", "no header row; want one that names the columns, such as %s", strings.Join(needed, ","))
	}
	if err != nil {
		return err
	}
	if err := checkSeparator(header); err != nil {
		return err
	}
	for i, name := range header {
		if err := t.addColumn(name); err != nil {
			return err
		}
		if slices.Contains(header[:i], name) {
			return field.Errorf(name, "column given twice; want it once")
		}
	}
	for _, name := range needed {
		if !slices.Contains(header, name) {
			return field.Errorf(name, "column missing; the header names %s", strings.Join(header, ", "))
		}
	}
	t.columns = slices.Clone(header)
	return nil
}

// checkSeparator refuses a header with something else between its names than commas, as
// spreadsheets write it where a comma is the decimal point.
func checkSeparator(header []string) error {
	for separator, name := range map[string]string{";": "semicolons", "\t": "tabs"} {
		if len(header) == 1 && strings.Count(header[0], separator) >= len(needed)-1 {
			return field.Errorf("csv", "%s are between the columns; want commas: save it as CSV with commas, in UTF-8", name)
		}
	}
	return nil
}

func (t *Table) addColumn(name string) error {
	columns := eventColumns()
	for _, c := range columns {
		if c.Key == name {
			t.slots = append(t.slots, c)
			return nil
		}
	}
	var names []string
	for _, c := range columns {
		names = append(names, c.Key)
	}
	return field.Errorf(strictjson.Join("", name), "unknown column; want a header row, with commas between names out of %s%s", strings.Join(names, ", "), nearest.Hint(name, names))
}

// eventColumns are the fields of the format, with those of the source beside the
// others, named as programs name them that flatten JSON.
func eventColumns() []strictjson.SlotOf[draft] {
	var all []strictjson.SlotOf[draft]
	for _, s := range eventSlots {
		if s.In == nil {
			all = append(all, s)
		}
		for _, in := range s.In {
			all = append(all, strictjson.SlotOf[draft]{Key: strictjson.Join(s.Key, in.Key), To: in.To})
		}
	}
	return all
}

// readCell reads what stands in a cell, which is not empty, as if it were the field's JSON
// value.
func readCell(column, text string, to any) error {
	switch {
	case !utf8.ValidString(text):
		return field.Errorf(column, "not valid UTF-8")
	case strings.IndexByte(text, 0) >= 0:
		return field.Errorf(column, "holds a NUL character; want text")
	}
	switch to := to.(type) {
	case *string:
		*to = text
		return nil
	case *int:
		return strictjson.Field{Path: column, Raw: numberOrText(text)}.Number(to)
	case strictjson.Dated:
		return to.Read(column, text)
	case interface{ UnmarshalText([]byte) error }:
		return strictjson.ReadWord(column, []byte(text), to)
	}
	panic("dealstate: no way to read a cell of " + column) // a column in this package that no test has tried
}

// numberOrText gives the JSON value that a cell stands for where a number is
// wanted: what JSON does not write as a number is a text there.
func numberOrText(cell string) json.RawMessage {
	if strings.Trim(cell, "+-.0123456789Ee") == "" && json.Valid([]byte(cell)) {
		return json.RawMessage(cell)
	}
	return json.RawMessage(strconv.Quote(cell))
}

// rows reads a stream at most a line at a time, and hands it to encoding/csv where the row is
// not simple. That takes a row of any length; here the row at hand is measured, and the
// stream ended when it is too long.
type rows struct {
	r     *bufio.Reader
	rest  []byte // of the line at hand
	line  int    // last begun
	torn  bool   // the line at hand goes on behind rest
	first int    // line of the row at hand
	size  int    // of the row at hand
	err   error  // that ended the stream, unless it is io.EOF
}

// begin says that what is read next is of another row.
func (s *rows) begin() { s.first, s.size = s.line+1, 0 }

func (s *rows) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func (s *rows) fill() error {
	if s.err != nil {
		return s.err
	}
	part, err := s.r.ReadSlice('\n')
	if err != nil && err != bufio.ErrBufferFull && (err != io.EOF || len(part) == 0) {
		if err != io.EOF {
			s.err = err
		}
		return err
	}
	if !s.torn {
		s.line++
	}
	s.torn = err == bufio.ErrBufferFull
	if s.line == 1 && s.size == 0 {
		part = bytes.TrimPrefix(part, strictjson.ByteOrderMark)
	}
	if s.size == 0 && (len(part) == 0 || string(part) == "\r") { // nothing, at the end of the stream
		return s.fill()
	}
	return s.measure(part)
}

func (s *rows) measure(part []byte) error {
	s.rest = part
	if end := string(part); s.size == 0 && (end == "\n" || end == "\r\n") { // before the row
		s.first = s.line + 1
		return nil
	}
	if s.size += len(part); s.size > MaxLine {
		s.err = field.Errorf("csv", "the row is longer than %d bytes; is a quote left open?", MaxLine)
	}
	return s.err
}

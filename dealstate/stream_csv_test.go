package dealstate_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

var csvColumns = []string{"id", "deal", "kind", "party", "by", "role", "modality", "at", "recorded", "revision", "ref", "commitment", "until",
	"source.publisher", "source.url", "source.published", "note"}

const noteHeader = "id,deal,kind,at\n"

func noteRow(id string) string { return id + ",d,note,2025-06-27T00:00:00Z" }

// asCSV writes events as a flattener of their JSON would.
func asCSV(t testing.TB, columns []string, events []dealstate.Event) string {
	t.Helper()
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	require.NoError(t, w.Write(columns))
	for _, e := range events {
		var fields map[string]any
		require.NoError(t, json.Unmarshal([]byte(toJSON(t, e)), &fields))
		var cells []string
		for _, name := range columns {
			outer, inner, nested := strings.Cut(name, ".")
			value := fields[outer]
			if object, ok := value.(map[string]any); ok && nested {
				value = object[inner]
			}
			text, isText := value.(string)
			if value != nil && !isText {
				text = toJSON(t, value)
			}
			cells = append(cells, text)
		}
		require.NoError(t, w.Write(cells))
	}
	w.Flush()
	return out.String()
}

// heardCSV reads a table to its end, and says what came; the last is marked
// with a stop where the stream ended at it.
func heardCSV(r io.Reader) []string {
	var got []string
	for e, err := range dealstate.ReadEventsCSV(r) {
		text := said(e, err)
		var at *dealstate.LineError
		if errors.As(err, &at) && at.Ends {
			text += ", stop"
		}
		got = append(got, text)
	}
	return got
}

func TestTableGivesEventsAndNamesBadRowsByNumber(t *testing.T) {
	t.Parallel()
	a, b := noteRow("a"), noteRow("b")
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"header only":                    {noteHeader, nil},
		"header without newline":         {"id,deal,kind,at", nil},
		"one row":                        {noteHeader + a + "\n", []string{"a"}},
		"last row without newline":       {noteHeader + a + "\n" + b, []string{"a", "b"}},
		"carriage returns":               {"id,deal,kind,at\r\n" + a + "\r\n" + b + "\r\n", []string{"a", "b"}},
		"byte order mark":                {"\ufeff" + noteHeader + a, []string{"a"}},
		"byte order mark and quotes":     {"\ufeff\"id\",\"deal\",\"kind\",\"at\"\r\n" + a, []string{"a"}},
		"blank lines count":              {"\n\r\n" + noteHeader + "\n" + a + "\n\r\n" + b + ",\n\n", []string{"a", "line 7: csv"}},
		"lines of blanks":                {noteHeader + " \t\n" + a + "\n  ", []string{"a"}},
		"rows of empty cells":            {noteHeader + ",,,\n" + a + "\n,,,\n,\n\"\",,,\n" + b + ",\n", []string{"a", "line 7: csv"}},
		"columns in another order":       {"at,kind,note,deal,id\n2025-06-27T00:00:00Z,note,,d,a\n", []string{"a"}},
		"too few cells":                  {noteHeader + "a,d,note\n" + b, []string{"line 2: csv", "b"}},
		"too many cells":                 {noteHeader + a + ",\n" + b, []string{"line 2: csv", "b"}},
		"one cell":                       {noteHeader + "total\n" + b, []string{"line 2: csv", "b"}},
		"a missing value":                {noteHeader + ",d,note,2025-06-27T00:00:00Z\n" + b, []string{"line 2: id", "b"}},
		"an odd value":                   {noteHeader + "a,d,note,yesterday\n" + b, []string{"line 2: at", "b"}},
		"an unknown word":                {noteHeader + "a,d,notes,2025-06-27T00:00:00Z\n" + b, []string{"line 2: kind", "b"}},
		"a clock":                        {noteHeader + "a,d,deadline,2025-06-27T00:00:00Z\n" + b, []string{"line 2: kind", "b"}},
		"a blank first cell":             {noteHeader + " ,d,note,2025-06-27T00:00:00Z\n" + b, []string{"line 2: id", "b"}},
		"a long row counts once":         {"id,deal,kind,at,note\n" + a + "," + strings.Repeat("x", 60<<10) + "," + strings.Repeat("x", 90<<10) + "\n" + b + "\n", []string{"line 2: csv", "line 3: csv"}},
		"blanks around a value":          {noteHeader + "a, d,note,2025-06-27T00:00:00Z\n" + b, []string{"line 2: deal", "b"}},
		"what a spreadsheet was guarded": {noteHeader + "a,d,'note,2025-06-27T00:00:00Z\n" + b, []string{"line 2: kind", "b"}},
		"line breaks in quotes":          {"id,deal,kind,note,at\na,d,note,\"x\n\r\ny, \"\"z\"\"\",2025-06-27T00:00:00Z\nb,d,note,x\n" + "c,d,note,,2025-06-27T00:00:00Z", []string{"a", "line 5: csv", "c"}},
		"a row of several lines":         {"id,note,deal,kind,at\na,\"x\n\ny\",d,note,never\nb,,d,note,never\n", []string{"line 2: at", "line 5: at"}},
		"a quote in a bare cell":         {noteHeader + "a,d,5\" note,2025-06-27T00:00:00Z\n" + b, []string{"line 2: csv", "b"}},
		"text behind a quote":            {noteHeader + "a,\"d\"x,note,2025-06-27T00:00:00Z\n" + b, []string{"line 2: csv", "b"}},
		"a quote left open":              {noteHeader + a + "\n\"b,d,note,2025-06-27T00:00:00Z\n" + a + "\n", []string{"a", "line 3: csv"}},
		"a quote closed elsewhere":       {noteHeader + "\"a,d,note\nx\n\"b\"\n" + a + "\n", []string{"line 2: csv", "a"}},
		"NUL in a cell":                  {"id,deal,kind,at,by\n" + a + ",\x00\n" + b + ",x", []string{"line 2: by", "b"}},
		"a torn page of NULs":            {noteHeader + a + "\n" + strings.Repeat("\x00", 4096), []string{"a", "line 3: csv"}},
		"invalid UTF-8":                  {"id,deal,kind,at,note\n" + a + ",n\xffte\n" + b + ",x", []string{"line 2: note", "b"}},
		"a mark further on":              {noteHeader + "\ufeff" + a + "\n" + b, []string{"\ufeffa", "b"}},
		"the same event twice":           {noteHeader + a + "\n" + a, []string{"a", "a"}},
		"the header again":               {noteHeader + a + "\n" + noteHeader + b, []string{"a", "line 3: kind", "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, heardCSV(strings.NewReader(c.text)))
			require.Equal(t, c.want, heardCSV(iotest.OneByteReader(strings.NewReader(c.text))))
			require.Equal(t, c.want, heardCSV(iotest.DataErrReader(strings.NewReader(c.text))))
		})
	}
}

func TestHeaderThatDoesNotSufficeEndsTheTable(t *testing.T) {
	t.Parallel()
	row := "\n" + noteRow("a") + "\n"
	all := strings.Join(csvColumns, ", ")
	for header, want := range map[string]string{
		"":                         "line 1: csv: no header row; want one that names the columns, such as id,deal,kind,at",
		"\n\n":                     "line 3: csv: no header row; want one that names the columns, such as id,deal,kind,at",
		"\ufeff":                   "line 1: csv: no header row; want one that names the columns, such as id,deal,kind,at",
		"\ufeff\r":                 "line 1: csv: no header row; want one that names the columns, such as id,deal,kind,at",
		"id,deal,kind" + row:       "line 1: at: column missing; the header names id, deal, kind",
		"\ndeal,kind,at" + row:     "line 2: id: column missing; the header names deal, kind, at",
		"id,deal,kind,id,at" + row: "line 1: id: column given twice; want it once",
		"id,Deal,kind,at" + row:    "line 1: Deal: unknown column; want a header row, with commas between names out of " + all + `; did you mean "deal"?`,
		"id,deal,kind,at," + row:   `line 1: "": unknown column; want a header row, with commas between names out of ` + all,
		"id;deal;kind;at" + row:    "line 1: csv: semicolons are between the columns; want commas: save it as CSV with commas, in UTF-8",
		"id\tdeal\tkind\tat" + row: "line 1: csv: tabs are between the columns; want commas: save it as CSV with commas, in UTF-8",
		"id;deal" + row:            "line 1: id;deal: unknown column; want a header row, with commas between names out of " + all,
		"id,source,kind,at" + row:  "line 1: source: unknown column; want a header row, with commas between names out of " + all,
		noteRow("a"):               "line 1: a: unknown column; want a header row, with commas between names out of " + all,
		"\xff\xfei\x00d\x00" + row: `line 1: "\xff\xfei\x00d\x00": unknown column; want a header row, with commas between names out of ` + all,
		"id,\"deal" + row:          "line 1: csv: at byte 31 of line 2: a quote is left open, or text follows it; want the whole cell in quotes, and each quote within it doubled",
		"id," + strings.Repeat(",", dealstate.MaxLine-8) + row: `line 1: "": unknown column; want a header row, with commas between names out of ` + all,
	} {
		var errs []error
		for e, err := range dealstate.ReadEventsCSV(strings.NewReader(header)) {
			require.Zero(t, e)
			errs = append(errs, err)
		}
		require.Len(t, errs, 1, header)
		require.EqualError(t, errs[0], want)
		var at *dealstate.LineError
		var bad *dealstate.FieldError
		require.ErrorAs(t, errs[0], &at)
		require.ErrorAs(t, errs[0], &bad)
		require.True(t, at.Ends)
	}
}

func TestRowsSayWhatWouldBeRight(t *testing.T) {
	t.Parallel()
	for row, want := range map[string]string{
		"a,d,note":               "line 2: csv: 3 cells; want 5, one for each column of the header",
		"a,d,note,2025,":         `line 2: at: "2025" is no instant; want RFC 3339, such as 2025-06-27T09:00:00Z, or a date alone`,
		"a,d,vote,2025,":         `line 2: kind: "vote" is unknown; want one of negotiate, sign, submit, approve, reject, withdraw, amend, apply, implement, perform, breach, dispute, settle, suspend, resume, extend, terminate, retract, note; did you mean "note"?`,
		"a,d,term,2025,":         "line 2: kind: term is a clock; it fires by itself and is never recorded",
		"a\xff,d,note,,":         "line 2: id: not valid UTF-8",
		"a,d,note,,1.0":          "line 2: revision: 1.0 found; want a whole number",
		"a,d,note,,+1":           `line 2: revision: "+1" found; want a whole number`,
		"a,d,note,,\" 1\n\"":     `line 2: revision: " 1\n" found; want a whole number`,
		"a,d,note,,null":         `line 2: revision: "null" found; want a whole number`,
		"a,d,note,,999999999999": "line 2: revision: 999999999999 found; want a whole number below two thousand million",
		"a,d,no\"te\",,":         "line 2: csv: at byte 7 of line 2: a quote within a cell that has none around it; want the whole cell in quotes, and each quote within it doubled",
		"a,d,note,,\"\x00\"":     "line 2: revision: holds a NUL character; want text",
	} {
		for _, err := range dealstate.ReadEventsCSV(strings.NewReader("id,deal,kind,at,revision\n" + row)) {
			require.EqualError(t, err, want)
		}
	}
}

// The line end counts, and so do line breaks within quotes.
func TestRowOfExactlyTheBoundIsReadAndALongerOneEndsTheTable(t *testing.T) {
	t.Parallel()
	head := "id,deal,kind,at,note\n"
	for _, end := range []string{"", "\n", "\r\n"} {
		for over := range 3 {
			for _, fill := range []string{"\n", "\"\"", "x"} {
				// Too long for a note, but it is for the check of the event to say so.
				row := noteRow("a") + ",\""
				n := dealstate.MaxLine + over - len(row) - 1 - len(end)
				row += strings.Repeat(fill, n/len(fill)) + strings.Repeat("x", n%len(fill)) + "\"" + end
				require.Len(t, row, dealstate.MaxLine+over)
				want := []string{"line 2: note"}
				if over > 0 {
					want = []string{"line 2: csv, stop"}
				} else if end != "" {
					row += noteRow("b") + ","
					want = append(want, "b")
				}
				require.Equal(t, want, heardCSV(strings.NewReader(head+row)))
			}
		}
	}
}

// counting gives a beginning and then the same bytes again and again, up to a
// gibibyte.
type counting struct {
	begin, again string
	given        int
}

func (c *counting) Read(p []byte) (int, error) {
	if c.given > 1<<30 {
		return 0, io.EOF
	}
	n := copy(p, c.begin)
	c.begin = c.begin[n:]
	for n < len(p) {
		n += copy(p[n:], c.again)
	}
	c.given += n
	return n, nil
}

// encoding/csv allocates 40 bytes a cell, and as much again while that grows.
func TestEndlessRowEndsTheTableInBoundedMemory(t *testing.T) {
	for _, begin := range []string{"", noteHeader, noteHeader + noteRow("a") + ",\""} {
		for _, again := range []string{"x", "\r", ",", " ", "\x00", `""`} {
			source := &counting{begin: begin, again: again}
			before := allocated()
			require.Equal(t, []string{"stop"}, stops(heardCSV(source)), "%q", again)
			require.Less(t, source.given, dealstate.MaxLine+len(begin)+128<<10)
			require.Less(t, allocated()-before, uint64(256<<20), "%q after %q", again, begin)
		}
	}
	for _, again := range []string{"\n", "\r\n", "x,\n"} { // in quotes
		source := &counting{begin: noteHeader + "\"", again: again}
		require.Equal(t, []string{"line 2: csv, stop"}, heardCSV(source))
		require.Less(t, source.given, dealstate.MaxLine+128<<10)
	}
}

func stops(all []string) []string {
	for i, text := range all {
		if _, stop, ok := strings.Cut(text, ", "); ok {
			all[i] = stop
		}
	}
	return all
}

func allocated() uint64 {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.TotalAlloc
}

func TestRowOfAMillionEmptyCellsTakesBoundedMemory(t *testing.T) {
	before := allocated()
	text := noteHeader + strings.Repeat(",", dealstate.MaxLine-2) + "x\n" + noteRow("b")
	require.Equal(t, []string{"line 2: csv", "b"}, heardCSV(strings.NewReader(text)))
	require.Less(t, allocated()-before, uint64(256<<20))
}

func TestBlankLinesWithoutEndAreNoLongRow(t *testing.T) {
	t.Parallel()
	for _, blank := range []string{"\n", "\r\n", ",,,\n", " \n"} {
		text := noteHeader + strings.Repeat(blank, dealstate.MaxLine) + noteRow("a") + "\n,\n" + noteRow("b") + ","
		got := heardCSV(strings.NewReader(text))
		require.Equal(t, []string{"a", "line 1048580: csv"}, got)
	}
}

func TestErrorOfTheReaderEndsTheTableAtItsRow(t *testing.T) {
	t.Parallel()
	a := noteRow("a")
	for text, want := range map[string][]string{
		"":                            {"line 1: lost, stop"},
		"id,deal,kind,at":             {"line 1: lost, stop"},
		noteHeader:                    {"line 2: lost, stop"},
		noteHeader + a + "\n":         {"a", "line 3: lost, stop"},
		noteHeader + a + "\n\n\n":     {"a", "line 5: lost, stop"},
		noteHeader + a + "\n" + a[:5]: {"a", "line 3: lost, stop"},
		noteHeader + a + "\n" + a:     {"a", "line 3: lost, stop"},
		noteHeader + a + "\n\"x\n\ny": {"a", "line 3: lost, stop"},
		noteHeader + "\"x\"" + strings.Repeat("y", 70<<10): {"line 2: lost, stop"},
		noteHeader + a + "\n\"x\"y":                        {"a", "line 3: lost, stop"},
		noteHeader + a + "\n\"x\"y,\n\"z\n":                {"a", "line 3: csv", "line 4: lost, stop"},
	} {
		require.Equal(t, want, heardCSV(io.MultiReader(strings.NewReader(text), failing{})), text)
	}
	for _, err := range dealstate.ReadEventsCSV(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(noteHeader)))) {
		require.ErrorIs(t, err, iotest.ErrTimeout)
	}
}

// Who passes over bad lines must be able to tell that a log was cut short.
func TestOnlyWhatEndsAStreamSaysSo(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"{}\n": false, "x\n": false, longNote(dealstate.MaxLine + 1): true, "": true} {
		for _, err := range dealstate.ReadEvents(io.MultiReader(strings.NewReader(text), failing{})) {
			var at *dealstate.LineError
			require.ErrorAs(t, err, &at)
			require.Equal(t, want, at.Ends)
			break
		}
	}
}

func TestChecksRefuseRowsAndCallerMayStop(t *testing.T) {
	t.Parallel()
	no := errors.New("no")
	text := noteHeader + noteRow("a") + "\n" + noteRow("b") + "\n" + noteRow("c")
	n := 0
	for e, err := range dealstate.ReadEventsCSV(strings.NewReader(text), func(e dealstate.Event) error {
		if e.ID == "b" {
			return no
		}
		return nil
	}) {
		if n++; n == 2 {
			require.EqualError(t, err, "line 3: no")
			require.ErrorIs(t, err, no)
			require.Zero(t, e)
			break
		}
		require.NoError(t, err)
		require.Equal(t, "a", e.ID)
	}
	require.Equal(t, 2, n)
}

func TestCheckThatSaysEOFIsNoEndOfTheTable(t *testing.T) {
	t.Parallel()
	n := 0
	for _, err := range dealstate.ReadEventsCSV(strings.NewReader(noteHeader+noteRow("a")+"\n"+noteRow("b")), func(dealstate.Event) error { return io.EOF }) {
		require.ErrorIs(t, err, io.EOF)
		n++
	}
	require.Equal(t, 2, n)
}

func TestTableHoldsTheEventsOfTheLinesItWasMadeFrom(t *testing.T) {
	t.Parallel()
	full := read(t, fullEvent)
	full.Note = "two\nlines, \"quoted\"; 'guarded"
	histories := append(realHistories(t), dirtyHistories(30, proof.Times(20, 8), 30)...)
	for _, h := range append(histories, history{events: []dealstate.Event{full}}) {
		columns := slices.Clone(csvColumns)
		slices.Reverse(columns)
		var got []dealstate.Event
		for e, err := range dealstate.ReadEventsCSV(strings.NewReader(asCSV(t, columns, h.events))) {
			require.NoError(t, err)
			got = append(got, e)
		}
		require.Equal(t, rewritten(t, h.events), got)
	}
}

func read(t testing.TB, line string) (e dealstate.Event) {
	t.Helper()
	require.NoError(t, e.UnmarshalJSON([]byte(line)))
	return e
}

func TestTableTellsTheLineOfEachRow(t *testing.T) {
	t.Parallel()
	table := dealstate.NewTable(strings.NewReader("\n" + "id,note,deal,kind,at\n\na,\"x\n\ny\",d,note,27 June\n,,,,\nb,,d,note,2025-06-27T00:00:00Z\n"))
	require.Zero(t, table.Line())
	var lines []int
	for _, err := range table.Events() {
		lines = append(lines, table.Line())
		var at *dealstate.LineError
		require.Equal(t, len(lines) == 1, errors.As(err, &at))
	}
	require.Equal(t, []int{4, 8}, lines)
}

func TestARowThatWasCutOutIsReadAsInItsTable(t *testing.T) {
	t.Parallel()
	const head = "id,note,deal,kind,at\n"
	table := dealstate.NewTable(strings.NewReader(head + "z,,d,note,2025-06-27\n"))
	columns, err := table.Columns()
	require.NoError(t, err)
	require.Equal(t, []string{"id", "note", "deal", "kind", "at"}, columns)
	for _, row := range []string{"a,,d,note,2025-06-27\n", "a,,d,note,2025-06-27", "\"a\",\"x\n\r\ny \"\"z\",d,note,2025-06-27\r\n", "a,,d,note,yesterday\n", "a,d,note\n", "a\"b,,d,note,2025-06-27\n",
		"a,\"\nb\"c,d,note,2025-06-27\n", "a,\"\n\nb", "a,\x00,d,note,2025-06-27\n", "\n", ",,,,\n", " \n", "", "a," + strings.Repeat("x", dealstate.MaxLine)} {
		for _, before := range []int{0, 7} {
			var want dealstate.Event
			wanted := io.EOF
			whole := dealstate.NewTable(strings.NewReader(head + strings.Repeat("\n", before) + row))
			for e, err := range whole.Events() {
				want, wanted = e, err
			}
			e, err := table.ReadRow([]byte(row), 2+before)
			require.Equal(t, want, e, "%q", row)
			require.Equal(t, wanted, err, "%q", row)
		}
	}
	require.Equal(t, 1, table.Line(), "the table itself is where it was")
	for e, err := range table.Events() {
		require.NoError(t, err)
		require.Equal(t, "z", e.ID)
		require.Equal(t, 2, table.Line())
	}
	none := dealstate.NewTable(strings.NewReader("id,deal\n"))
	for range 2 {
		_, err := none.ReadRow([]byte("a,b\n"), 2)
		require.EqualError(t, err, "line 1: kind: column missing; the header names id, deal")
	}
}

// FuzzCSV holds the table to JSON: a row is taken when the object of its cells
// is, for the same event.
func FuzzCSV(f *testing.F) {
	f.Add([]byte(noteHeader + noteRow("a") + "\r\n\n,,,\n\"b\",\"d\n\",note,2025-06-27T00:00:00Z"))
	f.Add([]byte(asCSV(f, csvColumns, []dealstate.Event{read(f, fullEvent), read(f, noteText("a"))})))
	f.Add([]byte("\ufeffat,kind,deal,id,revision,until\n,x,\x00,\"\xff\"\"\",-0,1\n2025-06-27,note,d,i,01,\nz,\"z\n"))
	f.Add([]byte("kind,id,deal,at,revision,source.published\nnote,i,d,2025-06-27T00:00:00Z,12,2025-06-27\nnote,i,d,2025-06-27T00:00:00Z,1e2,27 June\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		want := rowsOfJSON(data)
		before := 0
		for e, err := range dealstate.ReadEventsCSV(bytes.NewReader(data)) {
			if err == nil {
				require.NoError(t, e.Validate())
				require.Equal(t, e, read(t, toJSON(t, e)))
			} else {
				var at *dealstate.LineError
				require.ErrorAs(t, err, &at)
				require.Greater(t, at.Line, before)
				before = at.Line
				if at.Ends {
					return
				}
			}
			require.NotEmpty(t, want)
			require.Equal(t, want[0], verdict(e, err), "%v", err)
			want = want[1:]
		}
		require.Empty(t, want)
	})
}

// verdict is the event, or nil.
func verdict(e dealstate.Event, err error) *dealstate.Event {
	if err != nil {
		return nil
	}
	return &e
}

// rowsOfJSON makes an object of each row, and says what comes of it.
func rowsOfJSON(data []byte) (verdicts []*dealstate.Event) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	r.FieldsPerRecord = -1
	var header []string
	for {
		cells, err := r.Read()
		switch {
		case err == io.EOF:
			return verdicts
		case err == nil && (strings.Join(cells, "") == "" || len(cells) == 1 && strings.TrimSpace(cells[0]) == ""):
		case header == nil:
			header = cells
		case err != nil || len(cells) != len(header):
			verdicts = append(verdicts, nil)
		default:
			verdicts = append(verdicts, verdictOfJSON(header, cells))
		}
	}
}

func verdictOfJSON(header, cells []string) *dealstate.Event {
	var fields, source []string
	for i, cell := range cells {
		name, inner, nested := strings.Cut(header[i], ".")
		value, _ := json.Marshal(cell)
		switch {
		case cell == "":
			continue
		case !utf8.ValidString(cell) || strings.Contains(cell, "\x00"):
			return nil
		case name == "revision" && json.Valid([]byte(cell)) && strings.Trim(cell, "+-.eE0123456789") == "":
			value = []byte(cell)
		}
		if nested {
			source = append(source, `"`+inner+`":`+string(value))
			continue
		}
		fields = append(fields, `"`+name+`":`+string(value))
	}
	if source != nil {
		fields = append(fields, `"source":{`+strings.Join(source, ",")+"}")
	}
	var e dealstate.Event
	err := e.UnmarshalJSON([]byte("{" + strings.Join(fields, ",") + "}"))
	return verdict(e, err)
}

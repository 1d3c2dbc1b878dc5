package parquet

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	pq "github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

var update = flag.Bool("update", false, "write the golden files anew")

// tables are those that are written, each by its row.
var tables = []struct {
	name string
	row  any
}{{"events", eventRow{}}, {"spells", spellRow{}}, {"waits", waitRow{}}, {"panel", cellRow{}}, {"transitions", transitionRow{}}, {"snapshots", snapshotRow{}}}

// A file that was written once is read for years: a new text here is a new number of the schema.
func TestTheSchemasAreAsCommitted(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	for _, table := range tables {
		fmt.Fprintln(&out, pq.NewSchema(table.name, pq.SchemaOf(table.row)))
	}
	const golden = "testdata/schemas.golden"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(out.String()), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), out.String())
}

// The page of formats has every table, with all its columns in their order.
func TestTheFormatsPageListsTheColumnsOfEveryTable(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../FORMATS.md")
	require.NoError(t, err)
	for _, table := range tables {
		var columns []string
		for _, path := range pq.SchemaOf(table.row).Columns() {
			name := strings.Join(path, ".")
			columns = append(columns, "`"+strings.TrimSuffix(name, ".list.element")+"`")
		}
		row := fmt.Sprintf("| `%s` | %s |", table.name, strings.Join(columns, " "))
		require.True(t, strings.Contains(string(page), row), "FORMATS.md wants %s", row)
	}
}

// Every file says what it is.
func TestAFileNamesItsSchema(t *testing.T) {
	t.Parallel()
	table := tableOf(t, nil)
	f, err := pq.OpenFile(bytes.NewReader(table), int64(len(table)))
	require.NoError(t, err)
	schema, ok := f.Lookup("dealstate.schema")
	require.True(t, ok)
	require.Equal(t, "events 1", schema)
}

// oneRow writes one row of any kind.
func oneRow[T any](t *testing.T, row T) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, pq.Write(&out, []T{row}))
	return out.Bytes()
}

func TestATableOfAnotherSchemaIsRefusedWithWhatWouldBeRight(t *testing.T) {
	t.Parallel()
	type base struct {
		ID   string `parquet:"id"`
		Deal string `parquet:"deal"`
		Kind string `parquet:"kind"`
	}
	good := base{"a", "d", "note"}
	for want, table := range map[string][]byte{
		"parquet: column at: there is none; an event needs id, deal, kind, at": oneRow(t, good),
		`parquet: column recoded: no event has it; leave it out of what is written; did you mean "recorded"?`: oneRow(t, struct {
			base
			Recoded string `parquet:"recoded"`
		}{good, "x"}),
		"parquet: column at: it is of type integer; want timestamp of nanoseconds, which DuckDB writes of CAST(at AS TIMESTAMP_NS)": oneRow(t, struct {
			base
			At int64 `parquet:"at"`
		}{good, 1}),
		"parquet: column id: it is of type integer; want text, which DuckDB writes of CAST(id AS VARCHAR)": oneRow(t, struct {
			ID int64 `parquet:"id"`
		}{1}),
		"parquet: column revision: it is of type DOUBLE; want integer, which DuckDB writes of CAST(revision AS INTEGER)": oneRow(t, struct {
			base
			Revision float64 `parquet:"revision"`
		}{good, 1}),
		"parquet: column kind: it is a list; an event has none": oneRow(t, struct {
			Kind []string `parquet:"kind"`
		}{[]string{"note"}}),
		"parquet: column source.link: no event has it; leave it out of what is written": oneRow(t, struct {
			Source struct {
				Link string `parquet:"link"`
			} `parquet:"source"`
		}{}),
		"parquet: column source.url: it is there twice": oneRow(t, struct {
			URL    string `parquet:"source.url"`
			Source struct {
				URL string `parquet:"url"`
			} `parquet:"source"`
		}{}),
		"parquet: 3 bytes are no Parquet file":                                                           []byte("abc"),
		`parquet: it is no Parquet file, or cut short: it ends in "json"; want "PAR1"`:                   []byte("PAR1 and a line of json"),
		"parquet: it is encrypted; want one that is not":                                                 []byte("PARE....PARE"),
		"parquet: its footer cannot be read: it is damaged: thrift that ends too early, or is too large": []byte("PAR1\x00\x00\x00\x00PAR1"),
	} {
		_, err := readTable(table, anyDeal(t))(bulk.Options{})
		require.EqualError(t, err, want)
		var refused *FileError
		require.True(t, errors.As(err, &refused))
		for _, err := range ReadEvents(bytes.NewReader(table), int64(len(table))) {
			require.EqualError(t, err, want)
		}
	}
}

// What a file calls its columns, and what a library says of it, may act on a terminal.
func TestAFileErrorIsInert(t *testing.T) {
	t.Parallel()
	const hostile = "a\x1b[2Jb\nc\u202ed"
	err := &FileError{Group: 1, Column: hostile, Problem: hostile, Err: errors.New(hostile)}
	require.False(t, strings.ContainsAny(err.Error(), "\x1b\n\u202e"), "%q", err)
}

// Instants are kept to the nanosecond. Those of a column of coarser ones are read as they are:
// whoever wrote them has cut them already.
func TestInstantsAreReadToThePrecisionOfTheirColumn(t *testing.T) {
	t.Parallel()
	type base struct {
		ID   string `parquet:"id"`
		Deal string `parquet:"deal"`
		Kind string `parquet:"kind"`
	}
	of, at := base{"a", "d", "note"}, time.Date(2025, 6, 27, 9, 30, 0, 123_456_789, time.UTC)
	midnight := at.Truncate(24 * time.Hour)
	end := midnight.Add(24*time.Hour - time.Second)
	for name, c := range map[string]struct {
		table        []byte
		at, recorded time.Time
	}{
		"nanoseconds": {oneRow(t, struct {
			base
			At int64 `parquet:"at,timestamp(nanosecond)"`
		}{of, at.UnixNano()}), at, time.Time{}},
		"microseconds": {oneRow(t, struct {
			base
			At int64 `parquet:"at,timestamp(microsecond:local)"`
		}{of, at.UnixMicro()}), at.Truncate(time.Microsecond), time.Time{}},
		"milliseconds": {oneRow(t, struct {
			base
			At int64 `parquet:"at,timestamp"`
		}{of, at.UnixMilli()}), at.Truncate(time.Millisecond), time.Time{}},
		"a date": {oneRow(t, struct {
			base
			At int32 `parquet:"at,date"`
		}{of, int32(at.Unix() / 86400)}), midnight, end},
		"a date, and one of recording": {oneRow(t, struct {
			base
			At       int32 `parquet:"at,date"`
			Recorded int32 `parquet:"recorded,date"`
		}{of, int32(at.Unix() / 86400), int32(at.Unix() / 86400)}), midnight, end},
		"a text": {oneRow(t, struct {
			base
			At string `parquet:"at"`
		}{of, at.Format(time.RFC3339Nano)}), at, time.Time{}},
		"a text that is a date": {oneRow(t, struct {
			base
			At string `parquet:"at"`
		}{of, "2025-06-27"}), midnight, end},
	} {
		events, bad := eventsIn(t, c.table)
		require.Empty(t, bad, name)
		require.Equal(t, []dealstate.Event{{ID: "a", Deal: "d", Kind: dealstate.Note, At: c.at, Recorded: c.recorded}}, events, name)
		require.EqualValues(t, 1, cameOf(t, 1, readTable(c.table, anyDeal(t))).progress.Events, name)
	}
	for year, table := range map[int][]byte{
		2300: oneRow(t, struct {
			base
			At int64 `parquet:"at,timestamp(microsecond)"`
		}{of, time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()}),
		1677: oneRow(t, struct {
			base
			At int64 `parquet:"at,timestamp(millisecond)"`
		}{of, first.Add(-time.Millisecond).UnixMilli()}),
		2262: oneRow(t, struct {
			base
			At int64 `parquet:"at,timestamp(nanosecond)"`
		}{of, last.UnixNano() + 1}),
		1600: oneRow(t, struct {
			base
			At int32 `parquet:"at,date"`
		}{of, int32(time.Date(1600, 1, 1, 0, 0, 0, 0, time.UTC).Unix() / 86400)}),
	} {
		events, bad := eventsIn(t, table)
		require.Empty(t, events)
		require.Equal(t, []string{fmt.Sprintf("line 1: at: year %d is out of range; want 1678 to 2261, which is what 64 bits of nanoseconds hold", year)}, bad)
	}
	_, bad := eventsIn(t, oneRow(t, struct {
		base
		At string `parquet:"at"`
	}{of, "27 June"}))
	require.Equal(t, []string{`line 1: at: "27 June" is no instant; want RFC 3339, such as 2025-06-27T09:00:00Z, or a date alone`}, bad)
}

// No table has a column that would cut an instant, and none is written that does not fit.
func TestNoInstantIsWrittenThatWouldBeCut(t *testing.T) {
	t.Parallel()
	for _, table := range tables {
		text := pq.SchemaOf(table.row).String()
		require.NotContains(t, text, "MICROS")
		require.NotContains(t, text, "MILLIS")
		require.NotContains(t, text, "isAdjustedToUTC=true", "DuckDB reads it in microseconds")
	}
	at := time.Date(2262, 1, 1, 0, 0, 0, 0, time.UTC)
	event := dealstate.Event{ID: "a", Deal: "d", Kind: dealstate.Note, At: at}
	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	snapshot := m.NewDeal(dealstate.Strict).At(dealstate.View{})
	snapshot.KnownBy = at
	for name, err := range map[string]error{
		"at":       WriteEvents(&bytes.Buffer{}, sequence([]dealstate.Event{event})),
		"from":     WriteSpells(&bytes.Buffer{}, func(yield func(analytics.Spell) bool) { yield(analytics.Spell{From: at}) }),
		"to":       WriteWaits(&bytes.Buffer{}, func(yield func(analytics.Wait) bool) { yield(analytics.Wait{From: at.AddDate(-1, 0, 0), To: at}) }),
		"date":     WritePanel(&bytes.Buffer{}, func(yield func(analytics.Cell) bool) { yield(analytics.Cell{Date: at}) }),
		"known_by": WriteSnapshots(&bytes.Buffer{}, func(yield func(dealstate.Snapshot, error) bool) { yield(snapshot, nil) }),
	} {
		var line *dealstate.LineError
		require.ErrorAs(t, err, &line)
		require.Equal(t, 1, line.Line)
		var field *dealstate.FieldError
		require.ErrorAs(t, err, &field)
		require.Equal(t, name, field.Field)
		require.Contains(t, field.Problem, "year 2262 is out of range")
	}
	event.At = at.Add(-1)
	var out bytes.Buffer
	require.NoError(t, WriteEvents(&out, sequence([]dealstate.Event{event})))
	events, _ := eventsIn(t, out.Bytes())
	require.Equal(t, []dealstate.Event{event}, events)
}

// full is a writer that is soon full.
type full struct{ left int }

func (w *full) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errLost
	}
	return len(p), nil
}

func TestWritingStopsAtTheFirstErrorOfEitherSide(t *testing.T) {
	t.Parallel()
	events := dirtyEvents(1, 200)
	require.ErrorIs(t, WriteEvents(&full{left: 1000}, sequence(events)), errLost)
	broken := func(yield func(dealstate.Event, error) bool) {
		if yield(events[0], nil) {
			yield(dealstate.Event{}, errLost)
		}
	}
	require.ErrorIs(t, WriteEvents(&bytes.Buffer{}, broken), errLost)
	err := WriteEvents(&bytes.Buffer{}, sequence([]dealstate.Event{events[0], {}}))
	require.EqualError(t, err, "line 2: id: missing")
}

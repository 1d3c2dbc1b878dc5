package duckdbtest

import (
	"bytes"
	"context"
	"database/sql"
	"flag"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/parquet"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

var update = flag.Bool("update", false, "write the files of DuckDB in ../testdata anew")

// open opens DuckDB in memory.
func open(t testing.TB, settings ...string) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1) // a setting is one connection's
	for _, s := range settings {
		_, err := db.Exec(s)
		require.NoError(t, err)
	}
	return db
}

// rowsOf gives the rows of a query as texts, null as the empty one.
func rowsOf(t testing.TB, db *sql.DB, query string, args ...any) (rows [][]string) {
	t.Helper()
	found, err := db.Query(query, args...)
	require.NoError(t, err, query)
	defer found.Close()
	columns, err := found.Columns()
	require.NoError(t, err)
	values, to := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		to[i] = &values[i]
	}
	for found.Next() {
		require.NoError(t, found.Scan(to...))
		var row []string
		for _, v := range values {
			row = append(row, textOf(v))
		}
		rows = append(rows, row)
	}
	require.NoError(t, found.Err())
	return rows
}

// textOf writes a value as the CSV of package analytics does; an instant is in nanoseconds.
func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		return fmt.Sprint("not in nanoseconds: ", v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		var words []string
		for _, w := range v {
			words = append(words, textOf(w))
		}
		return strings.Join(words, " ")
	}
	return fmt.Sprint(v)
}

func nanosOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.UnixNano(), 10)
}

// written puts a table into a file, and gives the path.
func written(t *testing.T, write func(*os.File) error) string {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "table.parquet"))
	require.NoError(t, err)
	require.NoError(t, write(f))
	require.NoError(t, f.Close())
	return f.Name()
}

// story are the events of the real deals, with instants to the nanosecond.
func story(t testing.TB) (events []dealstate.Event) {
	t.Helper()
	for e, err := range uschina.Events() {
		require.NoError(t, err)
		e.At = e.At.Add(time.Duration(len(events)%3) * 333_333_333)
		if !e.Recorded.IsZero() && e.Recorded.Before(e.At) {
			e.Recorded = e.At
		}
		events = append(events, e)
	}
	last := events[len(events)-1]
	last.ID, last.At, last.Recorded, last.Until = "epoch", time.Unix(0, 0).UTC(), time.Unix(0, -1).UTC(), time.Time{}
	last.Kind, last.Ref, last.Revision = dealstate.Note, "", 3
	return append(events, last)
}

func sequence[T any](values []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range values {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// logOf is a log of the real deals, under their own agreements.
func logOf(t *testing.T) *bulk.Log {
	t.Helper()
	var machines []*dealstate.Machine
	for _, a := range uschina.Agreements() {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		machines = append(machines, m)
	}
	l, err := bulk.ReadEvents(context.Background(), uschina.Events(), bulk.Catalogue(machines...), bulk.Options{})
	require.NoError(t, err)
	return l
}

var official = dealstate.View{Policy: dealstate.Official}

func TestDuckDBReadsTheEventsThatAreWritten(t *testing.T) {
	t.Parallel()
	events := story(t)
	path := written(t, func(f *os.File) error { return parquet.WriteEvents(f, sequence(events)) })
	var want [][]string
	for _, e := range events {
		revision := ""
		if e.Revision > 0 {
			revision = strconv.Itoa(e.Revision)
		}
		want = append(want, []string{e.ID, e.Deal, e.Kind.String(), e.Party, e.By, e.Role.String(), e.Modality.String(), nanosOf(e.At), nanosOf(e.Recorded), revision,
			e.Ref, e.Commitment, nanosOf(e.Until), e.Source.Publisher, e.Source.URL, e.Source.Published, e.Note})
	}
	got := rowsOf(t, open(t), `SELECT id, deal, kind, party, "by", role, modality, epoch_ns("at"), epoch_ns(recorded), revision, ref, commitment, epoch_ns(until),
		source.publisher, source.url, source.published, note FROM read_parquet(?)`, path)
	require.Equal(t, want, got)
}

// DuckDB takes an instant that says it is in UTC for one of microseconds, and cuts it.
func TestDuckDBTakesInstantsForThoseOfNanoseconds(t *testing.T) {
	t.Parallel()
	path := written(t, func(f *os.File) error { return parquet.WriteEvents(f, sequence(story(t))) })
	types := map[string]string{}
	for _, row := range rowsOf(t, open(t), "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet(?))", path) {
		types[row[0]] = row[1]
	}
	for _, name := range []string{"at", "recorded", "until"} {
		require.Equal(t, "TIMESTAMP_NS", types[name], name)
	}
}

func TestDuckDBReadsTheSpellsWaitsAndPanelThatAreWritten(t *testing.T) {
	t.Parallel()
	var spells analytics.Spells
	waits := analytics.NewWaits(machineOf(t, uschina.London()))
	var cells []analytics.Cell
	l, db := logOf(t), open(t)
	for f, err := range l.Folds(context.Background(), official, 1) {
		require.NoError(t, err)
		for _, d := range f.Decisions {
			require.NoError(t, spells.Add(d))
			if f.Deal == uschina.London().ID {
				require.NoError(t, waits.Add(d))
			}
		}
	}
	first, last := l.Span()
	for b, err := range l.Backtests(context.Background(), official, 1) {
		require.NoError(t, err)
		cells = slices.AppendSeq(cells, analytics.Cells(b.Backtest, analytics.EachDay(first, last)))
	}
	path := written(t, func(f *os.File) error { return parquet.WriteSpells(f, spells.All(last)) })
	requireCells(t, spells.All(last), rowsOf(t, db, `SELECT deal, state, next, "by", epoch_ns("from"), epoch_ns("to"), seconds, censored, unseen FROM read_parquet(?)`, path))
	path = written(t, func(f *os.File) error { return parquet.WriteWaits(f, waits.All(last)) })
	requireCells(t, waits.All(last), rowsOf(t, db, `SELECT deal, party, approver, "by", epoch_ns("from"), epoch_ns("to"), seconds, censored FROM read_parquet(?)`, path))
	path = written(t, func(f *os.File) error { return parquet.WritePanel(f, slices.Values(cells)) })
	requireCells(t, slices.Values(cells), rowsOf(t, db, `SELECT deal, epoch_ns(date), policy, state, epoch_ns(since), days, awaiting FROM read_parquet(?)`, path))
}

func machineOf(t *testing.T, a dealstate.Agreement) *dealstate.Machine {
	t.Helper()
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	return m
}

// requireCells holds rows to the cells that CSV has, in which instants are made nanoseconds.
func requireCells[R analytics.Row](t *testing.T, want iter.Seq[R], got [][]string) {
	t.Helper()
	n := 0
	for row := range want {
		cells := row.Cells()
		for i, cell := range cells {
			if at, err := dealstate.ParseMoment(cell); err == nil && cell != "" {
				cells[i] = nanosOf(at)
			}
		}
		require.Less(t, n, len(got))
		require.Equal(t, cells, got[n])
		n++
	}
	require.Len(t, got, n)
	require.Positive(t, n)
}

func TestDuckDBReadsTheTransitionsAndSnapshotsThatAreWritten(t *testing.T) {
	t.Parallel()
	l, db, ctx := logOf(t), open(t), context.Background()
	path := written(t, func(f *os.File) error { return parquet.WriteTransitions(f, l.Transitions(ctx, official, 1)) })
	var want [][]string
	for tr, err := range l.Transitions(ctx, official, 1) {
		require.NoError(t, err)
		want = append(want, []string{tr.Deal, tr.Event, tr.Kind.String(), tr.Clock.String(), tr.Party, tr.Commitment, tr.Timer, nanosOf(tr.At), tr.Rule, string(tr.From), string(tr.To)})
	}
	require.Equal(t, want, rowsOf(t, db, `SELECT deal, event, kind, clock, party, commitment, timer, epoch_ns("at"), rule, "from", "to" FROM read_parquet(?)`, path))

	var snapshots []dealstate.Snapshot
	for f, err := range l.Folds(ctx, official, 1) {
		require.NoError(t, err)
		snapshots = append(snapshots, f.Snapshot)
	}
	path = written(t, func(f *os.File) error { return parquet.WriteSnapshots(f, sequence(snapshots)) })
	got := rowsOf(t, db, `SELECT deal, title, state, epoch_ns(since), "by", revision, awaiting, approved, epoch_ns(as_of), epoch_ns(known_by), policy, approval.verdict,
		approval.text, approval.have, approval.need, epoch_ns(in_force), next.clock, epoch_ns(next.due), warnings, CAST(snapshot AS VARCHAR) FROM read_parquet(?)`, path)
	require.Len(t, got, len(snapshots))
	for i, s := range snapshots {
		all, err := s.MarshalJSON()
		require.NoError(t, err)
		clock, due := "", ""
		if s.Next != nil {
			clock, due = s.Next.Clock.String(), nanosOf(s.Next.Due)
		}
		var warnings []string
		for _, w := range s.Warnings {
			warnings = append(warnings, w.Code.String())
		}
		require.Equal(t, []string{s.Deal, s.Title, string(s.State), nanosOf(s.Since), s.By, strconv.Itoa(s.Revision), strings.Join(s.Awaiting, " "), strings.Join(s.Approved, " "),
			nanosOf(s.AsOf), nanosOf(s.KnownBy), s.Policy, s.Approval.Verdict.String(), s.Approval.Text, strconv.FormatInt(s.Approval.Have, 10), strconv.FormatInt(s.Approval.Need, 10),
			nanosOf(s.InForce), clock, due, strings.Join(warnings, " "), string(all)}, got[i])
	}
}

// columns are how DuckDB is told to read the lines: as it likes, which makes instants of
// microseconds and dates of publication; to the nanosecond; or as texts.
var columns = map[string]string{
	"as it likes": "*",
	"nanoseconds": `* REPLACE (CAST("at" AS TIMESTAMP_NS) AS "at", CAST(recorded AS TIMESTAMP_NS) AS recorded)`,
	"texts":       `* REPLACE (strftime("at", '%Y-%m-%dT%H:%M:%SZ') AS "at", strftime(recorded, '%Y-%m-%dT%H:%M:%SZ') AS recorded)`,
	"dated":       `* EXCLUDE (recorded) REPLACE (CAST("at" AS DATE) AS "at")`,
}

func TestWhatDuckDBWritesIsReadInEveryForm(t *testing.T) {
	t.Parallel()
	db, dir := open(t), t.TempDir()
	lines := filepath.Join(dir, "events.jsonl")
	var plain []dealstate.Event
	for e, err := range uschina.Events() {
		require.NoError(t, err)
		plain = append(plain, e)
	}
	var text bytes.Buffer
	require.NoError(t, dealstate.WriteEvents(&text, sequence(plain)))
	require.NoError(t, os.WriteFile(lines, text.Bytes(), 0o600))
	for how, list := range columns {
		for _, options := range []string{"COMPRESSION snappy", "COMPRESSION zstd, PARQUET_VERSION v2", "COMPRESSION gzip", "COMPRESSION lz4_raw, ROW_GROUP_SIZE 2048", "COMPRESSION brotli", "COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1"} {
			path := filepath.Join(dir, "t.parquet")
			_, err := db.Exec(fmt.Sprintf("COPY (SELECT %s FROM read_json('%s')) TO '%s' (FORMAT parquet, %s)", list, lines, path, options))
			require.NoError(t, err)
			requireEvents(t, path, plain, how == "dated")
		}
	}
}

func requireEvents(t *testing.T, path string, want []dealstate.Event, dated bool) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	n := 0
	for e, err := range parquet.ReadEvents(bytes.NewReader(text), int64(len(text))) {
		require.NoError(t, err)
		w := want[n]
		if dated { // all that is left is the day: it is known by the end of it
			w.At = w.At.Truncate(24 * time.Hour)
			w.Recorded = w.At.Add(24*time.Hour - time.Second)
		}
		require.Equal(t, w, e)
		n++
	}
	require.Len(t, want, n)
}

// DuckDB's own files that the tests of package parquet read without DuckDB: nested source, ids
// that are no dictionary.
func TestTheCommittedFilesAreThoseOfDuckDB(t *testing.T) {
	t.Parallel()
	lines, err := filepath.Abs("../testdata/duckdb.jsonl")
	require.NoError(t, err)
	for name, of := range map[string]struct{ list, options string }{
		"duckdb_default.parquet": {"*", "COMPRESSION snappy"},
		"duckdb_v2.parquet":      {columns["nanoseconds"], "COMPRESSION zstd, PARQUET_VERSION v2"},
		"duckdb_plain.parquet":   {columns["texts"], "COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1"},
	} {
		committed := filepath.Join("../testdata", name)
		path := filepath.Join(t.TempDir(), name)
		if *update {
			path = committed
		}
		db := open(t, "SET threads = 1")
		_, err = db.Exec(fmt.Sprintf("COPY (SELECT %s FROM read_json('%s')) TO '%s' (FORMAT parquet, %s)", of.list, lines, path, of.options))
		require.NoError(t, err)
		require.Equal(t, rowsOf(t, db, fmt.Sprintf("SELECT CAST(t AS VARCHAR) FROM read_parquet('%s') AS t", path)),
			rowsOf(t, db, fmt.Sprintf("SELECT CAST(t AS VARCHAR) FROM read_parquet('%s') AS t", committed)), "with -update they are written anew")
	}
}

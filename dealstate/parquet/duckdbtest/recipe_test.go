package duckdbtest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/parquet"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// recipe is the statement of the README that makes a file of the lines.
func recipe(t *testing.T) string {
	t.Helper()
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(readme), "```sql\n")
	require.True(t, ok)
	statement, _, ok := strings.Cut(rest, ";")
	require.True(t, ok)
	doc, err := os.ReadFile("../doc.go")
	require.NoError(t, err)
	require.Contains(t, strings.ReplaceAll(string(doc), "//\t", ""), statement, "both say the same")
	return statement
}

// Lines whose texts look like something else, each a log of its own.
var oddLines = map[string]string{
	"a date alone beside an instant": `{"id":"1","deal":"d","kind":"note","at":"2025-06-01"}
{"id":"2","deal":"d","kind":"note","at":"2025-06-02","recorded":"2025-06-02"}
{"id":"3","deal":"d","kind":"note","at":"2025-06-02T10:00:00Z","recorded":"2025-06-03"}
{"id":"4","deal":"d","kind":"note","at":"2025-06-03T23:59:59.999999999Z"}`,
	"dates alone":           `{"id":"1","deal":"d","kind":"note","at":"2025-06-01","recorded":"2025-06-02"}`,
	"an end of a period":    `{"id":"1","deal":"d","kind":"extend","role":"instrument","at":"2025-06-01","until":"2026-06-01"}`,
	"zones":                 `{"id":"1","deal":"d","kind":"note","at":"2025-06-01T12:00:00+08:00","recorded":"2025-06-01T12:00:00-05:00"}`,
	"ids that are UUIDs":    `{"id":"3f2504e0-4f89-11d3-9a0c-0305e82c3301","deal":"3F2504E0-4F89-11D3-9A0C-0305E82C3301","kind":"note","at":"2025-06-01"}`,
	"ids that are dates":    `{"id":"2025-06-01","deal":"2025-06-01","kind":"note","at":"2025-06-01"}`,
	"ids that are numbers":  `{"id":"007","deal":"1e3","kind":"note","at":"2025-06-01"}`,
	"a note that is a date": `{"id":"1","deal":"d","kind":"note","at":"2025-06-01","note":"2025-06-01 10:00:00"}`,
	"nothing in a source":   `{"id":"1","deal":"d","kind":"note","at":"2025-06-01","source":{}}`,
	"a date of publication": `{"id":"1","deal":"d","kind":"note","at":"2025-06-01","source":{"publisher":"1","url":"https://example.org/","published":"2025-06-01"}}`,
	"a revision":            `{"id":"1","deal":"d","kind":"amend","role":"instrument","at":"2025-06-01","revision":3}`,
	"a schema":              `{"$schema":"https://example.org/event.json","id":"1","deal":"d","kind":"note","at":"2025-06-01"}`,
	"nulls":                 `{"id":"1","deal":"d","kind":"note","at":"2025-06-01","party":null,"source":null,"revision":null,"recorded":null}`,
}

func TestTheRecipeSaysWhatTheLinesSay(t *testing.T) {
	t.Parallel()
	db, statement := open(t), recipe(t)
	for name, lines := range oddLines {
		dir := t.TempDir()
		in, out := filepath.Join(dir, "events.jsonl"), filepath.Join(dir, "events.parquet")
		require.NoError(t, os.WriteFile(in, []byte(lines+"\n"), 0o600))
		_, err := db.Exec(strings.NewReplacer("events.jsonl", in, "events.parquet", out).Replace(statement))
		require.NoError(t, err, name)
		table, err := os.ReadFile(out)
		require.NoError(t, err)
		var want, got []dealstate.Event
		for e, err := range dealstate.ReadEvents(strings.NewReader(lines)) {
			require.NoError(t, err, name)
			want = append(want, e)
		}
		for e, err := range parquet.ReadEvents(bytes.NewReader(table), int64(len(table))) {
			require.NoError(t, err, name)
			got = append(got, e)
		}
		require.Equal(t, want, got, name)
	}
}

// DuckDB writes every word of an enumeration, however few of them the rows use.
func TestEnumerationsAreTexts(t *testing.T) {
	t.Parallel()
	db, out := open(t), filepath.Join(t.TempDir(), "events.parquet")
	for rows, options := range map[int]string{1: "FORMAT parquet", 3: "FORMAT parquet, PARQUET_VERSION v2", 2049: "FORMAT parquet, ROW_GROUP_SIZE 2048"} {
		_, err := db.Exec(fmt.Sprintf(`COPY (SELECT 'i' || range AS id, 'd'::ENUM('a', 'b', 'c', 'd', 'e') AS deal, 'note'::ENUM('negotiate', 'approve', 'no kind', 'note') AS kind,
			'2025-01-01'::ENUM('soon', '2025-01-01', '2025-02-01', 'later') AS "at", 'us'::ENUM('us', 'china', 'x', 'y') AS party FROM range(%d)) TO '%s' (%s)`, rows, out, options))
		require.NoError(t, err)
		table, err := os.ReadFile(out)
		require.NoError(t, err)
		n := 0
		for e, err := range parquet.ReadEvents(bytes.NewReader(table), int64(len(table))) {
			require.NoError(t, err)
			require.Equal(t, []string{"d", "note", "us"}, []string{e.Deal, e.Kind.String(), e.Party})
			n++
		}
		require.Equal(t, rows, n)
		l, err := parquet.ReadLog(context.Background(), bytes.NewReader(table), int64(len(table)), bulk.Template(machineOf(t, uschina.London())), bulk.Options{})
		require.NoError(t, err)
		require.Equal(t, []string{"d"}, l.Deals(), "and none of the other words")
		require.Equal(t, rows, int(l.Progress().Events))
	}
}

package parquet

import (
	"bytes"
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// The files are DuckDB's own, of the lines beside them: as it likes to write, with a nested
// source, dates of publication and instants of microseconds; in its second version, of
// nanoseconds; and without dictionaries, with instants as texts.
func TestFilesOfDuckDBComeToWhatTheirLinesComeTo(t *testing.T) {
	t.Parallel()
	lines, err := os.ReadFile("testdata/duckdb.jsonl")
	require.NoError(t, err)
	var want []dealstate.Event
	for e, err := range dealstate.ReadEvents(bytes.NewReader(lines)) {
		require.NoError(t, err)
		want = append(want, e)
	}
	a := realDeals(t)
	came := cameOf(t, 1, func(opt bulk.Options) (*bulk.Log, error) {
		return bulk.ReadLines(context.Background(), bytes.NewReader(lines), a, opt)
	})
	require.EqualValues(t, 1, came.progress.Duplicates)
	for name, kindOfAt := range map[string]kind{"duckdb_default": micros, "duckdb_v2": nanos, "duckdb_plain": text} {
		table, err := os.ReadFile("testdata/" + name + ".parquet")
		require.NoError(t, err)
		f, err := openFile(bytes.NewReader(table), int64(len(table)))
		require.NoError(t, err)
		require.Equal(t, kindOfAt, f.columns["at"].kind)
		require.Greater(t, f.columns["source.url"].levels, f.columns["id"].levels, "nested")
		require.False(t, idsAreWords(t, f), "DuckDB writes no dictionary of ids that hardly repeat")
		got, bad := eventsIn(t, table)
		require.Empty(t, bad)
		requireSameEvents(t, want, got)
		require.Equal(t, came, cameOf(t, 2, readTable(table, a)), name)
	}
}

func realDeals(t *testing.T) bulk.Agreements {
	t.Helper()
	var machines []*dealstate.Machine
	for _, a := range uschina.Agreements() {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		machines = append(machines, m)
	}
	return bulk.Catalogue(machines...)
}

// idsAreWords reports whether the ids are in a dictionary.
func idsAreWords(t *testing.T, f *file) bool {
	t.Helper()
	var p pages
	require.NoError(t, p.open(f, &f.groups[0], f.columns["id"]))
	page, ok, err := p.next()
	require.True(t, ok)
	require.NoError(t, err)
	return page.isWords()
}

package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

func runPipeline(t *testing.T, stdin string, typed bool, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(context.Background(), args, streams{in: strings.NewReader(stdin), out: &out, err: &err, typed: typed})
	return code, out.String(), err.String()
}

func generated(t *testing.T, n string) string {
	t.Helper()
	code, log, stderr := runPipeline(t, "", false, "-generate", n, "-seed", "7")
	require.Zero(t, code, stderr)
	return log
}

func TestWithoutALogItShowsWhatItCanDo(t *testing.T) {
	t.Parallel()
	for _, typed := range []bool{true, false} {
		code, stdout, _ := runPipeline(t, "", typed)
		require.Zero(t, code)
		require.Contains(t, stdout, "-generate 1000000")
		require.Contains(t, stdout, "implemented")
	}
}

func TestAGeneratedLogIsTheSameForTheSameSeedAndWellFormed(t *testing.T) {
	t.Parallel()
	log := generated(t, "3000")
	require.Equal(t, log, generated(t, "3000"))
	n := 0
	for _, err := range dealstate.ReadEvents(strings.NewReader(log)) {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 3000, n)
}

func TestEachOutputIsTheSameBytesWhateverTheWorkersAndTheOrder(t *testing.T) {
	t.Parallel()
	log := generated(t, "3000")
	for out, begins := range map[string]string{
		"spells":      "deal,state,",
		"panel":       "deal,date,policy,state",
		"transitions": "from,by,to,count",
		"xes":         "<?xml",
		"ocel":        `{"events":[`,
		"summary":     "29",
	} {
		code, one, stderr := runPipeline(t, log, false, "-out", out, "-workers", "1")
		require.Zero(t, code, stderr)
		require.True(t, strings.HasPrefix(one, begins), one[:min(80, len(one))])
		require.Contains(t, stderr, "events/s")
		_, two, _ := runPipeline(t, log, false, "-out", out, "-workers", "2")
		require.Equal(t, one, two)
	}
}

func TestABadLineStopsItUnlessSkipped(t *testing.T) {
	t.Parallel()
	log := generated(t, "100") + "{\n" + `{"id":"x"` + "\n"
	code, _, stderr := runPipeline(t, log, false, "-out", "summary")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "pipeline: line 101: json: the text ends too early")
	code, _, stderr = runPipeline(t, log, false, "-skip")
	require.Zero(t, code)
	require.Contains(t, stderr, "2 bad lines")
}

func TestWrongUseIsExplained(t *testing.T) {
	t.Parallel()
	for args, code := range map[string]int{
		"-policy hearsay": 2, "-out pdf": 2, "-asof soon": 2, "-every 0": 2, "-generate -1": 2, "-agreement missing.json": 2, "x": 2, "-help": 0,
	} {
		got, stdout, stderr := runPipeline(t, "", false, strings.Fields(args)...)
		require.Equal(t, code, got, args)
		require.NotEmpty(t, stderr)
		require.Empty(t, stdout)
	}
}

package benchguard_test

import (
	"bytes"
	"flag"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/benchguard"
)

var (
	measure = flag.Bool("measure", false, "measure the headline operations, and fail where one is slower than committed")
	update  = flag.Bool("update", false, "measure, and write the committed ratios anew")
)

const file = "testdata/ratios.txt"

// headline lists every operation that the README and BENCHMARKS.md boast of.
func headline(t testing.TB) []benchguard.Pair {
	var all []benchguard.Pair
	for _, pairs := range [][]benchguard.Pair{corePairs(t), bulkPairs(t), otherPairs(t)} {
		all = append(all, pairs...)
	}
	return all
}

func committed(t *testing.T) map[string]float64 {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	ratios, err := benchguard.ReadRatios(bytes.NewReader(text))
	require.NoError(t, err)
	return ratios
}

// Not parallel: it measures. One thread, for otherwise the garbage collector takes
// the idle ones, which is more or less work as other programs let it.
func TestHeadlineOperationsAreNoSlowerThanCommitted(t *testing.T) {
	if !*measure && !*update {
		t.Skip("measured only with -measure or -update")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var ratios map[string]float64
	if !*update {
		ratios = committed(t)
	}
	var results []benchguard.Result
	for _, p := range headline(t) {
		results = append(results, benchguard.Guard{Clock: benchguard.CPU}.Measure(p, ratios[p.Name]))
	}
	if *update {
		var text bytes.Buffer
		require.NoError(t, benchguard.WriteRatios(&text, results))
		require.NoError(t, os.WriteFile(file, text.Bytes(), 0o644))
		return
	}
	require.NoError(t, benchguard.WriteTable(os.Stdout, results))
	for _, r := range results {
		if r.Slower() {
			t.Errorf("%s: %.3g times its reference; want at most %.3g, which is %g times the committed %.3g", r.Name, r.Ratio, r.Limit(), benchguard.Slack, r.Committed)
		}
	}
}

func TestEveryHeadlineOperationHasACommittedRatio(t *testing.T) {
	t.Parallel()
	ratios := committed(t)
	for _, p := range headline(t) {
		require.Contains(t, ratios, p.Name, "run go test -count=1 ./dealstate/internal/benchguard -update")
		delete(ratios, p.Name)
	}
	require.Empty(t, ratios, "these are measured no longer; take them out of %s", file)
}

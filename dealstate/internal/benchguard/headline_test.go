package benchguard

import (
	"bytes"
	"flag"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	measure = flag.Bool("measure", false, "measure the headline operations, and fail where one is slower than committed")
	update  = flag.Bool("update", false, "measure, and write the committed ratios anew")
)

const file = "testdata/ratios.txt"

// headline lists every operation that the README and BENCHMARKS.md boast of.
func headline(t testing.TB) []pair {
	var all []pair
	for _, pairs := range [][]pair{corePairs(t), bulkPairs(t), journalPairs(t), otherPairs(t)} {
		all = append(all, pairs...)
	}
	return all
}

func committed(t *testing.T) map[string]float64 {
	ratios, err := readRatios(strings.NewReader(page(t, file)))
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
	var results []result
	for _, p := range headline(t) {
		results = append(results, guard{clock: cpu}.measure(p, ratios[p.Name]))
	}
	if *update {
		var text bytes.Buffer
		require.NoError(t, writeRatios(&text, results))
		require.NoError(t, os.WriteFile(file, text.Bytes(), 0o644))
		return
	}
	require.NoError(t, writeTable(os.Stdout, results))
	for _, r := range results {
		if r.Slower() {
			t.Errorf("%s: %.3g times its reference; want at most %.3g, which is %g times the committed %.3g", r.Name, r.Ratio, r.Limit(), slack, r.Committed)
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

var row = regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)`: .*\\| ([0-9.]+) \\|$")

func TestTheReadmeTellsTheCommittedRatios(t *testing.T) {
	t.Parallel()
	ratios := committed(t)
	rows := row.FindAllStringSubmatch(page(t, "../../../README.md"), -1)
	require.NotEmpty(t, rows)
	for _, m := range rows {
		told, err := strconv.ParseFloat(m[2], 64)
		require.NoError(t, err)
		require.InEpsilon(t, ratios[m[1]], told, 0.25, "the README says that %s takes %g times as long as its reference; mend it there", m[1], told)
	}
}

func TestBenchmarksPageSaysWhatEachPairIs(t *testing.T) {
	t.Parallel()
	text := page(t, "../../BENCHMARKS.md")
	for name := range committed(t) {
		require.Contains(t, text, "`"+name+"`")
	}
}

func page(t *testing.T, name string) string {
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}

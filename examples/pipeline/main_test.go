package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
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
	code, stdout, _ := runPipeline(t, "", true)
	require.Zero(t, code)
	require.Contains(t, stdout, "-generate 1000000")
	require.Contains(t, stdout, "implemented")
}

func TestAnEmptyLogIsNoReasonToShowAnother(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := runPipeline(t, "", false)
	require.Zero(t, code)
	require.Equal(t, "0 events of 0 deals under the policy strict; the state changed 0 times\n", stdout)
	require.Contains(t, stderr, "the log is empty; -generate 1000000 makes one")
	for _, out := range names(every) {
		for _, log := range []string{"", "\n\n", "x\n"} {
			code, stdout, stderr := runPipeline(t, log, false, "-out", out, "-skip")
			require.Zero(t, code)
			require.NotContains(t, stdout+stderr, "0001-01-01", out)
			require.Contains(t, stderr, "pipeline: no event was read, so there was nothing to measure; written in ", out)
		}
	}
	null, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer null.Close()
	require.False(t, isTerminal(null))
}

func TestACompressedLogIsToldFromABrokenOne(t *testing.T) {
	t.Parallel()
	code, _, stderr := runPipeline(t, "\x1f\x8b\x08\x00", false, "-skip")
	require.Equal(t, 1, code)
	require.Equal(t, "pipeline: standard input is compressed by gzip; pipe it through gunzip\n", stderr)
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
		"waits":       "deal,party,approver,by,from,to,seconds,censored",
		"party-waits": "party,approver,waits,approved,open,total_seconds,median_seconds",
		"lifetimes":   "deal,seconds,reached",
		"funnel":      "stage,deals,share,passed",
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
	require.Contains(t, stderr, "pipeline: the first bad line was line 101: json: the text ends too early")
}

func TestAWrongFlagIsToldInOneLine(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-nope"}, {"-workers", "x"}, {"-workers", "-3"}, {"-every", "0"}, {"-generate", "-1"}, {"-out", "x"}, {"-in", "x"},
		{"-policy", "x"}, {"-asof", "x"}, {"-known", "x"}, {"-agreement", "x"}, {"x"}} {
		code, stdout, stderr := runPipeline(t, "", false, args...)
		require.Equal(t, 2, code, args)
		require.Empty(t, stdout)
		require.Regexp(t, `^pipeline: .*\n$`, stderr)
	}
	code, _, stderr := runPipeline(t, "", false, "-h")
	require.Zero(t, code)
	require.Contains(t, stderr, "usage: pipeline")
}

// Who asks the spells how long an approval takes is told less than half the truth: a spell
// of awaiting ends when the other side approves, and who still waits does not count.
func TestTheMedianWaitIsNotThatOfTheSpellsOfAwaiting(t *testing.T) {
	t.Parallel()
	log := generated(t, "20000")
	column := func(out, name string, keep func(row map[string]string) bool) (all []float64) {
		_, text, _ := runPipeline(t, log, false, "-policy", "reported", "-out", out)
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		require.NoError(t, err)
		for _, cells := range rows[1:] {
			row := map[string]string{}
			for i, c := range rows[0] {
				row[c] = cells[i]
			}
			if keep(row) {
				x, err := strconv.ParseFloat(row[name], 64)
				require.NoError(t, err)
				all = append(all, analytics.Days(x))
			}
		}
		slices.Sort(all)
		return all
	}
	spells := column("spells", "seconds", func(row map[string]string) bool { return strings.HasPrefix(row["state"], "awaiting_") })
	require.InDelta(t, 1.05, spells[len(spells)/2], 0.05)
	for _, median := range column("party-waits", "median_seconds", func(map[string]string) bool { return true }) {
		require.InDelta(t, 2.4, median, 0.15)
	}
}

// interrupting ends the context once so many bytes were written.
type interrupting struct {
	stop context.CancelFunc
	left int
}

func (w *interrupting) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left <= 0 {
		w.stop()
	}
	return len(p), nil
}

func TestAnInterruptEndsWhateverIsUnderWayAndSaysSo(t *testing.T) {
	t.Parallel()
	log := generated(t, "3000")
	for _, args := range [][]string{{"-generate", "1000000000"}, {"-out", "xes"}, {"-out", "ocel"}, {"-out", "panel", "-every", "1"}} {
		ctx, stop := context.WithCancel(context.Background())
		var stderr bytes.Buffer
		code := run(ctx, args, streams{in: strings.NewReader(log), out: &interrupting{stop: stop, left: 1}, err: &stderr})
		require.Equal(t, 130, code, args)
		require.Contains(t, stderr.String(), "pipeline: interrupted; the output is not whole\n")
	}
}

func TestAnInterruptDoesNotWaitForInputThatNeverComes(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"lines", "csv"} {
		ctx, stop := context.WithCancel(context.Background())
		silent, feed := io.Pipe()
		ended := make(chan int)
		go func() {
			ended <- run(ctx, []string{"-in", in}, streams{in: silent, out: io.Discard, err: io.Discard})
		}()
		_, err := io.WriteString(feed, " ") // it reads
		require.NoError(t, err)
		stop()
		require.Equal(t, 130, <-ended)
		require.NoError(t, feed.Close())
	}
}

func TestTheViewEndsSpellsAndThePanel(t *testing.T) {
	t.Parallel()
	log := generated(t, "3000")
	for out, want := range map[string]string{"spells": ",2020-01-02T23:59:59.999999999Z,", "panel": ",2020-01-02,strict,"} {
		_, known, _ := runPipeline(t, log, false, "-out", out, "-every", "1", "-known", "2020-01-02")
		_, both, _ := runPipeline(t, log, false, "-out", out, "-every", "1", "-known", "2020-01-02", "-asof", "2020-01-02")
		require.Equal(t, both, known, "as of is known by, where it is left out")
		_, all, _ := runPipeline(t, log, false, "-out", out, "-every", "1")
		require.Less(t, len(known), len(all))
		require.Contains(t, known, want)
		require.NotContains(t, known, "2020-01-03T")
	}
}

const withADeadline = `{"id":"a","parties":[{"id":"us"},{"id":"china"}],"deadline":"2025-02-01T00:00:00Z"}`

func agreementFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "agreement.json")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

// A deal's deadline passes though nothing more is heard of it: the whole log is looked
// at from its end.
func TestAllDealsAreLookedAtFromOneInstant(t *testing.T) {
	t.Parallel()
	file := agreementFile(t, withADeadline)
	log := `{"id":"1","deal":"one","kind":"negotiate","role":"negotiator","at":"2025-01-01T00:00:00Z"}
{"id":"1","deal":"two","kind":"note","at":"2025-12-01T00:00:00Z"}
`
	for asOf, want := range map[string]string{
		"2025-01-15T00:00:00Z": "one,negotiated,,,2025-01-01T00:00:00Z,2025-01-15T00:00:00Z,1209600,true,false\r\n",
		"": "one,negotiated,lapsed,deadline,2025-01-01T00:00:00Z,2025-02-01T00:00:00Z,2678400,false,false\r\n" +
			"one,lapsed,,,2025-02-01T00:00:00Z,2025-12-01T00:00:00Z,26179200,true,false\r\n" +
			"two,negotiated,lapsed,deadline,2025-02-01T00:00:00Z,2025-02-01T00:00:00Z,0,false,true\r\n" +
			"two,lapsed,,,2025-02-01T00:00:00Z,2025-12-01T00:00:00Z,26179200,true,false\r\n",
	} {
		code, stdout, stderr := runPipeline(t, log, false, "-agreement", file, "-out", "spells", "-asof", asOf)
		require.Zero(t, code, stderr)
		_, rows, _ := strings.Cut(stdout, "\r\n")
		require.Equal(t, want, rows)
	}
}

// On a date of the panel all deals stand that are known and not over.
func TestThePanelsDatesAreTheSameForAllDeals(t *testing.T) {
	t.Parallel()
	log := `{"id":"1","deal":"one","kind":"negotiate","role":"negotiator","at":"2025-01-01T00:00:00Z"}
{"id":"1","deal":"two","kind":"negotiate","role":"negotiator","at":"2025-01-04T00:00:00Z"}
{"id":"2","deal":"two","kind":"terminate","role":"instrument","at":"2025-01-12T00:00:00Z"}
{"id":"1","deal":"three","kind":"note","at":"2025-03-05T00:00:00Z"}
`
	_, stdout, _ := runPipeline(t, log, false, "-agreement", agreementFile(t, withADeadline), "-out", "panel", "-every", "14")
	rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
	require.NoError(t, err)
	var got []string
	for _, row := range rows[1:] {
		got = append(got, row[0]+" "+row[1][:10]+" "+row[3])
	}
	require.Equal(t, []string{"one 2025-01-01 negotiated", "one 2025-01-15 negotiated", "one 2025-01-29 negotiated", "one 2025-02-12 lapsed", "one 2025-02-26 lapsed",
		"two 2025-01-15 terminated"}, got)
}

// asTable writes lines as CSV.
func asTable(t *testing.T, log string) string {
	t.Helper()
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	require.NoError(t, w.Write([]string{"source.url", "source.publisher", "source.published", "id", "deal", "kind", "party", "by", "role", "commitment", "ref", "at", "recorded"}))
	for e, err := range dealstate.ReadEvents(strings.NewReader(log)) {
		require.NoError(t, err)
		require.NoError(t, w.Write([]string{e.Source.URL, e.Source.Publisher, e.Source.Published, e.ID, e.Deal, e.Kind.String(), e.Party, e.By, e.Role.String(),
			e.Commitment, e.Ref, e.At.Format(time.RFC3339), e.Recorded.Format(time.RFC3339)}))
	}
	w.Flush()
	return out.String()
}

func TestATableComesToWhatItsLinesComeTo(t *testing.T) {
	t.Parallel()
	log := generated(t, "3000")
	for _, out := range []string{"summary", "spells", "ocel"} {
		code, want, stderr := runPipeline(t, log, false, "-out", out)
		require.Zero(t, code, stderr)
		code, got, stderr := runPipeline(t, asTable(t, log), false, "-in", "csv", "-out", out)
		require.Zero(t, code, stderr)
		require.Equal(t, want, got)
		require.Regexp(t, `^pipeline: 29\d\d events of \d+ deals, \d+ duplicates and 0 bad lines in .*: \d+ events/s, [1-9]\d* MB/s\npipeline: measured as of 20.* and written in .*\n$`, stderr)
	}
}

func TestATableWithoutRowsIsAnEmptyLogAndWithoutAHeaderNone(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := runPipeline(t, "id,deal,kind,at\n", false, "-in", "csv")
	require.Zero(t, code, stderr)
	require.Equal(t, "0 events of 0 deals under the policy strict; the state changed 0 times\n", stdout)
	for text, want := range map[string]string{
		"":                            "pipeline: line 1: csv: no header row; want one that names the columns, such as id,deal,kind,at\n",
		"id,deal,kind\n":              "pipeline: line 1: at: column missing; the header names id, deal, kind\n",
		"id,deal,kind,at\n1,d,note\n": "pipeline: line 2: csv: 3 cells; want 4, one for each column of the header\n",
	} {
		code, stdout, stderr = runPipeline(t, text, false, "-in", "csv")
		require.Equal(t, 1, code)
		require.Equal(t, want, stderr)
		require.Empty(t, stdout)
	}
}

func TestTheTwoFormsAreNotTakenForOneAnother(t *testing.T) {
	t.Parallel()
	log := generated(t, "10")
	for in, text := range map[string]string{"csv": log, "lines": asTable(t, log)} {
		code, stdout, stderr := runPipeline(t, text, false, "-in", in)
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "pipeline: line 1: ")
		require.Empty(t, stdout)
	}
}

func TestWrongUseIsExplained(t *testing.T) {
	t.Parallel()
	for args, code := range map[string]int{
		"-in xlsx": 2, "-in": 2, "-policy hearsay": 2, "-out pdf": 2, "-asof soon": 2, "-every 0": 2, "-generate -1": 2, "-agreement missing.json": 2, "x": 2, "-help": 0,
	} {
		got, stdout, stderr := runPipeline(t, "", false, strings.Fields(args)...)
		require.Equal(t, code, got, args)
		require.NotEmpty(t, stderr)
		require.Empty(t, stdout)
	}
}

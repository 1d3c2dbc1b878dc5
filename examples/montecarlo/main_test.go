package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func output(t *testing.T, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	require.Zero(t, run(context.Background(), args, &stdout, &stderr), stderr.String())
	require.Empty(t, stderr.String(), "progress is for terminals only")
	return stdout.String()
}

func TestTheReportHasEveryPart(t *testing.T) {
	t.Parallel()
	out := output(t, "-n", "5000")
	for _, want := range []string{
		"Known on 31 Oct 2025, policy official: awaiting_approvals, awaiting us and china; overdue of us-fentanyl-tariff-cut due end of 10 Nov 2025\n",
		"MODEL, from 2456 waits on record, 1856 of them ended\n",
		"  6 waits for a leader had ended by then: one of 14 days is assumed besides\n",
		"ODDS, from 5000 lives, with intervals of 95 %\n",
		"WHO HOLDS IT UP, by 20 Nov 2025\n",
		"WHEN IMPLEMENTED\n",
		"WHAT MOVES IT: implemented by 10 Nov 2025",
		"AND THEN: implemented by 10 Nov 2025 happened; said ",
	} {
		require.Contains(t, out, want)
	}
	require.Contains(t, out, "█")
}

func TestTheTableIsAlignedAndTheHistogramHasAScale(t *testing.T) {
	t.Parallel()
	out := output(t, "-n", "5000")
	_, table, _ := strings.Cut(out, "\n  state ")
	table, _, _ = strings.Cut(table, "\n\n")
	header, rows, _ := strings.Cut(table, "\n")
	for _, column := range []string{"has been in it by then", "is in it then"} {
		end := strings.Index("  state "+header, column) + len(column)
		for row := range strings.Lines(rows) {
			require.Equal(t, ")", row[end-1:end], "%q ends below its header", row)
		}
	}
	require.Contains(t, out, "A row is a day from the time shown; █ is 0.5 % of all lives")
	require.Contains(t, out, " …  none\n", "no dozen rows of nothing")
	require.NotContains(t, out, " \n", "no blank before a line's end")
	require.Contains(t, output(t, "-n", "2000", "-deal", "madrid", "-from", "2025-09-20", "-by", "2026-09-01"), "the record ends on 2 Jun 2026, too early to tell")
	require.Contains(t, output(t, "-n", "2000", "-deal", "mercosur", "-from", "2025-09-10", "-by", "2025-09-12"), "not by 15 Sep 2025: 100.0 %\n")
}

func TestWhatHadHappenedBeforeIsNotScored(t *testing.T) {
	t.Parallel()
	text := output(t, "-n", "1000", "-from", "2030-01-01", "-by", "2030-02-01")
	require.Contains(t, text, "AND THEN: it had been implemented before 1 Jan 2030 already, so there was nothing left to forecast\n")
	require.NotContains(t, text, "Brier")
}

func TestTheSeedDecidesAndTheWorkersDoNot(t *testing.T) {
	t.Parallel()
	one := output(t, "-n", "5000", "-seed", "3", "-workers", "1")
	require.Equal(t, one, output(t, "-n", "5000", "-seed", "3", "-workers", "2"))
	require.NotEqual(t, one, output(t, "-n", "5000", "-seed", "4"))
}

func TestEveryDealCanBeAskedAbout(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"-deal london -from 2025-06-20 -by 2025-07-04":                         "0 waits for a leader had ended by then: one of 14 days is assumed besides",
		"-deal stockholm -from 2025-08-01 -by 2025-08-12":                      "deadline due 12 Aug 2025",
		"-deal madrid -from 2025-09-20 -by 2025-10-20 -policy reported":        "policy reported",
		"-deal geneva -from 2025-05-12 -by 2025-06-01":                         "happened; said 100 %",
		"-deal us-china-london-2025 -from 2025-06-12T10:00:00Z -by 2025-08-01": "London framework",
		"-deal turnberry -from 2026-05-31 -by 2026-07-01":                      "a parliament had ended by then",
		"-deal india -from 2026-02-28 -by 2026-03-31":                          "did not happen",
		"-deal mercosur -from 2026-03-31 -by 2026-05-31":                       "the record ends on 8 May 2026, too early to tell",
	} {
		require.Contains(t, output(t, append(strings.Fields(args), "-n", "2000")...), want, args)
	}
}

func TestWrongFlagsExitWithTwoAndSayWhatIsRight(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"-deal paris":     `"paris" is unknown; want one of geneva, london, stockholm, madrid, busan, turnberry, india, mercosur`,
		"-n 0":            "-n: 0 is out of range",
		"-n x":            "invalid value",
		"-workers -1":     "-workers: -1 is negative",
		"-workers 5000":   "workers: 5000 is out of range",
		"-from yesterday": "-from: ",
		"-by 2025-02-30":  "-by: ",
		"-by 2025-10-01":  "-by: 1 Oct 2025 is not after -from, 31 Oct 2025",
		"-by 9000-01-01":  "-by: 1 Jan 9000 is more than 30 years after -from, 31 Oct 2025",
		"-policy rumour":  `"rumour" is unknown; want one of strict, official, reported`,
		"busan":           `"busan" is not a flag`,
		"-colour":         "flag provided but not defined",
		"-reliability x":  "-reliability: there is nothing to draw",
	} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, 2, run(context.Background(), strings.Fields(args), &stdout, &stderr), args)
		require.Contains(t, stderr.String(), want)
		require.Empty(t, stdout.String())
	}
}

func TestInterruptingExitsWithOne(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var stdout, stderr bytes.Buffer
	require.Equal(t, 1, run(ctx, nil, &stdout, &stderr))
	require.Contains(t, stderr.String(), "canceled")
	require.Empty(t, stdout.String())
}

func TestProgressIsShownOnTerminalsOnly(t *testing.T) {
	t.Parallel()
	require.Nil(t, progressOn(&bytes.Buffer{}))
	file, err := os.CreateTemp(t.TempDir(), "stderr")
	require.NoError(t, err)
	defer file.Close()
	require.Nil(t, progressOn(file))
}

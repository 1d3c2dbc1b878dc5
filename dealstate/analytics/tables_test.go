package analytics_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/dealtest"
)

// cells is a row for tests.
type cells []string

func (cells) Columns() []string { return []string{"a", "b"} }
func (c cells) Cells() []string { return c }

func writeCSV(t *testing.T, rows ...cells) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, analytics.WriteCSV(&b, slices.Values(rows)))
	return b.String()
}

func TestCSVCannotStartAFormula(t *testing.T) {
	t.Parallel()
	for _, evil := range []string{
		`=HYPERLINK("http://x","y")`, "=cmd|' /C calc'!A0", "+1+1", "-2+3+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\x00=1", "＝1+1", "＋1", "－1", "＠x",
		"-", "-1e5", "-1.", "-1.5.2", "--1",
	} {
		text := writeCSV(t, cells{evil, "x"})
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(rows[1][0], "'"), "%q", evil)
		want := strings.ReplaceAll("'"+evil, "\r\n", "\n")
		require.Equal(t, want, rows[1][0])
	}
}

// undo is what WriteCSV tells a program to do.
func undo(cell string) string {
	rest := strings.TrimLeft(cell, "'")
	if first, _ := utf8.DecodeRuneInString(rest); rest != "" && rest != cell && strings.ContainsRune("=+-@\t\r\n\x00＝＋－＠", first) {
		return cell[1:]
	}
	return cell
}

func TestCSVTextCanBeHadBack(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"=1", "'=1", "''=1", "-5", "'-5", "-x", "'-x", "'", "''", "'quoted", "it's", "'＝1", "", "@", "'@x"} {
		rows, err := csv.NewReader(strings.NewReader(writeCSV(t, cells{text, "x"}))).ReadAll()
		require.NoError(t, err)
		require.Equal(t, text, undo(rows[1][0]))
	}
}

func TestCSVLeavesNumbersAndPlainTextAlone(t *testing.T) {
	t.Parallel()
	for _, fine := range []string{"", "-3", "-3.5", "12", "0.25", "us", "習近平", "a=b", "x, y", `say "yes"`, "two\nlines", " padded ", "'quoted"} {
		rows, err := csv.NewReader(strings.NewReader(writeCSV(t, cells{fine, "x"}))).ReadAll()
		require.NoError(t, err)
		require.Equal(t, fine, rows[1][0])
	}
}

func TestCSVIsThatOfRFC4180(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a,b\r\n\"x,\"\"y\"\"\",\"1\n2\r3\"\r\n", writeCSV(t, cells{`x,"y"`, "1\n2\r3"}))
	require.Equal(t, "a,b\r\n", writeCSV(t))
}

var errFull = errors.New("disk full")

type fullDisk struct{ left int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.left -= len(p); d.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestAWritersErrorEndsTheWriting(t *testing.T) {
	t.Parallel()
	d := london(t, dealstate.Reported)
	endless := func(yield func(cells) bool) {
		for yield(cells{"a", "b"}) {
		}
	}
	require.ErrorIs(t, analytics.WriteCSV(&fullDisk{10_000}, endless), errFull)
	require.ErrorIs(t, analytics.WriteJSONLines(&fullDisk{10_000}, endless), errFull)
	n := 0
	forever := func(yield func(analytics.Case) bool) {
		for c := analytics.CaseOf(d); ; n++ {
			c.Deal = strings.Repeat("x", n+1)
			if !yield(c) {
				return
			}
		}
	}
	require.ErrorIs(t, analytics.WriteXES(&fullDisk{100_000}, forever), errFull)
	require.ErrorIs(t, analytics.WriteOCEL(&fullDisk{100_000}, forever), errFull)
	require.ErrorIs(t, analytics.WritePNML(&fullDisk{10}, "x", d.Machine().Lifecycle()), errFull)
}

// Every row has as many cells as columns, and as JSON the columns as keys.
func TestRowsFitTheirColumns(t *testing.T) {
	t.Parallel()
	f := newFolds(t)
	all := deals(t, dealtest.Dirty, 10, 25)
	f.addDeals(t, all)
	waits := analytics.NewWaits(all[0].Machine())
	for d := range all[0].Decisions() {
		require.NoError(t, waits.Add(d))
	}
	curve, err := analytics.KaplanMeier(mercaptopurine)
	require.NoError(t, err)
	band, err := curve.Band(0.95, analytics.Linear)
	require.NoError(t, err)
	test, err := analytics.LogRank(mercaptopurine, placebo)
	require.NoError(t, err)
	fits(t, f.spells.All(time.Time{}))
	fits(t, f.transitions.All())
	fits(t, f.variants.All())
	fits(t, slices.Values(f.lifetimes.Observe(time.Time{})))
	fits(t, f.funnel.All())
	fits(t, f.incidents.All())
	fits(t, f.incidents.Counts())
	fits(t, f.conformance.Deviations())
	fits(t, f.conformance.Deals())
	fits(t, f.conformance.Hotspots())
	fits(t, f.lags.All())
	fits(t, f.changes.All())
	fits(t, waits.All(time.Time{}))
	fits(t, waits.ByParty(time.Time{}))
	fits(t, slices.Values(curve))
	fits(t, slices.Values(band))
	fits(t, slices.Values([]analytics.LogRankTest{test}))
	forecasts := []analytics.Forecast{{Group: "a", P: 0.3}, {Group: "b", P: 0.8, Happened: true}}
	score, err := analytics.ScoreForecasts(forecasts, analytics.Bootstrap{})
	require.NoError(t, err)
	fits(t, slices.Values([]analytics.Score{score}))
	bins, err := analytics.Reliability(forecasts, 10, 0.95)
	require.NoError(t, err)
	fits(t, slices.Values(bins))
	fits(t, analytics.Panel(slices.Values(all[:3]), analytics.EachDay(at("2025-06-09T00:00:00Z"), at("2025-07-20T00:00:00Z")), dealstate.Policy{}))
}

func fits[R analytics.Row](t *testing.T, rows func(func(R) bool)) {
	t.Helper()
	n := 0
	for row := range rows {
		n++
		require.Len(t, row.Cells(), len(row.Columns()), "%T", row)
		text, err := json.Marshal(row)
		require.NoError(t, err)
		require.NotContains(t, string(text), "+00:00")
		var back R
		require.NoError(t, json.Unmarshal(text, &back), "%T", row)
		again, err := json.Marshal(back)
		require.NoError(t, err)
		require.Equal(t, string(text), string(again))
	}
	require.Positive(t, n)
}

package analytics_test

import (
	"bytes"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/dealtest"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
)

// The panels as one fold a cell makes them, and cell by cell.
func foldedCells(all []*dealstate.Deal, dates []time.Time, p dealstate.Policy) iter.Seq[foldedCell] {
	return func(yield func(foldedCell) bool) {
		for _, d := range all {
			for _, date := range dates {
				if !yield(foldedCell{analytics.CellAt(d, date, p)}) {
					return
				}
			}
		}
	}
}

// foldedCell is a cell that is written by its Cells, as any other row is.
type foldedCell struct{ analytics.Cell }

func foldedBalances(all []*dealstate.Deal, dates []time.Time, p dealstate.Policy) iter.Seq[analytics.Balance] {
	return func(yield func(analytics.Balance) bool) {
		for _, d := range all {
			for _, date := range dates {
				snap, decisions := d.Replay(dealstate.View{AsOf: date, KnownBy: date, Policy: p})
				if !slices.ContainsFunc(decisions, func(d dealstate.Decision) bool { return d.Outcome == dealstate.Applied && !d.Kind.OfLog() }) {
					continue
				}
				for _, of := range snap.Balances() {
					row := analytics.Balance{Deal: snap.Deal, Date: snap.AsOf, Policy: snap.Policy, Party: of.Party, Performed: of.Performed, Of: of.Of}
					for _, c := range snap.Commitments {
						if c.Party == of.Party {
							row.Overdue, row.Breached, row.Suspended = row.Overdue+one(!c.Overdue.IsZero()), row.Breached+one(!c.Breached.IsZero()), row.Suspended+one(c.Suspended)
						}
					}
					if !yield(row) {
						return
					}
				}
			}
		}
	}
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// dirtyDeals are of agreements of all sorts, with late reports, retracts, duplicates that
// come as recorded earlier, clocks and ties.
func dirtyDeals(t *testing.T, seed uint64) (all []*dealstate.Deal) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 2))
	for i, a := range slices.Concat(dirtylog.Standard, dirtylog.Intricate) {
		log := dirtylog.Log(rng, a, a.ID, 4+rng.IntN(16), dirtylog.Kinds)
		if i%3 == 0 {
			var err error
			log, err = dealtest.Log(a, dealtest.Adversarial, seed, 12)
			require.NoError(t, err)
		}
		for _, e := range log[:len(log)/4] {
			e.Recorded = dirtylog.Recorded(e).Add(-time.Duration(rng.IntN(200)) * time.Hour)
			if e.Recorded.Year() > 0 {
				log = append(log, e)
			}
		}
		d, err := load(a, dirtylog.Pick(rng, dealstate.Policies()), log)
		require.NoError(t, err)
		all = append(all, d)
	}
	return all
}

func TestThePanelsAreByteForByteWhatAFoldACellGives(t *testing.T) {
	t.Parallel()
	days := analytics.EachDay(dirtylog.OnDay(-5), dirtylog.OnDay(30))
	odd := []time.Time{dirtylog.OnDay(9), dirtylog.OnDay(3).Add(time.Hour), dirtylog.OnDay(9), at("0001-01-01T00:00:01Z"), at("2030-12-31T00:00:00Z"), dirtylog.OnDay(12).In(time.FixedZone("", 7200))}
	for seed := range uint64(2) {
		all := dirtyDeals(t, seed)
		for _, dates := range [][]time.Time{days, odd, append(slices.Clone(odd), time.Time{}), nil} {
			for _, p := range []dealstate.Policy{{}, dealstate.Reported}[:len(dates)/len(days)+1] {
				var want, got bytes.Buffer
				require.NoError(t, table(&want, foldedCells(all, dates, p)))
				require.NoError(t, table(&got, analytics.Panel(slices.Values(all), dates, p)))
				require.Equal(t, want.String(), got.String())
				want.Reset()
				got.Reset()
				require.NoError(t, table(&want, foldedBalances(all, dates, p)))
				require.NoError(t, table(&got, analytics.BalancePanel(slices.Values(all), dates, p)))
				require.Equal(t, want.String(), got.String())
			}
		}
	}
}

// A deal recorded on meanwhile does not reach a backtest that is under way.
func TestABacktestHoldsTheLogOfItsMaking(t *testing.T) {
	t.Parallel()
	d := london(t, dealstate.Official)
	days := analytics.EachDay(at("2025-06-10T00:00:00Z"), at("2025-12-01T00:00:00Z"))
	want := slices.Collect(analytics.Panel(slices.Values([]*dealstate.Deal{d}), days, dealstate.Policy{}))
	b := d.Backtest(dealstate.Policy{})
	for _, e := range []dealstate.Event{act(dealstate.Terminate, "", "2025-11-01T00:00:00Z"), act(dealstate.Note, "", "2025-06-11T00:00:00Z")} {
		e.ID, e.Deal, e.Role = "later-"+e.Kind.String(), d.Machine().Deal(), dealstate.Instrument
		_, err := d.Record(e)
		require.NoError(t, err)
	}
	require.Equal(t, want, slices.Collect(analytics.Cells(b, days)))
}

// A hundred times the dates cost a few words more: what is carried is not folded.
func TestACellThatNothingCanHaveChangedIsNotFolded(t *testing.T) {
	d := london(t, dealstate.Official)
	weeks := func(n int) []time.Time {
		var dates []time.Time
		for i := range n {
			dates = append(dates, at("2026-01-01T00:00:00Z").AddDate(0, 0, 7*i))
		}
		return dates
	}
	panel := func(dates []time.Time) func() {
		return func() {
			for range analytics.Panel(slices.Values([]*dealstate.Deal{d}), dates, dealstate.Policy{}) {
			}
		}
	}
	require.LessOrEqual(t, testing.AllocsPerRun(10, panel(weeks(500))), testing.AllocsPerRun(10, panel(weeks(5)))+2)
}

func TestACellIsWrittenAsItsCellsAre(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(4, 2))
	texts := []string{"", "london", "=1+1", "a,b", "say \"no\"", "'", "-3.5", " ", "two words", "end ", "\xff", "ü", "1", "a\nb", "@"}
	instants := []time.Time{{}, at("2025-06-30T00:00:00Z"), at("2025-06-30T23:59:59.999999999Z"), at("2025-06-30T23:59:59.999999999+02:00"), at("2025-06-30T23:59:59Z"),
		at("0001-01-01T23:59:59.999999999Z"), at("9999-12-31T23:59:59.999999999Z"), at("1969-12-31T23:59:59.999999999Z"), at("2025-06-30T12:00:00.5Z")}
	var cells []analytics.Cell
	for range 4000 {
		c := analytics.Cell{Deal: dirtylog.Pick(rng, texts), Policy: dirtylog.Pick(rng, texts), State: dealstate.State(dirtylog.Pick(rng, texts)),
			Date: dirtylog.Pick(rng, instants), Since: dirtylog.Pick(rng, instants), Days: rng.IntN(2000) - 5}
		for range rng.IntN(3) {
			c.Awaiting = append(c.Awaiting, dirtylog.Pick(rng, texts))
		}
		cells = append(cells, c)
		if c.Days++; rng.IntN(2) == 0 {
			cells = append(cells, c)
		}
	}
	var want, got bytes.Buffer
	require.NoError(t, analytics.WriteCSV(&got, slices.Values(cells)))
	require.NoError(t, analytics.WriteCSV(&want, func(yield func(foldedCell) bool) {
		for _, c := range cells {
			if !yield(foldedCell{c}) {
				return
			}
		}
	}))
	require.Equal(t, want.String(), got.String())
}

// textRow is a row of one cell.
type textRow string

func (textRow) Columns() []string { return []string{"text"} }
func (r textRow) Cells() []string { return []string{string(r)} }

// What is written as it is needs neither quotes nor a mark, whatever its first two bytes
// and its last one.
func TestOnlyAPlainTextIsWrittenAsItIs(t *testing.T) {
	t.Parallel()
	for a := range 128 {
		for b := range 128 {
			for _, text := range []string{string([]byte{byte(a)}), string([]byte{byte(a), byte(b)}), string([]byte{'x', byte(a), byte(b)})} {
				var out bytes.Buffer
				require.NoError(t, analytics.WriteCSV(&out, slices.Values([]textRow{textRow(text)})))
				if text[0] == '-' || text[0] == '\'' {
					continue // a number, and a mark: [FuzzTextFromOutside]
				}
				special := strings.ContainsAny(text, ",\"\r\n") || strings.TrimSpace(text) != text || strings.ContainsAny(text[:1], "=+@\x00")
				require.Equal(t, special, out.String() != "text\r\n"+text+"\r\n", "%q", text)
			}
		}
	}
}

package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
)

var update = flag.Bool("update", false, "draw the committed picture anew")

func loaded(t *testing.T) *record {
	t.Helper()
	r, err := loadRecord(dealstate.Official)
	require.NoError(t, err)
	return r
}

func on(t *testing.T, day string) time.Time {
	t.Helper()
	at, err := dealstate.ParseMoment(day)
	require.NoError(t, err)
	return at
}

// knownBy is the record as it would have been, had it been read then: nothing recorded later
// is in it.
func (r *record) knownBy(t *testing.T, then time.Time) *record {
	t.Helper()
	cut := &record{policy: r.policy}
	for _, d := range r.deals {
		var known []dealstate.Event
		for e := range d.log.Events() {
			if !e.Recorded.After(then) {
				known = append(known, e)
			}
		}
		one := d
		one.log = d.log.Machine().NewDeal(r.policy)
		for _, e := range known {
			_, err := one.log.Record(e)
			require.NoError(t, err)
		}
		cut.deals = append(cut.deals, one)
	}
	for _, tr := range r.treaties {
		tr.acts = slices.DeleteFunc(slices.Clone(tr.acts), func(a act) bool { return a.recorded.After(then) })
		for i := range tr.acts {
			if tr.acts[i].voided.After(then) {
				tr.acts[i].voided = time.Time{}
			}
		}
		cut.treaties = append(cut.treaties, tr)
	}
	return cut
}

// Law 3, for forecasts: what is learned at an origin is what would have been learned, had the
// record ended there.
func TestNoForecastLooksAhead(t *testing.T) {
	t.Parallel()
	r := loaded(t)
	for _, day := range []string{"1992-01-01", "2016-10-06", "2020-08-01", "2025-06-25", "2025-08-11", "2026-02-03", "2026-03-18", "2026-05-01"} {
		origin := on(t, day)
		require.Equal(t, r.knownBy(t, origin).waits(origin), r.waits(origin), day)
	}
}

func TestTheKindOfAnApproverIsInItsName(t *testing.T) {
	t.Parallel()
	r, got := loaded(t), map[string][]string{}
	for _, d := range r.deals {
		for _, p := range d.asks.Parties {
			if class := classOf(p); !slices.Contains(got[class], p.Voice()) {
				got[class] = append(got[class], p.Voice())
			}
		}
	}
	require.Equal(t, map[string][]string{
		leader:     {"Trump", "Xi", "Modi"},
		parliament: {"European Parliament", "National Congress of Argentina", "National Congress of Brazil", "National Congress of Paraguay", "General Assembly of Uruguay"},
		council:    {"Council of the European Union"},
	}, got)
	require.Equal(t, state, classOf(dealstate.Party{ID: "canada"}), "no approver is named")
}

// Canada left the Kyoto Protocol, and had waited from its opening to its ratification; the
// United States never ratified, and waits to the end of the record. Ireland rejected the
// Treaty of Lisbon, and then waited anew.
func TestWaitsOfTreatiesBeginWithTheirOpening(t *testing.T) {
	t.Parallel()
	r, waits := loaded(t), map[string][]string{}
	all := r.waits(on(t, "2026-06-30"))
	for _, w := range all {
		end := "open"
		if w.Ended() {
			end = w.End.String()
		}
		k := w.Deal + " " + w.Party
		waits[k] = append(waits[k], w.From.Format(time.DateOnly)+" "+w.To.Format(time.DateOnly)+" "+end)
	}
	require.Equal(t, []string{"1998-03-16 2002-12-17 approve"}, waits["kyoto canada"])
	require.Equal(t, []string{"1998-03-16 2013-03-25 open"}, waits["kyoto united-states"])
	require.Equal(t, []string{"2007-12-13 2008-06-12 reject", "2008-06-12 2009-10-23 approve"}, waits["lisbon ireland"])
	require.Empty(t, waits["bbnj deposit-01"], "stand-ins say nothing")
	require.Greater(t, len(ofClass(all, state)), 2000)
}

// Who never joined counts among those who might have: only states that had acted on some
// treaty are known.
func TestStatesThatNeverJoinedAreAskedAbout(t *testing.T) {
	t.Parallel()
	r := loaded(t)
	require.NotContains(t, statesKnown(r.treaties, on(t, "1970-01-01")), "montenegro")
	require.Contains(t, statesKnown(r.treaties, on(t, "2010-01-01")), "montenegro")
	p, err := r.deposits()
	require.NoError(t, err)
	never := 0
	first, _ := r.joined()
	for _, w := range r.waits(on(t, "2026-06-30")) {
		if w.Class == state && !w.Ended() {
			if _, joined := first[[2]string{w.Deal, w.Party}]; !joined {
				never++
			}
		}
	}
	require.Greater(t, never, 300)
	require.Greater(t, len(p.questions), 10_000)
}

func TestTheBaseRateCountsAnsweredQuestionsOnly(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2025, 1, n, 0, 0, 0, 0, time.UTC) }
	p := panel{questions: []question{
		{origin: day(20), until: day(30), answered: day(30)},
		{origin: day(1), until: day(10), answered: day(12), happened: true}, // known two days later
		{origin: day(11), until: day(15), answered: day(15)},
		{origin: day(12), until: day(25), answered: day(25), happened: true},
		{origin: day(15), until: day(25), answered: day(25)},
	}}
	p.rate()
	var rates []float64
	for _, q := range p.questions {
		rates = append(rates, q.p[byRate])
		require.InDelta(t, 0.5, q.p[byHalf], 0)
	}
	require.Equal(t, []float64{0.5, 0.5, 0.75, 0.5, 0.5}, rates)
}

func TestAModelOfFewWaitsNeverSaysNever(t *testing.T) {
	t.Parallel()
	p := simulate.Party{Wait: simulate.Fixed(10 * simulate.Day)}
	require.InDelta(t, 1.5/2, within(p, 5*simulate.Day, month, 1), 1e-12, "it will, on the word of one wait")
	require.InDelta(t, 0.5/2, within(p, 5*simulate.Day, wholeDay, 1), 1e-12)
	require.InDelta(t, 0.5/101, within(p, 5*simulate.Day, wholeDay, 100), 1e-12)
	require.InDelta(t, 0.5, within(p, 5*simulate.Day, wholeDay, 0), 1e-12, "nothing is known")
}

// The six questions on which forecasts were first scored, as they were and as they are. Few
// as they are, they show what to expect: better than before, and worse than one half.
func TestTheFirstQuestionsAreAnsweredBetterThanOnceAndStillBadly(t *testing.T) {
	t.Parallel()
	p, err := loaded(t).firstQuestions(context.Background(), 1)
	require.NoError(t, err)
	for method, want := range map[int]float64{asOnce: 0.613, byModel: 0.562, byHalf: 0.25} {
		s, err := analytics.ScoreForecasts(p.forecasts(method), analytics.Bootstrap{})
		require.NoError(t, err)
		require.InDelta(t, want, s.Brier.Value, 0.003, methodNames[method])
	}
}

func TestTheScoresSayPlainlyThatTheForecastsDoNotBeatTheBaseRate(t *testing.T) {
	t.Parallel()
	picture := filepath.Join(t.TempDir(), "reliability.svg")
	out := output(t, "-scores", "-reliability", picture)
	for _, want := range []string{
		"  leader                         6      9      2     13 days            instrument 5, approver 3, government 1\n",
		"  state                          18     1849   ",
		"\nwill the approver have approved within 30 days?\n",
		"\nwill the state have deposited within a year?\n",
		"\nwill the deal have been implemented within 30 days?\n",
		"    one half       0.250 (0.250 to 0.250)  0.693 (0.693 to 0.693)\n",
		"\nIN SHORT\n  The forecasts do not beat the base rate:",
	} {
		require.Contains(t, out, want)
	}
	require.NotContains(t, out, "The model beats the base rate")
	svg, err := os.ReadFile(picture)
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile("reliability.svg", svg, 0o644))
	}
	committed, err := os.ReadFile("reliability.svg")
	require.NoError(t, err)
	require.True(t, bytes.Equal(committed, svg), "reliability.svg differs; run go test ./examples/montecarlo -update and look at it")
	if os.Getenv("DEALSTATE_PROOF") == "1" {
		require.Equal(t, out, output(t, "-scores", "-workers", "1"), "the seed decides, and nothing else")
	}
	require.NotContains(t, strings.ToLower(out), "nan")
}

// BENCHMARKS.md quotes the scores.
func TestTheScoresAreThoseOfTheBenchmarksPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../dealstate/BENCHMARKS.md")
	require.NoError(t, err)
	panels, err := loaded(t).panels(context.Background(), 1)
	require.NoError(t, err)
	for _, p := range panels {
		row := fmt.Sprintf("| %s | %d of %d |", p.title, len(p.questions), p.groups())
		for _, method := range []int{asOnce, byModel, byRate} {
			cell := " – |"
			if p.has[method] {
				s, err := analytics.ScoreForecasts(p.forecasts(method), analytics.Bootstrap{Seed: 1})
				require.NoError(t, err)
				cell = fmt.Sprintf(" %.3f, %.3f |", s.Brier.Value, s.Log.Value)
			}
			row += cell
		}
		g, err := analytics.CompareForecasts(p.forecasts(byModel), p.forecasts(byRate), analytics.Bootstrap{Seed: 1})
		require.NoError(t, err)
		row += fmt.Sprintf(" %s |", g.Brier)
		require.Contains(t, string(page), row+"\n")
	}
}

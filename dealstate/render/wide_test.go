package render_test

import (
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/render"
	"github.com/stretchr/testify/require"
)

// Alliances last for centuries; a time.Duration ends at 292 years.

func year(n int) time.Time { return time.Date(n, 1, 1, 0, 0, 0, 0, time.UTC) }

// alliance changes its state every hundred years, from 1400 to 2000.
func alliance(t testing.TB) render.Replay {
	a := dealstate.Agreement{ID: "alliance", Title: "An alliance of six centuries", Parties: []dealstate.Party{{ID: "pt", Name: "葡萄牙"}, {ID: "gb", Name: "英国"}}}
	var events []dealstate.Event
	for i, act := range []struct {
		kind  dealstate.Kind
		party string
	}{{dealstate.Negotiate, ""}, {dealstate.Approve, "pt"}, {dealstate.Approve, "gb"}, {dealstate.Implement, ""}, {dealstate.Suspend, ""}, {dealstate.Resume, ""}, {dealstate.Terminate, ""}} {
		events = append(events, dealstate.Event{ID: fmt.Sprint("e", i), Deal: "alliance", Kind: act.kind, Party: act.party, Role: dealstate.Instrument, At: year(1400 + 100*i)})
	}
	return replays(t, a, events, year(2000))[0]
}

func TestCenturiesStandApartOnTheTimeline(t *testing.T) {
	t.Parallel()
	svg := draw(t, render.Timeline{Replays: []render.Replay{alliance(t)}}.SVG)
	var left []float64
	for _, m := range regexp.MustCompile(`<rect x="([0-9.]+)"[^>]*class="hue [a-z]+"><title>`).FindAllStringSubmatch(svg, -1)[:6] {
		x, err := strconv.ParseFloat(m[1], 64)
		require.NoError(t, err)
		left = append(left, x)
	}
	for i := 1; i < len(left)-1; i++ {
		require.InDelta(t, left[1]-left[0], left[i+1]-left[i], .3, "a century is a century: %v", left)
	}
	for _, label := range []string{">1400<", ">1800<", ">1900<", ">2000<"} {
		require.Contains(t, svg, label)
	}
}

func TestTheTextTimelineShowsEveryCentury(t *testing.T) {
	t.Parallel()
	text := draw(t, func(w io.Writer) error {
		return render.Timeline{Replays: []render.Replay{alliance(t)}}.Text(w, render.Plain)
	})
	bar := regexp.MustCompile(`(?m)^strict +([a-z]+)$`).FindStringSubmatch(text)
	require.NotNil(t, bar, text)
	lengths := map[rune]int{}
	for _, letter := range bar[1] {
		lengths[letter]++
	}
	for letter, want := range map[rune]int{'a': 9, 'b': 9, 'c': 9, 'd': 18, 'e': 9, 'f': 1} { // d: implemented, before and after the suspension
		require.InDelta(t, want, lengths[letter], 1, "%c in %s", letter, text)
	}
}

func TestAChartOfDatesReachesOverCenturies(t *testing.T) {
	t.Parallel()
	svg := draw(t, render.Chart{Start: year(1400), Series: []render.Series{{Name: "in force", Points: []render.Point{{X: 0, Y: 1}, {X: 219_145, Y: .5}}}}}.SVG)
	require.Contains(t, svg, "to 50% at 1 Jan 2000.")
	require.Contains(t, svg, ">1900<")
}

func TestSpansOfAnyLengthAreDrawn(t *testing.T) {
	t.Parallel()
	s := alliance(t)
	far := time.Date(20_000, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, tl := range []render.Timeline{{From: year(1), To: year(9999)}, {From: year(-40_000), To: far}, {From: time.Unix(math.MinInt64, 0), To: time.Unix(math.MaxInt64, 0)}, {From: far}, {To: year(1)}} {
		tl.Replays = []render.Replay{s}
		svg := draw(t, tl.SVG)
		requireInertSVG(t, svg)
		require.NotContains(t, svg, "NaN")
		draw(t, func(w io.Writer) error { return tl.Text(w, render.Plain) })
	}
	for _, c := range []render.Chart{{Start: year(1)}, {Start: far}, {Start: time.Unix(math.MaxInt64, 0)}} {
		c.Series = []render.Series{{Points: []render.Point{{X: -1e14, Y: 0}, {X: 1e14, Y: 1}}}}
		requireInertSVG(t, draw(t, c.SVG))
	}
}

// Before, a width of NaN never came back.
func TestEveryWidthIsDrawn(t *testing.T) {
	t.Parallel()
	replays := frameworkStories(t)
	want := map[float64]string{0: `width="800"`, math.NaN(): `width="800"`, math.Inf(1): `width="4000"`, math.Inf(-1): `width="320"`, -1: `width="320"`,
		1e308: `width="4000"`, math.SmallestNonzeroFloat64: `width="320"`, 500: `width="500"`}
	for width, attribute := range want {
		require.Contains(t, draw(t, render.Timeline{Replays: replays, Width: width}.SVG), attribute)
		require.Contains(t, draw(t, render.Timeline{Width: width}.SVG), attribute)
		c := survival()
		c.Width = width
		require.Contains(t, draw(t, c.SVG), attribute)
	}
}

func TestABoundOfAChartThatIsNoNumberIsAsIfLeftOut(t *testing.T) {
	t.Parallel()
	want := draw(t, survival().SVG)
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e308} {
		for _, bounds := range [][2]float64{{bad, 1}, {.2, bad}, {bad, bad}} {
			c := survival()
			c.Low, c.High = bounds[0], bounds[1]
			require.Equal(t, want, draw(t, c.SVG))
		}
	}
}

func TestAReplayWithoutAMachineIsAnErrorThatNamesIt(t *testing.T) {
	t.Parallel()
	good := frameworkStories(t)[0]
	_, told := render.ReplayOfEvents(nil, nil, dealstate.View{})
	text := func(s ...render.Replay) error { return render.Timeline{Replays: s}.Text(io.Discard, render.Plain) }
	for field, err := range map[string]error{
		"replays[0].machine":     render.DealPage{Replays: []render.Replay{{}}}.HTML(io.Discard),
		"replays[1].machine":     render.DealPage{Replays: []render.Replay{good, {}}}.HTML(io.Discard),
		"replays[2].machine":     render.Timeline{Replays: []render.Replay{good, good, {}}}.SVG(io.Discard),
		"replays[3].machine":     text(good, good, good, render.Replay{}),
		"rows[1].replay.machine": render.Board{Rows: []render.BoardRow{{Replay: good}, {}}}.HTML(io.Discard),
		"machine":                told,
	} {
		var wrong *dealstate.FieldError
		require.ErrorAs(t, err, &wrong, field)
		require.Equal(t, field, wrong.Field)
		require.Contains(t, wrong.Problem, "want")
	}
	for _, d := range []render.Diagram{{}, render.Rules(nil), render.Replay{}.Diagram(), render.Rules(nil).InPage("x")} {
		for _, write := range []func(io.Writer) error{d.SVG, d.Mermaid, d.DOT} {
			var out strings.Builder
			var wrong *dealstate.FieldError
			require.ErrorAs(t, write(&out), &wrong)
			require.Empty(t, out.String())
		}
	}
}

func TestZeroValuesAreDrawnOrRefused(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(framework())
	require.NoError(t, err)
	for _, s := range []render.Replay{{Machine: m}, {Machine: m, Decisions: make([]dealstate.Decision, 2)}, {Machine: m, Events: make([]dealstate.Event, 2)},
		{Machine: m, Snapshot: dealstate.Snapshot{AsOf: on(time.June, 1), Next: &dealstate.ClockStatus{}, Parties: make([]dealstate.PartyStatus, 2), Warnings: make([]dealstate.Reason, 1)}}} {
		for _, svg := range svgs(t, []render.Replay{s}, "x") {
			requireInertSVG(t, svg)
		}
		for _, page := range pages(t, []render.Replay{s}, "x") {
			requireInertPage(t, page)
		}
		draw(t, func(w io.Writer) error { return render.Timeline{Replays: []render.Replay{s}}.Text(w, 0) })
		draw(t, s.Diagram().Mermaid)
		draw(t, s.Diagram().DOT)
	}
	requireInertSVG(t, draw(t, render.Chart{}.SVG))
	requireInertPage(t, draw(t, render.Board{}.HTML))
}

// rawEvents are as a program writes them: with what may be left out left out,
// in another order, one of them twice, and in another zone.
func rawEvents() []dealstate.Event {
	var raw []dealstate.Event
	zone := time.FixedZone("", -7*60*60)
	for i, e := range frameworkEvents() {
		if e.Recorded = e.Recorded.In(zone); i%2 == 0 {
			e.Recorded = time.Time{}
		}
		if e.At = e.At.In(zone); e.Modality == dealstate.Asserted {
			e.Modality = 0
		}
		if e.Kind == dealstate.Perform {
			e.Party = ""
		}
		raw = append([]dealstate.Event{e}, raw...)
	}
	return append(raw, raw[3])
}

func TestRawEventsAreToldAsTheDealThatKeepsThemIsTold(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(framework())
	require.NoError(t, err)
	for _, v := range []dealstate.View{{}, {Policy: dealstate.Reported}, {KnownBy: on(time.June, 25), Policy: dealstate.Official}, {AsOf: on(time.July, 10), Policy: dealstate.Official}} {
		deal := m.NewDeal(dealstate.Strict)
		for _, e := range rawEvents() {
			_, err := deal.Record(e)
			require.NoError(t, err)
		}
		raw, err := render.ReplayOfEvents(m, rawEvents(), v)
		require.NoError(t, err)
		told := render.ReplayOf(deal, v)
		require.Equal(t, told.Events, raw.Events)
		want, got := pages(t, []render.Replay{told}, "x"), pages(t, []render.Replay{raw}, "x")
		require.Equal(t, want, got)
		require.Equal(t, svgs(t, []render.Replay{told}, "x"), svgs(t, []render.Replay{raw}, "x"))
		require.NotContains(t, got[0], "0001")
	}
}

func TestAReplayFilledInByHandWithRawEventsKnowsNoYearOne(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(framework())
	require.NoError(t, err)
	s := render.Replay{Machine: m, Events: rawEvents(), Policy: dealstate.Official}
	s.Snapshot, s.Decisions, err = m.Fold(s.Events, dealstate.View{Policy: dealstate.Official})
	require.NoError(t, err)
	told, err := render.ReplayOfEvents(m, rawEvents(), dealstate.View{Policy: dealstate.Official})
	require.NoError(t, err)
	page := draw(t, render.DealPage{Replays: []render.Replay{s}}.HTML)
	require.NotContains(t, page, "0001")
	require.Equal(t, draw(t, render.DealPage{Replays: []render.Replay{told}}.HTML), page)
}

func TestTheTextTimelineAlignsNamesOfAnyScript(t *testing.T) {
	t.Parallel()
	a := framework()
	a.Parties[0].Name, a.Parties[1].Name = "美国", "中国"
	all := replays(t, a, frameworkEvents(), on(time.July, 10))
	all[0].Policy.Name = "严格"
	text := draw(t, func(w io.Writer) error { return render.Timeline{Replays: all}.Text(w, render.Plain) })
	require.Contains(t, text, "\n严格       ")
	column := func(line, part string) int {
		before, _, found := strings.Cut(line, part)
		require.True(t, found, line)
		return display.Width(before)
	}
	for line := range strings.Lines(text) {
		if strings.Contains(line, ", AP") {
			role := regexp.MustCompile(`[A-Z][A-Za-z ]*, (approver|negotiator|instrument|government|counterparty|press)|press, AP`).FindString(line)
			require.Equal(t, 43, column(line, role), line)
		}
	}
	require.Contains(t, text, "approve, 中国")
}

func TestCutsFallBetweenWhatReadersSeeAsCharacters(t *testing.T) {
	t.Parallel()
	a := framework()
	a.Title = strings.Repeat("re\u0301", 200) // an odd number of characters would split some é
	for _, width := range []float64{320, 321, 333, 347, 800} {
		svg := draw(t, render.Timeline{Replays: replays(t, a, frameworkEvents(), time.Time{}), Width: width}.SVG)
		require.NotContains(t, svg, "e…")
	}
}

package render_test

import (
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

func TestDealsWithFewReportsDrawSensibly(t *testing.T) {
	t.Parallel()
	a := framework()
	a.Deadline = time.Time{}
	one := frameworkEvents()[:1]
	day := []dealstate.Event{one[0], frameworkEvents()[1], frameworkEvents()[5]}
	day[2].At = on(time.June, 10).Add(5 * time.Hour)
	for name, s := range map[string][]render.Replay{
		"no events":         replays(t, a, nil, time.Time{}),
		"no events, a view": replays(t, a, nil, on(time.June, 1)),
		"one event":         replays(t, a, one, on(time.June, 10)),
		"a single day":      replays(t, a, day, time.Time{}),
		"a single instant":  replays(t, a, day[:2], on(time.June, 10)),
	} {
		for _, svg := range svgs(t, s, "x") {
			requireInertSVG(t, svg)
			require.NotContains(t, svg, "NaN")
		}
		for _, page := range pages(t, s, "x") {
			requireInertPage(t, page)
		}
		require.NotEmpty(t, draw(t, func(w io.Writer) error { return render.Timeline{Replays: s}.Text(w, 0) }), name)
	}
}

func TestNothingToShowIsSaid(t *testing.T) {
	t.Parallel()
	require.Contains(t, draw(t, render.Timeline{}.SVG), "No deals to show.")
	require.Contains(t, draw(t, func(w io.Writer) error { return render.Timeline{}.Text(w, render.Plain) }), "No deals to show.")
	requireInertPage(t, draw(t, render.Board{}.HTML))
	require.EqualError(t, render.DealPage{}.HTML(io.Discard), "render: a page without any replay; want at least one")
	require.Contains(t, draw(t, render.Timeline{Replays: replays(t, framework(), nil, time.Time{})}.SVG), "No reports yet.")
}

func TestManyPartiesShareOneLane(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{ID: "club"}
	var events []dealstate.Event
	for i := range 200 {
		id := "p" + strings.Repeat("x", i+1)
		a.Parties = append(a.Parties, dealstate.Party{ID: id})
		events = append(events, dealstate.Event{ID: id, Deal: "club", Kind: dealstate.Approve, Party: id, Role: dealstate.Instrument, At: on(time.January, 1).AddDate(0, 0, i)})
	}
	svg := draw(t, render.Timeline{Replays: replays(t, a, events, time.Time{})[:1]}.SVG)
	require.Contains(t, svg, "200 of 200")
	requireInertSVG(t, svg)
}

func TestChartsLeaveOutWhatIsNotANumber(t *testing.T) {
	t.Parallel()
	bad := []render.Point{{X: math.NaN(), Y: 1}, {X: 1, Y: math.Inf(1)}, {X: 2, Y: 5, Lower: math.Inf(-1), Upper: 6}, {X: 3, Y: 4}}
	for _, c := range []render.Chart{{}, {Series: []render.Series{{Name: "x", Points: bad}}},
		{Series: []render.Series{{Points: []render.Point{{X: 1, Y: 1e9}}}}}, {Start: on(time.June, 1), Series: []render.Series{{Shape: render.Band, Points: bad}}}} {
		svg := draw(t, c.SVG)
		requireInertSVG(t, svg)
		require.NotContains(t, svg, "NaN")
		require.NotContains(t, svg, "Inf")
	}
}

// A Kaplan–Meier estimate lists its steps, of which the first may come late.
func TestASurvivalCurveBeginsWithAllOfThemAtZero(t *testing.T) {
	t.Parallel()
	chart := func(shape render.Shape, points ...render.Point) string {
		return draw(t, render.Chart{Series: []render.Series{{Shape: shape, Points: points}}}.SVG)
	}
	steps := []render.Point{{X: 3, Y: .75, Lower: .4, Upper: .95}, {X: 5, Y: .75, Censored: 1}, {X: 7, Y: .375}, {X: 9, Y: .375, Censored: 1}}
	whole := append([]render.Point{{X: 0, Y: 1, Lower: 1, Upper: 1}}, steps...)
	require.Contains(t, chart(render.Survival, steps...), "from 100% at 0 to 37.5% at 9.")
	require.Equal(t, chart(render.StepLine, whole...), chart(render.Survival, steps...))
	require.Equal(t, chart(render.StepLine), chart(render.Survival), "of no lives there is no curve")
}

func TestTheReportSetsContradictionsSideBySide(t *testing.T) {
	t.Parallel()
	page := draw(t, render.DealPage{Replays: frameworkStories(t)}.HTML)
	_, clashes, found := strings.Cut(page, "Where reports differ")
	require.True(t, found)
	clashes, _, _ = strings.Cut(clashes, "<section>")
	require.Contains(t, clashes, "approve, China")
	require.Contains(t, clashes, "Lutnick")
	require.Contains(t, clashes, "MOFCOM")
}

// A clock's firing that is undone later was believed all the same.
func TestTheReportTellsOfClocksThatLaterTurnOutNotToHaveFired(t *testing.T) {
	t.Parallel()
	a := dealstate.Agreement{ID: "pact", Parties: []dealstate.Party{{ID: "us"}, {ID: "jp"}, {ID: "kr"}}, Effect: &dealstate.Delay{Days: 30},
		Approval:    condition.All(condition.Approved("us"), condition.Any(condition.Approved("jp"), condition.Approved("kr"))),
		Commitments: []dealstate.Commitment{{ID: "cut", Party: "us"}}}
	e := func(id string, k dealstate.Kind, party string, month time.Month, day int) dealstate.Event {
		return dealstate.Event{ID: id, Deal: "pact", Kind: k, Party: party, Role: dealstate.Government, At: on(month, day), Recorded: on(month, day)}
	}
	events := []dealstate.Event{e("us", dealstate.Approve, "us", time.June, 10), e("jp", dealstate.Approve, "jp", time.June, 20),
		e("cut", dealstate.Perform, "us", time.August, 22), e("never", dealstate.Retract, "", time.September, 22)}
	events[1].Recorded, events[2].Commitment, events[3].Ref = on(time.June, 25), "cut", "jp"
	page := draw(t, render.DealPage{Replays: replays(t, a, events, time.Time{})}.HTML)
	_, beliefs, _ := strings.Cut(page, "What was believed on a date")
	beliefs, _, _ = strings.Cut(beliefs, "</section>")
	var rows []string
	for _, row := range strings.Split(beliefs, `<tr><th scope="row">`)[1:] {
		day, _, _ := strings.Cut(row, "</th>")
		_, official, _ := strings.Cut(row, `data-l="official">`)
		official, _, _ = strings.Cut(official, "</td>")
		rows = append(rows, day+" "+official)
	}
	require.Equal(t, []string{"10 Jun 2025 awaiting approvals", "25 Jun 2025 approved", "20 Jul 2025 implemented", "22 Sep 2025 awaiting approvals"}, rows)
}

func TestARetractSaysWhatItVoidsAndIsNoActOfAllSides(t *testing.T) {
	t.Parallel()
	three := frameworkStories(t)
	text := draw(t, func(w io.Writer) error { return render.Timeline{Replays: three[:1]}.Text(w, render.Plain) })
	require.Contains(t, text, "⊘ 26 Jun 2025  reject, China               Xi, approver, AP [retracted by sorry]\n")
	require.Contains(t, text, "● 28 Jun 2025  retract of reject, China    AP, press, AP [rumour is voided]\n")
	svg := draw(t, render.Timeline{Replays: three}.SVG)
	require.Contains(t, svg, ">Retracts<")
	require.Contains(t, svg, "retract of reject, China")
	for _, out := range []string{text, svg, draw(t, render.DealPage{Replays: three}.HTML)} {
		require.NotContains(t, out, "retract, all sides")
		require.NotContains(t, out, "retracted: retracted")
	}
}

func TestARetractOfWhatIsNotOnRecordNamesIt(t *testing.T) {
	t.Parallel()
	events := frameworkEvents()[:1]
	events = append(events, dealstate.Event{ID: "sorry", Deal: "framework", Kind: dealstate.Retract, Ref: "ghost", At: on(time.June, 12)})
	text := draw(t, func(w io.Writer) error {
		return render.Timeline{Replays: replays(t, framework(), events, time.Time{})[:1]}.Text(w, render.Plain)
	})
	require.Contains(t, text, "retract of ghost")
}

func TestALongApprovalConditionLeavesThePolicyInSight(t *testing.T) {
	t.Parallel()
	a := framework()
	a.Approval = condition.All(condition.Count(condition.AtLeast(1), ""), condition.Share(condition.Percent(55), "", 0), condition.Approved("us"), condition.Approved("china"))
	a.Parties[0].Weight, a.Parties[1].Weight = 1, 1
	s := replays(t, a, frameworkEvents(), time.Time{})[0]
	require.Regexp(t, `<text[^>]*>Policy strict\. Approval condition: [^<…]*</text>\s*<text[^>]*>[^<]*china has approved\.</text>`, draw(t, s.Diagram().SVG))
	many := a.Approval
	for range 6 {
		many = condition.All(many, a.Approval)
	}
	a.Approval = many
	s = replays(t, a, frameworkEvents(), time.Time{})[0]
	require.Regexp(t, `<text[^>]*>Policy strict\. Approval condition: [^<…]*</text>\s*<text[^>]*>[^<…]*</text>\s*<text[^>]*>[^<]*…</text>`, draw(t, s.Diagram().SVG), "three lines, and the last one is cut")
}

func TestAReplayKnowsNothingRecordedLater(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(framework())
	require.NoError(t, err)
	s, err := render.ReplayOfEvents(m, frameworkEvents(), dealstate.View{KnownBy: on(time.June, 25), Policy: dealstate.Reported})
	require.NoError(t, err)
	for _, out := range append(svgs(t, []render.Replay{s}, "x"), pages(t, []render.Replay{s}, "x")...) {
		require.NotContains(t, out, "MOFCOM")
	}
}

func TestTheShapesHaveWords(t *testing.T) {
	t.Parallel()
	require.Equal(t, "step line band survival ", strings.Join([]string{render.StepLine.String(), render.Line.String(), render.Band.String(), render.Survival.String(), render.Shape(9).String()}, " "))
}

func BenchmarkTimelineOf1000Events(b *testing.B) {
	s := many(b, 1000)
	b.ReportAllocs()
	for b.Loop() {
		_ = render.Timeline{Replays: []render.Replay{s}}.SVG(io.Discard)
	}
}

func BenchmarkDiagram(b *testing.B) {
	s := many(b, 100)
	b.ReportAllocs()
	for b.Loop() {
		_ = s.Diagram().SVG(io.Discard)
	}
}

func BenchmarkReportOf1000Events(b *testing.B) {
	s := many(b, 1000)
	b.ReportAllocs()
	for b.Loop() {
		_ = render.DealPage{Replays: []render.Replay{s}}.HTML(io.Discard)
	}
}

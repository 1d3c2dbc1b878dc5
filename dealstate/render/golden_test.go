package render_test

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

var update = flag.Bool("update", false, "write the golden files anew; read their diff, and look at the pictures")

func draw(t testing.TB, to func(io.Writer) error) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, to(&b))
	return b.String()
}

// outputs is everything that this package can draw of the two fixtures.
func outputs(t testing.TB) map[string]string {
	three, truce := frameworkStories(t), truceStories(t)
	m, err := dealstate.Compile(dealstate.Agreement{ID: "club", Title: "A club", Parties: []dealstate.Party{{ID: "a"}, {ID: "b"}, {ID: "c"}},
		Approval: condition.Count(condition.AtLeast(2), "")})
	require.NoError(t, err)
	told, early := accordReplays(t), replays(t, accord(), accordEvents(), on(time.June, 15))
	both := render.Timeline{Replays: []render.Replay{truce[0], three[1]}}
	text := func(p render.Paint) func(io.Writer) error {
		return func(w io.Writer) error { return render.Timeline{Replays: three[:2]}.Text(w, p) }
	}
	return map[string]string{
		"timeline.svg":        draw(t, render.Timeline{Replays: three[:1]}.SVG),
		"timeline_three.svg":  draw(t, render.Timeline{Replays: three}.SVG),
		"timeline_narrow.svg": draw(t, render.Timeline{Replays: three, Width: 370}.SVG),
		"timeline_deals.svg":  draw(t, both.SVG),
		"timeline.txt":        draw(t, text(render.Plain)),
		"timeline.ansi":       draw(t, text(render.ANSI)),
		"two_party.svg":       draw(t, three[0].Diagram().SVG),
		"two_party.mmd":       draw(t, three[0].Diagram().Mermaid),
		"two_party.dot":       draw(t, three[0].Diagram().DOT),
		"in_force.svg":        draw(t, truce[0].Diagram().SVG),
		"many_party.svg":      draw(t, render.Rules(m).SVG),
		"many_party.mmd":      draw(t, render.Rules(m).Mermaid),
		"many_party.dot":      draw(t, render.Rules(m).DOT),
		"accord.svg":          draw(t, render.Timeline{Replays: told[:1], Width: 1000}.SVG),
		"accord_early.svg":    draw(t, early[0].Diagram().SVG),
		"accord_whole.svg":    draw(t, told[0].Diagram().Whole().SVG),
		"accord.txt":          draw(t, func(w io.Writer) error { return render.Timeline{Replays: told[:1]}.Text(w, render.Plain) }),
		"accord.html":         draw(t, render.DealPage{Replays: told[:1]}.HTML),
		"accord_balance.svg":  draw(t, told[0].Balance().SVG),
		"accord_board.html":   draw(t, render.Board{Rows: []render.BoardRow{{Replay: told[0]}, {Replay: early[0]}, {Replay: three[0]}}}.HTML),
		"survival.svg":        draw(t, survival().SVG),
		"fan.svg":             draw(t, fan().SVG),
		"report.html":         draw(t, render.DealPage{Replays: three}.HTML),
		"board.html": draw(t, render.Board{Title: "Two deals", Rows: []render.BoardRow{{Replay: truce[0], Href: "truce.html"},
			{Replay: three[1], Href: "framework.html"}}}.HTML),
	}
}

func survival() render.Chart {
	return render.Chart{Title: "Deals not yet approved", X: "days", Y: "share not yet approved", Series: []render.Series{
		{Name: "two parties", Shape: render.Survival, Points: []render.Point{{X: 14, Y: .8, Lower: .6, Upper: .95}, {X: 30, Y: .5, Lower: .3, Upper: .7, Censored: 1}, {X: 90, Y: .5, Lower: .3, Upper: .7}}},
		{Name: "many parties", Shape: render.Survival, Points: []render.Point{{X: 40, Y: .7}, {X: 90, Y: .2}}}}}
}

func fan() render.Chart {
	return render.Chart{Title: "Lives implemented", Y: "of 1,000 simulated lives", Start: on(time.June, 10), Series: []render.Series{
		{Name: "90 in 100", Shape: render.Band, Points: []render.Point{{X: 0}, {X: 30, Lower: 100, Upper: 500}, {X: 90, Lower: 300, Upper: 900}}},
		{Name: "50 in 100", Shape: render.Band, Points: []render.Point{{X: 0}, {X: 30, Lower: 200, Upper: 400}, {X: 90, Lower: 500, Upper: 750}}},
		{Name: "median", Shape: render.Line, Points: []render.Point{{X: 0}, {X: 30, Y: 300}, {X: 90, Y: 620}}}}}
}

func TestEverythingDrawnIsAsCommitted(t *testing.T) {
	t.Parallel()
	for name, got := range outputs(t) {
		file := filepath.Join("testdata", name)
		if *update {
			require.NoError(t, os.MkdirAll("testdata", 0o755))
			require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err, "run with -update to make it")
		require.Equal(t, string(want), got, "%s: run with -update, and look at it", name)
	}
}

func TestEqualStoriesGiveEqualBytesInWhateverOrderReportsArrived(t *testing.T) {
	t.Parallel()
	want := outputs(t)
	events := frameworkEvents()
	slices.Reverse(events)
	again := replays(t, framework(), events, on(time.July, 10))
	slices.Reverse(again[0].Events)
	require.Equal(t, want["timeline_three.svg"], draw(t, render.Timeline{Replays: again}.SVG))
	require.Equal(t, want["report.html"], draw(t, render.DealPage{Replays: again}.HTML))
	require.Equal(t, want, outputs(t))
}

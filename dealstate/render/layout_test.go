package render

import (
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// What a picture's labels may not do, whatever the data: run out of it, or
// into one another.

type written struct {
	text, class              string
	left, right, top, bottom float64
}

// labels reads the drawn texts back, with the boxes that they are taken to fill.
func labels(t testing.TB, svg string) (all []written, width, height float64) {
	t.Helper()
	var open []xml.StartElement
	for dec := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := dec.Token()
		if err != nil {
			return all, width, height
		}
		switch token := token.(type) {
		case xml.StartElement:
			open = append(open, token.Copy())
			if token.Name.Local == "svg" {
				width, height = number64(t, token, "width"), number64(t, token, "height")
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 && open[len(open)-1].Name.Local == "text" {
				all = append(all, box(t, open[len(open)-1], string(token)))
			}
		}
	}
}

func box(t testing.TB, e xml.StartElement, text string) written {
	classes := strings.Fields(value(e, "class"))
	size := 12.0
	for _, c := range classes {
		switch c {
		case "h":
			size = 15
		case "s", "sb", "t", "onpath":
			size = 11
		}
	}
	w := widthOf(text, size) / usual.slack
	x, y := number64(t, e, "x"), number64(t, e, "y")
	for _, c := range classes {
		switch c {
		case "mid":
			x -= w / 2
		case "end":
			x -= w
		}
	}
	return written{text, value(e, "class"), x, x + w, y - size*.72, y + 1}
}

func value(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func number64(t testing.TB, e xml.StartElement, name string) float64 {
	f, err := strconv.ParseFloat(value(e, name), 64)
	require.NoError(t, err)
	return f
}

func requireApart(t testing.TB, svg, what string) {
	t.Helper()
	all, width, height := labels(t, svg)
	require.NotEmpty(t, all)
	for i, a := range all {
		require.True(t, a.left >= 0 && a.right <= width && a.top >= 0 && a.bottom <= height, "%s: %q runs out of the picture", what, a.text)
		for _, b := range all[:i] {
			apart := a.left >= b.right || b.left >= a.right || a.top >= b.bottom || b.top >= a.bottom
			require.True(t, apart, "%s: %q and %q overlap", what, a.text, b.text)
		}
	}
}

func svgOf(t testing.TB, tl Timeline) string {
	var b strings.Builder
	require.NoError(t, tl.SVG(&b))
	return b.String()
}

func told(t testing.TB, a dealstate.Agreement) []Replay {
	deal, err := uschina.Open(a, dealstate.Strict)
	require.NoError(t, err)
	var all []Replay
	for _, p := range dealstate.Policies() {
		all = append(all, ReplayOf(deal, dealstate.View{Policy: p}))
	}
	return all
}

// requireWithin holds titles and names to the picture's width in the widest common font.
func requireWithin(t testing.TB, svg, what string) (titles int) {
	t.Helper()
	all, width, _ := labels(t, svg)
	for _, a := range all {
		of, size := face{}, 12.0
		switch a.class {
		case "h":
			of, size = widestBold, 15
		case "":
			of = widest
		default:
			continue
		}
		titles++
		require.LessOrEqual(t, a.left+of.widthOf(a.text, size), width, "%s: %q runs out of the picture", what, a.text)
	}
	return titles
}

// Where there is no Helvetica, DejaVu Sans is drawn, which is a fifth wider, and bold a
// quarter.
func TestTitlesAndNamesFitNarrowPicturesInTheWidestFont(t *testing.T) {
	t.Parallel()
	titles := 0
	for _, a := range uschina.Agreements() {
		for _, width := range []float64{320, 370, 1040} {
			titles += requireWithin(t, svgOf(t, Timeline{Replays: told(t, a), Width: width}), a.ID)
			var b strings.Builder
			require.NoError(t, Chart{Title: a.Title, Width: width, Series: []Series{{Name: "share", Points: []Point{{X: 1, Y: 2}, {X: 2, Y: 3}}}}}.SVG(&b))
			titles += requireWithin(t, b.String(), a.ID)
			require.NotContains(t, b.String(), "…", "a title is wrapped, not cut")
		}
	}
	require.Greater(t, titles, 100)
}

// inWidest measures a drawn text anew in the widest of the common fonts.
func (w written) inWidest() written {
	of, size, classes := widest, 12.0, strings.Fields(w.class)
	for _, c := range classes {
		switch c {
		case "h":
			of, size = widestBold, 15
		case "b":
			of, size = widestBold, nameSize
		case "s", "t":
			size = 11
		case "sb", "onpath":
			of, size = widestBold, 11
		}
	}
	width, middle := of.widthOf(w.text, size), (w.left+w.right)/2
	switch {
	case slices.Contains(classes, "mid"):
		w.left, w.right = middle-width/2, middle+width/2
	case slices.Contains(classes, "end"):
		w.left = w.right - width
	default:
		w.right = w.left + width
	}
	return w
}

func TestDiagramsAreNotClippedInTheWidestFont(t *testing.T) {
	t.Parallel()
	weighed := dealstate.Agreement{ID: "many", Title: "Of many", Parties: []dealstate.Party{{ID: "ukraine", Weight: 3}, {ID: "moldova", Weight: 2}, {ID: "romania", Weight: 1}},
		Approval: condition.All(condition.Count(condition.AtLeast(2), ""), condition.Share(condition.Percent(60), "", 0), condition.Approved("ukraine"), condition.Not(condition.Approved("romania")))}
	agreements := append(uschina.Agreements(), weighed)
	agreements = append(agreements, dealstate.Agreement{ID: "two", Parties: []dealstate.Party{{ID: "a", Approver: "Westinghouse"}, {ID: "b", Approver: "Longfellow"}}})
	for _, a := range agreements {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		diagrams := []Diagram{Rules(m), Rules(m).Whole()}
		if deal, err := uschina.Open(a, dealstate.Strict); err == nil {
			diagrams = append(diagrams, ReplayOf(deal, dealstate.View{}).Diagram())
		}
		for _, d := range diagrams {
			var b strings.Builder
			require.NoError(t, d.SVG(&b))
			all, width, height := labels(t, b.String())
			for i, w := range all {
				w = w.inWidest()
				require.True(t, w.left >= 0 && w.right <= width-4 && w.bottom <= height, "%s: %q runs out of the picture", a.ID, w.text)
				for _, o := range all[:i] {
					o = o.inWidest()
					require.True(t, w.left >= o.right || o.left >= w.right || w.top >= o.bottom || o.top >= w.bottom, "%s: %q and %q overlap", a.ID, w.text, o.text)
				}
			}
			require.NotContains(t, strings.Join(strings.Fields(b.String()), " "), "…", "%s: words are wrapped, not cut", a.ID)
		}
	}
}

// The legend says what each colour stands for, those of parties and commitments too.
func TestTheLegendHasEveryColour(t *testing.T) {
	t.Parallel()
	drawn := regexp.MustCompile(`height="([0-9.]+)" class="hue (\w+)"`)
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 2))
		for _, s := range []Replay{randomDeal(t, r, 60), partsDeal(t, r, 60)} {
			svg := svgOf(t, Timeline{Replays: []Replay{s}, Width: 800})
			explained := map[string]bool{}
			for _, m := range drawn.FindAllStringSubmatch(svg, -1) {
				explained[m[2]] = explained[m[2]] || m[1] == "11"
			}
			for hue, is := range explained {
				require.True(t, is, "seed %d: %s", seed, hue)
			}
		}
	}
}

func TestLabelsOfTheRealRecordNeitherCollideNorClip(t *testing.T) {
	t.Parallel()
	var overview []Replay
	for _, a := range uschina.Agreements() {
		all := told(t, a)
		overview = append(overview, all...)
		for _, width := range []float64{320, 370, 560, 800, 1040} {
			requireApart(t, svgOf(t, Timeline{Replays: all, Width: width}), fmt.Sprint(a.ID, width))
			requireApart(t, svgOf(t, Timeline{Replays: all[:1], Width: width}), fmt.Sprint(a.ID, width))
		}
		var b strings.Builder
		require.NoError(t, all[0].Diagram().SVG(&b))
		requireApart(t, b.String(), a.ID)
	}
	for _, width := range []float64{320, 800, 1040} {
		requireApart(t, svgOf(t, Timeline{Replays: overview, Width: width}), fmt.Sprint("all", width))
	}
}

func TestLongNamesNeitherCollideNorClip(t *testing.T) {
	t.Parallel()
	for _, name := range []string{strings.Repeat("long ", 200), strings.Repeat("W", 2000), strings.Repeat("שלום ", 300)} {
		all := told(t, uschina.London())
		for i := range all {
			all[i].Policy.Name = fmt.Sprint(i, name)
			for k := range all[i].Snapshot.Parties {
				all[i].Snapshot.Parties[k].Name, all[i].Snapshot.Parties[k].Approver = name, name
			}
		}
		for _, width := range []float64{320, 560, 800} {
			requireApart(t, svgOf(t, Timeline{Replays: all, Width: width}), fmt.Sprint(name[:10], width))
		}
	}
}

// randomDeal is a deal with a log that chance wrote.
func randomDeal(t testing.TB, r *rand.Rand, n int) Replay {
	a := dealstate.Agreement{ID: "d", Title: "A deal that chance wrote", Parties: []dealstate.Party{{ID: "a"}, {ID: "b"}}}
	if r.IntN(2) == 0 {
		a.Parties = append(a.Parties, dealstate.Party{ID: "c"})
		a.Approval = condition.Count(condition.AtLeast(2), "")
	}
	if r.IntN(2) == 0 {
		a.Deadline = time.Date(2025, 1, 1+r.IntN(60), 0, 0, 0, 0, time.UTC)
		a.Effect, a.Term = &dealstate.Delay{Days: r.IntN(9)}, &dealstate.Delay{Days: 1 + r.IntN(40)}
	}
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	kinds := []dealstate.Kind{dealstate.Negotiate, dealstate.Submit, dealstate.Approve, dealstate.Approve, dealstate.Reject, dealstate.Withdraw,
		dealstate.Amend, dealstate.Implement, dealstate.Suspend, dealstate.Resume, dealstate.Note}
	var events []dealstate.Event
	for i := range n {
		events = append(events, dealstate.Event{ID: fmt.Sprint("e", i), Deal: "d", Kind: kinds[r.IntN(len(kinds))], Party: a.Parties[r.IntN(len(a.Parties))].ID,
			Role: dealstate.Instrument, At: time.Date(2025, 1, 1, r.IntN(24*60), 0, 0, 0, time.UTC)})
	}
	s, err := ReplayOfEvents(m, events, dealstate.View{AsOf: time.Date(2025, 4, 1, 0, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	return s
}

func TestLabelsOfRandomDealsNeitherCollideNorClip(t *testing.T) {
	t.Parallel()
	for seed := range uint64(proof.Times(60, 20)) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := randomDeal(t, r, 1+r.IntN(80))
		requireApart(t, svgOf(t, Timeline{Replays: []Replay{s}, Width: float64(320 + r.IntN(900))}), fmt.Sprint("seed ", seed))
	}
}

// The bars are worked out from the decisions; the snapshot comes from the fold.
func TestTheLastBarsAgreeWithTheSnapshot(t *testing.T) {
	t.Parallel()
	for seed := range uint64(proof.Times(300, 100)) {
		s := randomDeal(t, rand.New(rand.NewPCG(seed, 2)), 40)
		x := s.indexed()
		spells := x.stateBars(huesOf(s.Machine.Lifecycle()))
		require.Equal(t, stateWords(string(s.Snapshot.State)), spells[len(spells)-1].label, "seed %d", seed)
		require.Equal(t, s.Snapshot.AsOf, spells[len(spells)-1].to)
		for i := range spells[1:] {
			require.Equal(t, spells[i].to, spells[i+1].from)
		}
		bars := x.approvalBars()
		for _, p := range s.Snapshot.Parties {
			want := p.Standing.String()
			if got := bars[p.Party]; len(got) > 0 && got[len(got)-1].to.Equal(s.Snapshot.AsOf) {
				require.Equal(t, want, got[len(got)-1].label, "seed %d, %s", seed, p.Party)
				continue
			}
			require.Equal(t, "outstanding", want, "seed %d, %s", seed, p.Party)
		}
		sums, n := x.approvalCounts(), 0
		if len(sums) > 0 {
			n = sums[len(sums)-1].n
		}
		require.Len(t, s.Snapshot.Approved, n, "seed %d", seed)
	}
}

func TestEveryReportIsDrawnInJustOneLane(t *testing.T) {
	t.Parallel()
	for _, a := range uschina.Agreements() {
		s := told(t, a)[:1]
		reports := 0
		for _, d := range s[0].Decisions {
			if d.Event != "" {
				reports++
			}
		}
		for _, short := range []bool{false, true} {
			drawn := 0
			for _, l := range newBlock(indexAll(s), short).lanes {
				drawn += len(l.rows[0].marks)
			}
			require.Equal(t, reports, drawn)
		}
	}
}

func TestTextIsCutToItsWidth(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "short", strings.Repeat("wide W ", 50), strings.Repeat("漢字", 80), strings.Repeat("e\u0301", 5000)} {
		for _, width := range []float64{30, 100, 400} {
			require.LessOrEqual(t, widthOf(clipToWidth(s, 12, width), 12), width)
			for _, line := range wrap(s, 12, width, 3) {
				require.LessOrEqual(t, widthOf(line, 12), width)
			}
			require.LessOrEqual(t, len(wrap(s, 12, width, 3)), 3)
		}
	}
}

func TestNumbersAreWrittenAsRanges(t *testing.T) {
	t.Parallel()
	require.Equal(t, "1–4, 6", numbers([]int{0, 1, 2, 3, 5}))
	require.Equal(t, "1, 2, 9", numbers([]int{0, 1, 8}))
	require.Empty(t, numbers(nil))
}

func FuzzLegible(f *testing.F) {
	f.Add("a\x00b\n\u202e <")
	f.Fuzz(func(t *testing.T, s string) {
		got := legible(s)
		require.Equal(t, got, legible(got))
		require.NotContains(t, got, "\n")
		var p svgWriter
		p.element("text", got)
		var back struct {
			Text string `xml:",chardata"`
		}
		require.NoError(t, xml.Unmarshal([]byte(p.b.String()), &back))
		require.Equal(t, got, back.Text)
	})
}

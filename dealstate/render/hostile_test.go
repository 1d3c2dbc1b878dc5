package render_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

// hostile is what strangers write.
var hostile = []string{
	`<script>alert(1)</script>`,
	`"><img src=x onerror=alert(1)>`,
	`]]><script>alert(1)</script><![CDATA[`,
	"one\ntwo\r\nthree\u2028four\ttabbed",
	"nul\x00bell\x07esc\x1b[31mred\x7f\u009bc1",
	"\u202eright to left override\u2066 \u05e9\u05dc\u05d5\u05dd \u0627\u062a\u0641\u0627\u0642",
	"unseen \u200b\u200d\u2060\u00ad\ufeff\u3164\u034f\U000e0041\U000e007f\ufff9 text",
	"not utf-8 \xff\xfe, not a character \ufffe\uffff",
	"a --> b : c; %% d\n---\nstate \"e\" as f {{{ #quot; </style> end note",
	`\N{}\"; } digraph evil { a -> b [label="`,
	`javascript:alert(1)`, `${x} {{.CSP}} <!-- --> &amp; &lt;b&gt;`,
	strings.Repeat("שלום ", 700), strings.Repeat("10,000 characters ", 556), strings.Repeat("x", 10_000), strings.Repeat("e\u0301\u0301\u0301", 1400),
}

// infested is a deal in which every text is the given one.
func infested(t testing.TB, text string) []render.Replay {
	a := framework()
	text = strings.ToValidUTF8(text, "?") // the core refuses other text; what else is drawn may hold it
	a.Title, a.Incomplete = text, text
	for i := range a.Parties {
		a.Parties[i].Name = text
	}
	for i := range a.Commitments {
		a.Commitments[i].Title = text
	}
	events := frameworkEvents()
	for i := range events {
		events[i].Note = text
		events[i].Source = dealstate.Source{Publisher: text, URL: text}
		if events[i].Role != dealstate.Approver {
			events[i].By = text
		}
	}
	all := replays(t, a, events, on(time.July, 10))
	all[0].Policy.Name = text
	return all
}

// TestHostileIdsAreInert: ids hold no white space, but anything else.
func TestHostileIdsAreInert(t *testing.T) {
	t.Parallel()
	a := framework()
	a.Deadline = time.Time{}
	bad := `"><script>]]>&#;:%%{}\\n--`
	for i := range a.Parties {
		a.Parties[i] = dealstate.Party{ID: fmt.Sprint(bad, i)}
	}
	a.Commitments = []dealstate.Commitment{{ID: bad, Party: bad + "0"}}
	a.ID = bad
	a.Lifecycle = &dealstate.Lifecycle{Initial: dealstate.State(bad), States: []dealstate.State{dealstate.State(bad), "done<b>"},
		Rules: []dealstate.Rule{{ID: bad + "rule", On: dealstate.Approve, From: []dealstate.State{dealstate.State(bad)}, To: "done<b>", When: condition.Approved(bad + "1")}}}
	events := []dealstate.Event{{ID: bad, Deal: bad, Kind: dealstate.Approve, Party: bad + "1", By: bad, Role: dealstate.Approver, At: on(time.June, 1)}}
	s := replays(t, a, events, on(time.June, 9))
	for _, svg := range svgs(t, s, bad) {
		requireInertSVG(t, svg)
	}
	for _, page := range pages(t, s, bad) {
		requireInertPage(t, page)
	}
	requireClean(t, draw(t, s[0].Diagram().Mermaid))
	requireClean(t, draw(t, s[0].Diagram().DOT))
}

// svgs and pages are everything drawn of a few replays.
func svgs(t testing.TB, s []render.Replay, text string) []string {
	c := survival()
	c.Title, c.X, c.Y, c.Series[0].Name = text, text, text, text
	return []string{draw(t, render.Timeline{Replays: s}.SVG), draw(t, render.Timeline{Replays: s, Width: 320}.SVG),
		draw(t, render.Timeline{Replays: append(truceStories(t)[:1], s[0])}.SVG), draw(t, s[0].Diagram().SVG), draw(t, c.SVG)}
}

func pages(t testing.TB, s []render.Replay, text string) []string {
	return []string{draw(t, render.DealPage{Replays: s}.HTML),
		draw(t, render.Board{Title: text, Rows: []render.BoardRow{{Replay: s[0], Href: text}}}.HTML)}
}

func TestHostileTextIsInertInSVG(t *testing.T) {
	t.Parallel()
	for _, text := range hostile {
		for _, svg := range svgs(t, infested(t, text), text) {
			requireInertSVG(t, svg)
		}
	}
}

var svgElements = []string{"svg", "title", "desc", "style", "rect", "line", "path", "circle", "text", "g"}

func requireInertSVG(t testing.TB, svg string) {
	t.Helper()
	requireClean(t, svg)
	root, depth := xml.StartElement{}, 0
	for dec := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			if depth == 0 {
				root = token
			}
			depth++
			require.Contains(t, svgElements, token.Name.Local)
			for _, a := range token.Attr {
				require.NotContains(t, []string{"href", "style", "src"}, a.Name.Local)
				require.False(t, strings.HasPrefix(a.Name.Local, "on"), a.Name.Local)
			}
		case xml.EndElement:
			depth--
		case xml.ProcInst, xml.Directive:
			require.Fail(t, "an SVG needs no instructions or directives")
		}
	}
	require.Contains(t, root.Attr, xml.Attr{Name: xml.Name{Local: "role"}, Value: "img"})
	require.Less(t, len(svg), 400_000, "long texts are cut")
}

// requireClean refuses what could steer a terminal, a parser or a line of text.
func requireClean(t testing.TB, out string) {
	t.Helper()
	require.True(t, utf8.ValidString(out))
	i := strings.IndexFunc(out, func(r rune) bool {
		return display.Active(r) && !strings.ContainsRune("\n\t\u2068\u2069", r) || r == 0xfffe
	})
	require.Negative(t, i)
	require.Equal(t, strings.Count(out, "\u2068"), strings.Count(out, "\u2069"), "every isolate is closed")
}

// token is a tag of HTML; this reader knows as much of the grammar as our pages
// use, and fails on anything else.
var token = regexp.MustCompile(`^<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z][a-zA-Z0-9-]*(?:="[^"<]*")?)*)\s*>`)
var attribute = regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9-]*)(?:="([^"<]*)")?`)

type tag struct {
	name       string
	end        bool
	attributes map[string]string
}

func tags(t testing.TB, page string) (all []tag) {
	t.Helper()
	page = strings.TrimPrefix(page, "<!DOCTYPE html>")
	for {
		i := strings.IndexByte(page, '<')
		if i < 0 {
			return all
		}
		page = page[i:]
		m := token.FindStringSubmatch(page)
		require.NotNil(t, m, "not a tag: %.80s", page)
		page = page[len(m[0]):]
		found := tag{name: m[2], end: m[1] != "", attributes: map[string]string{}}
		for _, a := range attribute.FindAllStringSubmatch(m[3], -1) {
			found.attributes[a[1]] = html.UnescapeString(a[2])
		}
		all = append(all, found)
	}
}

var htmlElements = strings.Fields("html head meta title style body header main section p h1 h2 h3 span dl div dt dd ul li table thead tbody tr th td a b br bdi details summary " +
	strings.Join(svgElements, " "))
var voidElements = []string{"meta", "br"}

func TestHostileTextIsInertInPages(t *testing.T) {
	t.Parallel()
	for _, text := range hostile {
		for _, page := range pages(t, infested(t, text), text) {
			requireInertPage(t, page)
		}
	}
}

func requireInertPage(t testing.TB, page string) {
	t.Helper()
	requireClean(t, page)
	var open []string
	for _, found := range tags(t, page) {
		require.Contains(t, htmlElements, found.name)
		for name, value := range found.attributes {
			require.NotContains(t, []string{"src", "style", "srcset", "action"}, name)
			require.False(t, strings.HasPrefix(name, "on"), name)
			if name == "href" {
				require.False(t, strings.Contains(value, ":") && !strings.HasPrefix(value, "https://"), value)
			}
		}
		switch {
		case found.end:
			require.Equal(t, open[len(open)-1], found.name)
			open = open[:len(open)-1]
		case !slices.Contains(voidElements, found.name):
			open = append(open, found.name)
		}
	}
	require.Empty(t, open)
}

func TestPagesLetInTheirOwnStyleSheetOnly(t *testing.T) {
	t.Parallel()
	for _, page := range pages(t, frameworkStories(t), "Deals") {
		_, rest, _ := strings.Cut(page, "<style>")
		style, rest, _ := strings.Cut(rest, "</style>")
		require.NotContains(t, rest, "<style")
		sum := sha256.Sum256([]byte(style))
		want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
		var got string
		for _, found := range tags(t, page) {
			if found.attributes["http-equiv"] != "" {
				got = found.attributes["content"]
			}
		}
		require.Equal(t, want, got)
		require.NotContains(t, page, "url(")
		require.NotContains(t, page, "@import")
	}
}

func TestIdsWithinAPageDiffer(t *testing.T) {
	t.Parallel()
	for _, page := range pages(t, frameworkStories(t), "Deals") {
		seen := map[string]bool{}
		for _, found := range tags(t, page) {
			if id := found.attributes["id"]; id != "" {
				require.False(t, seen[id], id)
				seen[id] = true
			}
		}
	}
}

func TestHostileTextStaysLegible(t *testing.T) {
	t.Parallel()
	page := html.UnescapeString(pages(t, infested(t, hostile[0]), "x")[0])
	require.Contains(t, page, hostile[0])
	page = pages(t, infested(t, hostile[13]), "x")[0]
	require.Contains(t, page, strings.TrimSpace(hostile[13]), "the whole of a long note can be read")
	require.Contains(t, draw(t, render.Timeline{Replays: infested(t, hostile[3])[:1]}.SVG), "one two three four tabbed")
}

func TestHostileTextIsInertInPlainText(t *testing.T) {
	t.Parallel()
	for _, text := range hostile {
		s := infested(t, text)
		plain := draw(t, func(w io.Writer) error { return render.Timeline{Replays: s}.Text(w, render.Plain) })
		requireClean(t, plain)
		ansi := draw(t, func(w io.Writer) error { return render.Timeline{Replays: s}.Text(w, render.ANSI) })
		require.Equal(t, plain, regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(ansi, ""))
	}
}

func TestGraphvizReadsOurDOT(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("dot"); err != nil {
		t.Skip("Graphviz is not installed; with it, this test has it read our DOT")
	}
	for _, text := range hostile[:12] {
		dot := draw(t, infested(t, text)[0].Diagram().DOT)
		requireClean(t, dot)
		cmd := exec.Command("dot", "-Tcanon")
		cmd.Stdin = strings.NewReader(dot)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.NotContains(t, string(out), "Warning")
		require.Equal(t, 1, strings.Count(string(out), "graph ["), "one graph only")
	}
}

// TestMermaidReadsOurDiagrams needs a directory in which `npm install mermaid
// jsdom` was run, named by MERMAID_DIR.
func TestMermaidReadsOurDiagrams(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("MERMAID_DIR")
	if dir == "" {
		t.Skip("MERMAID_DIR names no directory with mermaid and jsdom; with one, this test has Mermaid read our diagrams")
	}
	scratch := t.TempDir()
	script, err := os.ReadFile("testdata/mermaid_check.mjs")
	require.NoError(t, err)
	check := filepath.Join(dir, "dealstate_check.mjs")
	require.NoError(t, os.WriteFile(check, script, 0o644))
	defer os.Remove(check)
	args := []string{check}
	for i, text := range hostile {
		file := filepath.Join(scratch, string(rune('a'+i))+".mmd")
		require.NoError(t, os.WriteFile(file, []byte(draw(t, infested(t, text)[0].Diagram().Mermaid)), 0o644))
		args = append(args, file)
	}
	out, err := exec.Command("node", args...).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

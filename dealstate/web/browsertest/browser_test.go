package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
	"github.com/fe115bb3/dealtracker/dealstate/web"
)

const london = "us-china-london-2025"

// newDesk serves what was known of the deals at noon of 28 June 2025.
func newDesk(t *testing.T) *httptest.Server {
	t.Helper()
	noon := time.Date(2025, 6, 28, 12, 0, 0, 0, time.UTC)
	deals, err := tracker.Open(t.Context(), &journal.Memory{}, tracker.Options{Clock: tracker.NewManual(noon)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, deals.Close()) })
	for _, a := range uschina.Agreements() {
		_, err := deals.Add(t.Context(), a)
		require.NoError(t, err)
	}
	for e, err := range uschina.Events() {
		require.NoError(t, err)
		if e.Recorded.Before(noon) {
			_, err := deals.Record(t.Context(), e)
			require.NoError(t, err)
		}
	}
	handler, err := web.New(deals, web.Options{Title: "The desk", Authorize: func(*http.Request, web.Action) (string, error) { return "desk", nil }})
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// newBrowser starts a browser with one tab. It fails where there is none.
func newBrowser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU)
	all, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	tab, cancel := chromedp.NewContext(all)
	t.Cleanup(cancel)
	tab, cancel = context.WithTimeout(tab, 3*time.Minute)
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(tab, chromedp.Navigate("about:blank")), "a browser is needed: run ./setup.sh")
	return tab
}

// newTab opens another tab of the browser.
func newTab(t *testing.T, of context.Context) context.Context {
	t.Helper()
	tab, cancel := chromedp.NewContext(of)
	t.Cleanup(cancel)
	return tab
}

func run(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	require.NoError(t, chromedp.Do(tab, steps...))
}

// value runs an action that gives something.
func value[T any](t *testing.T, tab context.Context, a chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(tab, a)
	require.NoError(t, err)
	return v
}

// text gives the text of an element.
func text(t *testing.T, tab context.Context, selector string) string {
	t.Helper()
	return value(t, tab, chromedp.Text(chromedp.CSS(selector)))
}

// follow runs steps that lead to another page, and waits until it is there.
func follow(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	_, err := chromedp.RunResponse(tab, steps...)
	require.NoError(t, err)
}

func TestARecordedApprovalIsSeenOnTheBoardWithoutAReload(t *testing.T) {
	server, board := newDesk(t), newBrowser(t)
	run(t, board, chromedp.Navigate(server.URL+"/"), chromedp.SendKeys(css(`#q`), "london"))
	follow(t, board, chromedp.Submit(css(`#q`)))
	require.NotContains(t, text(t, board, "#live"), "Madrid")
	require.Contains(t, text(t, board, "#live"), "awaiting xi approval")
	run(t, board, chromedp.Evaluate[chromedp.Void](`window.notReloaded = true`),
		chromedp.Poll[chromedp.Void](`document.getElementById("live-note").textContent.includes("Follows")`))

	page := newTab(t, board)
	run(t, page, chromedp.Navigate(server.URL+"/"))
	follow(t, page, chromedp.Click(css(`a[href*="`+london+`"]`)))
	run(t, page, chromedp.SetValue(css(`#policy`), "official"), chromedp.SetValue(css(`#as_of`), "2025-06-27"))
	follow(t, page, chromedp.Submit(css(`#as_of`)))
	require.Contains(t, text(t, page, ".state"), "approved")
	require.Contains(t, text(t, page, ".state"), "27 Jun 2025")

	follow(t, page, chromedp.Click(css(`.travel a[href$="/record"]`)))
	run(t, page, chromedp.SetValue(css(`#kind`), "approve"), chromedp.SetValue(css(`#party`), "china"),
		chromedp.SetValue(css(`#by`), "Xi Jinping"), chromedp.SetValue(css(`#role`), "approver"))
	follow(t, page, chromedp.Click(css(`button[value=check]`)))
	would := text(t, page, ".would")
	require.Contains(t, would, "strict: this would move it from awaiting xi approval to approved", would)
	require.Contains(t, text(t, board, "#live"), "awaiting xi approval", "a dry run changes nothing")

	follow(t, page, chromedp.Click(css(`button[value=record]`)))
	require.Contains(t, text(t, page, ".state"), "approved")
	run(t, board, chromedp.Poll[chromedp.Void](`document.querySelector("#live td").textContent.startsWith("approved")`))
	require.True(t, value(t, board, chromedp.Evaluate[bool](`window.notReloaded === true`)), "the board was not loaded again")
}

// looks are the ways in which pages are looked at.
var looks = []struct {
	name          string
	width, height int64
	dark          bool
}{{"wide", 1280, 1000, false}, {"narrow", 390, 844, false}, {"dark", 1280, 1000, true}, {"narrow-dark", 390, 844, true}}

var visited = map[string]string{
	"board": "/", "london": "/deals/" + london, "then": "/deals/" + london + "?as_of=2025-06-27&policy=official",
	"record": "/deals/" + london + "/record", "changes": "/changes?since=2025-06-20", "problem": "/deals/nothing",
}

const violationsFound = `axe.run().then(r => JSON.stringify(r.violations.map(v => [v.id, v.help, v.nodes.map(n => n.html.slice(0, 200) + " " + n.failureSummary)])))`

func TestAxeFindsNoViolation(t *testing.T) {
	axe, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	require.NoError(t, err, "axe-core is needed: run ./setup.sh")
	server, tab := newDesk(t), newBrowser(t)
	for _, look := range looks {
		for name, path := range visited {
			scheme := "light"
			if look.dark {
				scheme = "dark"
			}
			media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
			_, err := chromedp.Call(tab, emulation.SetEmulatedMedia, media)
			require.NoError(t, err)
			run(t, tab, chromedp.EmulateViewport(look.width, look.height), chromedp.Navigate(server.URL+path), chromedp.WaitVisible(css("#live")),
				chromedp.Evaluate[chromedp.Void](string(axe)+";0"))
			found := value(t, tab, chromedp.Evaluate[string](violationsFound, chromedp.EvalAwaitPromise))
			var violations []any
			require.NoError(t, json.Unmarshal([]byte(found), &violations))
			require.Empty(t, violations, "%s of %s", name, look.name)
			require.False(t, value(t, tab, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > innerWidth`)), "%s of %s is wider than the screen", name, look.name)
			shoot(t, tab, name+"-"+look.name)
		}
	}
}

// shoot writes a picture of the whole page, if somebody wants to look at it.
func shoot(t *testing.T, tab context.Context, name string) {
	t.Helper()
	folder := os.Getenv("SCREENSHOTS")
	if folder == "" {
		return
	}
	picture := value(t, tab, chromedp.FullScreenshot(100))
	require.NoError(t, os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644))
}

// Every page is of use to somebody who has a keyboard only, and nothing but the skip link
// stands before the site's own links.
func TestThePagesWorkByKeyboard(t *testing.T) {
	server, tab := newDesk(t), newBrowser(t)
	for name, path := range visited {
		run(t, tab, chromedp.Navigate(server.URL+path), chromedp.WaitVisible(css("#live")))
		order := value(t, tab, chromedp.Evaluate[string](`[...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]")].filter(e => e.tabIndex >= 0).map(e => (e.textContent || e.id || e.name).trim()).join("|")`))
		require.True(t, strings.HasPrefix(order, "To the content|Board|What changed|Calendar"), "%s: %s", name, order)
	}
}

func TestNothingRunsThatThePolicyDoesNotLetIn(t *testing.T) {
	server, tab := newDesk(t), newBrowser(t)
	var mu sync.Mutex
	var refused []string
	require.NoError(t, chromedp.Listen(tab, func(event any) {
		if text := fmt.Sprintf("%+v", event); strings.Contains(text, "Content Security Policy") {
			mu.Lock()
			defer mu.Unlock()
			refused = append(refused, text)
		}
	}))
	for _, path := range visited {
		run(t, tab, chromedp.Navigate(server.URL+path), chromedp.WaitVisible(css("#live")))
	}
	mu.Lock()
	defer mu.Unlock()
	require.Empty(t, refused)
}

// css is a selector of the first element that it fits.
func css(selector string) chromedp.CSS { return chromedp.CSS(selector) }

package web_test

import (
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
	"github.com/fe115bb3/dealtracker/dealstate/web"
)

const london = "us-china-london-2025"

// everybody lets everybody do everything, in the name of the desk.
func everybody(*http.Request, web.Action) (string, error) { return "desk", nil }

// desk is a site over the deals of the summer of 2025, with all that is on record.
type desk struct {
	t       *testing.T
	handler http.Handler
	deals   *tracker.Tracker
	clock   *tracker.Manual
	kept    *journal.Memory
}

func newDesk(t *testing.T, o web.Options) *desk {
	t.Helper()
	d := &desk{t: t, clock: tracker.NewManual(instant("2026-07-01T00:00:00Z")), kept: &journal.Memory{}}
	ctx := t.Context()
	var err error
	d.deals, err = tracker.Open(ctx, d.kept, tracker.Options{Clock: d.clock})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.deals.Close()) })
	for _, a := range uschina.Agreements() {
		_, err := d.deals.Add(ctx, a)
		require.NoError(t, err)
	}
	for e, err := range uschina.Events() {
		require.NoError(t, err)
		_, err := d.deals.Record(ctx, e)
		require.NoError(t, err)
	}
	d.handler, err = web.New(d.deals, o)
	require.NoError(t, err)
	return d
}

func instant(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return at
}

// do makes a request. Headers come as "Name: value".
func (d *desk) do(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	d.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return w
}

func (d *desk) get(target string, headers ...string) *httptest.ResponseRecorder {
	d.t.Helper()
	return d.do("GET", target, "", headers...)
}

func (d *desk) post(target string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	d.t.Helper()
	return d.do("POST", target, form.Encode(), append(headers, "Content-Type: application/x-www-form-urlencoded")...)
}

func TestWithoutAuthorizeEveryRequestIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{})
	for _, target := range []string{"/", "/deals/" + london, "/changes", "/calendar.ics", "/style.css", "/api/deals", "/api/openapi.json", "/api/changes", "/nothing"} {
		require.Equal(t, http.StatusForbidden, d.get(target).Code, target)
	}
	require.Equal(t, http.StatusForbidden, d.do("POST", "/api/events", `{}`).Code)
	for _, target := range []string{"/deals//x", "/a/../deals", "/./", "/deals/" + london + "/."} {
		require.Equal(t, http.StatusForbidden, d.get(target).Code, "%s leads nowhere unasked", target)
	}
	mounted := newDesk(t, web.Options{Prefix: "/desk"})
	require.Equal(t, http.StatusForbidden, mounted.get("/desk").Code)
}

func TestReadOnlyLetsEverybodyReadAndNobodyRecord(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: web.ReadOnly})
	require.Equal(t, http.StatusOK, d.get("/").Code)
	before, err := d.kept.Last(t.Context())
	require.NoError(t, err)
	for target, method := range map[string]string{"/api/events": "POST", "/api/agreements": "POST", "/deals/" + london + "/record": "POST"} {
		require.Equal(t, http.StatusForbidden, d.do(method, target, `{}`).Code, target)
	}
	require.Equal(t, http.StatusForbidden, d.get("/deals/"+london+"/record").Code)
	require.NotContains(t, d.get("/deals/"+london).Body.String(), "Record a report", "what leads nowhere is not offered")
	after, err := d.kept.Last(t.Context())
	require.NoError(t, err)
	require.Equal(t, before, after)
}

// Nor is a page that a browser has from before taken for the one it would get now.
func TestAPageThatOffersTheFormIsAnotherThanOneThatDoesNot(t *testing.T) {
	t.Parallel()
	may := error(nil)
	d := newDesk(t, web.Options{Authorize: func(_ *http.Request, a web.Action) (string, error) {
		if a == web.Record {
			return "desk", may
		}
		return "", nil
	}})
	tag := func() string { return d.get("/deals/" + london).Header().Get("ETag") }
	before := tag()
	require.NotEmpty(t, before)
	require.Equal(t, before, tag())
	may = &web.ForbiddenError{}
	require.NotEqual(t, before, tag())
}

func TestWhoMayRecordOrSignInToIsOfferedTheForm(t *testing.T) {
	t.Parallel()
	for _, err := range []error{nil, &web.SignInError{}} {
		d := newDesk(t, web.Options{Authorize: func(_ *http.Request, a web.Action) (string, error) {
			if a == web.Record {
				return "desk", err
			}
			return "", nil
		}})
		require.Contains(t, d.get("/deals/"+london).Body.String(), "Record a report")
	}
}

// A page of another site whose name was made to lead here (DNS rebinding) is of the same
// origin for a browser; only the Host gives it away. Nothing else is looked at before.
func TestWhatWasSentToAnotherHostIsRefusedFirst(t *testing.T) {
	t.Parallel()
	asked := 0
	count := func(*http.Request, web.Action) (string, error) { asked++; return "desk", nil }
	d := newDesk(t, web.Options{Authorize: count, Hosts: web.LocalHosts(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}, "Desk.Example:8080")})
	to := func(method, host, target string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, target, strings.NewReader("{}"))
		r.Host = host
		r.Header.Set("Origin", "http://"+host)
		w := httptest.NewRecorder()
		d.handler.ServeHTTP(w, r)
		return w
	}
	for _, host := range []string{"evil.example:8080", "evil.example", "", "localhost.evil.example", "127.0.0.1.evil.example:8080", "10.0.0.1"} {
		for _, target := range []string{"/", "/nothing", "/a//b", "/api/openapi.json", "/api/changes", "/style.css"} {
			require.Equal(t, http.StatusMisdirectedRequest, to("GET", host, target).Code, host+target)
		}
		refused := to("POST", host, "/api/events")
		require.Equal(t, http.StatusMisdirectedRequest, refused.Code, host)
		require.Equal(t, "application/problem+json", refused.Header().Get("Content-Type"))
		require.Equal(t, "no-referrer", refused.Header().Get("Referrer-Policy"))
	}
	require.Zero(t, asked)
	for _, host := range []string{"localhost:8080", "LOCALHOST", "127.0.0.1:8080", "[::1]:8080", "::1", "[::1]", "localhost.", "desk.example:9"} {
		require.Equal(t, http.StatusOK, to("GET", host, "/").Code, host)
	}
}

func TestAServerAtAllAddressesAnswersForThisMachines(t *testing.T) {
	t.Parallel()
	name, err := os.Hostname()
	require.NoError(t, err)
	hosts := web.LocalHosts(&net.TCPAddr{IP: net.IPv6unspecified, Port: 80}, "", "desk.example")
	for _, want := range []string{"localhost", "127.0.0.1", "::1", strings.ToLower(name), "desk.example"} {
		require.Contains(t, hosts, want)
	}
	require.NotContains(t, hosts, "")
	require.NotContains(t, hosts, "::")
}

// A browser asks who it is when it is answered with 401 and a challenge.
func TestASignInIsAskedForAndTheWordsAreShown(t *testing.T) {
	t.Parallel()
	var refusal error
	d := newDesk(t, web.Options{Authorize: func(*http.Request, web.Action) (string, error) { return "", refusal }})
	for _, c := range []struct {
		err             error
		code            int
		challenge, says string
	}{
		{&web.SignInError{}, http.StatusUnauthorized, `Basic realm="deals"`, "sign in first"},
		{fmt.Errorf("desk: %w", &web.SignInError{Challenge: "Bearer", Detail: "bring <b>a token</b>\x1b"}), http.StatusUnauthorized, "Bearer", "bring <b>a token</b>\\x1b"},
		{&web.ForbiddenError{}, http.StatusForbidden, "", "you may not do this here"},
		{&web.ForbiddenError{Detail: "only editors\u202e record"}, http.StatusForbidden, "", "only editors\\u202e record"},
		{errors.New("ldap: password of root is x"), http.StatusForbidden, "", "you may not do this here"},
	} {
		refusal = c.err
		for _, target := range []string{"/deals/" + london + "/record", "/", "/api/deals", "/nothing"} {
			w := d.get(target)
			require.Equal(t, c.code, w.Code, target)
			require.Equal(t, c.challenge, w.Header().Get("WWW-Authenticate"))
			if strings.HasPrefix(target, "/api/") {
				require.Equal(t, c.says, problemOf(t, w).Detail)
				continue
			}
			require.Contains(t, w.Body.String(), "<p>"+html.EscapeString(c.says)+"</p>")
		}
		require.NotEmpty(t, c.err.Error())
	}
}

func TestTheBoardShowsSearchesAndFilters(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody, Title: "Desk"})
	board := d.get("/")
	require.Equal(t, http.StatusOK, board.Code)
	for _, a := range uschina.Agreements() {
		require.Contains(t, board.Body.String(), "/deals/"+a.ID)
	}
	found := d.get("/?q=LONDON").Body.String()
	require.Contains(t, found, london)
	require.NotContains(t, found, "/deals/us-china-geneva-2025")
	require.Contains(t, d.get("/?limit=2").Body.String(), `rel="next"`)
	for _, a := range uschina.Agreements() {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		for _, state := range m.Lifecycle().States {
			require.Contains(t, board.Body.String(), `<option value="`+string(state)+`"`, "a state that %s can have", a.ID)
		}
	}
	require.NotContains(t, board.Body.String(), `<option value="contested"`)
	require.Contains(t, d.get("/?state=contested").Body.String(), `<option value="contested" selected`, "it is shown what was asked for")
	require.Equal(t, http.StatusBadRequest, d.get("/?sort=size").Code)
	require.Equal(t, http.StatusBadRequest, d.get("/?limit=0").Code)
}

// The board counts all deals that the filter finds, whichever page is shown.
func TestTheBoardCountsTheDealsOfAllPages(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	whole, err := d.deals.Deals(t.Context(), tracker.Query{Limit: 1000})
	require.NoError(t, err)
	all := len(whole.Deals)
	require.Greater(t, all, 2)
	lead := func(target string) string {
		return regexp.MustCompile(`\d+ deals?[,;.][^<]*`).FindString(d.get(target).Body.String())
	}
	require.True(t, strings.HasPrefix(lead("/"), fmt.Sprintf("%d deals; ", all)), lead("/"))
	require.Equal(t, strings.Replace(lead("/"), " deals;", " deals, of which 2 on this page;", 1), lead("/?limit=2"))
	first, err := d.deals.Deals(t.Context(), tracker.Query{Limit: 2})
	require.NoError(t, err)
	require.Equal(t, lead("/?limit=2"), lead("/?limit=2&after="+first.Next))
	require.True(t, strings.HasPrefix(lead("/?q=london"), "1 deal; 1 "), lead("/?q=london"))
}

func TestADealsPageTravelsInTimeByLink(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	strict := d.get("/deals/" + london + "?as_of=2025-06-27&policy=strict").Body.String()
	official := d.get("/deals/" + london + "?as_of=2025-06-27&policy=official").Body.String()
	require.NotEqual(t, strict, official)
	require.Contains(t, official, "2025-06-27")
	require.Contains(t, official, `rel="prev"`)
	require.Equal(t, http.StatusBadRequest, d.get("/deals/"+london+"?as_of=yesterday").Code)
	require.Equal(t, http.StatusBadRequest, d.get("/deals/"+london+"?policy=mine").Code)
	missing := d.get("/deals/us-china-lodnon-2025")
	require.Equal(t, http.StatusNotFound, missing.Code)
	require.Contains(t, missing.Body.String(), london, "the nearest known one is named")
}

func TestRecordingSaysFirstWhatTheReportWouldDo(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	path := "/deals/" + london + "/record"
	require.Equal(t, http.StatusOK, d.get(path).Code)
	before, err := d.kept.Last(t.Context())
	require.NoError(t, err)
	form := url.Values{"id": {"web-1"}, "kind": {"note"}, "at": {"2025-07-01"}, "note": {"<script>alert(1)</script>"}, "step": {"check"}}
	tried := d.post(path, form)
	require.Equal(t, http.StatusOK, tried.Code)
	require.Contains(t, tried.Body.String(), "What it would do")
	require.Contains(t, tried.Body.String(), "Record it")
	require.NotContains(t, tried.Body.String(), "<script>alert")
	after, err := d.kept.Last(t.Context())
	require.NoError(t, err)
	require.Equal(t, before, after, "nothing was kept")

	form.Set("step", "record")
	done := d.post(path, form)
	require.Equal(t, http.StatusSeeOther, done.Code)
	require.Equal(t, "/deals/"+london, done.Header().Get("Location"))
	require.Equal(t, http.StatusSeeOther, d.post(path, form).Code, "sent twice, kept once")
	var last journal.Entry
	for e, err := range d.kept.Read(t.Context(), before) {
		require.NoError(t, err)
		last = e
	}
	require.Equal(t, before+1, last.Position)
	require.Equal(t, "web-1", last.Event.ID)
	require.Equal(t, "desk", last.By, "who recorded it is kept beside it")
	require.Equal(t, d.clock.Now(), last.Event.Recorded, "it was learned now")

	form.Add("kind", "approve")
	require.Equal(t, http.StatusUnprocessableEntity, d.post(path, form).Code, "it is a note and an approval")
	form.Set("kind", "note")
	form.Set("note", strings.Repeat("x", 17<<20))
	require.Equal(t, http.StatusRequestEntityTooLarge, d.post(path, form).Code)
	form.Set("note", "")
	form.Set("at", "yesterday")
	wrong := d.post(path, form)
	require.Equal(t, http.StatusUnprocessableEntity, wrong.Code)
	require.Contains(t, wrong.Body.String(), `role="alert"`)
}

func TestAFormOfAnotherSiteIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	form := url.Values{"id": {"web-1"}, "kind": {"note"}, "at": {"2025-07-01"}, "step": {"record"}}
	require.Equal(t, http.StatusForbidden, d.post("/deals/"+london+"/record", form, "Sec-Fetch-Site: cross-site").Code)
	require.Equal(t, http.StatusForbidden, d.post("/deals/"+london+"/record", form, "Origin: https://evil.example").Code)
	require.Equal(t, http.StatusForbidden, d.do("POST", "/api/events", "{}", "Sec-Fetch-Site: cross-site").Code)
	require.Equal(t, http.StatusSeeOther, d.post("/deals/"+london+"/record", form, "Sec-Fetch-Site: same-origin").Code)
}

func TestWhatChangedSinceADate(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	page := d.get("/changes?since=2025-06-26").Body.String()
	require.Contains(t, page, london)
	require.Contains(t, page, "london-")
	require.Contains(t, d.get("/changes?since=2099-01-01").Body.String(), "Nothing did.")
	require.Contains(t, d.get("/changes?since=yesterday").Body.String(), "since: &#34;yesterday&#34; is neither a date nor an instant")
}

func TestEveryAnswerForbidsWhatItDoesNotNeed(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	for _, target := range []string{"/", "/deals/" + london, "/deals/" + london + "/record", "/changes", "/api/deals", "/nothing"} {
		h := d.get(target).Header()
		policy := h.Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'", target)
		require.Contains(t, policy, "frame-ancestors 'none'", target)
		require.NotContains(t, policy, "unsafe", target)
		require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"), target)
	}
}

func TestAPageThatHasNotChangedIsNotSentAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	for _, target := range []string{"/deals/" + london, "/api/deals/" + london, "/api/deals/" + london + "/state", "/api/deals/" + london + "/events", "/api/deals/" + london + "/decisions", "/api/deals/" + london + "/explanation?as_of=2025-06-27"} {
		first := d.get(target)
		tag := first.Header().Get("ETag")
		require.NotEmpty(t, tag)
		require.Equal(t, http.StatusNotModified, d.get(target, "If-None-Match: "+tag).Code)
		for _, list := range []string{`"other", ` + tag, tag + `,"other"`, "*", strings.TrimPrefix(tag, "W/")} {
			require.Equal(t, http.StatusNotModified, d.get(target, "If-None-Match: "+list).Code, list)
		}
		require.Equal(t, http.StatusOK, d.get(target, `If-None-Match: "other", W/"x"`).Code)
		d.clock.Advance(time.Minute)
		require.Equal(t, http.StatusNotModified, d.get(target, "If-None-Match: "+tag).Code, "only the hour has changed")
		require.Equal(t, http.StatusOK, d.get("/deals/"+london+"?policy=reported", "If-None-Match: "+tag).Code)
	}
	tag := d.get("/deals/" + london).Header().Get("ETag")
	line := `{"id":"n1","deal":"` + london + `","kind":"note","at":"2025-07-01"}`
	require.Equal(t, http.StatusOK, d.do("POST", "/api/events", line).Code)
	require.Equal(t, http.StatusOK, d.get("/deals/"+london, "If-None-Match: "+tag).Code)
}

func TestAuthorizeIsToldWhatIsWanted(t *testing.T) {
	t.Parallel()
	var asked []web.Action
	d := newDesk(t, web.Options{Authorize: func(_ *http.Request, a web.Action) (string, error) {
		asked = append(asked, a)
		return "", errors.New("no")
	}})
	d.get("/")
	d.do("POST", "/api/events", "{}")
	d.do("POST", "/api/agreements", "{}")
	require.Equal(t, []web.Action{web.Read, web.Record, web.AddAgreement}, asked)
	require.Equal(t, "record", web.Record.String())
	require.Empty(t, web.Action(99).String())
}

func TestOptionsThatCannotBeAreNamed(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody, Prefix: "/desk"})
	require.Equal(t, http.StatusOK, d.get("/desk/").Code)
	require.Contains(t, d.get("/desk/").Body.String(), `href="/desk/deals/`+london)
	require.Equal(t, http.StatusNotFound, d.get("/").Code)
	var field *dealstate.FieldError
	require.Equal(t, "/desk/", d.get("/desk").Header().Get("Location"))
	for _, prefix := range []string{"desk", "/desk/", "/{x}", "/", "//evil.example", "/a/../b", "/.", "/a?b", "/a#b", "/a%20b", "/a\nb", `/"b`} {
		_, err := web.New(d.deals, web.Options{Prefix: prefix})
		require.ErrorAs(t, err, &field, prefix)
		require.Equal(t, "Prefix", field.Field)
	}
	for name, o := range map[string]web.Options{"MaxBody": {MaxBody: -1}, "MaxWatch": {MaxWatch: -1}, "BodyTime": {BodyTime: -1}, "Hosts": {Hosts: []string{"localhost", "Desk.example:8080"}}} {
		_, err := web.New(d.deals, o)
		require.ErrorAs(t, err, &field)
		require.Equal(t, name, field.Field)
	}
	_, err := web.New(nil, web.Options{})
	require.ErrorAs(t, err, &field)
}

func readAll(t *testing.T, r io.Reader) string {
	t.Helper()
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(text)
}

// The board and a deal's page say what the command and Explain say, in their words.
func TestTheBoardAndADealsPageNameWhoIsEnoughAndARefusedApproval(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	open := func(id, deadline string) {
		a := `{"id":"` + id + `","parties":[{"id":"iceland"},{"id":"norway","approver":"Hansen"}],"approval":{"count":{"min":1}},"deadline":"` + deadline + `"}`
		require.Equal(t, http.StatusCreated, d.do("POST", "/api/agreements", a).Code)
	}
	open("herring", "2027-01-01")
	open("cod", "2025-10-01")
	late := `{"id":"hansen-yes","deal":"cod","kind":"approve","party":"norway","by":"Hansen","role":"approver","at":"2025-10-05"}`
	require.Equal(t, http.StatusOK, d.do("POST", "/api/events", late).Code)
	for _, page := range []string{"/", "/deals/herring"} {
		require.Contains(t, d.get(page).Body.String(), "iceland, norway (Hansen) (iceland is enough)", page)
	}
	const refused = "given on 5 October 2025 (hansen-yes), after the deadline: refused"
	require.Contains(t, d.get("/api/deals/cod/explanation").Body.String(), refused)
	for _, page := range []string{"/", "/deals/cod"} {
		require.Contains(t, d.get(page).Body.String(), "Approval by norway (Hansen): "+refused, page)
	}
	require.Contains(t, d.get("/deals/cod").Body.String(), `<td data-l="Word"><bdi>`+refused+"</bdi>")
	require.NotContains(t, d.get("/deals/cod?as_of=2025-10-04").Body.String(), refused, "it has not come yet")
}

package web_test

import (
	"bufio"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
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

// problem is what a program is told of an error.
type problem struct {
	Type, Title, Detail, Field, ID string
	Status, Line                   int
	Decision                       json.RawMessage
}

func problemOf(t *testing.T, w *httptest.ResponseRecorder) problem {
	t.Helper()
	require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	var p problem
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p), w.Body.String())
	require.Equal(t, w.Code, p.Status)
	require.Equal(t, "about:blank", p.Type)
	require.Equal(t, http.StatusText(w.Code), p.Title)
	return p
}

// What is sent as text/csv is read as a table; a row without recorded was learned now, as a
// line is.
func TestEventsComeInAsATableToo(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	send := func(form, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "/api/events", strings.NewReader(body))
		r.Header.Set("Content-Type", form)
		w := httptest.NewRecorder()
		d.handler.ServeHTTP(w, r)
		return w
	}
	table := "id,deal,kind,at,recorded,note\nt1," + london + ",note,2025-07-01,2025-07-02,\"a, b\"\nt2," + london + ",note,2025-07-01,,\n"
	done := send("text/csv; charset=utf-8", table)
	require.Equal(t, http.StatusOK, done.Code, done.Body.String())
	out := d.get("/api/deals/" + london + "/events").Body.String()
	require.Contains(t, out, `"id":"t1"`)
	require.Contains(t, out, `"recorded":"2025-07-02T23:59:59Z"`)
	require.Contains(t, out, `"note":"a, b"`)
	require.Regexp(t, `"id":"t2".*"recorded":"2026-07-01T00:00:00Z`, out)

	bad := problemOf(t, send("text/csv", "id,deal,kind,at\nt3,"+london+",nota,2025-07-01\n"))
	require.Equal(t, []any{http.StatusBadRequest, 2, "kind"}, []any{bad.Status, bad.Line, bad.Field})
	require.Equal(t, http.StatusBadRequest, send("application/x-ndjson", table).Code)
	require.Equal(t, http.StatusBadRequest, send("text/csv", "id,deal,kind,at\n").Code)
}

func TestEventsInAndOut(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	line := `{"id":"n1","deal":"` + london + `","kind":"note","at":"2025-07-01T08:00:00.123456789Z"}`
	var did []struct {
		Place    string
		Decision dealstate.Decision
	}
	tried := d.do("POST", "/api/events?dry_run=true", line)
	require.NoError(t, json.Unmarshal(tried.Body.Bytes(), &did))
	require.Empty(t, did[0].Place, "it was only tried")

	done := d.do("POST", "/api/events", line+"\n"+line)
	require.Equal(t, http.StatusOK, done.Code, done.Body.String())
	require.NoError(t, json.Unmarshal(done.Body.Bytes(), &did))
	require.Len(t, did, 2)
	require.Equal(t, dealstate.Noted, did[0].Decision.Outcome)
	require.Equal(t, dealstate.Duplicate, did[1].Decision.Outcome)

	out := d.get("/api/deals/" + london + "/events").Body.String()
	require.Equal(t, 1, strings.Count(out, `"n1"`))
	require.Contains(t, out, "2025-07-01T08:00:00.123456789Z")
	for _, err := range dealstate.ReadEvents(strings.NewReader(out)) {
		require.NoError(t, err)
	}
	require.Contains(t, d.get("/api/deals/"+london+"/decisions").Body.String(), `"n1"`)
	require.Contains(t, d.get("/api/deals/"+london+"/explanation?as_of=2025-06-27").Body.String(), "awaiting")
}

func TestWhatIsGivenByItsDateAloneWasLearnedNow(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	body := `{"id":"n1","deal":"` + london + `","kind":"note","at":"2025-07-01"}` + "\n\n" +
		`{"id":"n2","deal":"` + london + `","kind":"note","at":"2025-07-01","recorded":"2025-07-03"}`
	require.Equal(t, http.StatusOK, d.do("POST", "/api/events", body).Code)
	deal, err := d.deals.Deal(t.Context(), london)
	require.NoError(t, err)
	first, _, _ := deal.Event("n1")
	second, _, _ := deal.Event("n2")
	require.Equal(t, d.clock.Now(), first.Recorded)
	require.Equal(t, instant("2025-07-03T23:59:59Z"), second.Recorded)
}

// Nobody who wanted to try an event finds it kept because he wrote dry_run otherwise.
func TestOnlyWhatIsUnderstoodIsRecorded(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	before, _ := d.kept.Last(t.Context())
	line := `{"id":"n1","deal":"` + london + `","kind":"note","at":"2025-07-01"}`
	for _, query := range []string{"dry_run=1", "dry_run=TRUE", "dry_run", "dryrun=true", "dry_run=false&dry_run=true", "dry_run=true&apply=true", "apply=yes", "dry_run=true;", "%"} {
		require.Equal(t, 400, problemOf(t, d.do("POST", "/api/events?"+query, line)).Status, query)
	}
	after, _ := d.kept.Last(t.Context())
	require.Equal(t, before, after)
	require.Equal(t, http.StatusOK, d.do("POST", "/api/events?dry_run=false&apply=false", line).Code)
}

func TestANullOrABOMDoesNotMakeAnEventKnownEarlier(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	line := `{"id":"n1","deal":"` + london + `","kind":"note","at":"2025-07-01"`
	body := "\uFEFF" + line + "}\n" + strings.Replace(line, "n1", "n2", 1) + `,"recorded":null}`
	require.Equal(t, http.StatusOK, d.do("POST", "/api/events", body).Code)
	deal, err := d.deals.Deal(t.Context(), london)
	require.NoError(t, err)
	for _, id := range []string{"n1", "n2"} {
		e, _, _ := deal.Event(id)
		require.Equal(t, d.clock.Now(), e.Recorded, id)
	}
}

func TestAPlaceOfAnotherJournalIsRefusedBeforeTheStreamBegins(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	server := httptest.NewServer(d.handler)
	defer server.Close()
	answer, err := http.Get(server.URL + "/api/changes?from=99999@2025-01-01T00:00:00Z")
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, http.StatusBadRequest, answer.StatusCode)
	require.Contains(t, readAll(t, answer.Body), `"field":"place"`)
	head, err := http.Head(server.URL + "/api/changes")
	require.NoError(t, err)
	defer head.Body.Close()
	require.Equal(t, "text/event-stream", head.Header.Get("Content-Type"))
}

func TestAClosedTrackerIsNotAvailable(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	require.NoError(t, d.deals.Close())
	for _, target := range []string{"/", "/api/deals", "/api/changes", "/calendar.ics", "/changes", "/api/due", "/api/deals/" + london} {
		w := d.get(target)
		require.Equal(t, http.StatusServiceUnavailable, w.Code, target)
		require.NotEmpty(t, w.Header().Get("Retry-After"), target)
	}
}

func TestAProblemNamesTheFieldAndTheLine(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody, MaxBody: 1000})
	good := `{"id":"n1","deal":"` + london + `","kind":"note","at":"2025-07-01"}`
	before, _ := d.kept.Last(t.Context())

	p := problemOf(t, d.do("POST", "/api/events", good+"\n"+strings.Replace(good, "note", "nod", 1)))
	require.Equal(t, 400, p.Status)
	require.Equal(t, "kind", p.Field)
	require.Equal(t, 2, p.Line)
	p = problemOf(t, d.do("POST", "/api/events", strings.Replace(good, london, "us-china-lodnon-2025", 1)))
	require.Equal(t, 404, p.Status)
	require.Contains(t, p.Detail, london)
	p = problemOf(t, d.do("POST", "/api/events", good+strings.Repeat(" ", 1000)))
	require.Equal(t, 413, p.Status)
	p = problemOf(t, d.do("POST", "/api/events", ""))
	require.Equal(t, 400, p.Status)
	p = problemOf(t, d.do("POST", "/api/events?apply=true", strings.Replace(good, `"note"`, `"implement","role":"instrument"`, 1)))
	require.Equal(t, 409, p.Status)
	require.NotEmpty(t, p.Decision)
	p = problemOf(t, d.do("POST", "/api/agreements", `{"id":"x","parties":[]}`))
	require.Equal(t, 400, p.Status)
	require.Equal(t, "parties", p.Field)
	p = problemOf(t, d.do("POST", "/api/agreements", `{"id":"`+london+`","parties":[{"id":"a"},{"id":"b"}]}`))
	require.Equal(t, 409, p.Status)
	for _, target := range []string{"/api/nothing", "/api/deals/nothing", "/api/deals/nothing/state", "/api/deals/nothing/events", "/api/changes?deal=nothing"} {
		require.Equal(t, 404, problemOf(t, d.get(target)).Status, target)
	}
	require.Equal(t, "as_off", problemOf(t, d.get("/api/deals/"+london+"/state?as_off=2025-06-27")).Field)
	require.Contains(t, problemOf(t, d.get("/api/deals/"+london+"/state?as_off=2025-06-27")).Detail, `"as_of"`)
	for _, target := range []string{"/api/deals?a;b", "/api/changes?deal=a&deal=b", "/api/deals/" + london + "/state?policy=strict&policy=official", "/api/deals?limit=x", "/api/deals?after=x", "/api/due?from=x", "/api/due?from=2025-02-01&to=2025-01-01", "/api/changes?from=x", "/api/changes?policy=x", "/api/deals/" + london + "/state?as_of=x"} {
		require.Equal(t, 400, problemOf(t, d.get(target)).Status, target)
	}
	require.Equal(t, 409, problemOf(t, d.do("POST", "/api/events", good+"\n"+strings.Replace(good, "2025-07-01", "2025-07-02", 1))).Status)
	after, _ := d.kept.Last(t.Context())
	require.Equal(t, before, after, "none of that kept anything")
}

func TestAnAgreementIsTakenOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	text := `{"id":"ab","title":"A and B","parties":[{"id":"a","approver":"Ada"},{"id":"b","approver":"Ben"}]}`
	for range 2 {
		w := d.do("POST", "/api/agreements", text)
		require.Equal(t, http.StatusCreated, w.Code, w.Body.String())
		require.Equal(t, "/api/deals/ab", w.Header().Get("Location"))
	}
	a, err := dealstate.ReadAgreement(d.get("/api/deals/ab").Body)
	require.NoError(t, err)
	require.Equal(t, "A and B", a.Title)
	require.Contains(t, d.get("/api/deals?awaiting=b").Body.String(), `"ab"`)
}

func TestWhatFallsDue(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	var due []struct {
		Deal     string
		Decision dealstate.Decision
	}
	w := d.get("/api/due?from=2025-01-01&to=2027-01-01")
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &due), w.Body.String())
	require.NotEmpty(t, due)
	for i, c := range due {
		require.NotZero(t, c.Decision.Clock)
		require.True(t, i == 0 || !c.Decision.At.Before(due[i-1].Decision.At), "in the order of their instants")
	}
	of := func(query string) string { return d.get("/api/due?" + query).Body.String() }
	for _, c := range due {
		day, next := c.Decision.At.Format(time.DateOnly), c.Decision.At.AddDate(0, 0, 1).Format(time.DateOnly)
		before := c.Decision.At.Add(-1).Format(time.DateOnly) // the day itself, unless the clock ends the one before
		require.Contains(t, of("from="+day+"&to="+next), c.Decision.At.Format(time.RFC3339), "a date alone begins with its day")
		require.Contains(t, of("from="+before+"&to="+before), c.Decision.At.Format(time.RFC3339), "and lasts until its end")
	}
	require.Contains(t, of("from=2026-01-01&to=2025-01-01"), `"field":"to"`)
	require.Contains(t, of("from=x"), `"field":"from"`)
	require.Contains(t, of("to=x"), `"field":"to"`)
}

// sse reads server-sent events, for as long as the reader is there.
type sse struct {
	t *testing.T
	*bufio.Scanner
}

func (d *desk) watch(server *httptest.Server, query, last string) (*sse, func()) {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), "GET", server.URL+"/api/changes?"+query, nil)
	require.NoError(d.t, err)
	r.Header.Set("Last-Event-ID", last)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(d.t, err)
	require.Equal(d.t, "text/event-stream", answer.Header.Get("Content-Type"))
	return &sse{d.t, bufio.NewScanner(answer.Body)}, func() { answer.Body.Close() }
}

// next gives the id and the data of the next event of the name.
func (s *sse) next(name string) (id, data string) {
	s.t.Helper()
	var event string
	for s.Scan() {
		switch field, value, _ := strings.Cut(s.Text(), ": "); field {
		case "id":
			id = value
		case "event":
			event = value
		case "data":
			data = value
		case "":
			if event == name {
				return id, data
			}
		}
	}
	s.t.Fatalf("the stream ended before an event %s: %v", name, s.Err())
	return "", ""
}

func TestWhoComesBackIsToldWhatHeMissed(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	server := httptest.NewServer(d.handler)
	defer server.Close()
	stream, leave := d.watch(server, "", "")
	place, _ := stream.next("place")
	note := func(id string) {
		require.Equal(t, http.StatusOK, d.do("POST", "/api/events", `{"id":"`+id+`","deal":"`+london+`","kind":"note","at":"2025-07-01"}`).Code)
	}
	note("n1")
	first, data := stream.next("change")
	require.Contains(t, data, `"id":"n1"`)
	require.Contains(t, data, `"by":"desk"`)
	leave()
	note("n2")
	note("n3")
	for from, want := range map[string][]string{first: {"n2", "n3"}, place: {"n1", "n2", "n3"}} {
		again, leave := d.watch(server, "deal="+london, from)
		for _, id := range want {
			_, data := again.next("change")
			require.Contains(t, data, `"id":"`+id+`"`)
		}
		leave()
	}
	other, leave := d.watch(server, "deal=us-china-geneva-2025", place)
	defer leave()
	d.clock.Set(instant("2027-01-01T00:00:00Z"))
	_, data = other.next("change")
	require.NotContains(t, data, london)
	require.NotContains(t, data, `"event":{`, "a clock did it")
}

func TestOnlySoManyMayWatch(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody, MaxWatch: 1})
	server := httptest.NewServer(d.handler)
	defer server.Close()
	stream, leave := d.watch(server, "", "")
	stream.next("place")
	require.Equal(t, http.StatusServiceUnavailable, d.get("/api/changes").Code)
	leave()
	require.Eventually(t, func() bool {
		answer, err := http.Get(server.URL + "/api/changes")
		require.NoError(t, err)
		defer answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	}, 10*time.Second, 10*time.Millisecond, "who leaves makes room")
}

// stopped is a computer's clock by which no time passes.
type stopped struct{ *tracker.Manual }

func (stopped) Elapsed() time.Duration { return 0 }

func TestNothingIsTakenWhileTheClockWasSetFarAhead(t *testing.T) {
	t.Parallel()
	clock := stopped{tracker.NewManual(instant("2026-07-01T00:00:00Z"))}
	deals, err := tracker.Open(t.Context(), &journal.Memory{}, tracker.Options{Clock: clock})
	require.NoError(t, err)
	defer deals.Close()
	_, err = deals.Add(t.Context(), uschina.London())
	require.NoError(t, err)
	d := &desk{t: t}
	d.handler, err = web.New(deals, web.Options{Authorize: everybody})
	require.NoError(t, err)
	clock.Set(instant("2062-07-01T00:00:00Z"))
	w := d.do("POST", "/api/events", `{"id":"n","deal":"`+london+`","kind":"note","at":"2026-07-01T00:00:00Z"}`)
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.Contains(t, w.Body.String(), "clock: it shows 2062-07-01T00:00:00Z, but by the time that has passed it is 2026-07-01T00:00:00Z")
	require.Equal(t, http.StatusOK, d.get("/deals/"+london).Code, "what there is can be read")
}

// The description and the routes name the same addresses.
func TestTheDescriptionNamesEveryAddressForPrograms(t *testing.T) {
	t.Parallel()
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Parameters  []struct{ Name, In string }
			Responses   map[string]json.RawMessage
		}
		Components struct{ Schemas map[string]json.RawMessage }
	}
	d := newDesk(t, web.Options{Authorize: everybody})
	served := d.get("/api/openapi.json").Body.Bytes()
	require.NoError(t, json.Unmarshal(served, &doc))
	source, err := os.ReadFile("web.go")
	require.NoError(t, err)
	var routed, described []string
	for _, m := range regexp.MustCompile(`method: "(\w+)", path: "(/api/[^"]+)", action: \w+, (?:query: \[\]string{([^}]*)})?`).FindAllStringSubmatch(string(source), -1) {
		routed = append(routed, m[1]+" "+m[2])
		var names []string
		for _, p := range doc.Paths[m[2]][strings.ToLower(m[1])].Parameters {
			if p.In == "query" {
				names = append(names, strconv.Quote(p.Name))
			}
		}
		require.Equal(t, strings.Join(names, ", "), m[3], m[2])
	}
	operations := map[string]bool{}
	for path, methods := range doc.Paths {
		for method, operation := range methods {
			described = append(described, strings.ToUpper(method)+" "+path)
			require.False(t, operations[operation.OperationID], operation.OperationID)
			operations[operation.OperationID] = true
			require.Contains(t, operation.Responses, "default", path)
			for _, m := range regexp.MustCompile(`{(\w+)}`).FindAllStringSubmatch(path, -1) {
				require.Contains(t, operation.Parameters, struct{ Name, In string }{m[1], "path"}, path)
			}
		}
	}
	require.ElementsMatch(t, routed, described)
	for _, m := range regexp.MustCompile(`"#/components/schemas/(\w+)"`).FindAllStringSubmatch(string(served), -1) {
		require.Contains(t, doc.Components.Schemas, m[1])
	}
}

// A page of one deal says how many the query finds on all pages, and the description
// names every key of it.
func TestAPageOfDealsSaysHowManyThereAreOnAll(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	type answer struct {
		Deals  []json.RawMessage
		Total  int
		States []struct {
			State dealstate.State
			Deals int
		}
	}
	ask := func(target string) (a answer) {
		require.NoError(t, json.Unmarshal(d.get(target).Body.Bytes(), &a))
		return a
	}
	all, first := ask("/api/deals"), ask("/api/deals?limit=1")
	require.Len(t, first.Deals, 1)
	require.Equal(t, len(all.Deals), first.Total)
	require.Greater(t, first.Total, 1)
	require.Equal(t, all.States, first.States)
	sum := 0
	for _, of := range first.States {
		require.NotEmpty(t, of.State)
		sum += of.Deals
	}
	require.Equal(t, first.Total, sum)
	require.Contains(t, d.get("/api/deals?q=nothing-has-this").Body.String(), `"total":0,"states":[]`)

	var page map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(d.get("/api/deals?limit=1").Body.Bytes(), &page))
	var doc struct {
		Components struct {
			Schemas struct {
				Deals struct{ Properties map[string]json.RawMessage }
			}
		}
	}
	require.NoError(t, json.Unmarshal(d.get("/api/openapi.json").Body.Bytes(), &doc))
	require.ElementsMatch(t, slices.Collect(maps.Keys(page)), slices.Collect(maps.Keys(doc.Components.Schemas.Deals.Properties)))
}

// What was known by a date has no clocks in it that fired later.
func TestDecisionsAreThoseOfTheStateInTheSameView(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	geneva := "/api/deals/us-china-geneva-2025/decisions"
	require.Contains(t, d.get(geneva+"?as_of=2027-01-01").Body.String(), `"kind":"term"`)
	require.NotContains(t, d.get(geneva+"?known_by=2025-06-01").Body.String(), `"kind":"term"`)
}

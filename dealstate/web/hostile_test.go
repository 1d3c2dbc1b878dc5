package web_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/web"
)

// hostileIDs are ids that an agreement may have, and that mean something in an address,
// a header or a page.
var hostileIDs = []string{"../api/deals", "..%2f..", "a/b", "a?b=c", "a#b", "a%00b", "<script>alert(1)</script>", `"onmouseover="x`, "{{.}}", "javascript:alert(1)", "a//b", "%2e%2e", "…/中"}

func TestHostileIDsStayInTheirPlace(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	for _, id := range hostileIDs {
		_, err := d.deals.Add(t.Context(), dealstate.Agreement{ID: id, Title: "</title><script>alert(2)</script>", Parties: []dealstate.Party{{ID: "a", Approver: "<b>A</b>"}, {ID: "b", Approver: "B"}}})
		require.NoError(t, err, id)
		w := d.get("/deals/" + url.PathEscape(id))
		require.Equal(t, http.StatusOK, w.Code, id)
		require.NotContains(t, w.Body.String(), "<script>alert", id)
		require.NotContains(t, w.Body.String(), "<b>A</b>", id)
		state := d.get("/api/deals/" + url.PathEscape(id) + "/state")
		require.Equal(t, http.StatusOK, state.Code, id)
		done := d.post("/deals/"+url.PathEscape(id)+"/record", url.Values{"id": {"n"}, "kind": {"note"}, "at": {"2025-07-01"}, "step": {"record"}})
		require.Equal(t, http.StatusSeeOther, done.Code, id)
		require.Equal(t, "/deals/"+url.PathEscape(id), done.Header().Get("Location"))
	}
	board := d.get("/")
	require.NotContains(t, board.Body.String(), "<script>alert")
	require.NotContains(t, board.Body.String(), `href="javascript:`)
	for _, target := range []string{"/changes?since=2025-01-01", "/calendar.ics", "/api/deals", "/?q=" + url.QueryEscape(`"><script>alert(3)</script>`)} {
		w := d.get(target)
		require.Equal(t, http.StatusOK, w.Code, target)
		require.NotContains(t, w.Body.String(), "<script>alert", target)
	}
}

func TestHostileRequestsAreRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	for _, target := range []string{"/deals/..%2f..%2fetc%2fpasswd", "/deals/%00", "/deals/", "/style.css/..%2fweb.go", "/deals/a%0d%0aX-Evil:%201"} {
		w := d.get(target)
		require.Equal(t, http.StatusNotFound, w.Code, target)
		require.Empty(t, w.Header().Get("X-Evil"))
	}
	w := d.get("/api/changes", "Last-Event-ID: 1@x\n\nevent: evil")
	require.Equal(t, http.StatusBadRequest, w.Code)
	for method, target := range map[string]string{"DELETE": "/deals/" + london, "OPTIONS": "/api/deals", "PUT": "/"} {
		w := d.do(method, target, "")
		require.Equal(t, http.StatusMethodNotAllowed, w.Code, target)
		require.Equal(t, "GET, HEAD", w.Header().Get("Allow"), target)
	}
	require.Equal(t, "POST", d.get("/api/events").Header().Get("Allow"))
	require.Equal(t, "GET, HEAD, POST", d.do("PUT", "/deals/"+london+"/record", "").Header().Get("Allow"))
}

// A body that comes a byte at a time is given up.
func TestASlowBodyIsGivenUp(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody, BodyTime: 100 * time.Millisecond})
	server := httptest.NewServer(d.handler)
	defer server.Close()
	line, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	defer line.Close()
	fmt.Fprintf(line, "POST /api/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
	answer, err := io.ReadAll(bufio.NewReader(line)) // it ends, since the server closes the line
	if err == nil {
		require.NotContains(t, string(answer), "200 OK")
	}
	before, err := d.kept.Last(t.Context())
	require.NoError(t, err)
	require.Positive(t, before)
}

func TestTheServerDoesNotWaitForSlowHeads(t *testing.T) {
	t.Parallel()
	s := web.NewServer(http.NotFoundHandler())
	require.Positive(t, s.ReadHeaderTimeout)
	require.Positive(t, s.IdleTimeout)
	require.LessOrEqual(t, s.MaxHeaderBytes, 1<<20)
	require.Zero(t, s.WriteTimeout, "a stream of changes may last")
}

// Every page is whole: what is opened is closed, ids stand once, labels belong to fields.
func TestEveryPageIsWellFormed(t *testing.T) {
	t.Parallel()
	d := newDesk(t, web.Options{Authorize: everybody})
	for _, target := range []string{"/", "/deals/" + london, "/deals/" + london + "/record", "/changes?since=2025-01-01", "/nothing"} {
		text := d.get(target).Body.String()
		require.Equal(t, 1, strings.Count(text, "<h1"), target)
		require.Equal(t, 1, strings.Count(text, "<main"), target)
	}
}

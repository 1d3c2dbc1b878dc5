package web

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

//go:embed live.js
var liveScript string

// contentPolicy lets in the handler's own style sheet, the one script by its hash, and
// nothing else.
var contentPolicy = func() string {
	sum := sha256.Sum256([]byte(liveScript))
	return "default-src 'none'; style-src 'self'; script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}()

// headers are on every answer.
var headers = map[string]string{
	"Content-Security-Policy":      contentPolicy,
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Referrer-Policy":              "no-referrer",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
}

// withHeaders puts the headers on every answer.
func withHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		next.ServeHTTP(w, r)
	})
}

// cleanOnly sends to missing whoever asks for a path such as /a//b or /a/../b. A ServeMux
// would lead him elsewhere, and Authorize would not be asked.
func cleanOnly(next, missing http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked := r.URL.EscapedPath()
		if clean := path.Clean("/" + asked); asked != clean && asked != clean+"/" {
			missing.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// guarded bounds a request and lets it in only if Authorize does. Who makes it is in
// the context of what it records.
func (s *site) guarded(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.bound(w, r, rt)
		who, err := s.Authorize(r, rt.action)
		if err != nil {
			s.log.WarnContext(r.Context(), "web: refused", "method", r.Method, "path", r.URL.Path, "action", rt.action.String(), "error", err)
			s.refuse(w, r, err)
			return
		}
		if err := s.checkQuery(r, rt); err != nil {
			s.fail(w, r, err)
			return
		}
		r = r.WithContext(journal.WithRecorder(r.Context(), who))
		if err := rt.serve(s, w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

// checkQuery says what is wrong with a query: it cannot be read, has a name twice or, where
// a program asks, one that the address does not know. So nobody who misspells dry_run finds
// his events kept, nor today's state where he misspells as_of.
func (s *site) checkQuery(r *http.Request, rt route) error {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if rt.path == "" {
		return nil // there is nothing to be asked
	}
	if err != nil {
		return &requestError{http.StatusBadRequest, "the query cannot be read"}
	}
	for _, name := range slices.Sorted(maps.Keys(q)) {
		if len(q[name]) > 1 {
			return field.Errorf(field.Clip(name), "given twice")
		}
		if s.isAPI(r) && !slices.Contains(rt.query, name) {
			return field.Errorf(field.Clip(name), "unknown in the query of this address%s", nearest.Hint(name, rt.query))
		}
	}
	return nil
}

// bound limits the body's length and time, and the answer's time unless it lasts. A
// server that cannot set deadlines (a test's recorder) goes without.
func (s *site) bound(w http.ResponseWriter, r *http.Request, rt route) {
	r.Body = http.MaxBytesReader(w, r.Body, s.MaxBody)
	if rt.lasts {
		return // it has no body, and bounds each of its writes
	}
	control, now := http.NewResponseController(w), time.Now()
	_ = control.SetReadDeadline(now.Add(s.BodyTime))
	_ = control.SetWriteDeadline(now.Add(answerTime))
}

// sameOrigin refuses what a page of another site sends in a browser's name.
func (s *site) sameOrigin(next http.Handler) http.Handler {
	check := http.NewCrossOriginProtection()
	check.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, &requestError{http.StatusForbidden, "this came from a page of another site"})
	}))
	return check.Handler(next)
}

package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/render"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// problem is an error as a program reads it (RFC 9457).
type problem struct {
	Type   string `json:"type"` // always about:blank, as the status says it all
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Field  string `json:"field,omitempty"` // which field of the input is wrong
	Line   int    `json:"line,omitempty"`  // in which line of the body, from 1
	ID     string `json:"id,omitempty"`    // which event or agreement is in conflict
	// Decision is what an event that was not kept would have done, with its reasons.
	Decision *dealstate.Decision `json:"decision,omitempty"`
}

// problemOf gives each kind of error its status.
func problemOf(err error) problem {
	p := problem{Type: "about:blank", Status: http.StatusInternalServerError, Detail: "the error is in the log of the server"}
	var (
		asked    *requestError
		line     *dealstate.LineError
		field    *dealstate.FieldError
		conflict *dealstate.ConflictError
		refusal  *dealstate.Refusal
		unknown  *tracker.UnknownDealError
		place    *tracker.PlaceError
		clock    *tracker.ClockError
		tooLong  *http.MaxBytesError
	)
	if errors.As(err, &line) {
		p.Line = line.Line
	}
	switch {
	case errors.As(err, &asked):
		p.Status, p.Detail = asked.status, asked.detail
	case errors.As(err, &tooLong):
		p.Status, p.Detail = http.StatusRequestEntityTooLarge, "the body is longer than this server takes"
	case errors.As(err, &unknown):
		p.Status, p.Detail = http.StatusNotFound, err.Error()
	case errors.As(err, &place):
		p.Status, p.Detail, p.Field = http.StatusBadRequest, err.Error(), "place"
	case errors.As(err, &refusal):
		p.Status, p.Detail, p.Decision = http.StatusConflict, err.Error(), &refusal.Decision
	case errors.As(err, &conflict):
		p.Status, p.Detail, p.ID = http.StatusConflict, err.Error(), conflict.ID
	case errors.As(err, &field):
		p.Status, p.Detail, p.Field = http.StatusBadRequest, err.Error(), field.Field
	case p.Line > 0:
		p.Status, p.Detail = http.StatusBadRequest, err.Error()
	case errors.As(err, &clock):
		p.Status, p.Detail = http.StatusServiceUnavailable, err.Error()
	case errors.Is(err, journal.ErrClosed), errors.Is(err, tracker.ErrClosed), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		p.Status, p.Detail = http.StatusServiceUnavailable, "the server is closing or too busy; try again"
	}
	p.Title, p.Detail = http.StatusText(p.Status), render.Inert(p.Detail)
	return p
}

// requestError is what is wrong with a request itself.
type requestError struct {
	status int
	detail string
}

func (e *requestError) Error() string { return e.detail }

// fail answers with the error: as a page to a person, as a problem to a program. An
// error that is the server's own goes to the log.
func (s *site) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	if p.Status == http.StatusInternalServerError {
		s.log.ErrorContext(r.Context(), "web: the request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	w.Header().Del("ETag")
	w.Header().Set("Cache-Control", "no-store")
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	if !s.isAPI(r) {
		s.page(w, r, p.Status, "problem", problemPage{head: s.head(p.Title), Detail: p.Detail})
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// problemPage is the page of an error.
type problemPage struct {
	head
	Detail string
}

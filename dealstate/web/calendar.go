package web

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/render"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// How far the calendar looks, back and ahead, if nobody says otherwise.
const (
	calendarBack  = 31 * 24 * time.Hour
	calendarAhead = 2 * 366 * 24 * time.Hour
)

// calendar gives what falls due, for a calendar program to subscribe to.
func (s *site) calendar(w http.ResponseWriter, r *http.Request) error {
	now := s.deals.Now()
	due, err := s.deals.Due(r.Context(), now.Add(-calendarBack), now.Add(calendarAhead))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_ = Calendar(w, s.Title, due, now)
	return nil
}

// Calendar writes what falls due as an iCalendar file (RFC 5545), which every calendar
// program opens, as /calendar.ics does: an entry for each clock. The stamp says when the file
// was made; equal input gives equal bytes. Text of strangers is escaped. The error is the
// writer's.
func Calendar(w io.Writer, name string, due []tracker.Due, stamp time.Time) error {
	c := calendar{name: name}
	for _, d := range due {
		c.events = append(c.events, calendarEventOf(d))
	}
	_, err := io.WriteString(w, c.text(stamp))
	return err
}

// calendarEventOf says a clock in a calendar's terms. Its id stays the same for as long as
// the clock and its instant do.
func calendarEventOf(d tracker.Due) calendarEvent {
	title := render.Inert(d.Title)
	if title == "" {
		title = render.Inert(d.Deal)
	}
	fired := d.Decision.Fired()
	e := calendarEvent{
		uid:     fmt.Sprintf("%s/%s/%s@dealstate", d.Deal, fired, icalInstant(d.Decision.At)),
		at:      d.Decision.At,
		summary: fmt.Sprintf("%s: %s", title, fired),
	}
	if day, ok := d.Decision.Clock.LastDay(d.Decision.At); ok { // the last day that is in time
		e.at, e.allDay = day, true
	}
	e.description = d.Decision.String()
	return e
}

package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/render"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// changedPage is what the page of changes shows.
type changedPage struct {
	head
	Since string
	Deals []changedDeal
	More  string
}

// changedDeal is what changed in one deal.
type changedDeal struct {
	Title, Href, Was string
	Rows             []changedRow
}

// changedRow is one decision: of a report that was learned since, or of a clock.
type changedRow struct {
	When, Text string
	at         time.Time
}

const (
	changedDays  = 7  // since when, if nobody says
	mostChanged  = 50 // deals on the page
	mostDecision = 50 // decisions of a deal, the last ones
)

// changesPage shows what changed from an instant on, deal by deal.
func (s *site) changesPage(w http.ResponseWriter, r *http.Request) error {
	now := s.deals.Now()
	text := r.URL.Query().Get("since")
	if text == "" {
		text = now.AddDate(0, 0, -changedDays).UTC().Format(time.DateOnly)
	}
	since, err := beginning(text)
	if err != nil {
		return err
	}
	found, err := s.deals.Deals(r.Context(), tracker.Query{Since: since, Limit: mostChanged})
	if err != nil {
		return err
	}
	page := changedPage{head: s.head("What changed"), Since: text}
	for _, d := range found.Deals {
		deal, err := s.deals.Deal(r.Context(), d.ID)
		if err != nil {
			return err
		}
		if of := s.changedIn(deal, since, now); len(of.Rows) > 0 {
			page.Deals = append(page.Deals, of)
		}
	}
	if found.Next != "" {
		page.More = fmt.Sprintf("These are the first %d deals that changed; a later date shows fewer.", mostChanged)
	}
	page.Changes = s.Prefix + "/api/changes"
	s.page(w, r, http.StatusOK, "changes", page)
	return nil
}

// beginning reads since when: an instant, or a date, which means the beginning of that
// day in UTC.
func beginning(text string) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day, nil
	}
	t, err := dealstate.ParseMoment(text)
	var wrong *dealstate.FieldError
	if errors.As(err, &wrong) {
		err = &dealstate.FieldError{Field: "since", Problem: wrong.Problem}
	}
	return t, err
}

// changedIn says what changed in a deal after the instant: what was learned after it, and
// what clocks did.
func (s *site) changedIn(deal *dealstate.Deal, since, now time.Time) changedDeal {
	a := deal.Machine().Agreement()
	of := changedDeal{Title: render.Inert(a.Title), Href: s.dealPath(a.ID)}
	if of.Title == "" {
		of.Title = render.Inert(a.ID)
	}
	learned := map[string]time.Time{}
	for e := range deal.Events() {
		learned[e.ID] = e.Recorded
	}
	is, made := deal.Replay(dealstate.View{AsOf: now})
	for _, d := range made {
		when := d.At
		if d.Clock == 0 {
			when = learned[d.Event]
		}
		if !when.Before(since) {
			of.Rows = append(of.Rows, changedRow{at: when, When: d.Clock.DueWords(when, moment), Text: render.Inert(d.String())})
		}
	}
	slices.SortStableFunc(of.Rows, func(a, b changedRow) int { return b.at.Compare(a.at) })
	of.Rows = of.Rows[:min(len(of.Rows), mostDecision)]
	of.Was = s.was(deal.At(dealstate.View{AsOf: since, KnownBy: since}), is)
	return of
}

// was says where the deal was believed to stand, and where it stands now.
func (s *site) was(then, is dealstate.Snapshot) string {
	if then.State == is.State {
		return "It is " + render.Inert(words(is.State)) + ", as it was before."
	}
	return "It is " + render.Inert(words(is.State)) + "; before, it was believed to be " + render.Inert(words(then.State)) + "."
}

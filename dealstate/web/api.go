package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// answer writes a value as JSON.
func answer(w http.ResponseWriter, status int, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	if w.Header().Get("Cache-Control") == "" {
		w.Header().Set("Cache-Control", "no-cache")
	}
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n'))
	return nil
}

// listDeals gives a page of the deals.
func (s *site) listDeals(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r)
	if err != nil {
		return err
	}
	page, err := s.deals.Deals(r.Context(), q)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, pageJSON(page))
}

// agreement gives a deal's agreement.
func (s *site) agreement(w http.ResponseWriter, r *http.Request) error {
	deal, err := s.deals.Deal(r.Context(), r.PathValue("deal"))
	if err != nil {
		return err
	}
	a := deal.Machine().Agreement()
	if matches(w, r, tagOf(r, a)) {
		return nil
	}
	return answer(w, http.StatusOK, a)
}

// addAgreement takes an agreement. The same again changes nothing.
func (s *site) addAgreement(w http.ResponseWriter, r *http.Request) error {
	a, err := dealstate.ReadAgreement(r.Body)
	if err != nil {
		return err
	}
	place, err := s.deals.Add(r.Context(), a)
	if err != nil {
		return err
	}
	w.Header().Set("Location", s.Prefix+"/api/deals/"+segment(a.ID))
	return answer(w, http.StatusCreated, struct {
		Deal  string        `json:"deal"`
		Place tracker.Place `json:"place"`
	}{a.ID, place})
}

// state gives the snapshot of a view.
func (s *site) state(w http.ResponseWriter, r *http.Request) error {
	v, err := viewOf(r)
	if err != nil {
		return err
	}
	snapshot, err := s.deals.At(r.Context(), r.PathValue("deal"), v)
	if err != nil {
		return err
	}
	if matches(w, r, tagOf(r, timeless(r, snapshot))) {
		return nil
	}
	return answer(w, http.StatusOK, snapshot)
}

// explanation gives the words of a view.
func (s *site) explanation(w http.ResponseWriter, r *http.Request) error {
	v, err := viewOf(r)
	if err != nil {
		return err
	}
	text, err := s.deals.Explain(r.Context(), r.PathValue("deal"), v)
	if err != nil {
		return err
	}
	if matches(w, r, tagOf(r, text)) {
		return nil
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(text))
	return nil
}

// decisions gives what each event and clock did in a view, as lines of JSON.
func (s *site) decisions(w http.ResponseWriter, r *http.Request) error {
	v, err := viewOf(r)
	if err != nil {
		return err
	}
	deal, err := s.deals.Deal(r.Context(), r.PathValue("deal"))
	if err != nil {
		return err
	}
	v = s.orNow(v)
	_, made := deal.Replay(v)
	var b bytes.Buffer
	for _, d := range made {
		if err := json.NewEncoder(&b).Encode(d); err != nil {
			return err
		}
	}
	return lines(w, r, b.Bytes())
}

// events gives a deal's events as they were recorded, as lines of JSON.
func (s *site) events(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.deals.At(r.Context(), r.PathValue("deal"), dealstate.View{}); err != nil {
		return err
	}
	var b bytes.Buffer
	for e, err := range s.deals.Events(r.Context(), r.PathValue("deal")) {
		if err != nil {
			return err
		}
		if e.Agreement != nil {
			continue
		}
		if err := json.NewEncoder(&b).Encode(e.Event); err != nil {
			return err
		}
	}
	return lines(w, r, b.Bytes())
}

func lines(w http.ResponseWriter, r *http.Request, text []byte) error {
	if matches(w, r, tagOf(r, text)) {
		return nil
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	_, _ = w.Write(text)
	return nil
}

// recordEvents takes events, as lines of JSON or as CSV: all or none. With dry_run it says what
// they would do one by one, and keeps nothing; with apply it keeps the one event of
// the body only if it takes effect.
func (s *site) recordEvents(w http.ResponseWriter, r *http.Request) error {
	dryRun, apply, err := modesOf(r.URL.Query())
	if err != nil {
		return err
	}
	events, err := s.readEvents(r)
	if err != nil {
		return err
	}
	var did []tracker.Recorded
	switch {
	case dryRun:
		did, err = s.check(r, events)
	case apply && len(events) > 1:
		return &requestError{http.StatusBadRequest, "apply takes one event at a time"}
	case apply:
		did = make([]tracker.Recorded, 1)
		did[0], err = s.deals.Apply(r.Context(), events[0])
	default:
		did, err = s.deals.Record(r.Context(), events...)
	}
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, recordedJSON(did))
}

// modesOf reads dry_run and apply.
func modesOf(q url.Values) (dryRun, apply bool, err error) {
	for _, name := range []string{"dry_run", "apply"} {
		if text := q.Get(name); q.Has(name) && text != "true" && text != "false" {
			return false, false, field.Errorf(name, "%q is unknown; want true or false", field.Clip(text))
		}
	}
	if dryRun, apply = q.Get("dry_run") == "true", q.Get("apply") == "true"; dryRun && apply {
		err = field.Errorf("apply", "given beside dry_run; want one of them")
	}
	return dryRun, apply, err
}

func (s *site) check(r *http.Request, events []dealstate.Event) ([]tracker.Recorded, error) {
	var did []tracker.Recorded
	for _, e := range events {
		d, err := s.deals.Check(r.Context(), e)
		if err != nil {
			return nil, err
		}
		did = append(did, tracker.Recorded{Decision: d})
	}
	return did, nil
}

// due gives the clocks that fire within a span: from now for a year, if not said
// otherwise.
func (s *site) due(w http.ResponseWriter, r *http.Request) error {
	from, to, err := s.spanOf(r)
	if err != nil {
		return err
	}
	due, err := s.deals.Due(r.Context(), from, to)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, dueJSON(due))
}

// spanOf reads from and to of a query: a date alone is all of its day, the midnight that ends
// it included, for a deadline of that day comes due then.
func (s *site) spanOf(r *http.Request) (from, before time.Time, err error) {
	q := r.URL.Query()
	from, _, err = instant.ParseDay("from", q.Get("from"), instant.Begins)
	if err != nil {
		return from, before, err
	}
	to, isDate, err := instant.ParseDay("to", q.Get("to"), instant.Ends)
	if from.IsZero() {
		from = s.deals.Now()
	}
	if to.IsZero() {
		to = from.AddDate(1, 0, 0)
	}
	if err == nil && !from.Before(to) {
		err = field.Errorf("to", "%q does not come after from, %s; want a later instant or date", field.Clip(q.Get("to")), from.UTC().Format(time.RFC3339))
	}
	if isDate {
		to = to.Add(1)
	}
	return from, to, err
}

// limitOf reads how many deals a page is to have.
func limitOf(text string) (int, error) {
	if text == "" {
		return pageLength, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > mostOnPage {
		return 0, field.Errorf("limit", "%q is out of range; want a number from 1 to %d", field.Clip(text), mostOnPage)
	}
	return n, nil
}

const (
	pageLength = 25
	mostOnPage = 500
)

package web

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

// dealPage is what a deal's page shows.
type dealPage struct {
	head
	Path           string
	Policies       []choice
	AsOf, KnownBy  string // as they were asked for
	Travelled      bool   // the view is not the present
	Records        bool   // who asks may record, or may sign in to
	Earlier, Later *link
	Body           template.HTML
}

// link is an address with its text.
type link struct{ Href, Text string }

// dealPage shows one deal in a view, and beside it under the other standard policies.
func (s *site) dealPage(w http.ResponseWriter, r *http.Request) error {
	v, err := viewOf(r)
	if err != nil {
		return err
	}
	deal, err := s.deals.Deal(r.Context(), r.PathValue("deal"))
	if err != nil {
		return err
	}
	replays := s.replays(deal, v)
	records := s.mayRecord(r)
	if s.unchanged(w, r, deal, replays, records) {
		return nil
	}
	q, id := r.URL.Query(), deal.Machine().Agreement().ID
	page := dealPage{head: s.head(deal.Machine().Agreement().Title), Path: s.dealPath(id),
		Policies: choices("the tracker's own ("+deal.Policy().Name+")", q.Get("policy"), policyWords()),
		AsOf:     q.Get("as_of"), KnownBy: q.Get("known_by"), Records: records, Travelled: q.Get("as_of")+q.Get("known_by") != ""}
	page.Earlier, page.Later = s.travel(deal, q, replays[0].Snapshot.AsOf)
	if page.Body, err = drawn(render.DealPage{Replays: replays}.Body); err != nil {
		return err
	}
	if !page.Travelled {
		page.Changes = s.Prefix + "/api/changes?deal=" + url.QueryEscape(id)
	}
	s.page(w, r, http.StatusOK, "deal", page)
	return nil
}

// replays are the deal in the view, and in the same under the other standard policies.
func (s *site) replays(deal *dealstate.Deal, v dealstate.View) []render.Replay {
	v = s.orNow(v)
	first := render.ReplayOf(deal, v)
	replays := []render.Replay{first}
	for _, p := range dealstate.Policies() {
		if p.Name != first.Policy.Name {
			v.Policy = p
			replays = append(replays, render.ReplayOf(deal, v))
		}
	}
	return replays
}

// travel links to the days before and after the view on which something was reported.
func (s *site) travel(deal *dealstate.Deal, q url.Values, asOf time.Time) (earlier, later *link) {
	var before, after time.Time
	for e := range deal.Events() {
		day := e.At.UTC().Truncate(24 * time.Hour)
		switch end := day.Add(24*time.Hour - time.Second); {
		case end.Before(asOf):
			before = day
		case day.After(asOf) && after.IsZero():
			after = day
		}
	}
	to := func(day time.Time) *link {
		if day.IsZero() {
			return nil
		}
		date := day.Format(time.DateOnly)
		return &link{Href: s.dealPath(deal.Machine().Agreement().ID) + "?" + with(q, "as_of", date), Text: date}
	}
	return to(before), to(after)
}

// unchanged answers 304 where the browser has the page that it asks for: of these replays,
// and with the form to record offered or not.
func (s *site) unchanged(w http.ResponseWriter, r *http.Request, deal *dealstate.Deal, replays []render.Replay, records bool) bool {
	all := []any{records}
	for _, replay := range replays {
		all = append(all, timeless(r, replay.Snapshot))
	}
	for e := range deal.Events() {
		all = append(all, e)
	}
	return matches(w, r, tagOf(r, all...))
}

// timeless is a snapshot without the hour, where the request did not ask for one.
func timeless(r *http.Request, s dealstate.Snapshot) dealstate.Snapshot {
	if r.URL.Query().Get("as_of") == "" {
		s.AsOf = time.Time{}
	}
	return s
}

// tagOf is the tag of an answer to the request that shows the values: a weak one, for it
// says nothing of the hour.
func tagOf(r *http.Request, values ...any) string {
	sum := sha256.New()
	to := json.NewEncoder(sum)
	for _, v := range values {
		_ = to.Encode(v)
	}
	_ = to.Encode(r.URL.RequestURI())
	return fmt.Sprintf(`W/"%x"`, sum.Sum(nil)[:16])
}

// matches sets the tag of an answer, and answers 304 where the request has it.
func matches(w http.ResponseWriter, r *http.Request, tag string) bool {
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "no-cache")
	if !hasTag(r.Header.Values("If-None-Match"), tag) {
		return false
	}
	w.WriteHeader(http.StatusNotModified)
	return true
}

// hasTag reports whether the tag is among those of the header, which lists them with
// commas or is a star for any (RFC 9110, section 13.1.2). A proxy may have dropped the mark
// of a weak tag, and none of the handler's own holds a comma.
func hasTag(lists []string, tag string) bool {
	for _, list := range lists {
		for of := range strings.SplitSeq(list, ",") {
			of = strings.TrimSpace(of)
			if of == "*" || strings.TrimPrefix(of, "W/") == strings.TrimPrefix(tag, "W/") {
				return true
			}
		}
	}
	return false
}

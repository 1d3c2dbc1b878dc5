package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// viewOf reads a view from a query: policy, as_of and known_by. Without as_of it is
// now, without known_by all there is, and without policy the tracker's own.
func viewOf(r *http.Request) (dealstate.View, error) {
	q := r.URL.Query()
	return dealstate.ParseView(q.Get("as_of"), q.Get("known_by"), q.Get("policy"))
}

// orNow is the view as the tracker takes it: where both instants are open, it is now.
func (s *site) orNow(v dealstate.View) dealstate.View {
	if v.AsOf.IsZero() && v.KnownBy.IsZero() {
		v.AsOf = s.deals.Now()
	}
	return v
}

// dealPath is the address of a deal's page.
func (s *site) dealPath(id string) string { return s.Prefix + "/deals/" + segment(id) }

// segment is an id as one segment of a path.
func segment(id string) string {
	if strings.Trim(id, ".") == "" {
		return strings.ReplaceAll(id, ".", "%2E")
	}
	return url.PathEscape(id)
}

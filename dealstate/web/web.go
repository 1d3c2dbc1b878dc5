package web

import (
	"log/slog"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// Options are what a handler may be told. Only Authorize has to be set.
type Options struct {
	Authorize Authorize     // who gets in; nil: nobody
	Hosts     []string      // the names it answers for, as [LocalHosts] gives them; nil: any, for servers that hold requests to their names themselves
	Title     string        // of the board; "": Deals
	Prefix    string        // the path under which the handler is mounted, such as /deals; "": the root
	Log       *slog.Logger  // of failed requests; nil: slog.Default()
	MaxBody   int64         // bytes of a request's body; 0: 16 MiB
	BodyTime  time.Duration // how long a request's body may take to come; 0: 30 seconds
	MaxWatch  int           // how many may watch changes at once; 0: 1,000
}

// site is the handler's state. It never changes, but for the count of watchers.
type site struct {
	Options
	deals    *tracker.Tracker
	log      *slog.Logger
	watchers chan struct{} // holds one for everybody who watches
}

// answerTime is how long an answer may take to go, if it is no stream.
const answerTime = time.Minute

// New gives the handler over the tracker. The error is a *dealstate.FieldError
// for options that cannot be.
func New(deals *tracker.Tracker, o Options) (http.Handler, error) {
	if deals == nil {
		return nil, field.Errorf("deals", "missing; want a tracker")
	}
	if err := o.complete(); err != nil {
		return nil, err
	}
	s := &site{Options: o, deals: deals, log: o.Log, watchers: make(chan struct{}, o.MaxWatch)}
	mux := http.NewServeMux()
	methods := map[string][]string{} // by path
	for _, rt := range routes {
		mux.Handle(rt.method+" "+o.Prefix+rt.path, s.guarded(rt))
		methods[rt.path] = append(methods[rt.path], rt.method)
	}
	for address, taken := range methods {
		mux.Handle(o.Prefix+address, s.guarded(route{action: Read, serve: otherMethod(taken)}))
	}
	missing := s.guarded(route{action: Read, serve: (*site).missing})
	mux.Handle(o.Prefix+"/", missing)
	if o.Prefix != "" {
		mux.Handle(o.Prefix, s.guarded(route{action: Read, serve: (*site).toBoard}))
	}
	return withHeaders(s.ownHostsOnly(s.sameOrigin(cleanOnly(mux, missing)))), nil
}

// complete checks the options and sets what was left out.
func (o *Options) complete() error {
	if o.Prefix != "" && (path.Clean(o.Prefix) != o.Prefix || !plainPath.MatchString(o.Prefix)) {
		return field.Errorf("Prefix", "%q is no path; want one such as /deals, of letters, digits, and - . _ ~, or nothing", field.Clip(o.Prefix))
	}
	for _, bound := range []struct {
		name string
		is   int64
	}{{"MaxBody", o.MaxBody}, {"BodyTime", int64(o.BodyTime)}, {"MaxWatch", int64(o.MaxWatch)}} {
		if bound.is < 0 {
			return field.Errorf(bound.name, "%d is below 0; want 0 or more", bound.is)
		}
	}
	if err := checkHosts(o.Hosts); err != nil {
		return err
	}
	if o.Authorize == nil {
		o.Authorize = nobody
	}
	if o.Title == "" {
		o.Title = "Deals"
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.MaxBody == 0 {
		o.MaxBody = 16 << 20
	}
	if o.BodyTime == 0 {
		o.BodyTime = 30 * time.Second
	}
	if o.MaxWatch == 0 {
		o.MaxWatch = 1000
	}
	return nil
}

// plainPath is a path that is written alike in addresses, in patterns and in pages.
var plainPath = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)+$`)

// route is one address of the handler: what it takes to get in, and who answers.
type route struct {
	method, path string
	action       Action
	serve        func(*site, http.ResponseWriter, *http.Request) error
	query        []string // the names that its query may have; of a page any other is passed over
	lasts        bool     // the answer may last: it is a stream
}

// routes are all the addresses. What begins with /api/ is for programs, and stands
// in openapi.json too.
var routes = []route{
	{method: "GET", path: "/{$}", action: Read, serve: (*site).board},
	{method: "GET", path: "/deals/{deal}", action: Read, serve: (*site).dealPage},
	{method: "GET", path: "/deals/{deal}/record", action: Record, serve: (*site).recordForm},
	{method: "POST", path: "/deals/{deal}/record", action: Record, serve: (*site).recordPosted},
	{method: "GET", path: "/changes", action: Read, serve: (*site).changesPage},
	{method: "GET", path: "/calendar.ics", action: Read, serve: (*site).calendar},
	{method: "GET", path: "/style.css", action: Read, serve: (*site).style},

	{method: "GET", path: "/api/openapi.json", action: Read, serve: (*site).openAPI},
	{method: "GET", path: "/api/deals", action: Read, query: []string{"q", "state", "awaiting", "sort", "limit", "after"}, serve: (*site).listDeals},
	{method: "POST", path: "/api/agreements", action: AddAgreement, serve: (*site).addAgreement},
	{method: "GET", path: "/api/deals/{deal}", action: Read, serve: (*site).agreement},
	{method: "GET", path: "/api/deals/{deal}/state", action: Read, query: []string{"policy", "as_of", "known_by"}, serve: (*site).state},
	{method: "GET", path: "/api/deals/{deal}/explanation", action: Read, query: []string{"policy", "as_of", "known_by"}, serve: (*site).explanation},
	{method: "GET", path: "/api/deals/{deal}/decisions", action: Read, query: []string{"policy", "as_of", "known_by"}, serve: (*site).decisions},
	{method: "GET", path: "/api/deals/{deal}/events", action: Read, serve: (*site).events},
	{method: "POST", path: "/api/events", action: Record, query: []string{"dry_run", "apply"}, serve: (*site).recordEvents},
	{method: "GET", path: "/api/due", action: Read, query: []string{"from", "to"}, serve: (*site).due},
	{method: "GET", path: "/api/changes", action: Read, query: []string{"from", "deal", "policy"}, serve: (*site).changes, lasts: true},
}

// missing answers for every other address.
func (s *site) missing(http.ResponseWriter, *http.Request) error {
	return &requestError{http.StatusNotFound, "there is nothing at this address"}
}

// otherMethod answers for the methods that an address does not take.
func otherMethod(taken []string) func(*site, http.ResponseWriter, *http.Request) error {
	allow := strings.ReplaceAll(strings.Join(taken, ", "), "GET", "GET, HEAD")
	return func(_ *site, w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Allow", allow)
		return &requestError{http.StatusMethodNotAllowed, "this address takes " + allow}
	}
}

// toBoard leads from the prefix to the board.
func (s *site) toBoard(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, s.Prefix+"/", http.StatusPermanentRedirect)
	return nil
}

// isAPI reports whether the request comes from a program.
func (s *site) isAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, s.Prefix+"/api/") }

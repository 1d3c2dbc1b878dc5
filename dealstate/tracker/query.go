package tracker

import (
	"cmp"
	"context"
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// Query says which deals are asked for. The zero Query asks for all, by id.
type Query struct {
	Text     string          // in the id or in the title, upper and lower case alike
	State    dealstate.State // "": any
	Awaiting string          // a party whose approval is awaited; "": any
	Since    time.Time       // something was learned, or a clock fired, at this instant or later; zero: whenever
	Sort     Sort
	After    string // the Next of the page before; "": from the first on
	Limit    int    // how many deals a page has; 0: 100, and at most 1,000
}

// Sort is an order of deals.
type Sort uint8

// The orders. Deals that are equal in one come by id.
const (
	SortID       Sort = iota // by id
	SortAwaiting             // those that await somebody first, for the longest time first
	SortNext                 // by when the next clock is due; those without come last
)

// Page is some of the deals asked for.
type Page struct {
	Deals  []Summary
	Next   string       // asks for the next page, in Query.After; "": this is the last
	Total  int          // how many deals the query finds, on all pages
	States []StateCount // in which states these are, by the states' names
}

// StateCount is how many deals are in a state.
type StateCount struct {
	State dealstate.State
	Deals int
}

// Summary is where a deal stands under the tracker's own policy, now.
type Summary struct {
	ID       string
	Title    string
	State    dealstate.State
	Since    time.Time // as in dealstate.Snapshot
	Awaiting []string
	Next     *dealstate.ClockStatus // nil: no clock runs
	Warnings int                    // how many there are
	Version  int64                  // the position of its last entry in the journal
}

const (
	defaultLimit = 100
	mostLimit    = 1_000
)

// Deals gives one page of the deals that the query asks for. Each deal is as it is when it
// is looked at; one that moves to another place in the order between two pages may be on
// both or on none. The cost grows with the number of deals, by some tens of nanoseconds each.
func (t *Tracker) Deals(ctx context.Context, q Query) (Page, error) {
	if err := t.check(ctx); err != nil {
		return Page{}, err
	}
	s, err := q.search()
	if err != nil {
		return Page{}, err
	}
	t.main.mu.Lock()
	err = t.letTimePass()
	order := t.order
	t.main.mu.Unlock()
	if err != nil {
		return Page{}, err
	}
	for chunk := range slices.Chunk(order, 4_096) { // recording goes on in between
		if err := ctx.Err(); err != nil {
			return Page{}, err
		}
		t.main.mu.Lock()
		for _, d := range chunk {
			s.look(d)
		}
		t.main.mu.Unlock()
	}
	return t.page(ctx, s)
}

// States lists the states that deals of this tracker can have, by name: those of the
// lifecycles of all agreements that were added. Of a [Query], others find nothing.
func (t *Tracker) States() []dealstate.State { return t.source.machines.listStates() }

// search is a query under way: the first of the deals found.
type search struct {
	Query
	text  string
	after *key
	found []found
	in    map[dealstate.State]int // how many were found in each state, before and after the page, too
}

// key is where a deal stands in the order.
type key struct {
	rank int // those of lower rank come first
	at   time.Time
	id   string
}

type found struct {
	key
	of Summary
}

func (k key) compare(o key) int {
	return cmp.Or(cmp.Compare(k.rank, o.rank), k.at.Compare(o.at), cmp.Compare(k.id, o.id))
}

func (q Query) search() (*search, error) {
	s := &search{Query: q, text: strings.ToLower(q.Text), in: map[dealstate.State]int{}}
	switch {
	case q.Limit < 0 || q.Limit > mostLimit:
		return nil, field.Errorf("limit", "%d is out of range; want 1 to %d, or 0 for %d", q.Limit, mostLimit, defaultLimit)
	case q.Sort > SortNext:
		return nil, field.Errorf("sort", "%d is unknown", q.Sort)
	case q.Limit == 0:
		s.Limit = defaultLimit
	}
	if q.After != "" {
		k, err := parseKey(q.After)
		if err != nil {
			return nil, err
		}
		s.after = &k
	}
	return s, nil
}

// look takes a deal among the first found if it is asked for.
func (s *search) look(d *deal) {
	if s.State != "" && d.state != s.State || s.Awaiting != "" && !slices.Contains(d.awaiting, s.Awaiting) {
		return
	}
	if d.touched.Before(s.Since) && d.learned.Before(s.Since) {
		return
	}
	if s.text != "" && !strings.Contains(strings.ToLower(d.id), s.text) && !strings.Contains(strings.ToLower(d.title), s.text) {
		return
	}
	s.in[d.state]++
	k := s.keyOf(d)
	if s.after != nil && k.compare(*s.after) <= 0 {
		return
	}
	s.found = append(s.found, found{key: k, of: d.summary()})
	if len(s.found) >= 4*(s.Limit+1) {
		s.cut()
	}
}

// cut keeps the first of what was found, and one more to tell that there is more.
func (s *search) cut() {
	slices.SortFunc(s.found, func(a, b found) int { return a.compare(b.key) })
	s.found = s.found[:min(len(s.found), s.Limit+1)]
}

func (s *search) keyOf(d *deal) key {
	k := key{id: d.id}
	switch s.Sort {
	case SortAwaiting:
		k.at = d.since
		if len(d.awaiting) == 0 {
			k.rank = 1
		}
	case SortNext:
		k.at = d.due
		if d.due.IsZero() {
			k.rank = 1
		}
	}
	return k
}

func (d *deal) summary() Summary {
	s := Summary{ID: d.id, Title: d.title, State: d.state, Since: d.since, Awaiting: slices.Clone(d.awaiting), Version: d.version}
	if d.clock != 0 {
		s.Next = &dealstate.ClockStatus{Clock: d.clock, Due: d.due}
		switch d.clock {
		case dealstate.Notice:
			s.Next.Party = d.owner
		case dealstate.Overdue:
			s.Next.Commitment = d.owner
		case dealstate.Timed:
			s.Next.Timer = d.owner
		}
	}
	return s
}

// page gives what was found.
func (t *Tracker) page(ctx context.Context, s *search) (Page, error) {
	s.cut()
	p := s.totals()
	if len(s.found) > s.Limit {
		s.found = s.found[:s.Limit]
		p.Next = s.found[s.Limit-1].String()
	}
	for _, f := range s.found {
		now, err := t.At(ctx, f.of.ID, dealstate.View{})
		if err != nil {
			return Page{}, err
		}
		f.of.Warnings = len(now.Warnings)
		p.Deals = append(p.Deals, f.of)
	}
	return p, nil
}

// totals counts what was found on all pages.
func (s *search) totals() (p Page) {
	for _, state := range slices.Sorted(maps.Keys(s.in)) {
		p.States = append(p.States, StateCount{state, s.in[state]})
		p.Total += s.in[state]
	}
	return p
}

// String writes a key for a link.
func (k key) String() string {
	text := instant.Format(k.at) + " " + k.id
	if k.rank > 0 {
		text = "-" + text
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

func parseKey(text string) (key, error) {
	var k key
	raw, err := base64.RawURLEncoding.DecodeString(text)
	at, id, ok := strings.Cut(string(raw), " ")
	if at, last := strings.CutPrefix(at, "-"); err == nil && ok {
		if last {
			k.rank = 1
		}
		k.id = id
		k.at, err = instant.Parse("after", at)
		if at == "" {
			k.at, err = time.Time{}, nil
		}
	}
	if err != nil || !ok {
		return key{}, field.Errorf("after", "%q is not the Next of a page", field.Clip(text))
	}
	return k, nil
}

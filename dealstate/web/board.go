package web

import (
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/render"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// boardPage is what the board shows.
type boardPage struct {
	head
	Text, Awaiting string
	States, Sorts  []choice
	Body           template.HTML
	Next           string // the address of the next page; "": this is the last
}

// sorts are the orders of deals, by their word.
var sorts = map[string]tracker.Sort{"": tracker.SortID, "awaiting": tracker.SortAwaiting, "next": tracker.SortNext}

// queryOf reads which deals are asked for.
func queryOf(r *http.Request) (tracker.Query, error) {
	q := r.URL.Query()
	sort, known := sorts[q.Get("sort")]
	if !known {
		return tracker.Query{}, field.Errorf("sort", "%q is unknown; want awaiting or next, or nothing for the order of ids", field.Clip(q.Get("sort")))
	}
	limit, err := limitOf(q.Get("limit"))
	return tracker.Query{Text: q.Get("q"), State: dealstate.State(q.Get("state")), Awaiting: q.Get("awaiting"), Sort: sort, After: q.Get("after"), Limit: limit}, err
}

// board shows the deals, some on each page.
func (s *site) board(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r)
	if err != nil {
		return err
	}
	found, err := s.deals.Deals(r.Context(), q)
	if err != nil {
		return err
	}
	page := boardPage{head: s.head("Board"), Text: q.Text, Awaiting: q.Awaiting,
		States: choices("any", string(q.State), stateWords(s.deals.States(), q.State)), Sorts: sortChoices(q.Sort)}
	if page.Body, err = s.boardBody(r, found); err != nil {
		return err
	}
	page.Changes = s.Prefix + "/api/changes"
	if found.Next != "" {
		page.Next = s.Prefix + "/?" + with(r.URL.Query(), "after", found.Next)
	}
	s.page(w, r, http.StatusOK, "board", page)
	return nil
}

// boardBody draws the deals of one page.
func (s *site) boardBody(r *http.Request, found tracker.Page) (template.HTML, error) {
	board := render.Board{Title: s.Title}
	for _, of := range found.States {
		board.Totals = append(board.Totals, render.StateCount(of))
	}
	slices.SortStableFunc(board.Totals, func(a, b render.StateCount) int { return compareStates(a.State, b.State) })
	now := s.deals.Now()
	for _, d := range found.Deals {
		deal, err := s.deals.Deal(r.Context(), d.ID)
		if err != nil {
			return "", err
		}
		board.Rows = append(board.Rows, render.BoardRow{Replay: render.ReplayOf(deal, dealstate.View{AsOf: now}), Href: s.dealPath(d.ID)})
	}
	return drawn(board.Body)
}

// stateWords are the states to choose from: those that deals can have, and the one that is
// asked for. They come in the order of the standard lifecycle, in which all that await
// approvals stand together, and then by name.
func stateWords(of []dealstate.State, asked dealstate.State) []string {
	if asked != "" && !slices.Contains(of, asked) {
		of = append(of, asked)
	}
	slices.SortFunc(of, compareStates)
	words := make([]string, len(of))
	for i, state := range of {
		words[i] = string(state)
	}
	return words
}

// compareStates orders states as the standard lifecycle has them, and then by name.
func compareStates(a, b dealstate.State) int {
	standard := dealstate.ManyParty().States
	return cmp.Or(cmp.Compare(rankAmong(standard, a), rankAmong(standard, b)), cmp.Compare(a, b))
}

// rankAmong is where a state stands among the standard ones, after all of them where it is
// none.
func rankAmong(standard []dealstate.State, s dealstate.State) int {
	if strings.HasPrefix(string(s), "awaiting_") {
		s = dealstate.StateAwaitingApprovals
	}
	if at := slices.Index(standard, s); at >= 0 {
		return at
	}
	return len(standard)
}

func sortChoices(chosen tracker.Sort) []choice {
	return []choice{
		{Value: "", Text: "by id", Chosen: chosen == tracker.SortID},
		{Value: "awaiting", Text: "awaited for longest", Chosen: chosen == tracker.SortAwaiting},
		{Value: "next", Text: "next clock first", Chosen: chosen == tracker.SortNext},
	}
}

// with gives a query with one value set.
func with(q url.Values, key, value string) string {
	q.Set(key, value)
	return q.Encode()
}

package render

import (
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/phrase"
)

// Board is the index page of several deals: where each stands, and all of them on one
// axis of time.
type Board struct {
	Title string
	Rows  []BoardRow
	// Totals say how many deals there are in each state, where the rows are only some of
	// them; none: the rows are all.
	Totals []StateCount
}

// StateCount is how many deals are in a state.
type StateCount struct {
	State dealstate.State
	Deals int
}

// BoardRow is one deal of the board, and the address of its own page: a relative one
// such as london.html, or one of the web; empty for none.
type BoardRow struct {
	Replay Replay
	Href   string
}

// boardPageData is what the board's template shows.
type boardPageData struct {
	head
	Lead     string
	Rows     []summary
	Timeline timelinePair
}

// HTML writes the page. Equal boards give equal bytes. A row whose replay has no
// machine is a *[dealstate.FieldError], and then nothing is written.
func (b Board) HTML(w io.Writer) error { return b.write(w, "board") }

// Body writes what HTML has in its body, a header and a main element, for a page that
// brings [StyleSheet]. Its headings begin with h1.
func (b Board) Body(w io.Writer) error { return b.write(w, "board-body") }

func (b Board) write(w io.Writer, template string) error {
	for i, r := range b.Rows {
		if r.Replay.Machine == nil {
			return missingMachine(fmt.Sprintf("rows[%d].replay.machine", i))
		}
	}
	title := legible(b.Title)
	if title == "" {
		title = "Deals"
	}
	p := boardPageData{head: newHead(shorten(title, 300)), Lead: b.lead()}
	var replays []*indexed
	for _, r := range b.Rows {
		replay := r.Replay.indexed()
		row := newSummary(replay)
		row.Href = pageAddress(r.Href)
		p.Rows = append(p.Rows, row)
		replays = append(replays, replay)
	}
	var err error
	if p.Timeline, err = newTimelinePair(replays); err != nil {
		return err
	}
	return write(w, template, p)
}

// lead counts the deals by state, in the order of the rows or as the totals have them.
func (b Board) lead() string {
	totals := b.Totals
	if totals == nil {
		totals = b.counted()
	}
	parts, deals := []string{""}, 0
	for _, t := range totals {
		deals += t.Deals
		parts = append(parts, fmt.Sprintf("%d %s", t.Deals, stateWords(string(t.State))))
	}
	parts[0] = phrase.Counted(int64(deals), "deal", "deals")
	if len(b.Rows) < deals {
		parts[0] += fmt.Sprintf(", of which %d on this page", len(b.Rows))
	}
	return strings.Join(parts, "; ") + "."
}

// counted counts the rows by state.
func (b Board) counted() (totals []StateCount) {
	for _, r := range b.Rows {
		state := r.Replay.Snapshot.State
		i := slices.IndexFunc(totals, func(t StateCount) bool { return t.State == state })
		if i < 0 {
			i, totals = len(totals), append(totals, StateCount{State: state})
		}
		totals[i].Deals++
	}
	return totals
}

// pageAddress lets relative addresses and those of the web through.
func pageAddress(text string) string {
	if u, err := url.Parse(text); err == nil && u.Scheme == "" && u.Host == "" {
		return u.String()
	}
	return webAddress(text)
}

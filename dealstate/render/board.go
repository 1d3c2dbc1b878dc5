package render

import (
	"fmt"
	"io"
	"net/url"
	"strings"
)

// Board is the index page of several deals: where each stands, and all of them on one
// axis of time.
type Board struct {
	Title string
	Rows  []BoardRow
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

// lead counts the deals by state, in the order of the rows.
func (b Board) lead() string {
	var states []string
	counts := map[string]int{}
	for _, r := range b.Rows {
		state := stateWords(string(r.Replay.Snapshot.State))
		if counts[state]++; counts[state] == 1 {
			states = append(states, state)
		}
	}
	parts := []string{"1 deal"}
	if len(b.Rows) != 1 {
		parts[0] = fmt.Sprintf("%d deals", len(b.Rows))
	}
	for _, s := range states {
		parts = append(parts, fmt.Sprintf("%d %s", counts[s], s))
	}
	return strings.Join(parts, "; ") + "."
}

// pageAddress lets relative addresses and those of the web through.
func pageAddress(text string) string {
	if u, err := url.Parse(text); err == nil && u.Scheme == "" && u.Host == "" {
		return u.String()
	}
	return webAddress(text)
}

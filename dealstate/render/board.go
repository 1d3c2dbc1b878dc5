package render

import (
	"fmt"
	"io"
	"net/url"
	"strings"
)

// Board is the index page of several deals: where each stands, and all of them
// on one axis.
type Board struct {
	Title string
	Rows  []BoardRow
}

// BoardRow is one deal of the board, and where its own page is: a relative
// address such as london.html, or one of the web; empty for none.
type BoardRow struct {
	Story Story
	Href  string
}

type boardPage struct {
	head
	Lead     string
	Rows     []standing
	Timeline pictures
}

// HTML writes the page. Equal boards give equal bytes. A row whose story has no
// machine is a *[dealstate.FieldError], and then nothing is written.
func (b Board) HTML(w io.Writer) error {
	for i, r := range b.Rows {
		if r.Story.Machine == nil {
			return missingMachine(fmt.Sprintf("rows[%d].story.machine", i))
		}
	}
	title := legible(b.Title)
	if title == "" {
		title = "Deals"
	}
	p := boardPage{head: newHead(shorten(title, 300)), Lead: b.lead()}
	var stories []Story
	for _, r := range b.Rows {
		row := newStanding(r.Story)
		row.Href = pageAddress(r.Href)
		p.Rows = append(p.Rows, row)
		stories = append(stories, r.Story)
	}
	var err error
	if p.Timeline, err = newPictures(stories); err != nil {
		return err
	}
	return write(w, "board", p)
}

// lead counts the deals by state, in the order of the rows.
func (b Board) lead() string {
	var states []string
	counts := map[string]int{}
	for _, r := range b.Rows {
		state := stateWords(string(r.Story.Snapshot.State))
		if counts[state]++; counts[state] == 1 {
			states = append(states, state)
		}
	}
	parts := []string{fmt.Sprintf("%d deals", len(b.Rows))}
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

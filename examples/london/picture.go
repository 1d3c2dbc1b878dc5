package main

import (
	"path/filepath"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/render"
	"github.com/fe115bb3/dealtracker/examples/internal/deals"
	"github.com/fe115bb3/dealtracker/examples/internal/files"
)

// draw writes the pictures that were asked for.
func draw(deal *dealstate.Deal, o options) error {
	if err := files.Save(o.svg, render.Timeline{Replays: replays(deal, o.view)}.SVG); err != nil {
		return err
	}
	if err := files.Save(o.balance, render.ReplayOf(deal, o.view).Balance().SVG); err != nil {
		return err
	}
	if err := files.Save(o.html, render.DealPage{Replays: headlined(deal, o.view)}.HTML); err != nil {
		return err
	}
	return board(o.board, o.view)
}

// board writes a page of all the deals in the view, and beside it a page of each,
// london.html and so on.
func board(path string, v dealstate.View) error {
	if path == "" {
		return nil
	}
	b := render.Board{Title: "Deals that leaders announced"}
	for _, d := range deals.All() {
		deal, err := d.Open(v.Policy)
		if err != nil {
			return err
		}
		page := d.Name + ".html"
		if err := files.Save(filepath.Join(filepath.Dir(path), page), render.DealPage{Replays: headlined(deal, v)}.HTML); err != nil {
			return err
		}
		b.Rows = append(b.Rows, render.BoardRow{Replay: render.ReplayOf(deal, v), Href: page})
	}
	return files.Save(path, b.HTML)
}

// replays tells the deal once for each policy.
func replays(deal *dealstate.Deal, v dealstate.View) []render.Replay {
	var told []render.Replay
	for _, p := range dealstate.Policies() {
		v.Policy = p
		told = append(told, render.ReplayOf(deal, v))
	}
	return told
}

// headlined puts the reader's own policy first.
func headlined(deal *dealstate.Deal, v dealstate.View) []render.Replay {
	told := []render.Replay{render.ReplayOf(deal, v)}
	for _, p := range dealstate.Policies() {
		if own := v.Policy; p != own {
			other := v
			other.Policy = p
			told = append(told, render.ReplayOf(deal, other))
		}
	}
	return told
}

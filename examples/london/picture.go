package main

import (
	"io"
	"os"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

// draw writes the pictures that were asked for.
func draw(deal *dealstate.Deal, o options) error {
	if err := save(o.svg, render.Timeline{Replays: replays(deal, o.view)}.SVG); err != nil {
		return err
	}
	if err := save(o.balance, render.ReplayOf(deal, o.view).Balance().SVG); err != nil {
		return err
	}
	return save(o.html, render.DealPage{Replays: headlined(deal, o.view)}.HTML)
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

func save(path string, write func(io.Writer) error) error {
	if path == "" {
		return nil
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(file); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}

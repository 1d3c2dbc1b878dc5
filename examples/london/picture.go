package main

import (
	"io"
	"os"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

// draw writes the pictures that were asked for.
func draw(deal *dealstate.Deal, o options) error {
	if err := save(o.svg, render.Timeline{Stories: stories(deal, o.view)}.SVG); err != nil {
		return err
	}
	return save(o.html, render.Report{Stories: headlined(deal, o.view)}.HTML)
}

// stories tells the deal once for each policy.
func stories(deal *dealstate.Deal, v dealstate.View) []render.Story {
	var told []render.Story
	for _, p := range dealstate.Policies() {
		v.Policy = p
		told = append(told, render.Tell(deal, v))
	}
	return told
}

// headlined puts the reader's own policy first.
func headlined(deal *dealstate.Deal, v dealstate.View) []render.Story {
	told := []render.Story{render.Tell(deal, v)}
	for _, p := range dealstate.Policies() {
		if own := v.Policy; p != own {
			other := v
			other.Policy = p
			told = append(told, render.Tell(deal, other))
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

package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

// told is what there is to write: the deal's part of the log, and what it came to.
type told struct {
	log       *intake
	view      dealstate.View
	decisions []dealstate.Decision
	snapshot  dealstate.Snapshot
}

// outputs are those of -out.
var outputs = map[string]func(told, io.Writer) error{
	"json":    told.json,
	"text":    told.text,
	"html":    told.html,
	"svg":     told.svg,
	"mermaid": told.mermaid,
}

// json writes the decisions in their order, each repeated event's duplicates behind it, and
// the snapshot.
func (t told) json(w io.Writer) error {
	out := bufio.NewWriter(w)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	for _, d := range t.decisions {
		if err := lines.Encode(d); err != nil {
			return err
		}
		for range t.log.sent[d.Event] - 1 {
			if err := lines.Encode(d.Repeated()); err != nil {
				return err
			}
		}
	}
	if err := lines.Encode(t.snapshot); err != nil {
		return err
	}
	return out.Flush()
}

// text draws a timeline in letters, and explains where the deal stands.
func (t told) text(w io.Writer) error {
	replays, err := t.replays(t.view.Policy)
	if err != nil {
		return err
	}
	if err := (render.Timeline{Replays: replays}).Text(w, render.Plain); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "\n%s", t.snapshot.Explain())
	return err
}

// html writes a page of the deal, with what each policy made of it.
func (t told) html(w io.Writer) error {
	policies := []dealstate.Policy{t.view.Policy}
	for _, p := range dealstate.Policies() {
		if p != t.view.Policy {
			policies = append(policies, p)
		}
	}
	replays, err := t.replays(policies...)
	return cmp.Or(err, render.DealPage{Replays: replays}.HTML(w))
}

// svg draws the timeline under every policy.
func (t told) svg(w io.Writer) error {
	replays, err := t.replays(dealstate.Policies()...)
	return cmp.Or(err, render.Timeline{Replays: replays}.SVG(w))
}

// mermaid writes the state diagram, with the deal's way so far.
func (t told) mermaid(w io.Writer) error {
	replays, err := t.replays(t.view.Policy)
	if err != nil {
		return err
	}
	return replays[0].Diagram().Mermaid(w)
}

// replays tells the deal once for each policy.
func (t told) replays(policies ...dealstate.Policy) (all []render.Replay, err error) {
	for _, p := range policies {
		v := t.view
		v.Policy = p
		replay, err := render.ReplayOfEvents(t.log.machine, t.log.events, v)
		if err != nil {
			return nil, err
		}
		all = append(all, replay)
	}
	return all, nil
}

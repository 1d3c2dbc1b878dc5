package main

import (
	"strconv"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/phrase"
)

// stateCmd says where deals stand.
type stateCmd struct {
	Deals []string `arg:"" optional:"" name:"deal" help:"Ids of deals, or names of their files. Default: all."`
	viewFlags
}

func (stateCmd) Help() string {
	return `Example, of every deal and then of one of them:

    dealstate state --policy official
    dealstate state truce --known-by 2025-06-26

With --json, each line is a snapshot as FORMATS.md has it.`
}

func (c *stateCmd) Run(a *app) error {
	view, err := c.view(a)
	if err != nil {
		return err
	}
	f, err := a.read()
	if err != nil {
		return err
	}
	deals, err := f.chosen(c.Deals)
	if err != nil {
		return err
	}
	if len(deals) == 0 {
		a.sayEmpty()
	}
	if a.json || len(c.Deals) != 1 {
		return a.states(deals, view)
	}
	d, err := deals[0].open(view.Policy)
	if err != nil {
		return err
	}
	return a.state(d, view)
}

// states writes a row a deal.
func (a *app) states(deals []*deal, view dealstate.View) error {
	rows := [][]string{{"deal", "state", "since", "for", "awaiting", "next", "warnings"}}
	for f, err := range a.folds("folding", deals, view) {
		if err != nil {
			return err
		}
		s := f.snapshot
		if a.json {
			if err := a.object(s); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{s.Deal, string(s.State), since(s), days(s.Since, s.AsOf), awaiting(s), next(s), count(len(s.Warnings))})
	}
	if a.json || len(deals) == 0 {
		return nil
	}
	return a.table(rows)
}

// since says when the deal came to where it stands. Before anything was applied it stands at
// the beginning of its rules.
func since(s dealstate.Snapshot) string {
	if s.Since.IsZero() {
		return "not moved yet"
	}
	return day(s.Since)
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// awaiting says whose approval is missing, and where some of these are enough, such ones.
func awaiting(s dealstate.Snapshot) string {
	return phrase.Awaited(strings.Join(s.Awaiting, ", "), s.Awaiting, s.Shortest, listed)
}

// next says which clock runs out next, and when.
func next(s dealstate.Snapshot) string {
	if s.Next == nil {
		return ""
	}
	return s.Next.String() + " " + s.Next.Clock.DueWords(s.Next.Due, day)
}

// nextAll says all the clocks that run out at the next instant at which one does, those that
// move the deal first.
func nextAll(d *dealstate.Deal, view dealstate.View, s dealstate.Snapshot) string {
	if s.Next == nil {
		return ""
	}
	var moving, others []string
	trial := d.Cursor(view)
	trial.Watch(func(did dealstate.Decision) {
		switch text := did.Fired().String() + " " + did.Clock.DueWords(did.At, day); {
		case did.Clock == 0 || !did.At.Equal(s.Next.Due):
		case did.From != did.To:
			moving = append(moving, text)
		default:
			others = append(others, text)
		}
	})
	trial.Advance(s.Next.Due)
	return strings.Join(append(moving, others...), ", ")
}

// state says where one deal stands, on a few lines.
func (a *app) state(d *dealstate.Deal, view dealstate.View) error {
	s := d.At(view)
	rows := [][]string{{s.Deal, s.Title}}
	line := func(name, text string) {
		if text != "" {
			rows = append(rows, []string{"  " + name, text})
		}
	}
	line("state", string(s.State))
	if s.Since.IsZero() {
		line("since", since(s))
	} else {
		line("since", since(s)+" ("+days(s.Since, s.AsOf)+")")
	}
	line("awaiting", awaiting(s))
	line("next", nextAll(d, view, s))
	line("as of", day(s.AsOf))
	line("known by", day(s.KnownBy))
	line("policy", s.Policy)
	for _, p := range otherPolicies(s.Policy) {
		v := view
		v.Policy = p
		line(p.Name, string(d.At(v).State))
	}
	for _, w := range s.Warnings {
		line("warning", w.String())
	}
	return a.table(rows)
}

// sayEmpty says what to do about a folder without deals, unless a program reads it.
func (a *app) sayEmpty() {
	if !a.json {
		a.say("No deal is here: the folder has no agreement (*.json). dealstate init writes one.")
	}
}

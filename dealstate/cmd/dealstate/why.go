package main

import (
	"cmp"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
)

// whyCmd says what became of one event, and why.
type whyCmd struct {
	Event string `arg:"" help:"Its id."`
	Deal  string `arg:"" optional:"" help:"The id of its deal, or the name of its file. Default: the deal that has such an event."`
	viewFlags
}

func (whyCmd) Help() string {
	return `Example:

    dealstate why mofcom-0627 --policy strict

It says who reported the event and when, what it did under the policy, what was missing if it had no effect, and what it did under
the other policies. With --json it writes the event, and the decision of each policy.`
}

func (c *whyCmd) Run(a *app) error {
	view, err := c.view(a)
	if err != nil {
		return err
	}
	f, err := a.read()
	if err != nil {
		return err
	}
	of, err := f.dealOf(c.Event, c.Deal)
	if err != nil {
		return err
	}
	d, err := of.open(view.Policy)
	if err != nil {
		return err
	}
	e, _, _ := d.Event(c.Event)
	if a.json {
		return a.object(told{e, decisions(d, c.Event, view)})
	}
	a.say("%s of %s: %s, on %s; learned %s", e.ID, e.Deal, act(dealstate.Decision{Kind: e.Kind, Party: e.Party}), day(e.At), day(learned(e)))
	a.say("said by %s%s", cmp.Or(speaker(e), "nobody"), source(e))
	if e.Note != "" {
		a.say("note: %s", e.Note)
	}
	c.say(a, d, view)
	return nil
}

// say says what became of the event in the view, and under the other policies.
func (c *whyCmd) say(a *app, d *dealstate.Deal, view dealstate.View) {
	did := decisionOn(d, c.Event, view)
	if did.Kind == 0 {
		a.say("This view does not see it: it looks as of %s%s.", day(d.At(view).AsOf), knownBy(view))
		return
	}
	a.say("%s: %s", view.Policy.Name, did)
	for _, need := range scenario.NeededFor(d, view, did) {
		a.say("  %s", need)
	}
	for _, p := range otherPolicies(view.Policy.Name) {
		v := view
		v.Policy = p
		a.say("%s: %s", p.Name, decisionOn(d, c.Event, v))
	}
}

// told is an event with what it did under each policy. It is written as JSON as it stands.
type told struct {
	Event     dealstate.Event               `json:"event"`
	Decisions map[string]dealstate.Decision `json:"decisions"` // by policy; none where the view does not see the event
}

func decisions(d *dealstate.Deal, event string, view dealstate.View) map[string]dealstate.Decision {
	all := map[string]dealstate.Decision{}
	for _, p := range dealstate.Policies() {
		view.Policy = p
		if did := decisionOn(d, event, view); did.Kind != 0 {
			all[p.Name] = did
		}
	}
	return all
}

// decisionOn is what the view says of one event; zero where it does not see it.
func decisionOn(d *dealstate.Deal, event string, view dealstate.View) dealstate.Decision {
	_, all := d.Replay(view)
	for _, did := range all {
		if did.Event == event {
			return did
		}
	}
	return dealstate.Decision{}
}

func source(e dealstate.Event) string {
	text := ""
	for _, part := range []string{e.Source.Publisher, e.Source.Published, e.Source.URL} {
		if part != "" {
			text += ", " + part
		}
	}
	return text
}

func knownBy(v dealstate.View) string {
	if v.KnownBy.IsZero() {
		return ""
	}
	return " and as known by " + day(v.KnownBy)
}

// dealOf finds the deal that has the event: the one named, or the only one.
func (f *folder) dealOf(event, name string) (*deal, error) {
	deals := f.ids
	if name != "" {
		d, err := f.find(name)
		if err != nil {
			return nil, err
		}
		deals = []string{d.machine.Deal()}
	}
	var with, known []string
	for _, id := range deals {
		if _, has := f.deals[id].place[event]; has {
			with = append(with, id)
		}
		for _, e := range f.deals[id].events {
			known = append(known, e.ID)
		}
	}
	switch len(with) {
	case 0:
		return nil, misusef("%q is no event of the folder%s", event, nearest.Hint(event, known))
	case 1:
		return f.deals[with[0]], nil
	}
	return nil, misusef("%q is an event of %s; say which deal", event, listed(with))
}

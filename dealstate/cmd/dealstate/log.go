package main

import (
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// logCmd says what each report and each clock did.
type logCmd struct {
	Deal string `arg:"" optional:"" help:"Its id, or the name of its file. Default: the only deal of the folder."`
	Why  bool   `help:"Give the reasons of every row, not only of what did not take effect."`
	viewFlags
}

func (logCmd) Help() string {
	return `Example:

    dealstate log truce --policy official

Rows are in the order in which things happened, even if they were reported late. With --json, each line is a decision as
FORMATS.md has it.`
}

func (c *logCmd) Run(a *app) error {
	d, view, err := a.dealIn(c.Deal, c.viewFlags)
	if err != nil {
		return err
	}
	_, decisions := d.Replay(view)
	if a.json {
		for _, did := range decisions {
			if err := a.object(did); err != nil {
				return err
			}
		}
		return nil
	}
	rows := [][]string{{"date", "what", "event", "said by", "outcome", "state", "why"}}
	var styles []style
	for _, did := range decisions {
		e, _, _ := d.Event(did.Event)
		rows = append(rows, []string{did.Clock.DueWords(did.At, day), act(did), did.Event, speaker(e), did.Outcome.String(), moved(did), c.why(did)})
		styles = append(styles, styleOf(did))
	}
	if len(rows) == 1 {
		a.say("Nothing is on record of %s in this view.", d.Machine().Deal())
		return nil
	}
	return a.table(rows, styles...)
}

func (c *logCmd) why(d dealstate.Decision) string {
	if d.Outcome == dealstate.Applied && !c.Why {
		return ""
	}
	return reasons(d)
}

// reasons gives all of a decision's, in English.
func reasons(d dealstate.Decision) string {
	var all []string
	for _, r := range d.Reasons {
		all = append(all, r.String())
	}
	return strings.Join(all, "; ")
}

// act says what was done, and by whom: approve china, or a clock.
func act(d dealstate.Decision) string {
	if d.Clock != 0 {
		return "(" + d.Fired().String() + ")"
	}
	return strings.TrimSpace(d.Kind.String() + " " + d.Party)
}

// speaker says who reports an event, and in what role.
func speaker(e dealstate.Event) string {
	text := strings.TrimPrefix(strings.Join([]string{e.By, e.Role.String()}, ", "), ", ")
	if e.Modality > dealstate.Asserted {
		text += " (" + e.Modality.String() + ")"
	}
	return strings.TrimSuffix(text, ", ")
}

// moved says where a decision brought the deal, if it did.
func moved(d dealstate.Decision) string {
	if d.From == d.To {
		return ""
	}
	return "→ " + string(d.To)
}

// styleOf is how a decision's row looks.
func styleOf(d dealstate.Decision) style {
	switch {
	case d.Outcome == dealstate.Refused:
		return red
	case d.Outcome != dealstate.Applied:
		return faint
	case d.From != d.To:
		return green
	}
	return plain
}

// dealIn reads the folder for one deal and the view from which it is looked at.
func (a *app) dealIn(name string, flags viewFlags) (*dealstate.Deal, dealstate.View, error) {
	view, err := flags.view(a)
	if err != nil {
		return nil, view, err
	}
	d, err := a.deal(name, view.Policy)
	return d, view, err
}

// deal reads the folder for one deal.
func (a *app) deal(name string, p dealstate.Policy) (*dealstate.Deal, error) {
	f, err := a.read()
	if err != nil {
		return nil, err
	}
	found, err := f.find(name)
	if err != nil {
		return nil, err
	}
	return found.open(p)
}

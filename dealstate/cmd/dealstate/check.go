package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
)

// checkCmd says what is wrong with a folder or an agreement.
type checkCmd struct {
	Deals []string `arg:"" optional:"" name:"deal" help:"Ids of deals, names of their files, or files of agreements elsewhere. Default: all the folder."`
	To    string   `default:"implemented" placeholder:"STATE" help:"The state of which to say whether it can still be reached. Default: implemented."`
	Steps int      `default:"300000" placeholder:"N" help:"How many steps to try at most, of some microseconds each. Default: 300000."`
	viewFlags
}

func (checkCmd) Help() string {
	return `Example, of everything in the folder, and then of one deal: its rules, dead ends, and what can still lead to implemented:

    dealstate check
    dealstate check truce --policy official

Without a deal it reads every file, says of each line what is wrong with it, and ends with 1 if there is any. With a deal it tries
every path, as far as --steps go and says how far that is, and ends with 1 where the rules let it be implemented without its approvals, where a state of its own rules that is not final has no way
out, or where no path leads to the state any more.`
}

func (c *checkCmd) Run(a *app) error {
	view, err := c.view(a)
	if err != nil {
		return err
	}
	if c.Steps < 1 {
		return misusef("--steps %d; want at least 1", c.Steps)
	}
	if len(c.Deals) == 0 {
		return a.checkFolder()
	}
	wrong := false
	for _, name := range c.Deals {
		d, err := a.dealOrFile(name, view.Policy)
		if err != nil {
			return err
		}
		found, err := c.explore(a, d, view)
		if err != nil {
			return err
		}
		if wrong = wrong || found.wrong(); a.json {
			err = a.object(found)
		} else {
			err = found.write(a)
		}
		if err != nil {
			return err
		}
	}
	if wrong {
		return errNo
	}
	return nil
}

// checkFolder says of every file what is wrong with it.
func (a *app) checkFolder() error {
	problems := 0
	f, err := a.readAll(func(err error) error {
		if exitOf(err) != exitBadInput {
			return err
		}
		problems++
		return a.problem(err)
	})
	if err != nil {
		return err
	}
	if f.lost > 0 {
		problems++
		if err := a.problem(errors.New(f.strays())); err != nil {
			return err
		}
	}
	events := 0
	for _, d := range f.deals {
		events += len(d.events)
	}
	if a.json {
		err = a.object(map[string]any{"deals": len(f.ids), "events": events, "problems": problems, "not_read": f.others})
	} else {
		if len(f.others) > 0 {
			a.say("not read: %s", listed(f.others))
		}
		a.say("%s, %s, %s", number(len(f.ids), "deal"), number(events, "event"), number(problems, "problem"))
	}
	if err == nil && problems > 0 {
		err = errNo
	}
	return err
}

func (a *app) problem(err error) error {
	if a.json {
		return a.object(map[string]string{"problem": err.Error()})
	}
	a.say("%s", err)
	return nil
}

// dealOrFile reads a deal of the folder, or the agreement in a file that stands elsewhere.
func (a *app) dealOrFile(name string, p dealstate.Policy) (*dealstate.Deal, error) {
	if filepath.Ext(name) == ".json" && filepath.Base(name) != name {
		m, err := dealstate.OpenMachine(func(name string) (*os.File, error) { return opened(os.Open(name)) }, name)
		if err != nil {
			return nil, err
		}
		return m.NewDeal(p), nil
	}
	return a.deal(name, p)
}

// checked is what exploring a deal's rules found. It is written as JSON as it stands.
type checked struct {
	Deal       string   `json:"deal"`
	State      string   `json:"state"`
	Rules      int      `json:"rules"`
	Clocks     []string `json:"clocks,omitempty"`
	Situations int      `json:"situations"` // tried from here: all there are, or as many as --steps allows
	Complete   bool     `json:"complete"`   // none was left out, here and from the beginning
	Depth      int      `json:"depth"`      // acts and clocks in a row, every path of which was tried; of a complete search, those of the longest shortest path
	Can        []string `json:"can_become"`
	To         string   `json:"to"`
	Reachable  bool     `json:"reachable"`
	Shortest   string   `json:"shortest,omitempty"` // path there
	Next       []string `json:"next,omitempty"`     // what can happen now so that it still can be reached
	Unapproved string   `json:"implemented_unapproved,omitempty"`
	DeadEnds   []string `json:"dead_ends,omitempty"`
	DeadRules  []string `json:"dead_rules,omitempty"`

	approval string
	parties  []string
	more     bool // situations from here were left out: by --steps, or behind a counterexample
}

func (c *checked) wrong() bool {
	return c.Unapproved != "" || len(c.DeadEnds) > 0 || c.Complete && !c.Reachable
}

// explore tries every path of the deal: those of its rules from the beginning, and what can
// still become of it from where it stands.
func (c *checkCmd) explore(a *app, d *dealstate.Deal, view dealstate.View) (*checked, error) {
	m := d.Machine()
	if states := m.Lifecycle().States; !slices.Contains(states, dealstate.State(c.To)) {
		return nil, misusef("--to %q is no state of %s; want one of %s", c.To, m.Deal(), joined(states))
	}
	s, agreement := d.At(view), m.Agreement()
	found := &checked{Deal: s.Deal, State: string(s.State), To: c.To, Can: []string{}, Rules: len(m.Lifecycle().Rules), approval: "every party approves"}
	if !agreement.Approval.IsZero() {
		found.approval = agreement.Approval.String()
	}
	for _, p := range agreement.Parties {
		found.parties = append(found.parties, party(p))
	}
	for _, clock := range m.Clocks() {
		if clock != dealstate.Notice || agreement.Notice != nil || agreement.Lifecycle != nil {
			found.Clocks = append(found.Clocks, clock.String())
		}
	}
	began := s.AsOf
	for e := range d.Events() {
		began = e.At
		break
	}
	inputs := len(simulate.Alphabet(agreement))
	rules, err := c.paths(a, inputs, simulate.Beginning(m, view.Policy, cmp.Or(began, time.Unix(0, 0).UTC())))
	if err != nil {
		return nil, err
	}
	found.addRules(rules, agreement.Lifecycle != nil)
	now, err := c.paths(a, inputs, simulate.Present(d, view))
	if err == nil {
		found.addPaths(now)
		found.more = !now.Complete
		found.Complete = rules.Complete && now.Complete
		found.Depth = min(triedTo(rules), triedTo(now))
	}
	return found, err
}

// triedTo is how many acts and clocks in a row were tried without leaving any out: situations
// are found in the order of their distance, so that some are missing of the last one only.
func triedTo(x *simulate.Exploration) int {
	if x.Complete {
		return x.Depth
	}
	return max(0, x.Depth-1)
}

func (c *checkCmd) paths(a *app, inputs int, from simulate.Start) (*simulate.Exploration, error) {
	return simulate.Paths(a.ctx, from, simulate.Search{Limit: max(2, c.Steps/max(1, inputs))})
}

// addRules adds what is wrong with the rules, whatever has happened so far. Of the standard
// ones, for which the library answers, most agreements have no use for some, and so some end
// in a state of theirs.
func (c *checked) addRules(x *simulate.Exploration, own bool) {
	if x.Counterexample != nil {
		c.Unapproved = x.Counterexample.Path.String()
	}
	if !own || !x.Complete {
		return
	}
	for _, path := range x.DeadEnds() {
		c.DeadEnds = append(c.DeadEnds, fmt.Sprintf("%s, after: %s", path.Steps[len(path.Steps)-1].State, path))
	}
	c.DeadRules = x.DeadRules()
}

func (c *checked) addPaths(x *simulate.Exploration) {
	c.Situations = x.Situations
	for _, s := range x.States() {
		c.Can = append(c.Can, string(s))
	}
	to := dealstate.State(c.To)
	path, ok := x.Shortest(to)
	c.Reachable, c.Shortest = ok, path.String()
	for _, input := range x.Leading(to) {
		c.Next = append(c.Next, input.String())
	}
}

func (c *checked) write(a *app) error {
	verdict, become := "ok", "can become"
	if c.wrong() {
		verdict = "not ok"
	}
	if !c.Complete {
		become = "can become at least"
	}
	rows := [][]string{{c.Deal, verdict}}
	line := func(name string, texts ...string) {
		if text := strings.Join(texts, ", "); text != "" {
			rows = append(rows, []string{"  " + name, text})
		}
	}
	line("parties", listed(c.parties))
	line("approval", c.approval)
	line("clocks", c.Clocks...)
	line("state", c.State)
	line(become, c.Can...)
	line("dead ends", c.DeadEnds...)
	line("rules never used", c.DeadRules...)
	line("implemented without approval", c.Unapproved)
	line("way to "+c.To, c.way())
	line("next", c.Next...)
	if err := a.table(rows); err != nil {
		return err
	}
	a.say("%s %s, %s.", c.extent(), c.tried(), number(c.Rules, "rule"))
	return nil
}

// tried says how many situations were tried. Where there are more, the number is what --steps
// allows, and the same wherever the deal stands.
func (c *checked) tried() string {
	situations := number(c.Situations, "situation") + " from here on"
	if c.more {
		return "the first " + situations
	}
	return situations
}

// extent says what was tried, and what that proves.
func (c *checked) extent() string {
	switch {
	case c.Unapproved != "":
		return "Tried up to the first path on which it is implemented without approval:"
	case c.Complete:
		return "Tried in full:"
	}
	return fmt.Sprintf("Tried every path of up to %s in a row, and on none is it implemented without approval; longer paths were left out, which of three parties or more are too many to try all (--steps tries some more):",
		number(c.Depth, "act"))
}

// way says how the deal can come to the state that was asked for.
func (c *checked) way() string {
	switch {
	case c.State == c.To:
		return "it is there"
	case c.Reachable:
		return c.Shortest
	case c.Complete:
		return "none any more"
	}
	return "none found"
}

func joined(states []dealstate.State) string {
	var words []string
	for _, s := range states {
		words = append(words, string(s))
	}
	return strings.Join(words, ", ")
}

// party names a party with whoever approves for it.
func party(p dealstate.Party) string {
	if p.Approver == "" || p.Approver == p.ID {
		return p.ID
	}
	return p.ID + " (" + p.Approver + ")"
}

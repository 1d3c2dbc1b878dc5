package main

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/simulate"
)

// simulateCmd gives the odds of what becomes of a deal.
type simulateCmd struct {
	Deal      string             `arg:"" optional:"" help:"Its id, or the name of its file. Default: the only deal of the folder."`
	Until     string             `placeholder:"T" help:"Up to this date or instant. Default: a year from the view."`
	Wait      map[string]float64 `placeholder:"PARTY=DAYS" help:"How many days a party takes to approve, on average. Default: as long as parties took that are on record in the folder."`
	Reject    map[string]float64 `placeholder:"PARTY=P" help:"With what probability, 0 to 1, a party then rejects. Default: 0 where --wait names the party, else as on record."`
	Amend     map[string]float64 `placeholder:"PARTY=P" help:"With what probability it asks for another text, on which every wait begins anew. Default: as for --reject."`
	Implement *float64           `placeholder:"DAYS" help:"How many days it takes from the approvals to implementation, on average. Default: as on record."`
	Lives     int                `default:"10000" placeholder:"N" help:"How many futures to try. Default: 10000."`
	Seed      uint64             `default:"1" placeholder:"N" help:"Equal seeds give equal odds. Default: 1."`
	viewFlags
}

func (simulateCmd) Help() string {
	return `Example, of a deal for which one side takes a week on average and the other a month:

    dealstate simulate truce --wait us=7 --wait china=30 --implement 10 --until 2025-12-31
    dealstate simulate truce --wait us=7 --wait china=30 --reject china=0.2

Waits are without memory (exponential). A party named by --wait then approves, unless --reject or --amend say otherwise. What a party
on record chooses is counted over all parties, with half a choice of each kind added, so that with few on record rejections and other
texts weigh much. All that is assumed is printed. Odds are of this model, and no better than it: over all past deals of this kind, models fitted
to the record do not beat the base rate.`
}

func (c *simulateCmd) Run(a *app) error {
	if err := c.check(); err != nil {
		return err
	}
	view, err := c.view(a)
	if err != nil {
		return err
	}
	f, err := a.read()
	if err != nil {
		return err
	}
	of, err := f.find(c.Deal)
	if err != nil {
		return err
	}
	d, err := of.open(view.Policy)
	if err != nil {
		return err
	}
	model, err := c.model(f, of, view)
	if err != nil {
		return err
	}
	start := simulate.Present(d, view)
	until, err := c.until(start)
	if err != nil {
		return err
	}
	bar := a.bar("simulating", c.Lives)
	odds, err := simulate.Run(a.ctx, start, model, simulate.Options{Lives: c.Lives, Seed: c.Seed, Until: until, Progress: bar.at})
	bar.end()
	if err != nil {
		return misuseOf(err)
	}
	found := futureOf(odds, model, string(start.Snapshot().State))
	found.own = of.machine.Agreement().Effect != nil
	for _, p := range of.machine.Agreement().Parties {
		if _, acts := found.Choices[p.ID]; !acts {
			found.Silent = append(found.Silent, p.ID)
		}
	}
	if a.json {
		return a.object(found)
	}
	return found.write(a)
}

// check refuses numbers that no model can have.
func (c *simulateCmd) check() error {
	if c.Lives < 1 {
		return misusef("--lives %d; want at least 1", c.Lives)
	}
	for _, party := range slices.Sorted(maps.Keys(c.Wait)) {
		if !(c.Wait[party] > 0) {
			return misusef("--wait %s=%g; want days, more than 0", party, c.Wait[party])
		}
	}
	if c.Implement != nil && !(*c.Implement > 0) {
		return misusef("--implement %g; want days, more than 0", *c.Implement)
	}
	for party, flag := range c.chances() {
		r, m := c.Reject[party], c.Amend[party]
		switch {
		case !(r >= 0 && r <= 1 && m >= 0 && m <= 1):
			return misusef("--%s %s: want a probability, 0 to 1", flag, party)
		case r+m > 1:
			return misusef("--reject and --amend of %s add up to %g; want at most 1", party, r+m)
		}
	}
	return nil
}

// chances gives the parties whose choice a flag states, and that flag.
func (c *simulateCmd) chances() iter.Seq2[string, string] {
	return func(yield func(party, flag string) bool) {
		for _, party := range slices.Sorted(maps.Keys(c.Reject)) {
			if !yield(party, "reject") {
				return
			}
		}
		for _, party := range slices.Sorted(maps.Keys(c.Amend)) {
			if !yield(party, "amend") {
				return
			}
		}
	}
}

// until is where the lives end.
func (c *simulateCmd) until(start simulate.Start) (time.Time, error) {
	if c.Until == "" {
		return start.Now().AddDate(1, 0, 0), nil
	}
	until, err := dealstate.ParseMoment(c.Until)
	if err != nil {
		return until, misusef("--until: %v", err)
	}
	return until, nil
}

// model says how the parties behave: as the flags say, and else as those on record did.
func (c *simulateCmd) model(f *folder, of *deal, view dealstate.View) (simulate.Model, error) {
	agreement := of.machine.Agreement()
	if err := c.parties(agreement); err != nil {
		return simulate.Model{}, err
	}
	var waits []simulate.Wait
	for _, id := range f.ids {
		d, err := f.deals[id].open(view.Policy)
		if err != nil {
			return simulate.Model{}, err
		}
		waits = append(waits, simulate.Waits(d, view)...)
	}
	model, err := simulate.Calibrate(agreement, waits, simulate.FitExponential)
	if err != nil && len(c.Wait) == 0 {
		return model, misusef("no wait on record tells how long parties take (%v); give it, as --wait %s=30", err, agreement.Parties[0].ID)
	}
	if err != nil {
		model = simulate.Model{}
	}
	for _, party := range slices.Sorted(maps.Keys(c.Wait)) {
		set(&model, simulate.Party{Party: party, Wait: exponential(c.Wait[party])})
	}
	for i := range model.Parties {
		c.choose(&model.Parties[i])
	}
	for party := range c.chances() {
		if !slices.ContainsFunc(model.Parties, func(p simulate.Party) bool { return p.Party == party }) {
			return model, misusef("no wait on record tells how long %s takes; give it, as --wait %s=30", party, party)
		}
	}
	if c.Implement != nil {
		model.Implement = exponential(*c.Implement)
	}
	return model, nil
}

// parties refuses a flag about who is no party.
func (c *simulateCmd) parties(agreement dealstate.Agreement) error {
	for _, f := range []struct {
		flag  string
		given map[string]float64
	}{{"wait", c.Wait}, {"reject", c.Reject}, {"amend", c.Amend}} {
		for _, party := range slices.Sorted(maps.Keys(f.given)) {
			if !slices.ContainsFunc(agreement.Parties, func(p dealstate.Party) bool { return p.ID == party }) {
				return misusef("--%s: %q is not a party of %s", f.flag, party, agreement.ID)
			}
		}
	}
	return nil
}

// choose makes a party choose as the flags say, where they say it.
func (c *simulateCmd) choose(p *simulate.Party) {
	_, reject := c.Reject[p.Party]
	_, amend := c.Amend[p.Party]
	if !reject && !amend {
		return
	}
	r, m := c.Reject[p.Party], c.Amend[p.Party]
	p.Choice = simulate.Choice{Approve: 1 - r - m, Reject: r, Amend: m}
}

func exponential(days float64) simulate.Distribution {
	return simulate.Exponential(simulate.Span(days) * simulate.Day)
}

// set puts a party's behaviour into the model, in place of what the record says of it.
func set(m *simulate.Model, p simulate.Party) {
	i := slices.IndexFunc(m.Parties, func(o simulate.Party) bool { return o.Party == p.Party })
	if i < 0 {
		m.Parties = append(m.Parties, p)
		return
	}
	m.Parties[i] = p
}

// future is what became of the simulated lives. It is written as JSON as it stands.
type future struct {
	From    time.Time         `json:"from"`
	Until   time.Time         `json:"until"`
	Lives   int               `json:"lives"`
	Seed    uint64            `json:"seed"`
	State   string            `json:"state"`   // from which they set out
	Waits   map[string]string `json:"waits"`   // of the model, by party; "" is the deal's, to be implemented
	Choices map[string]choice `json:"choices"` // of the model, by party: what it does when its wait is over
	States  []odds            `json:"states"`
	Awaited []awaited         `json:"awaited,omitempty"`

	Silent []string `json:"never_act,omitempty"` // parties of which nothing is assumed, so that they never act

	own bool // the agreement has an effect clock, so that nobody needs to implement it
}

// choice holds the probabilities of what a party does when its wait is over.
type choice struct {
	Approve float64 `json:"approve"`
	Reject  float64 `json:"reject"`
	Amend   float64 `json:"amend"`
}

func choiceOf(c simulate.Choice) choice {
	if c == (simulate.Choice{}) {
		return choice{Approve: 1}
	}
	return choice{c.Approve, c.Reject, c.Amend}
}

// String says it in words.
func (c choice) String() string {
	if c.Approve == 1 {
		return "approves"
	}
	return fmt.Sprintf("approves with %s, rejects with %s, asks for another text with %s", percent(c.Approve), percent(c.Reject), percent(c.Amend))
}

// odds are those of one state.
type odds struct {
	State   string     `json:"state"`
	At      chance     `json:"at"`      // in it at the end
	Reached chance     `json:"reached"` // in it at some time
	Median  *time.Time `json:"median,omitempty"`
}

// chance is a probability with its confidence interval of 95 %.
type chance struct {
	P    float64 `json:"p"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// awaited says how often one party held the deal up.
type awaited struct {
	Party string  `json:"party"`
	Last  float64 `json:"last"` // share of lives in which its approval was the last one needed
	Open  float64 `json:"open"` // share in which it was missing at the end
}

func futureOf(r *simulate.Result, m simulate.Model, from string) future {
	f := future{From: r.Start, Until: r.Until, Lives: r.Lives, Seed: r.Seed, State: from, Waits: map[string]string{}, Choices: map[string]choice{}, States: []odds{}}
	for _, p := range m.Parties {
		f.Waits[p.Party], f.Choices[p.Party] = p.Wait.String(), choiceOf(p.Choice)
	}
	if !m.Implement.IsZero() {
		f.Waits[""] = m.Implement.String()
	}
	for _, s := range r.States {
		o := odds{State: string(s), At: chanceOf(r.At(s)), Reached: chanceOf(r.Reached(s, r.Until))}
		if median, ok := r.Quantile(s, 0.5); ok {
			o.Median = &median
		}
		if o.At.P > 0 || o.Reached.P > 0 {
			f.States = append(f.States, o)
		}
	}
	for _, w := range r.Awaited {
		f.Awaited = append(f.Awaited, awaited{w.Party, share(w.Last, r.Lives), share(w.Open, r.Lives)})
	}
	return f
}

func chanceOf(e simulate.Estimate) chance { return chance{e.P, e.Low, e.High} }

func share(n, of int) float64 { return float64(n) / float64(max(of, 1)) }

func percent(p float64) string { return fmt.Sprintf("%.1f %%", 100*p) }

func (f future) write(a *app) error {
	a.say("From %s on, in %s, until %s: %d futures.", day(f.From), f.State, day(f.Until), f.Lives)
	f.assumed(a)
	rows := [][]string{{"state", "at the end", "from", "to", "ever", "half by"}}
	for _, s := range f.States {
		half := ""
		if s.Median != nil {
			half = s.Median.Format("2 Jan 2006")
		}
		rows = append(rows, []string{s.State, percent(s.At.P), percent(s.At.Low), percent(s.At.High), percent(s.Reached.P), half})
	}
	if err := a.table(rows); err != nil {
		return err
	}
	var waits []string
	for _, w := range f.Awaited {
		if w.Last+w.Open > 0 {
			waits = append(waits, fmt.Sprintf("%s was last in %s and is missing in %s", w.Party, percent(w.Last), percent(w.Open)))
		}
	}
	if len(waits) > 0 {
		a.say("%s", strings.Join(waits, "; "))
	}
	return nil
}

// assumed says all that the model assumes.
func (f future) assumed(a *app) {
	for _, party := range slices.Sorted(maps.Keys(f.Choices)) {
		a.say("  %s takes %s, then %s", party, f.Waits[party], f.Choices[party])
	}
	for _, party := range f.Silent {
		a.say("  %s never acts: no wait on record tells how long it takes; give it, as --wait %s=30", party, party)
	}
	if wait, has := f.Waits[""]; has {
		a.say("  implementation takes %s", wait)
	} else if !f.own {
		a.say("  nobody implements it: no deal on record tells how long that takes; give it, as --implement 30")
	}
}

package main

import (
	"io"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
	"github.com/fe115bb3/dealtracker/dealstate/web"
)

// dueCmd says which clocks run out within a span.
type dueCmd struct {
	From   string `placeholder:"T" help:"From this instant on, or from the beginning of this date. Default: now."`
	Days   int    `default:"90" placeholder:"N" help:"How many days to look ahead. Default: 90."`
	Policy string `enum:"${policies}" default:"strict" placeholder:"P" help:"Whose word counts: strict, official or reported."`
	ICS    bool   `name:"ics" help:"Write a calendar file (iCalendar), for any calendar program."`
	Title  string `default:"Deals" help:"Of the calendar. Default: Deals."`
	outputFlag
}

func (dueCmd) Help() string {
	return `Example, on the terminal and as a calendar:

    dealstate due --days 365
    dealstate due --days 730 --ics -o deals.ics

These clocks fire so if nothing more is reported. With --json, each line has the deal, and the decision that the clock makes.`
}

func (c *dueCmd) Run(a *app) error {
	from, to, err := c.span(a)
	if err != nil {
		return err
	}
	p, err := dealstate.ParsePolicy(c.Policy)
	if err != nil {
		return err
	}
	f, err := a.read()
	if err != nil {
		return err
	}
	deals, err := a.track(f, p, tracker.NewManual(a.now().UTC()))
	if err != nil {
		return err
	}
	defer deals.Close()
	due, err := dueWithin(a, deals, from, to)
	switch {
	case err != nil:
		return err
	case c.ICS:
		return c.data(a, func(w io.Writer) error { return web.Calendar(w, c.Title, due, a.now().UTC()) })
	case a.json:
		return c.objects(a, due)
	case len(f.ids) == 0:
		a.sayEmpty()
		return nil
	}
	return c.list(a, due, from, to)
}

func (c *dueCmd) span(a *app) (from, to time.Time, err error) {
	from = a.now().UTC()
	if c.From != "" {
		if from, err = dealstate.ParseMoment(c.From); err != nil {
			return from, to, misusef("--from: %v", err)
		}
		if from.Equal(endOf(from)) { // a date
			from = from.Truncate(24 * time.Hour)
		}
	}
	if c.Days < 1 || c.Days > 366_000 {
		return from, to, misusef("--days %d; want 1 to 366000", c.Days)
	}
	return from, from.AddDate(0, 0, c.Days), nil
}

// dueWithin gives what falls due from one instant on and before the other. A deadline that
// ends a day is of that day, as it is shown, and not of the midnight at which it comes due.
func dueWithin(a *app, deals *tracker.Tracker, from, before time.Time) ([]tracker.Due, error) {
	due, err := deals.Due(a.ctx, from, before.Add(1))
	return slices.DeleteFunc(due, func(d tracker.Due) bool {
		if _, endsDay := d.Decision.Clock.LastDay(d.Decision.At); endsDay {
			return d.Decision.At.Equal(from)
		}
		return d.Decision.At.Equal(before)
	}), err
}

func (c *dueCmd) objects(a *app, due []tracker.Due) error {
	for _, d := range due {
		if err := a.object(struct {
			Deal     string             `json:"deal"`
			Title    string             `json:"title,omitempty"`
			Decision dealstate.Decision `json:"decision"`
		}{d.Deal, d.Title, d.Decision}); err != nil {
			return err
		}
	}
	return nil
}

func (c *dueCmd) list(a *app, due []tracker.Due, from, to time.Time) error {
	if len(due) == 0 {
		a.say("Nothing falls due before %s.", day(to))
		return nil
	}
	in, after := "in", days
	if c.From != "" {
		in, after = "after "+day(from), daysAfter
	}
	rows := [][]string{{"due", in, "deal", "clock", "state"}}
	for _, d := range due {
		rows = append(rows, []string{d.Decision.Clock.DueWords(d.Decision.At, day), after(from, d.Decision.At), d.Deal, d.Decision.Fired().String(), moved(d.Decision)})
	}
	return a.table(rows)
}

// daysAfter is as days, of an instant that is not now.
func daysAfter(from, to time.Time) string {
	if text := days(from, to); text != "today" {
		return text
	}
	return "0 days"
}

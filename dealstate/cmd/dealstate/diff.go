package main

import (
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// diffCmd says in what two views of a deal differ.
type diffCmd struct {
	Deal   string `arg:"" help:"Its id, or the name of its file."`
	From   string `arg:"" help:"A view: a date by which things had happened and were known, a policy, or both with a comma between."`
	To     string `arg:"" help:"Another one."`
	Policy string `enum:"${policies}" default:"strict" placeholder:"P" help:"Of a view that names none: strict, official or reported."`
}

func (diffCmd) Help() string {
	return `Example, of two dates, of two policies, and of both at once:

    dealstate diff truce 2025-06-26 2025-06-28
    dealstate diff truce strict official
    dealstate diff truce 2025-06-26,official 2025-06-28,strict

First it lists the differences between the two states, then the events and clocks with different decisions. The exit code is 0 also
if the views differ. A long text is shortened; --json has all of it.`
}

func (c *diffCmd) Run(a *app) error {
	from, err := a.parseView(c.From, c.Policy)
	if err != nil {
		return err
	}
	to, err := a.parseView(c.To, c.Policy)
	if err != nil {
		return err
	}
	d, err := a.deal(c.Deal, from.Policy)
	if err != nil {
		return err
	}
	was, decided := d.Replay(from)
	now, redecided := d.Replay(to)
	found := differing{nextWas: was.Next, nextIs: now.Next, Deal: was.Deal, Differences: slices.Concat([]dealstate.Difference{}, was.Compare(now)),
		Decisions: slices.Concat([]dealstate.Revision{}, dealstate.CompareDecisions(decided, redecided))}
	if a.json {
		return a.object(found)
	}
	return found.write(a)
}

// differing is all that differs. It is written as JSON as it stands.
type differing struct {
	Deal        string                 `json:"deal"`
	Differences []dealstate.Difference `json:"differences"`
	Decisions   []dealstate.Revision   `json:"decisions"`

	nextWas, nextIs *dealstate.ClockStatus // the clocks that next.due is about
}

func (f differing) write(a *app) error {
	if len(f.Differences)+len(f.Decisions) == 0 {
		a.say("The two views of %s do not differ.", f.Deal)
		return nil
	}
	rows := [][]string{{"what", "was", "is"}}
	for _, d := range f.Differences {
		was, is := clockOf(d.Field, f.nextWas), clockOf(d.Field, f.nextIs)
		rows = append(rows, []string{d.Field, cell(forPeople(was, d.Was)), cell(forPeople(is, d.Now))})
	}
	for _, r := range f.Decisions {
		if differs(r) {
			d := r.Now
			if d.Kind == 0 && d.Clock == 0 {
				d = r.Was
			}
			rows = append(rows, []string{strings.TrimSpace(act(d) + " " + d.Event), decided(r.Was), decided(r.Now)})
		}
	}
	return a.table(rows)
}

// decided says what a decision came to; "" is the zero side of a revision.
func decided(d dealstate.Decision) string {
	return strings.TrimSpace(d.Outcome.String() + " " + moved(d))
}

// clockOf is the clock whose instant a field holds; 0: none's.
func clockOf(field string, next *dealstate.ClockStatus) dealstate.Clock {
	switch {
	case field == "next.due" && next != nil:
		return next.Clock
	case strings.HasPrefix(field, "commitments[") && strings.HasSuffix(field, "].deadline"):
		return dealstate.Overdue
	}
	return 0
}

// forPeople writes an instant, of the clock where it is one's, as people do, and leaves
// other texts.
func forPeople(of dealstate.Clock, text string) string {
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return of.DueWords(t, day)
	}
	return text
}

// widest is how many characters of a text a cell shows; --json has them all.
const widest = 70

// cell shortens a text to what a cell shows.
func cell(text string) string {
	if letters := []rune(text); len(letters) > widest {
		return string(letters[:widest-1]) + "…"
	}
	return text
}

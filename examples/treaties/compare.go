package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

// dates gives the day on which the approval condition was met for good, and the
// day of entry into force; "-" for what has not come about.
func (t *treaty) dates(v dealstate.View) (trigger, force string, s dealstate.Snapshot, err error) {
	s, decisions, err := t.machine.Fold(t.events, v)
	trigger, force = "-", "-"
	for _, d := range decisions {
		if d.From != d.To && d.To == dealstate.StateApproved {
			trigger = d.At.Format(time.DateOnly)
		}
	}
	if !s.InForce.IsZero() {
		force = s.InForce.Format(time.DateOnly)
	}
	return trigger, force, s, err
}

// compare prints the table, and what it cannot show.
func compare(w io.Writer, treaties []treaty, view dealstate.View) (wrong int, err error) {
	rows := [][]string{{"treaty", "rule", "trigger", "computed", "official", "verdict"}}
	var remarks []string
	for _, t := range treaties {
		trigger, force, s, err := t.dates(view)
		if err != nil {
			return 0, err
		}
		judged := t.judge(trigger, force, s.AsOf)
		if judged == "WRONG" && !view.KnownBy.IsZero() && t.rightInHindsight(view) {
			judged = "not known then"
		}
		if judged == "WRONG" {
			wrong++
		}
		rows = append(rows, []string{t.Title, t.Rule, trigger, force, orDash(t.Official), judged})
		remarks = append(remarks, t.remarks(s)...)
	}
	render.Columns(w, rows) // the caller's buffer keeps an error of writing
	fmt.Fprintf(w, "\nRemarks\n%s\n\n", strings.Join(remarks, "\n"))
	return wrong, paris(w, treaties)
}

func (t *treaty) judge(trigger, force string, asOf time.Time) string {
	switch {
	case t.Official > asOf.Format(time.DateOnly):
		return "not yet"
	case t.Evidence == "short list":
		return "FLAGGED, the list is short"
	case force != orDash(t.Official) || trigger != orDash(t.Trigger):
		return "WRONG"
	case t.Official == "":
		return "pending, rightly"
	case t.Evidence == "stand-ins":
		return "to the day, on stand-ins"
	}
	return "to the day"
}

// rightInHindsight judges what the view would say with all that is known today.
func (t *treaty) rightInHindsight(v dealstate.View) bool {
	v.KnownBy = time.Time{}
	trigger, force, s, err := t.dates(v)
	return err == nil && t.judge(trigger, force, s.AsOf) != "WRONG"
}

func orDash(date string) string {
	if date == "" {
		return "-"
	}
	return date
}

func (t *treaty) remarks(s dealstate.Snapshot) []string {
	var out []string
	if t.Remark != "" {
		out = append(out, fmt.Sprintf("  %s: %s.", t.ID, t.Remark))
	}
	for _, warning := range s.Warnings {
		out = append(out, fmt.Sprintf("  %s: %s", t.ID, warning))
	}
	if s.Approval.Verdict == condition.Pending && s.InForce.IsZero() {
		out = append(out, fmt.Sprintf("  %s: %s; missing: %s.", t.ID, s.Approval, strings.Join(s.Shortest, ", ")))
	}
	for i := range out {
		out[i] = render.Inert(out[i])
	}
	return out
}

// paris shows one treaty at the days that mattered, twice: as it was, and as it
// was known on that day.
func paris(w io.Writer, treaties []treaty) error {
	fmt.Fprintln(w, "The Paris Agreement in October 2016, as it was and as it was known")
	for _, t := range treaties {
		if t.ID != "paris" {
			continue
		}
		for _, day := range []string{"2016-10-04", "2016-10-05", "2016-10-06"} {
			for _, known := range []string{"", day} {
				if err := t.line(w, day, known); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (t *treaty) line(w io.Writer, day, known string) error {
	v, err := dealstate.ParseView(day, known, "strict")
	if err != nil {
		return err
	}
	s, err := t.at(v)
	if err != nil {
		return err
	}
	when := "  " + day + "                "
	if known != "" {
		when = "  " + day + ", known then    "
	}
	fmt.Fprintf(w, "%s%s %s\n", when, render.Pad(string(s.State), 19), s.Approval)
	return nil
}

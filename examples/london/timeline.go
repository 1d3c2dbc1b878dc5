package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

// reply is what one event or clock did under each policy, in their order.
type reply struct {
	decisions [3]dealstate.Decision
}

// replies lines up the decisions of the three policies: they decide on the same
// events, and a clock may fire under some only.
func replies(deal *dealstate.Deal) []reply {
	type key struct {
		event string
		clock dealstate.Clock
		party string
		at    time.Time
	}
	rows := map[key]*reply{}
	var order []key
	for i, p := range dealstate.Policies() {
		_, decisions := deal.Replay(dealstate.View{Policy: p})
		for _, d := range decisions {
			k := key{d.Event, d.Clock, d.Party, d.At}
			if rows[k] == nil {
				rows[k] = &reply{}
				order = append(order, k)
			}
			rows[k].decisions[i] = d
		}
	}
	slices.SortStableFunc(order, func(a, b key) int { return a.at.Compare(b.at) })
	out := make([]reply, len(order))
	for i, k := range order {
		out[i] = *rows[k]
	}
	return out
}

var marks = map[dealstate.Outcome]string{0: " ", dealstate.Applied: "✓", dealstate.Refused: "✗", dealstate.Noted: "·"}

// timeline prints every report with what it did.
func timeline(w io.Writer, deal *dealstate.Deal) {
	events := map[string]dealstate.Event{}
	for e := range deal.Events() {
		events[e.ID] = e
	}
	fmt.Fprint(w, "WHAT WAS REPORTED, AND WHAT IT DID\n"+
		"S strict, O official, R reported:  ✓ took effect  ✗ refused  · kept as evidence only\n\n")
	var rows [][]string
	for _, r := range replies(deal) {
		d := r.first()
		rows = append(rows, []string{r.marks(), d.At.Format("2 Jan 2006"), act(d), speaker(events[d.Event]), r.effect()})
	}
	columns(w, rows)
}

func (r reply) first() dealstate.Decision {
	for _, d := range r.decisions {
		if d.Outcome != 0 {
			return d
		}
	}
	return dealstate.Decision{}
}

func (r reply) marks() string {
	var parts []string
	for i, letter := range []string{"S", "O", "R"} {
		parts = append(parts, letter+marks[r.decisions[i].Outcome])
	}
	return strings.Join(parts, " ")
}

func act(d dealstate.Decision) string {
	if d.Event == "" {
		return "(" + strings.TrimSpace(d.Clock.String()+" clock "+d.Party) + ")"
	}
	return strings.TrimSpace(d.Kind.String() + " " + d.Party)
}

func speaker(e dealstate.Event) string {
	if e.ID == "" {
		return ""
	}
	text := e.By + ", " + e.Role.String()
	if e.Modality != dealstate.Asserted {
		text += ", " + e.Modality.String()
	}
	if known := e.Recorded.Format("2 Jan"); e.Recorded.After(e.At.Add(24*time.Hour)) && known != e.At.Format("2 Jan") {
		text += ", learned " + known
	}
	return text
}

// effect says to which state the event led, and under which policies; where it
// led nowhere, why.
func (r reply) effect() string {
	var parts []string
	for _, to := range r.destinations() {
		parts = append(parts, "→ "+string(to)+r.under(to))
	}
	if len(parts) == 0 {
		return r.why()
	}
	return strings.Join(parts, ", ")
}

func (r reply) destinations() []dealstate.State {
	var states []dealstate.State
	for _, d := range r.decisions {
		if d.From != d.To && !slices.Contains(states, d.To) {
			states = append(states, d.To)
		}
	}
	return states
}

func (r reply) under(to dealstate.State) string {
	var names []string
	for i, d := range r.decisions {
		if d.From != d.To && d.To == to {
			names = append(names, dealstate.Policies()[i].Name)
		}
	}
	if len(names) == len(r.decisions) {
		return ""
	}
	return " (" + strings.Join(names, ", ") + ")"
}

// why gives the reason of the first policy that did not apply the event, and names the
// policy where a stricter one applied it: there the reader expects no reason against it.
func (r reply) why() string {
	for i, d := range r.decisions {
		if d.Outcome == dealstate.Applied || d.Kind == dealstate.Note || len(d.Reasons) == 0 {
			continue
		}
		text := d.Reasons[0].String()
		if r.decisions[0].Outcome == dealstate.Applied {
			text += " (" + dealstate.Policies()[i].Name + ")"
		}
		return text
	}
	return ""
}

// dates prints the state at the end of each day on which it changed under some
// policy, as it was known that day, and as it is known today.
func dates(w io.Writer, deal *dealstate.Deal) {
	fmt.Fprintln(w, "WHERE IT STOOD, AS KNOWN AT THE END OF EACH DAY")
	rows := [][]string{{"", "strict", "official", "reported"}}
	var last []string
	for _, day := range days(deal) {
		var states []string
		for _, p := range dealstate.Policies() {
			states = append(states, string(deal.At(dealstate.View{AsOf: day, KnownBy: day, Policy: p}).State))
		}
		if !slices.Equal(states, last) {
			rows = append(rows, append([]string{day.Format("2 Jan 2006")}, states...))
			last = states
		}
	}
	columns(w, rows)
}

// days lists the ends of all days on which something happened, was learned, or
// a clock came due.
func days(deal *dealstate.Deal) []time.Time {
	var ends []time.Time
	add := func(t time.Time) { ends = append(ends, t.Truncate(24*time.Hour).Add(24*time.Hour-1)) }
	for e := range deal.Events() {
		add(e.At)
		add(e.Recorded)
	}
	for _, r := range replies(deal) {
		add(r.first().At)
	}
	slices.SortFunc(ends, time.Time.Compare)
	return slices.Compact(ends)
}

// sideBySide prints the state now under the three policies, and why.
func sideBySide(w io.Writer, deal *dealstate.Deal) {
	var views []dealstate.Snapshot
	for _, p := range dealstate.Policies() {
		views = append(views, deal.At(dealstate.View{Policy: p}))
	}
	fmt.Fprintf(w, "WHERE IT STANDS WITH ALL THAT IS ON RECORD, %s\n", views[0].AsOf.Format("2 January 2006"))
	var rows [][]string
	row := func(name string, cell func(dealstate.Snapshot) string) {
		cells := []string{name}
		for _, s := range views {
			cells = append(cells, cell(s))
		}
		rows = append(rows, cells)
	}
	row("policy", func(s dealstate.Snapshot) string { return s.Policy })
	row("state", func(s dealstate.Snapshot) string { return string(s.State) })
	row("since", func(s dealstate.Snapshot) string { return date(s.Since) })
	for i, p := range views[0].Parties {
		if p.Asked {
			row(p.Approver+"'s approval", func(s dealstate.Snapshot) string { return approval(s.Parties[i]) })
		}
	}
	columns(w, rows)
}

// columns prints rows with their cells one below the other, and a blank line.
func columns(w io.Writer, rows [][]string) {
	render.Columns(w, rows) // the caller's buffer keeps an error of writing
	fmt.Fprintln(w)
}

func date(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format("2 Jan 2006")
}

// approval says on whose word a party's approval stands, or what comes nearest.
func approval(p dealstate.PartyStatus) string {
	switch {
	case p.Standing == dealstate.StandingApproved:
		return fmt.Sprintf("yes: %s, %s", p.Act.By, p.Act.At.Format("2 Jan"))
	case p.Nearest != nil:
		return fmt.Sprintf("no; nearest: %s, %s", p.Nearest.By, p.Nearest.Role)
	}
	return "no"
}

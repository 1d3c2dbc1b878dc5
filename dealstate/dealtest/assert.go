package dealtest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
)

// TB is what the helpers need of a test: *testing.T and *testing.B have it.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	FailNow()
}

// State fails the test at once unless the deal is, in the view, in the state.
// The zero view is all that is on record, under the deal's own policy.
func State(t TB, d *dealstate.Deal, v dealstate.View, want dealstate.State) {
	t.Helper()
	snap := d.At(v)
	if snap.State != want {
		fail(t, "state "+string(want), "state "+string(snap.State), scenario.Account{Deal: d, View: v, Mark: mover(snap), Needed: scenario.Needed(d, v, want)})
	}
}

// mover is what brought the deal to its state.
func mover(s dealstate.Snapshot) string { return s.By }

// Awaiting fails the test at once unless exactly these parties' approvals are
// outstanding, in any order; none at all: unless nobody is awaited.
func Awaiting(t TB, d *dealstate.Deal, v dealstate.View, parties ...string) {
	t.Helper()
	snap := d.At(v)
	matchParties(t, d, v, "awaiting", parties, snap.Awaiting)
}

// Approved fails the test at once unless exactly these parties' approvals
// stand on the current revision of the text, in any order.
func Approved(t TB, d *dealstate.Deal, v dealstate.View, parties ...string) {
	t.Helper()
	snap := d.At(v)
	matchParties(t, d, v, "approved", parties, snap.Approved)
}

// matchParties compares two lists of parties. Its failure marks the act of the first
// party on which they differ.
func matchParties(t TB, d *dealstate.Deal, v dealstate.View, word string, want, got []string) {
	t.Helper()
	if sameNames(want, got) {
		return
	}
	snap := d.At(v)
	var needed []string
	for _, id := range want {
		if _, ok := snap.Party(id); !ok {
			needed = append(needed, fmt.Sprintf("No party is called %s%s", id, endOr(nearest.Hint(id, partyIDs(snap)))))
		}
	}
	fail(t, word+" "+orNobody(want), word+" "+orNobody(got),
		scenario.Account{Deal: d, View: v, Mark: actOf(snap, want, got), Needed: append(needed, scenario.Missing(d, v)...)})
}

func partyIDs(s dealstate.Snapshot) []string {
	var ids []string
	for _, p := range s.Parties {
		ids = append(ids, p.Party)
	}
	return ids
}

// actOf finds the report about the first party that is in one list only.
func actOf(s dealstate.Snapshot, a, b []string) string {
	for _, p := range s.Parties {
		if slices.Contains(a, p.Party) == slices.Contains(b, p.Party) {
			continue
		}
		for _, evidence := range []*dealstate.Evidence{p.Nearest, p.Act} {
			if evidence != nil {
				return evidence.Event
			}
		}
	}
	return ""
}

func sameNames(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func orNobody(names []string) string {
	if len(names) == 0 {
		return "nobody"
	}
	return strings.Join(names, ", ")
}

// Verdict fails the test at once unless that is the verdict of the approval
// condition on the current revision of the text.
func Verdict(t TB, d *dealstate.Deal, v dealstate.View, want condition.Verdict) {
	t.Helper()
	snap := d.At(v)
	if snap.Approval.Verdict != want {
		fail(t, "verdict "+want.String(), "verdict "+snap.Approval.Verdict.String(), scenario.Account{Deal: d, View: v, Needed: scenario.Missing(d, v)})
	}
}

// Revision fails the test at once unless that is the revision of the text,
// counted from 1.
func Revision(t TB, d *dealstate.Deal, v dealstate.View, want int) {
	t.Helper()
	if got := d.At(v).Revision; got != want {
		fail(t, "revision "+strconv.Itoa(want), "revision "+strconv.Itoa(got), scenario.Account{Deal: d, View: v, Needed: []string{
			"Every amendment that counts raises the revision by one, and so does every new round."}})
	}
}

// Next fails the test at once unless that is the clock due next; nil: unless
// no clock runs.
func Next(t TB, d *dealstate.Deal, v dealstate.View, want *dealstate.ClockStatus) {
	t.Helper()
	matchNext(t, d, v, clockText(want))
}

func matchNext(t TB, d *dealstate.Deal, v dealstate.View, want string) {
	t.Helper()
	if got := clockText(d.At(v).Next); got != want {
		fail(t, want, got, scenario.Account{Deal: d, View: v})
	}
}

func clockText(c *dealstate.ClockStatus) string {
	if c == nil {
		return "next clock: none"
	}
	return dueText(c.String(), c.Due)
}

func dueText(clock string, due time.Time) string {
	return "next clock: " + clock + ", due " + due.UTC().Format(time.RFC3339Nano)
}

// Fired fails the test at once unless exactly these clocks have fired in the view, in
// this order, each by its name in a scenario: deadline, notice of us, timer snapback.
func Fired(t TB, d *dealstate.Deal, v dealstate.View, clocks ...string) {
	t.Helper()
	_, decisions := d.Replay(v)
	var got []string
	for _, did := range decisions {
		if did.Event == "" {
			got = append(got, did.Fired().String())
		}
	}
	if !slices.Equal(got, clocks) {
		fail(t, "fired "+orNothing(clocks), "fired "+orNothing(got), scenario.Account{Deal: d, View: v})
	}
}

// Warned fails the test at once unless every one of the texts is among the
// snapshot's warnings, as its whole text or its code's word; no text at all:
// unless there is no warning.
func Warned(t TB, d *dealstate.Deal, v dealstate.View, warnings ...string) {
	t.Helper()
	got := d.At(v).Warnings
	if len(warnings) == 0 && len(got) == 0 || len(warnings) > 0 && hasReasons(got, warnings) {
		return
	}
	fail(t, "warnings: "+orNone(warnings), "warnings: "+orNone(reasonTexts(got)), scenario.Account{Deal: d, View: v, Needed: unknownCodes(warnings)})
}

func orNone(texts []string) string {
	if len(texts) == 0 {
		return "none"
	}
	return strings.Join(texts, "; ")
}

// History fails the test at once unless the deal came, in the view, through
// exactly these states, the initial one first. An event or clock that leaves
// the deal in its state adds nothing.
func History(t TB, d *dealstate.Deal, v dealstate.View, states ...dealstate.State) {
	t.Helper()
	got, by := history(d, v)
	if slices.Equal(got, states) {
		return
	}
	at := 0
	for at < min(len(got), len(states)) && got[at] == states[at] {
		at++
	}
	account := scenario.Account{Deal: d, View: v}
	if at < len(got) {
		account.Mark = by[at]
	}
	if at > 0 && at < len(states) {
		account.Needed = onwards(d, got[at-1], states[at])
	}
	fail(t, "history "+arrows(states), "history "+arrows(got), account)
}

// history gives the states, and for each what brought the deal there.
func history(d *dealstate.Deal, v dealstate.View) (states []dealstate.State, by []string) {
	_, decisions := d.Replay(v)
	states, by = []dealstate.State{d.Machine().Lifecycle().Initial}, []string{""}
	for _, did := range decisions {
		if did.From == did.To {
			continue
		}
		name := did.Event
		if name == "" {
			name = did.Trigger().String()
		}
		states, by = append(states, did.To), append(by, name)
	}
	return states, by
}

// onwards says which rules would have led from one state to the other.
func onwards(d *dealstate.Deal, from, to dealstate.State) []string {
	return scenario.RulesBetween(d.Machine().Lifecycle(), from, to)
}

func arrows(states []dealstate.State) string {
	names := make([]string, len(states))
	for i, s := range states {
		names[i] = string(s)
	}
	return strings.Join(names, " → ")
}

// fail ends the test with what was wanted, what there was, and the account. Ids,
// names and texts of strangers are shown inert: they forge no line of a log.
func fail(t TB, want, got string, a scenario.Account) {
	t.Helper()
	fatal(t, fmt.Sprintf("want: %s\n got: %s\n\n%s", display.Inert(want), display.Inert(got), a))
}

// fatal ends the test with a text.
func fatal(t TB, text string) {
	t.Helper()
	require.FailNow(t, text)
}

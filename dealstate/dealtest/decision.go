package dealtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
)

// Record records the events in this order, and gives the decision on the last one. An
// event that the deal cannot mean fails the test at once.
func Record(t TB, d *dealstate.Deal, events ...dealstate.Event) dealstate.Decision {
	t.Helper()
	var last dealstate.Decision
	for _, e := range events {
		var err error
		last, err = d.Record(e)
		require.NoError(t, err, "event %s", display.Inert(e.ID))
	}
	return last
}

// Applied fails the test at once unless the event of that id, which is on
// record, took effect in the view.
func Applied(t TB, d *dealstate.Deal, v dealstate.View, event string) {
	t.Helper()
	decided(t, d, v, event, dealstate.Applied, nil)
}

// Refused fails the test at once unless the rules refused the event in the
// view, for reasons among which are all these. A reason is given by its whole
// text ("us has not approved") or by its code's word ("not_approved").
func Refused(t TB, d *dealstate.Deal, v dealstate.View, event string, reasons ...string) {
	t.Helper()
	decided(t, d, v, event, dealstate.Refused, reasons)
}

// Noted fails the test at once unless the event was kept as evidence only in
// the view, for reasons among which are all these; see [Refused].
func Noted(t TB, d *dealstate.Deal, v dealstate.View, event string, reasons ...string) {
	t.Helper()
	decided(t, d, v, event, dealstate.Noted, reasons)
}

// decided fails the test unless the event's decision in the view has the outcome and
// the reasons.
func decided(t TB, d *dealstate.Deal, v dealstate.View, event string, want dealstate.Outcome, reasons []string) {
	t.Helper()
	_, decisions := d.Replay(v)
	i := slices.IndexFunc(decisions, func(o dealstate.Decision) bool { return o.Event == event })
	if i < 0 {
		fail(t, event+" "+outcomeText(want, reasons), event+" is not on record, or not seen in this view",
			scenario.Account{Deal: d, View: v, Mark: event, Here: event + " is not on record", Needed: nearestID(decisions, event)})
		return
	}
	if got := decisions[i]; got.Outcome != want || !hasReasons(got.Reasons, reasons) {
		fail(t, event+" "+outcomeText(want, reasons), event+" "+outcomeText(got.Outcome, reasonTexts(got.Reasons)),
			scenario.Account{Deal: d, View: v, Mark: event, Needed: append(lacking(d, v, got, want), unknownCodes(reasons)...)})
	}
}

// nearestID names the event on record whose id is nearest.
func nearestID(decisions []dealstate.Decision, event string) []string {
	var ids []string
	for _, d := range decisions {
		ids = append(ids, d.Event)
	}
	if word, ok := nearest.Word(event, ids); ok {
		return []string{fmt.Sprintf("Did you mean %q?", word)}
	}
	return nil
}

// lacking says what kept an event from being applied.
func lacking(d *dealstate.Deal, v dealstate.View, got dealstate.Decision, want dealstate.Outcome) []string {
	if want != dealstate.Applied {
		return nil
	}
	return scenario.NeededFor(d, v, got)
}

func outcomeText(o dealstate.Outcome, reasons []string) string {
	if len(reasons) == 0 {
		return o.String()
	}
	return o.String() + ": " + orNone(reasons)
}

// hasReasons reports whether each text is that of a reason, or the word of its code.
func hasReasons(reasons []dealstate.Reason, texts []string) bool {
	for _, text := range texts {
		if !slices.ContainsFunc(reasons, func(r dealstate.Reason) bool { return r.String() == text || r.Code.String() == text }) {
			return false
		}
	}
	return true
}

func reasonTexts(reasons []dealstate.Reason) []string {
	var texts []string
	for _, r := range reasons {
		texts = append(texts, r.String())
	}
	return texts
}

// Refuses fails the test at once unless [dealstate.Deal.Apply] turns the event
// down, for reasons among which are all these, and leaves nothing behind. See
// [Refused] for how to give reasons.
func Refuses(t TB, d *dealstate.Deal, e dealstate.Event, reasons ...string) {
	t.Helper()
	before := allAnswers(d, dealstate.View{})
	err := d.Apply(e)
	want := "Apply " + e.ID + ", " + outcomeText(dealstate.Refused, reasons)
	var refusal *dealstate.Refusal
	switch {
	case err == nil:
		fail(t, want, "it was applied", scenario.Account{Deal: d, Mark: e.ID})
	case !errors.As(err, &refusal):
		fail(t, want, "the error "+err.Error(), scenario.Account{Deal: d})
	case !hasReasons(refusal.Decision.Reasons, reasons):
		fail(t, want, outcomeText(refusal.Decision.Outcome, reasonTexts(refusal.Decision.Reasons)), scenario.Account{Deal: d, Needed: unknownCodes(reasons)})
	case allAnswers(d, dealstate.View{}) != before:
		fail(t, want, "refused, but the deal has changed", scenario.Account{Deal: d})
	}
}

// UnchangedBy fails the test at once if the deal would stand elsewhere in the
// view with the events on record too: in another state, with other approvals,
// performances, disputes or clocks. It tries that on a copy; the deal itself
// stays as it is. Evidence that does not count, and warnings, may come.
func UnchangedBy(t TB, d *dealstate.Deal, v dealstate.View, events ...dealstate.Event) {
	t.Helper()
	if v.AsOf.IsZero() {
		v.AsOf = lastInstant(d, events)
	}
	with := d.Machine().NewDeal(d.Policy())
	Record(t, with, slices.Collect(d.Events())...)
	Record(t, with, events...)
	before, after := d.At(v), with.At(v)
	if scenario.SameStanding(before, after) {
		return
	}
	mark := ""
	if len(events) > 0 {
		mark = events[0].ID
	}
	fail(t, "nothing happens; "+summaryLine(before), summaryLine(after), scenario.Account{Deal: with, View: v, Mark: mark})
}

// lastInstant is the last instant of which the log and the events speak, so that two
// deals can be viewed as of the same instant.
func lastInstant(d *dealstate.Deal, events []dealstate.Event) (last time.Time) {
	for e := range d.Events() {
		last = later(last, e)
	}
	for _, e := range events {
		last = later(last, e)
	}
	return last
}

// later is the later one of the instant and those of the event.
func later(t time.Time, e dealstate.Event) time.Time {
	for _, o := range []time.Time{e.At, e.Recorded} {
		if o.After(t) {
			t = o
		}
	}
	return t
}

// summaryLine is a snapshot in one line.
func summaryLine(s dealstate.Snapshot) string {
	text := fmt.Sprintf("state %s, approved %s, awaiting %s, revision %d, %s", s.State, orNobody(s.Approved), orNobody(s.Awaiting), s.Revision, clockText(s.Next))
	for _, b := range s.Balances() {
		text += fmt.Sprintf(", %s has performed %d of %d", b.Party, b.Performed, b.Of)
	}
	if len(s.Disputes) > 0 {
		text += fmt.Sprintf(", %d open disputes", len(s.Disputes))
	}
	return text
}

// allAnswers is everything that the deal answers in the view, as text, to compare
// deals by.
func allAnswers(d *dealstate.Deal, v dealstate.View) string {
	snap, decisions := d.Replay(v)
	text, err := json.Marshal([]any{snap, decisions, slices.Collect(d.Events())})
	if err != nil {
		return err.Error()
	}
	return string(text)
}

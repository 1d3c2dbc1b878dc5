package dealtest

import (
	"fmt"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
)

// RecordedEvent is an event that has been recorded, and what it did. It never changes;
// the view it embeds looks at the deal after it. Of [EachSide] it is the last side's, and
// what is asked of the outcome is asked of every side's.
type RecordedEvent struct {
	ViewedDeal
	Event    dealstate.Event
	Decision dealstate.Decision
	revised  []string
	before   *RecordedEvent // the same act of the side before, of [EachSide]
}

// revised lists what changed. The first act of a test changes nothing.
func revised(until time.Time, past, present []dealstate.Decision) []string {
	if until.IsZero() {
		return nil
	}
	return scenario.Changed(past, present)
}

// Applied fails the test unless the event took effect.
func (d *RecordedEvent) Applied() *RecordedEvent {
	d.t.Helper()
	return d.expect(dealstate.Applied, nil)
}

// Refused fails the test unless the rules refused the event, for reasons among which
// are all these; see the function [Refused].
func (d *RecordedEvent) Refused(reasons ...string) *RecordedEvent {
	d.t.Helper()
	return d.expect(dealstate.Refused, reasons)
}

// Noted fails the test unless the event was kept as evidence only, for reasons among
// which are all these.
func (d *RecordedEvent) Noted(reasons ...string) *RecordedEvent {
	d.t.Helper()
	return d.expect(dealstate.Noted, reasons)
}

// expect fails the test unless the event had the outcome, for reasons among which are
// all these.
func (d *RecordedEvent) expect(want dealstate.Outcome, reasons []string) *RecordedEvent {
	d.t.Helper()
	if d.before != nil {
		d.before.expect(want, reasons)
	}
	if got := d.Decision; got.Outcome != want || !hasReasons(got.Reasons, reasons) {
		v := d.view()
		fail(d.t, d.Event.ID+" "+outcomeText(want, reasons), d.Event.ID+" "+outcomeText(got.Outcome, reasonTexts(got.Reasons)),
			scenario.Account{Deal: d.deal, View: v, Mark: d.Event.ID, Needed: append(lacking(d.deal, v, got, want), unknownCodes(reasons)...)})
	}
	return d
}

// Revised fails the test unless the event changed the decisions on exactly these
// earlier events or clocks. Without any name, it must have changed none.
func (d *RecordedEvent) Revised(names ...string) *RecordedEvent {
	d.t.Helper()
	if got := d.allRevised(); !sameNames(names, got) {
		fail(d.t, d.Event.ID+" revises "+orNothing(names), "it revises "+orNothing(got), scenario.Account{Deal: d.deal, View: d.view(), Mark: d.Event.ID})
	}
	return d
}

// allRevised is what the acts of all sides revised. What one side's act revised of another
// side's is part of it.
func (d *RecordedEvent) allRevised() (names []string) {
	if d == nil {
		return nil
	}
	names = d.before.allRevised()
	for _, name := range d.revised {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func orNothing(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return orNobody(names)
}

// ViewedDeal is the tester's deal in one view: as of an instant, known by an instant,
// under a policy. Its methods ask what holds there.
//
// A view made by Under, AsOf or KnownBy about which nothing is then asked fails the
// test at its end.
type ViewedDeal struct {
	t      TB
	deal   *dealstate.Deal
	tester *Tester
	v      dealstate.View
	open   *unfinished // until something is asked
}

// viewedFrom is the deal in another view, about which nothing has been asked yet. The
// view from which it was made counts as used.
func (l ViewedDeal) viewedFrom(v dealstate.View, open *unfinished) ViewedDeal {
	l.tester.finish(l.open)
	l.v, l.open = v, open
	return l
}

// viewedNow is the deal in the tester's own view, from now.
func (s *Tester) viewedNow() ViewedDeal {
	l := s.ViewedDeal
	l.open = nil
	return l
}

const unasked = "%s looks at the deal, but nothing is asked there; want an expectation behind it, such as State(%q)"

// Under views the deal under another policy.
func (l ViewedDeal) Under(p dealstate.Policy) ViewedDeal {
	v := l.v
	v.Policy = p
	return l.viewedFrom(v, l.tester.addUnfinished(false, unasked, fmt.Sprintf("Under(%s)", p.Name), dealstate.StateApproved))
}

// AsOf views what had happened by the instant; a date means its end.
func (l ViewedDeal) AsOf(at string) ViewedDeal {
	l.t.Helper()
	v := l.v
	v.AsOf = parseViewInstant(l.t, at)
	return l.viewedFrom(v, l.tester.addUnfinished(false, unasked, fmt.Sprintf("AsOf(%q)", at), dealstate.StateApproved))
}

// KnownBy views what was known by the instant, as of that instant unless AsOf says
// otherwise; a date means its end.
func (l ViewedDeal) KnownBy(at string) ViewedDeal {
	l.t.Helper()
	v := l.v
	v.KnownBy = parseViewInstant(l.t, at)
	return l.viewedFrom(v, l.tester.addUnfinished(false, unasked, fmt.Sprintf("KnownBy(%q)", at), dealstate.StateApproved))
}

// view fills in what is left open, once something is asked about the deal.
func (l ViewedDeal) view() dealstate.View {
	l.t.Helper()
	l.tester.finish(l.open)
	l.tester.checkFinished()
	v := l.v
	if v.AsOf.IsZero() {
		v.AsOf = l.tester.now
		if !v.KnownBy.IsZero() && v.KnownBy.Before(v.AsOf) {
			v.AsOf = v.KnownBy
		}
	}
	return v
}

// Snapshot is where the deal stands in the view.
func (l ViewedDeal) Snapshot() dealstate.Snapshot {
	l.t.Helper()
	return l.deal.At(l.view())
}

// State fails the test at once unless the deal is in the state.
func (l ViewedDeal) State(want dealstate.State) ViewedDeal {
	l.t.Helper()
	State(l.t, l.deal, l.view(), want)
	return l
}

// Awaiting fails the test at once unless exactly these parties are awaited.
func (l ViewedDeal) Awaiting(parties ...string) ViewedDeal {
	l.t.Helper()
	Awaiting(l.t, l.deal, l.view(), parties...)
	return l
}

// Approved fails the test at once unless exactly these parties' approvals stand.
func (l ViewedDeal) Approved(parties ...string) ViewedDeal {
	l.t.Helper()
	Approved(l.t, l.deal, l.view(), parties...)
	return l
}

// Revision fails the test at once unless that is the text's revision, from 1.
func (l ViewedDeal) Revision(want int) ViewedDeal {
	l.t.Helper()
	Revision(l.t, l.deal, l.view(), want)
	return l
}

// Next fails the test at once unless that clock is due next, at that instant; "" and "":
// unless no clock runs. A clock is named as in a scenario: deadline, notice of us.
func (l ViewedDeal) Next(clock, due string) ViewedDeal {
	l.t.Helper()
	want := clockText(nil)
	if clock != "" || due != "" {
		want = dueText(clock, parseStart(l.t, due))
	}
	matchNext(l.t, l.deal, l.view(), want)
	return l
}

// Fired fails the test at once unless exactly these clocks have fired, in this order.
func (l ViewedDeal) Fired(clocks ...string) ViewedDeal {
	l.t.Helper()
	Fired(l.t, l.deal, l.view(), clocks...)
	return l
}

// Warned fails the test at once unless every one of the texts is among the warnings; no
// text at all: unless there is none. See the function [Warned].
func (l ViewedDeal) Warned(warnings ...string) ViewedDeal {
	l.t.Helper()
	Warned(l.t, l.deal, l.view(), warnings...)
	return l
}

// Verdict fails the test at once unless that is the approval condition's.
func (l ViewedDeal) Verdict(want condition.Verdict) ViewedDeal {
	l.t.Helper()
	Verdict(l.t, l.deal, l.view(), want)
	return l
}

// History fails the test at once unless the deal came through these states.
func (l ViewedDeal) History(states ...dealstate.State) ViewedDeal {
	l.t.Helper()
	History(l.t, l.deal, l.view(), states...)
	return l
}

// parseStart reads the instant of an act; a date means its start.
func parseStart(t TB, text string) time.Time {
	t.Helper()
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day
	}
	return parseViewInstant(t, text)
}

// parseViewInstant reads the instant of a view; a date means its end.
func parseViewInstant(t TB, text string) time.Time {
	t.Helper()
	at, err := dealstate.ParseMoment(text)
	if err == nil && at.IsZero() {
		err = fmt.Errorf("no instant; want one such as 2025-06-20 or 2025-06-20T09:00:00Z")
	}
	require.NoError(t, err)
	return at
}

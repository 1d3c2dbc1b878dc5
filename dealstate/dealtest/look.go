package dealtest

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
)

// Did is what an act did, when it was recorded.
type Did struct {
	Look
	Event    dealstate.Event
	Decision dealstate.Decision
	revised  []string
}

// revised is nothing for the first act of a story.
func revised(until time.Time, past, present []dealstate.Decision) []string {
	if until.IsZero() {
		return nil
	}
	return scenario.Changed(past, present)
}

// Applied fails the test unless the act took effect.
func (d *Did) Applied() *Did {
	d.t.Helper()
	return d.was(dealstate.Applied, nil)
}

// Refused fails the test unless the rules refused the act, for reasons among
// which are all these; see the function [Refused].
func (d *Did) Refused(reasons ...string) *Did {
	d.t.Helper()
	return d.was(dealstate.Refused, reasons)
}

// Noted fails the test unless the act was kept as evidence only, for reasons
// among which are all these.
func (d *Did) Noted(reasons ...string) *Did {
	d.t.Helper()
	return d.was(dealstate.Noted, reasons)
}

func (d *Did) was(want dealstate.Outcome, reasons []string) *Did {
	d.t.Helper()
	if got := d.Decision; got.Outcome != want || !gives(got.Reasons, reasons) {
		v := d.view()
		fail(d.t, d.Event.ID+" "+outcomeText(want, reasons), d.Event.ID+" "+outcomeText(got.Outcome, reasonTexts(got.Reasons)),
			scenario.Account{Deal: d.deal, View: v, Mark: d.Event.ID, Needed: append(lacking(d.deal, v, got, want), unknownCodes(reasons)...)})
	}
	return d
}

// Revised fails the test unless the act changed what was decided about exactly
// these earlier events, or clocks; none: about nothing.
func (d *Did) Revised(names ...string) *Did {
	d.t.Helper()
	if got := d.revised; !sameNames(names, got) {
		fail(d.t, d.Event.ID+" revises "+orNothing(names), "it revises "+orNothing(got), scenario.Account{Deal: d.deal, View: d.view(), Mark: d.Event.ID})
	}
	return d
}

func orNothing(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return orNobody(names)
}

// Look is a story's deal seen from somewhere.
//
// A look from elsewhere, by Under, AsOf or KnownBy, at which nothing is then
// asked, fails the test at its end.
type Look struct {
	t     TB
	deal  *dealstate.Deal
	story *Story
	v     dealstate.View
	open  *loose // until something is asked
}

// from is the look from another place, at which nothing has been asked yet. What
// it was made from has served its purpose.
func (l Look) from(v dealstate.View, open *loose) Look {
	l.story.done(l.open)
	l.v, l.open = v, open
	return l
}

// fresh is the story's own look, from where it stands.
func (s *Story) fresh() Look {
	l := s.Look
	l.open = nil
	return l
}

const unasked = "%s looks at the deal, but nothing is asked there; want an expectation behind it, such as State(%q)"

// Under looks under another policy.
func (l Look) Under(p dealstate.Policy) Look {
	v := l.v
	v.Policy = p
	return l.from(v, l.story.begin(false, unasked, fmt.Sprintf("Under(%s)", p.Name), dealstate.StateApproved))
}

// AsOf looks at what had happened by the instant; a date means its end.
func (l Look) AsOf(at string) Look {
	l.t.Helper()
	v := l.v
	v.AsOf = moment(l.t, at)
	return l.from(v, l.story.begin(false, unasked, fmt.Sprintf("AsOf(%q)", at), dealstate.StateApproved))
}

// KnownBy looks with what was known by the instant, and from it, unless AsOf
// says otherwise; a date means its end.
func (l Look) KnownBy(at string) Look {
	l.t.Helper()
	v := l.v
	v.KnownBy = moment(l.t, at)
	return l.from(v, l.story.begin(false, unasked, fmt.Sprintf("KnownBy(%q)", at), dealstate.StateApproved))
}

// view is where it looks from, once something is asked there. It fills in what
// is left open.
func (l Look) view() dealstate.View {
	l.t.Helper()
	l.story.done(l.open)
	l.story.goOn()
	v := l.v
	if v.AsOf.IsZero() {
		v.AsOf = l.story.now
		if !v.KnownBy.IsZero() && v.KnownBy.Before(v.AsOf) {
			v.AsOf = v.KnownBy
		}
	}
	return v
}

// Snapshot is where the deal stands.
func (l Look) Snapshot() dealstate.Snapshot {
	l.t.Helper()
	return l.deal.At(l.view())
}

// State fails the test at once unless the deal is in the state.
func (l Look) State(want dealstate.State) Look {
	l.t.Helper()
	State(l.t, l.deal, l.view(), want)
	return l
}

// Awaiting fails the test at once unless exactly these parties are awaited.
func (l Look) Awaiting(parties ...string) Look {
	l.t.Helper()
	Awaiting(l.t, l.deal, l.view(), parties...)
	return l
}

// Verdict fails the test at once unless that is the approval condition's.
func (l Look) Verdict(want condition.Verdict) Look {
	l.t.Helper()
	Verdict(l.t, l.deal, l.view(), want)
	return l
}

// History fails the test at once unless the deal came through these states.
func (l Look) History(states ...dealstate.State) Look {
	l.t.Helper()
	History(l.t, l.deal, l.view(), states...)
	return l
}

// start reads an instant of an act.
func start(t TB, text string) time.Time {
	t.Helper()
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day
	}
	return moment(t, text)
}

// moment reads an instant of a look.
func moment(t TB, text string) time.Time {
	t.Helper()
	at, err := dealstate.ParseMoment(text)
	if err == nil && at.IsZero() {
		err = fmt.Errorf("no instant; want one such as 2025-06-20 or 2025-06-20T09:00:00Z")
	}
	require.NoError(t, err)
	return at
}

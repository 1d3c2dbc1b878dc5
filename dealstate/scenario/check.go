package scenario

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// found is what holds where something was expected. If the expectation has a text, it
// may be any one of the texts here, several that follow one another, or one of the codes.
type found struct {
	Expectation
	texts  []string
	codes  []string // of the reasons whose texts these are
	snap   dealstate.Snapshot
	unseen bool // the act is not seen from the view
}

// got finds what holds for what e is about.
func (p *execution) got(e Expectation) found {
	g := found{Expectation: e}
	g.Names, g.Dates, g.Text = nil, nil, ""
	if e.Verb.ofStanding() {
		g.snap = p.standing(e)
	}
	switch e.Verb {
	case Applied, Refused, Noted, Duplicate:
		p.gotOutcome(e, &g)
	case Fires:
		g.Names = p.fired()
	case Revised:
		g.Names = p.revised()
	case Warning:
		g.texts, g.codes = texts(g.snap.Warnings), codes(g.snap.Warnings)
		g.Text = strings.Join(g.texts, "; ")
	case NothingHappens:
		p.gotNothing(&g)
	default:
		g.readSnapshot(slices.ContainsFunc(e.Dates, func(t time.Time) bool { return !t.IsZero() }))
	}
	return g
}

// ofStanding reports whether it takes a snapshot to check the verb: what an act or a clock
// did is known without.
func (v Verb) ofStanding() bool { return v > Duplicate && v != Fires && v != Revised }

// standing is where the deal stands in an expectation's view. Only for a warning are all
// warnings found out.
func (p *execution) standing(e Expectation) dealstate.Snapshot {
	v := p.view(e)
	deal := p.under(v.Policy)
	if e.Verb == Warning {
		return deal.At(v)
	}
	s, _ := deal.ReplayAfter(v, p.now)
	return s
}

// readSnapshot takes what the verb is about from the snapshot, with the dates of names
// if they are asked for.
func (g *found) readSnapshot(dates bool) {
	s := g.snap
	if _, is := listings[g.Verb]; is {
		g.readList(dates)
		return
	}
	switch g.Verb {
	case State:
		g.Names = []string{string(s.State)}
	case Verdict:
		g.Names = []string{s.Approval.Verdict.String()}
	case Revision:
		g.Names = []string{strconv.Itoa(s.Revision)}
	case Next:
		if s.Next != nil {
			g.Names, g.At = []string{s.Next.String()}, s.Next.Due
		}
	}
}

// gotOutcome finds what the step's act did in the view.
func (p *execution) gotOutcome(e Expectation, g *found) {
	d, ok := p.decision(e)
	if !ok {
		g.unseen, g.Verb = true, 0
		return
	}
	g.Verb = [...]Verb{dealstate.Applied: Applied, dealstate.Refused: Refused, dealstate.Noted: Noted, dealstate.Duplicate: Duplicate}[d.Outcome]
	g.texts, g.codes = texts(d.Reasons), codes(d.Reasons)
	if d.Outcome == dealstate.Refused || d.Outcome == dealstate.Noted || e.Text != "" {
		g.Text = strings.Join(g.texts, "; ")
	}
}

// gotNothing compares the deal with how it stood before the step. It gives the first
// difference that a line can say.
func (p *execution) gotNothing(g *found) {
	if fired := p.fired(); len(fired) > 0 {
		g.Verb, g.Names = Fires, fired
		return
	}
	if SameStanding(p.stood, g.snap) {
		return
	}
	for _, verb := range []Verb{State, Approved, Awaiting, Revision, Next, Signed, Provisional, InForce, Leaves, Suspended, Performed, Overdue, Breached, Rejected, Withdrawn, Stale, Disputed} {
		was := found{Expectation: Expectation{Verb: verb}, snap: p.stood}
		was.readSnapshot(true)
		g.Verb, g.Names, g.Dates, g.At = verb, nil, nil, time.Time{}
		g.readSnapshot(true)
		if g.String() != was.String() {
			return
		}
	}
	g.Verb, g.Names, g.Dates, g.At = State, []string{string(g.snap.State)}, nil, time.Time{} // what no line says
}

// SameStanding reports whether two snapshots of one deal agree on where it stands. The
// instant of the view, warnings, and evidence that does not count make no difference.
func SameStanding(a, b dealstate.Snapshot) bool {
	for _, s := range []*dealstate.Snapshot{&a, &b} {
		s.AsOf, s.Warnings, s.Parties = a.AsOf, nil, slices.Clone(s.Parties)
		for i := range s.Parties { // evidence that does not count may come
			s.Parties[i].Nearest = nil
		}
	}
	return reflect.DeepEqual(a, b)
}

// texts lists reasons as a line can give them.
func texts(reasons []dealstate.Reason) []string {
	var out []string
	for _, r := range reasons {
		out = append(out, squash(r.String()))
	}
	return out
}

// codes lists the permanent words of reasons.
func codes(reasons []dealstate.Reason) []string {
	var out []string
	for _, r := range reasons {
		out = append(out, r.Code.String())
	}
	return out
}

// matches reports whether what was found is what was expected.
func matches(want Expectation, got found) bool {
	switch {
	case want.Verb != got.Verb, want.Verb == 0, want.Verb > NothingHappens:
		return false
	case want.Verb == Warning:
		return (want.Text == "") == (len(got.texts) == 0) && got.says(want.Text)
	case want.Verb <= Duplicate:
		return got.says(want.Text)
	case want.Verb == Next:
		return slices.Equal(want.Names, got.Names) && want.At.Equal(got.At)
	case want.Verb == State, want.Verb == Verdict, want.Verb == Revision:
		return slices.Equal(want.Names, got.Names)
	}
	return sameNames(want.Names, got.Names) && sameDates(want, got.Expectation)
}

// says reports whether the text is a code, or what the texts say.
func (g found) says(text string) bool { return slices.Contains(g.codes, text) || says(g.texts, text) }

// says reports whether the text is one of the texts, or several of them that follow
// one another. An empty text always is.
func says(all []string, text string) bool {
	if text == "" {
		return true
	}
	for i := range all {
		for j := i + 1; j <= len(all); j++ {
			if strings.Join(all[i:j], "; ") == text {
				return true
			}
		}
	}
	return false
}

// sameNames compares two lists regardless of their order.
func sameNames(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

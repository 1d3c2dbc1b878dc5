package dealtest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
)

// Tester records the acts of one deal in a test, one after another, and asks where the
// deal then stands. Its own view is from now, the latest instant that it has reached,
// under the deal's policy; [ViewedDeal.Under], [ViewedDeal.AsOf] and
// [ViewedDeal.KnownBy] give other views.
//
//	s := dealtest.Begin(t, uschina.London())
//	s.On("2025-06-20").By("Xi").Approve("china").Applied()
//	s.On("2025-06-21").Implement(dealtest.AllSides).Refused("us has not approved")
//	s.On("2025-06-22").By("Trump").Approve("us").State("approved")
//	s.On("2025-06-23").By("Trump").Implement(dealtest.AllSides).State("implemented")
//
// Instants are RFC 3339, or dates: a date means its start in UTC, but in AsOf and
// KnownBy its end. Anything else fails the test, and so does what is left unfinished:
// an act without a verb, a view about which nothing is asked. A Tester belongs to one
// goroutine at a time.
type Tester struct {
	ViewedDeal
	agreement  dealstate.Agreement
	voices     *scenario.Voices
	now        time.Time
	acts       int
	unfinished []*unfinished // what was begun, and not gone on with yet
}

// Begin opens a deal on the agreement, under the strict policy.
func Begin(t TB, a dealstate.Agreement) *Tester {
	t.Helper()
	return BeginUnder(t, a, dealstate.Strict)
}

// BeginUnder opens a deal on the agreement under the policy.
func BeginUnder(t TB, a dealstate.Agreement, p dealstate.Policy) *Tester {
	t.Helper()
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	return Continue(t, m.NewDeal(p))
}

// Continue goes on with a deal that has events on record already.
func Continue(t TB, d *dealstate.Deal) *Tester {
	t.Helper()
	a := d.Machine().Agreement()
	s := &Tester{agreement: a, voices: scenario.NewVoices(a), now: lastInstant(d, nil)}
	s.ViewedDeal = ViewedDeal{t: t, deal: d, tester: s}
	s.reportUnfinished()
	return s
}

// Deal is the deal itself.
func (s *Tester) Deal() *dealstate.Deal { return s.deal }

// TimePasses moves now to the instant, so that every clock due by then fires.
func (s *Tester) TimePasses(until string) *Tester {
	s.t.Helper()
	s.checkFinished()
	s.advanceTo(parseStart(s.t, until))
	return s
}

// advanceTo moves now forward. It never goes back.
func (s *Tester) advanceTo(t time.Time) {
	if t.After(s.now) {
		s.now = t
	}
}

// On begins an act that happened at the instant. The verb comes last, and
// records it: On("2025-06-20").By("Xi").Approve("china").
func (s *Tester) On(at string) *EventBuilder {
	s.t.Helper()
	s.checkFinished()
	return &EventBuilder{tester: s, event: dealstate.Event{At: parseStart(s.t, at)},
		open: s.addUnfinished(true, "On(%q) has no verb, so nothing was recorded; want one at its end, such as Approve(\"china\")", at)}
}

package dealtest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Story tells a deal act by act in a test. It looks at its deal from now, the
// latest instant that it has reached, under the deal's policy; [Look.Under],
// [Look.AsOf] and [Look.KnownBy] look from elsewhere.
//
//	s := dealtest.Begin(t, uschina.London())
//	s.On("2025-06-20").By("Xi").Approve("china").Applied()
//	s.On("2025-06-21").Implement(dealtest.AllSides).Refused("us has not approved")
//	s.On("2025-06-22").By("Trump").Approve("us").State("approved")
//	s.On("2025-06-23").By("Trump").Implement(dealtest.AllSides).State("implemented")
//
// Instants are RFC 3339, or dates: a date means its start in UTC, but in AsOf
// and KnownBy its end. Anything else fails the test, and so does what is left
// half said: an act without a verb, a look at which nothing is asked. One
// goroutine at a time uses a story.
type Story struct {
	Look
	now   time.Time
	acts  int
	loose []*loose // what was begun, and not gone on with yet
}

// Begin opens a deal on the agreement, under the strict policy.
func Begin(t TB, a dealstate.Agreement) *Story {
	t.Helper()
	return BeginUnder(t, a, dealstate.Strict)
}

// BeginUnder opens a deal on the agreement under the policy.
func BeginUnder(t TB, a dealstate.Agreement, p dealstate.Policy) *Story {
	t.Helper()
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	return Continue(t, m.NewDeal(p))
}

// Continue tells on from a deal with what is on record about it.
func Continue(t TB, d *dealstate.Deal) *Story {
	t.Helper()
	s := &Story{now: lastInstant(d, nil)}
	s.Look = Look{t: t, deal: d, story: s}
	s.watch()
	return s
}

// Deal is the deal itself.
func (s *Story) Deal() *dealstate.Deal { return s.deal }

// TimePasses moves to the instant, so that every clock due by then fires.
func (s *Story) TimePasses(until string) *Story {
	s.t.Helper()
	s.goOn()
	s.reach(start(s.t, until))
	return s
}

func (s *Story) reach(t time.Time) {
	if t.After(s.now) {
		s.now = t
	}
}

// On begins an act that happened at the instant. The verb comes last, and
// records it: On("2025-06-20").By("Xi").Approve("china").
func (s *Story) On(at string) *Act {
	s.t.Helper()
	s.goOn()
	return &Act{story: s, event: dealstate.Event{At: start(s.t, at)},
		open: s.begin(true, "On(%q) has no verb, so nothing was recorded; want one at its end, such as Approve(\"china\")", at)}
}

package dealstate_test

import (
	"errors"
	"iter"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// arrived records a story in the order of its lines, and holds the deal to what one fold
// of the same events says: the decisions, the snapshot with its warnings, and the log.
func arrived(t *testing.T, a dealstate.Agreement, text string) *dealstate.Deal {
	t.Helper()
	d := open(t, a, text)
	s, want, err := d.Machine().Fold(story(t, a.ID, text), dealstate.View{})
	require.NoError(t, err)
	require.Equal(t, want, slices.Collect(d.Decisions()))
	require.Equal(t, toJSON(t, s), toJSON(t, d.Latest()))
	require.Equal(t, toJSON(t, s), toJSON(t, d.At(dealstate.View{})))
	require.True(t, slices.IsSortedFunc(slices.Collect(d.Events()), dealstate.Event.Compare))
	return d
}

// Law 2: the order in which reports arrive never changes the snapshot.
func TestWhatArrivesOutOfOrderFoldsInItsPlace(t *testing.T) {
	t.Parallel()
	d := arrived(t, pair(), "06-05 approve a\n06-01 negotiate")
	require.Equal(t, dealstate.State("awaiting_b_approval"), d.Latest().State)
	require.Empty(t, d.Latest().Warnings)
}

func TestAnEventThatWasRetractedBeforeItCameIsVoid(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"by what came in order": "06-01 retract ref=x id=r\n06-05 approve a id=x",
		"by what came late":     "06-02 negotiate\n06-01 retract ref=x id=r\n06-05 approve a id=x",
		"after a note":          "06-01 retract ref=x id=r\n06-02 note\n06-05 approve a id=x",
	} {
		d := arrived(t, pair(), text)
		_, did, ok := d.Event("x")
		require.True(t, ok)
		require.Equal(t, dealstate.Reason{Code: dealstate.ReasonRetracted, Event: "r"}, did.Reasons[0], name)
		require.Equal(t, dealstate.StateNegotiated, d.Latest().State, name)
	}
}

// An order that is not known warns wherever in the log it is, and whenever it came.
func TestAnUnknownOrderWarnsHoweverItArrived(t *testing.T) {
	t.Parallel()
	a := club(3, condition.Count(condition.AtLeast(2), ""))
	for name, text := range map[string]string{
		"in order":                "06-01 approve p0\n06-01 reject p0\n06-10 dispute p1",
		"late, behind the first":  "06-01 approve p0\n06-10 dispute p1\n06-01 reject p0",
		"late, before the first":  "06-01 reject p0\n06-10 dispute p1\n06-01 approve p0",
		"late, behind the second": "05-01 dispute p1\n06-01 approve p0\n06-10 dispute p1\n06-01 reject p0",
		"and something late":      "05-01 dispute p1\n06-01 approve p0\n06-01 reject p0\n05-20 dispute p1",
		"and a duplicate":         "06-01 approve p0\n06-01 reject p0\n06-10 dispute p1 rec=06-12\n06-10 dispute p1 rec=06-11",
	} {
		d := open(t, a, text)
		require.Len(t, d.Latest().Warnings, 1, name)
		require.Equal(t, dealstate.ReasonOrderUnknown, d.Latest().Warnings[0].Code, name)
		require.Equal(t, d.At(dealstate.View{}).Warnings, d.Latest().Warnings, name)
	}
}

// What contradicts the record is warned of beside an order that is not known elsewhere.
func TestAContradictionIsToldBesideAnUnknownOrder(t *testing.T) {
	t.Parallel()
	a := club(3, condition.Count(condition.AtLeast(2), ""))
	s, _ := told(t, a, "", "06-01 approve p0 id=yes\n06-01 reject p0 id=no\n06-05 implement id=i")
	require.Equal(t, []string{"contradiction i", "order_unknown yes"}, doubts(s))
}

// A record ends before a clock that moves the deal, and not with it.
func TestAClockAtTheInstantOfTheLastRecordDoesNotWarn(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Deadline = date(t, "06-10")
	s, _ := told(t, a, "06-11", "06-01 approve a\n06-10 note")
	require.Equal(t, dealstate.StateLapsed, s.State)
	require.Empty(t, s.Warnings)
}

// A duplicate that was recorded earlier takes the place of the first, and of nothing else.
func TestADuplicateRecordedEarlierLeavesTheOthersInTheLog(t *testing.T) {
	t.Parallel()
	text := "06-01 negotiate\n06-05 approve a id=x rec=06-09\n06-06 approve b\n06-05 approve a id=x rec=06-08"
	d := arrived(t, pair(), text)
	require.Len(t, slices.Collect(d.Events()), 3)
	x, _, _ := d.Event("x")
	require.Equal(t, date(t, "06-08"), x.Recorded)
	again, err := d.Record(line2event(t, "pair", "06-01 negotiate"))
	require.NoError(t, err)
	require.Equal(t, dealstate.Duplicate, again.Outcome)
	d = arrived(t, pair(), text+"\n06-07 retract ref=x id=r")
	require.Equal(t, []string{"b"}, d.Latest().Approved)
	d = arrived(t, pair(), "06-01 retract ref=y id=r\n06-05 approve a id=x rec=06-09\n06-05 approve a id=x rec=06-08\n06-10 approve b id=y")
	require.Equal(t, []string{"a"}, d.Latest().Approved)
}

// An event repeated with the same content counts once, and the source's error is the
// caller's.
func TestAFoldCountsWhatIsRepeatedOnce(t *testing.T) {
	t.Parallel()
	m := machine(t, pair())
	once := story(t, "pair", "06-01 approve a\n06-02 dispute b")
	s, want, err := m.Fold(once, dealstate.View{})
	require.NoError(t, err)
	twice, decisions, err := m.Fold(slices.Concat(once, once), dealstate.View{})
	require.NoError(t, err)
	require.Equal(t, want, decisions)
	require.Equal(t, toJSON(t, s), toJSON(t, twice))
	broken := errors.New("the line is dead")
	d, err := m.Load(dealstate.Strict, iter.Seq2[dealstate.Event, error](func(yield func(dealstate.Event, error) bool) {
		_ = yield(once[0], nil) && yield(dealstate.Event{}, broken)
	}))
	require.ErrorIs(t, err, broken)
	require.Nil(t, d)
}

// Reset goes back to the beginning of the deal, whatever was taken before.
func TestAResetCursorIsAsOneJustMade(t *testing.T) {
	t.Parallel()
	a := club(3, condition.Count(condition.AtLeast(2), ""))
	a.Commitments = []dealstate.Commitment{{ID: "k", Party: "p0"}}
	a.Deadline, a.Effect, a.Term = date(t, "09-01"), &dealstate.Delay{}, &dealstate.Delay{Months: 1}
	m := machine(t, a)
	begun := func(p dealstate.Policy) string { return toJSON(t, m.Cursor(p).Snapshot()) }
	c := m.Cursor(dealstate.Official)
	for _, text := range []string{
		"06-01 reject p0\n06-02 perform p0 for=k\n06-03 dispute p1\n06-04 approve p1 role=press",
		"06-01 approve p0\n06-05 negotiate\n06-06 implement",
		"06-01 approve p0 role=government\n06-02 approve p0 mod=denied",
		"06-01 approve p0\n06-02 approve p1\n06-03 suspend",
		"06-01 amend\n06-02 extend until=10-01",
	} {
		for _, e := range story(t, a.ID, text) {
			act, err := m.Act(e)
			require.NoError(t, err)
			c.Take(act, e.At)
		}
		require.NotEqual(t, begun(dealstate.Official), toJSON(t, c.Snapshot()))
		c.Reset()
		require.Equal(t, begun(dealstate.Official), toJSON(t, c.Snapshot()), text)
		// nothing of it comes back either
		fresh := m.Cursor(dealstate.Official)
		for _, e := range story(t, a.ID, "06-10 approve p2\n06-11 approve p0 role=government\n06-12 dispute p0\n06-13 perform p0 for=k") {
			act, err := m.Act(e)
			require.NoError(t, err)
			require.Equal(t, fresh.Take(act, e.At), c.Take(act, e.At))
		}
		require.Equal(t, toJSON(t, fresh.Snapshot()), toJSON(t, c.Snapshot()), text)
		c.Reset()
	}
}

// A deal begins in its initial state, whatever its place among the states.
func TestACursorGoesBackToTheInitialState(t *testing.T) {
	t.Parallel()
	a := redrafted(t)
	slices.Reverse(a.Lifecycle.States)
	c := machine(t, a).Cursor(dealstate.Strict)
	require.Equal(t, dealstate.State("talks"), c.State())
	c.Reset()
	require.Equal(t, dealstate.State("talks"), c.State())
}

// Law 3: what a view does not know does not say when its record ends.
func TestARecordEndsWhereTheViewKnowsItToEnd(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Deadline = date(t, "06-10")
	v := dealstate.View{AsOf: date(t, "06-11"), KnownBy: date(t, "06-05")}
	known := open(t, a, "06-01 approve a").At(v)
	require.Equal(t, []string{"record_ends lapsed"}, doubts(known))
	require.Equal(t, known.Warnings, open(t, a, "06-01 approve a\n06-12 note").At(v).Warnings)
}

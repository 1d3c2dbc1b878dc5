package dealstate_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// A cursor that is watched tells what a fold decides, whatever came before a
// Reset, as long as nothing is retracted.
func TestWatchedCursorTellsWhatAFoldDecides(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 5))
	for _, a := range dirtyAgreements {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		c := m.Cursor(dealstate.Official)
		var told []dealstate.Decision
		c.Watch(func(d dealstate.Decision) { told = append(told, d) })
		for range proof.Times(300, 80) {
			events := slices.DeleteFunc(dirtyLog(rng, a, 3+rng.IntN(14)), func(e dealstate.Event) bool { return e.Kind == dealstate.Retract })
			asOf := onDay(rng.IntN(26))
			snapshot, want, err := m.Fold(events, dealstate.View{Policy: dealstate.Official, AsOf: asOf})
			require.NoError(t, err)

			told = []dealstate.Decision{}
			c.Reset()
			c.Until(asOf)
			slices.SortFunc(events, inFoldOrder)
			for _, e := range events {
				if !e.At.After(asOf) {
					act, err := m.Act(e)
					require.NoError(t, err)
					c.Take(act, e.At)
				}
			}
			c.Advance(asOf)
			require.Equal(t, want, told)
			require.Equal(t, snapshot.State, c.State())
			require.Equal(t, snapshot.Since, c.Since())
			require.Equal(t, snapshot.Revision, c.Revision())
		}
	}
}

func TestUnwatchedCursorDoesTheSameInSilence(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(dirtyAgreements[1])
	require.NoError(t, err)
	c := m.Cursor(dealstate.Strict)
	act, err := m.Act(dealstate.Event{ID: "1", Deal: m.Deal(), Kind: dealstate.Approve, Party: "us", Role: dealstate.Instrument})
	require.NoError(t, err)
	n := 0
	c.Watch(func(dealstate.Decision) { n++ })
	require.Equal(t, dealstate.Applied, c.Take(act, onDay(1)))
	require.Equal(t, 1, n)
	c.Watch(nil)
	c.Reset()
	require.Equal(t, dealstate.Applied, c.Take(act, onDay(1)))
	require.Equal(t, 1, n)
}

// A plan says nothing of how late it is.
func TestNoClockRunsBeyondTheHorizon(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(dirtyAgreements[1]) // lapses on day 9
	require.NoError(t, err)
	plan, err := m.Act(dealstate.Event{ID: "1", Deal: m.Deal(), Kind: dealstate.Approve, Party: "us", Role: dealstate.Instrument, Modality: dealstate.Planned})
	require.NoError(t, err)
	c := m.Cursor(dealstate.Strict)
	c.Until(onDay(8))
	c.Take(plan, onDay(20))
	require.EqualValues(t, "negotiated", c.State())
	c.Until(onDay(10))
	c.Take(plan, onDay(20))
	require.EqualValues(t, "lapsed", c.State())
}

// What comes of a clock depends on whether it has come due, and not on when.
func TestAClockThatElapsesDoesWhatItDoesWhenItIsDue(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(6, 6))
	fired := map[string]int{}
	for _, a := range dirtyAgreements {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		if slices.ContainsFunc(m.Clocks(), func(c dealstate.Clock) bool { return c == dealstate.Overdue || c == dealstate.Reached }) {
			continue // these may be due besides, and do not elapse
		}
		for i := range proof.Times(1000, 400) {
			waits, elapses := m.Cursor(dealstate.Official), m.Cursor(dealstate.Official)
			for day, e := range dirtyLog(rng, a, rng.IntN(12)) {
				if i%2 == 0 { // so that the deal comes into force
					e.Modality, e.Role, e.Revision = dealstate.Asserted, dealstate.Instrument, 0
				}
				act, err := m.Act(e)
				require.NoError(t, err)
				waits.Take(act, onDay(day))
			}
			clock, ok := waits.Next()
			if !ok {
				continue
			}
			elapses.Set(waits)
			due := allDue(elapses, a, clock.Due)
			var asDue, atOnce []dealstate.Decision
			waits.Watch(func(d dealstate.Decision) { asDue = append(asDue, timeless(d)) })
			elapses.Watch(func(d dealstate.Decision) { atOnce = append(atOnce, timeless(d)) })
			waits.Advance(clock.Due)
			elapses.Elapse(due...)
			require.Equal(t, asDue, atOnce)
			require.Equal(t, waits.State(), elapses.State())
			fired[fmt.Sprint(due)]++
		}
	}
	alone := []dealstate.ClockStatus{{Clock: dealstate.Deadline}, {Clock: dealstate.Effect}, {Clock: dealstate.Term},
		{Clock: dealstate.Notice, Party: "us"}, {Clock: dealstate.Notice, Party: "china"}, {Clock: dealstate.Timed, Timer: "grace"}}
	for _, clock := range alone {
		require.Contains(t, fired, fmt.Sprint([]dealstate.ClockStatus{clock}))
	}
	require.Greater(t, len(fired), len(alone), "each clock alone, and some two together: %v", fired)
}

// allDue lists the clocks that are due at the instant.
func allDue(c *dealstate.Cursor, a dealstate.Agreement, at time.Time) (clocks []dealstate.ClockStatus) {
	all := []dealstate.ClockStatus{{Clock: dealstate.Deadline}, {Clock: dealstate.Effect}, {Clock: dealstate.Term}}
	for _, p := range a.Parties {
		all = append(all, dealstate.ClockStatus{Clock: dealstate.Notice, Party: p.ID})
	}
	for _, timer := range a.Timers {
		all = append(all, dealstate.ClockStatus{Clock: dealstate.Timed, Timer: timer.ID})
	}
	for _, clock := range all {
		if c.Due(clock).Equal(at) {
			clocks = append(clocks, clock)
		}
	}
	return clocks
}

func timeless(d dealstate.Decision) dealstate.Decision {
	d.At, d.Reasons = time.Time{}, slices.Clone(d.Reasons)
	for i := range d.Reasons {
		d.Reasons[i].At = time.Time{}
	}
	return d
}

func TestWhatIsNoClockIsNeverDue(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(dirtyAgreements[0])
	require.NoError(t, err)
	c := m.Cursor(dealstate.Strict)
	before := c.AppendKey(nil)
	for clock := range dealstate.Clock(len(dealstate.Clocks()) + 2) {
		for _, whose := range []string{"", "us", "nobody"} { // who gave no notice
			of := dealstate.ClockStatus{Clock: clock, Party: whose, Timer: whose}
			require.Zero(t, c.Due(of))
			c.Elapse(of)
		}
	}
	require.Equal(t, before, c.AppendKey(nil))
}

// Equal keys answer alike what follows, so whoever settles all disputes at once takes any
// number of them for one.
func TestAKeyBeginsWithTheNumberOfOpenDisputes(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(dirtyAgreements[0])
	require.NoError(t, err)
	act, err := m.Act(dealstate.Event{ID: "1", Deal: m.Deal(), Kind: dealstate.Dispute, Party: "us", Role: dealstate.Instrument})
	require.NoError(t, err)
	c := m.Cursor(dealstate.Strict)
	var rest []byte
	for open := range uint64(300) {
		key := c.AppendKey(nil)
		disputes, n := binary.Uvarint(key)
		require.Equal(t, open, disputes)
		if open > 0 {
			require.Equal(t, rest, key[n:])
		}
		c.Take(act, onDay(1))
		_, n = binary.Uvarint(c.AppendKey(nil))
		rest = c.AppendKey(nil)[n:]
	}
}

// When would China's silence end the deal, and what if it did today?
func ExampleCursor_Elapse() {
	m, _ := dealstate.Compile(dealstate.Agreement{ID: "truce", Deadline: time.Date(2025, 8, 12, 0, 0, 0, 0, time.UTC),
		Parties: []dealstate.Party{{ID: "us", Approver: "Trump"}, {ID: "china", Approver: "Xi"}}})
	yes, _ := m.Act(dealstate.Event{ID: "1", Deal: "truce", Kind: dealstate.Approve, Party: "us", By: "Trump", Role: dealstate.Approver})

	c := m.Cursor(dealstate.Strict)
	c.Take(yes, time.Date(2025, 6, 25, 0, 0, 0, 0, time.UTC))
	next, _ := c.Next()
	fmt.Println(c.State(), c.Due(next).Format(time.DateOnly))
	c.Elapse(next)
	fmt.Println(c.State(), c.Since().Format(time.DateOnly))
	// Output:
	// awaiting_xi_approval 2025-08-12
	// lapsed 2025-06-25
}

// What lies ahead makes a difference however far it is: a time.Duration would hold 292
// years. And one span is one key, wherever on the clock it begins.
func TestKeysTellFarDeadlinesApart(t *testing.T) {
	t.Parallel()
	key := func(now, deadline time.Time) []byte {
		m, err := dealstate.Compile(dealstate.Agreement{ID: "x", Parties: []dealstate.Party{{ID: "us"}, {ID: "china"}}, Deadline: deadline})
		require.NoError(t, err)
		c := m.Cursor(dealstate.Strict)
		c.Advance(now)
		return c.AppendKey(nil)
	}
	now := time.Date(2025, 6, 10, 0, 0, 0, 0, time.UTC)
	far := []time.Time{now.Add(1), now.Add(time.Second), now.Add(time.Second + 1), time.Date(2317, 9, 1, 0, 0, 0, 0, time.UTC), time.Date(2317, 10, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2400, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2500, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)}
	seen := map[string]time.Time{}
	for _, deadline := range far {
		k := string(key(now, deadline))
		require.NotContains(t, seen, k, "%s and %s", deadline, seen[k])
		seen[k] = deadline
		for _, later := range []time.Duration{1, time.Second / 2, time.Second - 1} {
			require.Equal(t, k, string(key(now.Add(later), deadline.Add(later))), "%s later", later)
		}
	}
}

package tracker_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

// computer is a computer's clock: it runs, sleeps and can be set.
type computer struct {
	*tracker.Manual
	elapsed *atomic.Int64
}

func computerAt(at time.Time) computer { return computer{tracker.NewManual(at), new(atomic.Int64)} }

func (c computer) Elapsed() time.Duration { return time.Duration(c.elapsed.Load()) }

func (c computer) run(d time.Duration) {
	c.elapsed.Add(int64(d))
	c.Advance(d)
}

const year = 365 * 24 * time.Hour

// requireRecords records a note, which is accepted now.
func requireRecords(t *testing.T, tr *tracker.Tracker, j journal.Journal, id string) {
	t.Helper()
	all, err := tr.Record(t.Context(), dealstate.Event{ID: id, Deal: "london", Kind: dealstate.Note, At: dirtylog.OnDay(0)})
	require.NoError(t, err)
	for e, err := range j.Read(t.Context(), all[0].Place.Position-1) {
		require.NoError(t, err)
		require.Equal(t, tr.Now(), e.Accepted)
	}
}

func TestNothingIsRecordedWhileTheClockWasSetFarAhead(t *testing.T) {
	t.Parallel()
	j, clock := &journal.Memory{}, computerAt(dirtylog.OnDay(1))
	tr := started(t, j, clock, tracker.Options{})
	clock.run(time.Hour)
	requireRecords(t, tr, j, "n1")
	last, err := j.Last(t.Context())
	require.NoError(t, err)
	now, before := clock.Now(), summaryOf(t, tr)
	clock.Advance(10 * year)
	note := dealstate.Event{ID: "n2", Deal: "london", Kind: dealstate.Note, At: dirtylog.OnDay(0)}
	for name, do := range map[string]func() error{
		"Record": func() error { _, err := tr.Record(t.Context(), note); return err },
		"Apply":  func() error { _, err := tr.Apply(t.Context(), note); return err },
		"Check":  func() error { _, err := tr.Check(t.Context(), note); return err },
		"Add":    func() error { _, err := tr.Add(t.Context(), agreementOf("geneva")); return err },
	} {
		var wrong *tracker.ClockError
		require.ErrorAs(t, do(), &wrong, name)
		require.Equal(t, tracker.ClockError{Shown: now.Add(10 * year), Passed: now}, *wrong, name)
	}
	require.Equal(t, before, summaryOf(t, tr), "no clock fires")
	require.Equal(t, now, tr.Now())
	after, err := j.Last(t.Context())
	require.NoError(t, err)
	require.Equal(t, last, after)
	clock.Set(now)
	clock.run(time.Minute)
	requireRecords(t, tr, j, "n2")
}

func summaryOf(t *testing.T, tr *tracker.Tracker) tracker.Summary {
	t.Helper()
	page, err := tr.Deals(t.Context(), tracker.Query{})
	require.NoError(t, err)
	return page.Deals[0]
}

func TestAServiceThatWasDownForYearsRecords(t *testing.T) {
	t.Parallel()
	j, clock := &journal.Memory{}, computerAt(dirtylog.OnDay(1))
	require.NoError(t, started(t, j, clock, tracker.Options{}).Close())
	clock.Advance(10 * year)
	requireRecords(t, open(t, j, clock, tracker.Options{}), j, "n1")
}

func TestAComputerThatSleepsForDaysAgainAndAgainRecords(t *testing.T) {
	t.Parallel()
	j, clock := &journal.Memory{}, computerAt(dirtylog.OnDay(1))
	tr := started(t, j, clock, tracker.Options{})
	for range 20 {
		clock.run(time.Minute)
		clock.Advance(6 * 24 * time.Hour)
		tr.Now() // it looks at its clock each minute
	}
	requireRecords(t, tr, j, "n1")
}

// A clock that was set back is right again when it shows what it would have shown.
func TestAClockThatIsSetRightAgainIsBelieved(t *testing.T) {
	t.Parallel()
	j, clock := &journal.Memory{}, computerAt(dirtylog.OnDay(1))
	tr := started(t, j, clock, tracker.Options{})
	clock.Advance(-10 * year)
	requireRecords(t, tr, j, "n1")
	clock.Advance(10 * year)
	requireRecords(t, tr, j, "n2")
	require.NoError(t, tr.Close())
	clock.Advance(-10 * year) // the computer begins without knowing the time, and learns it then
	tr = open(t, j, clock, tracker.Options{})
	clock.Advance(11 * year)
	requireRecords(t, tr, j, "n3")
	clock.Advance(year)
	_, err := tr.Check(t.Context(), negotiated("e2", "london"))
	require.ErrorAs(t, err, new(*tracker.ClockError))
}

func TestHowFarAClockMayBeSetAhead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		most, jump time.Duration
		refused    bool
	}{
		{0, 7 * 24 * time.Hour, false}, {0, 7*24*time.Hour + 1, true},
		{time.Hour, time.Hour, false}, {time.Hour, time.Hour + 1, true},
		{-1, 100 * year, false},
	} {
		j, clock := &journal.Memory{}, computerAt(dirtylog.OnDay(1))
		tr := started(t, j, clock, tracker.Options{MaxJump: c.most})
		clock.Advance(c.jump)
		if !c.refused {
			requireRecords(t, tr, j, "n1")
			continue
		}
		_, err := tr.Check(t.Context(), negotiated("e2", "london"))
		require.EqualError(t, err, "clock: it shows "+clock.Now().Format(time.RFC3339Nano)+", but by the time that has passed it is "+dirtylog.OnDay(1).Format(time.RFC3339Nano)+"; set it right, or if it is right, open the tracker again")
	}
	var clock tracker.Clock = tracker.System{}
	counted, is := clock.(tracker.Monotonic)
	require.True(t, is, "the computer's clock is held to the time that passes")
	first := counted.Elapsed()
	require.GreaterOrEqual(t, counted.Elapsed(), first)
	clock = tracker.NewManual(dirtylog.OnDay(1))
	_, is = clock.(tracker.Monotonic)
	require.False(t, is, "one that is moved by hand may be moved anywhere")
}

package tracker_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
)

func negotiated(id, deal string) dealstate.Event {
	return dealstate.Event{ID: id, Deal: deal, Kind: dealstate.Negotiate, Role: dealstate.Instrument, At: dirtylog.OnDay(0)}
}

// started is a tracker with one deal, negotiated.
func started(t *testing.T, j journal.Journal, clock tracker.Clock, o tracker.Options) *tracker.Tracker {
	t.Helper()
	tr := open(t, j, clock, o)
	_, err := tr.Add(t.Context(), agreementOf("london"))
	require.NoError(t, err)
	_, err = tr.Record(t.Context(), negotiated("e1", "london"))
	require.NoError(t, err)
	return tr
}

// ticking is a clock that never shows an instant twice.
type ticking struct {
	*tracker.Manual
	ticks *atomic.Int64
}

func (c ticking) Now() time.Time { return c.Manual.Now().Add(time.Duration(c.ticks.Add(1))) }

// Only one of several may take effect: a party's second approval changes nothing.
func TestOfTwoTrackersThatRaceToApplyWhatOnlyOneMayOneIsRefused(t *testing.T) {
	t.Parallel()
	j := &journal.Memory{}
	clock := ticking{tracker.NewManual(dirtylog.OnDay(1)), new(atomic.Int64)}
	const rounds = 40
	desks := []*tracker.Tracker{open(t, j, clock, tracker.Options{}), open(t, j, clock, tracker.Options{})}
	for n := range rounds {
		id := fmt.Sprintf("deal-%d", n)
		_, err := desks[n%2].Add(t.Context(), agreementOf(id))
		require.NoError(t, err)
		_, err = desks[n%2].Record(t.Context(), negotiated("e1", id))
		require.NoError(t, err)
		errs := make([]error, 8)
		var racing sync.WaitGroup
		for i := range errs {
			racing.Go(func() {
				e := approval(fmt.Sprintf("a%d", i), id, "us", dirtylog.OnDay(1))
				_, errs[i] = desks[i%2].Apply(t.Context(), e)
			})
		}
		racing.Wait()
		applied := 0
		for _, err := range errs {
			var refusal *dealstate.Refusal
			if err == nil {
				applied++
			} else {
				require.ErrorAs(t, err, &refusal)
			}
		}
		require.Equal(t, 1, applied)
	}
	last, err := j.Last(t.Context())
	require.NoError(t, err)
	require.Equal(t, int64(3*rounds), last, "nothing of a refusal is kept")
}

func TestATrackerFollowsWhatOthersAppend(t *testing.T) {
	t.Parallel()
	j := &journal.Memory{}
	clock := tracker.NewManual(dirtylog.OnDay(0))
	reader := open(t, j, clock, tracker.Options{})
	writer := started(t, j, clock, tracker.Options{Policy: dealstate.Official})
	changes := take(t, reader, tracker.Filter{}, 2)
	require.Equal(t, dealstate.StateNegotiated, changes[1].To)
	_, err := writer.Record(t.Context(), approval("e2", "london", "us", dirtylog.OnDay(0)))
	require.NoError(t, err)
	s, err := reader.At(t.Context(), "london", dealstate.View{})
	require.NoError(t, err)
	require.NotEmpty(t, s.State)
	require.Len(t, take(t, reader, tracker.Filter{From: changes[1].Place}, 1), 1)
}

func TestAnAgreementIsAddedOnceAndOtherContentIsAConflict(t *testing.T) {
	t.Parallel()
	tr := open(t, &journal.Memory{}, tracker.NewManual(dirtylog.OnDay(0)), tracker.Options{})
	first, err := tr.Add(t.Context(), agreementOf("london"))
	require.NoError(t, err)
	again, err := tr.Add(t.Context(), agreementOf("london"))
	require.NoError(t, err)
	require.Equal(t, first, again)
	other := agreementOf("london")
	other.Title = "Another text"
	_, err = tr.Add(t.Context(), other)
	var conflict *dealstate.ConflictError
	require.ErrorAs(t, err, &conflict)
	require.Equal(t, "london", conflict.ID)
	require.EqualError(t, err, `id: "london" is an agreement with other content; a new text is a new agreement that implements the old one, or an amend`)
	var field *dealstate.FieldError
	_, err = tr.Add(t.Context(), dealstate.Agreement{ID: "empty"})
	require.ErrorAs(t, err, &field)
	require.Equal(t, "parties", field.Field)
}

func TestEventsAreKeptAllOrNone(t *testing.T) {
	t.Parallel()
	j := &journal.Memory{}
	tr := started(t, j, tracker.NewManual(dirtylog.OnDay(2)), tracker.Options{})
	good := approval("e2", "london", "us", dirtylog.OnDay(1))
	taken := good
	taken.ID = "e1"
	for name, c := range map[string]struct {
		bad  dealstate.Event
		want any
		text string
	}{
		"unknown deal":  {approval("e3", "lodnon", "us", dirtylog.OnDay(1)), new(*tracker.UnknownDealError), `event 2 ("e3"): deal: "lodnon" is unknown; add its agreement first; did you mean "london"?`},
		"unknown party": {approval("e3", "london", "fiji", dirtylog.OnDay(1)), new(*dealstate.FieldError), `event 2 ("e3"): party: "fiji" is not a party; want one of us, china`},
		"no instant":    {dealstate.Event{ID: "e3", Deal: "london", Kind: dealstate.Note}, new(*dealstate.FieldError), `event 2 ("e3"): at: missing; want the instant at which it happened, in RFC 3339`},
		"id taken":      {taken, new(*dealstate.ConflictError), `event 2 ("e1"): id: "e1" is recorded with other content; retract it and record the correction under a new id`},
	} {
		_, err := tr.Record(t.Context(), good, c.bad)
		require.ErrorAs(t, err, c.want, name)
		require.EqualError(t, err, c.text, name)
		var of *tracker.EventError
		require.ErrorAs(t, err, &of, name)
		require.Equal(t, 1, of.Index, name)
		last, err := j.Last(t.Context())
		require.NoError(t, err)
		require.Equal(t, int64(2), last, name)
	}
	none, err := tr.Record(t.Context())
	require.NoError(t, err)
	require.Empty(t, none)
	_, err = tr.Check(t.Context(), approval("e3", "lodnon", "us", dirtylog.OnDay(1)))
	require.EqualError(t, err, `deal: "lodnon" is unknown; add its agreement first; did you mean "london"?`, "of one event alone nobody says which")
}

func TestTheEventWhoseIDIsTakenIsNamedThoughOtherDealsHaveOneOfThatID(t *testing.T) {
	t.Parallel()
	j, clock := &journal.Memory{}, tracker.NewManual(dirtylog.OnDay(2))
	tr := started(t, j, clock, tracker.Options{})
	_, err := tr.Add(t.Context(), agreementOf("geneva"))
	require.NoError(t, err)
	london, geneva := approval("e9", "london", "us", dirtylog.OnDay(1)), approval("e9", "geneva", "us", dirtylog.OnDay(1))
	_, err = tr.Record(t.Context(), london)
	require.NoError(t, err)
	london.Party = "china"
	var of *tracker.EventError
	_, err = tr.Record(t.Context(), london, geneva)
	require.ErrorAs(t, err, &of)
	require.Equal(t, 0, of.Index)
	other := geneva
	other.Party = "china"
	_, err = tr.Record(t.Context(), geneva, geneva, other)
	require.ErrorAs(t, err, &of)
	require.Equal(t, 2, of.Index)
}

func TestAnEventWithoutRecordedIsStampedAndKeptOnce(t *testing.T) {
	t.Parallel()
	clock := tracker.NewManual(dirtylog.OnDay(2))
	tr := started(t, &journal.Memory{}, clock, tracker.Options{})
	e := approval("e2", "london", "us", dirtylog.OnDay(1))
	first, err := tr.Record(journal.WithRecorder(t.Context(), "desk"), e)
	require.NoError(t, err)
	clock.Advance(time.Hour)
	again, err := tr.Record(t.Context(), e)
	require.NoError(t, err)
	require.Equal(t, dealstate.Duplicate, again[0].Decision.Outcome)
	require.Equal(t, first[0].Place, again[0].Place)
	var entries []journal.Entry
	for entry, err := range tr.Events(t.Context(), "london") {
		require.NoError(t, err)
		entries = append(entries, entry)
	}
	require.Len(t, entries, 3)
	require.Equal(t, "desk", entries[2].By)
	require.Equal(t, dirtylog.OnDay(2), entries[2].Event.Recorded)
	applied, err := tr.Apply(t.Context(), e)
	require.NoError(t, err)
	require.Equal(t, dealstate.Duplicate, applied.Decision.Outcome)
	earlier := e
	earlier.Recorded = dirtylog.OnDay(1)
	known, err := tr.Record(t.Context(), earlier)
	require.NoError(t, err)
	require.Equal(t, dealstate.Duplicate, known[0].Decision.Outcome)
	require.Equal(t, int64(4), known[0].Place.Position, "that it was known earlier is kept")
}

func TestARefusalKeepsNothingAndANoteAlwaysTakesEffect(t *testing.T) {
	t.Parallel()
	j := &journal.Memory{}
	tr := started(t, j, tracker.NewManual(dirtylog.OnDay(2)), tracker.Options{})
	said := approval("e2", "london", "us", dirtylog.OnDay(1))
	said.Role = dealstate.Press
	_, err := tr.Apply(t.Context(), said)
	var refusal *dealstate.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, dealstate.Noted, refusal.Decision.Outcome)
	last, err := j.Last(t.Context())
	require.NoError(t, err)
	require.Equal(t, int64(2), last)
	_, err = tr.Apply(t.Context(), dealstate.Event{ID: "n1", Deal: "london", Kind: dealstate.Note, At: dirtylog.OnDay(2)})
	require.NoError(t, err)
}

// What stands in the journal and means nothing is reported, and holds nothing up.
func TestAnEntryThatMeansNothingIsLeftAsideAndReported(t *testing.T) {
	t.Parallel()
	j := &journal.Memory{}
	var log bytes.Buffer
	meter := &counts{of: map[string]int64{}}
	clock := tracker.NewManual(dirtylog.OnDay(2))
	tr := started(t, j, clock, tracker.Options{Log: slog.New(slog.NewTextHandler(&log, nil)), Meter: meter})
	_, err := j.Append(t.Context(), []journal.Entry{
		{Accepted: dirtylog.OnDay(2), Event: negotiated("e1", "paris")},
		{Accepted: dirtylog.OnDay(2), Event: approval("e9", "london", "fiji", dirtylog.OnDay(1))},
		{Accepted: dirtylog.OnDay(2), Event: approval("e2", "london", "us", dirtylog.OnDay(1))},
	})
	require.NoError(t, err)
	changes := take(t, tr, tracker.Filter{}, 3)
	require.Equal(t, "e2", changes[2].Entry.Event.ID)
	require.Equal(t, int64(2), meter.count("tracker_aside"))
	require.Contains(t, log.String(), `position=3 deal=paris error="deal: \"paris\" is unknown; add its agreement first"`)
	again := open(t, j, clock, tracker.Options{})
	s, err := again.At(t.Context(), "london", dealstate.View{})
	require.NoError(t, err)
	require.Equal(t, []string{"us"}, s.Approved)
	_, err = again.Add(t.Context(), agreementOf("paris"))
	require.NoError(t, err)
	s, err = again.At(t.Context(), "paris", dealstate.View{})
	require.NoError(t, err)
	require.Equal(t, dealstate.StateNegotiated, s.State, "an event that came before its agreement counts from then on")
}

// counts is a meter.
type counts struct {
	mu       sync.Mutex
	of       map[string]int64
	observed map[string]int
}

func (c *counts) Count(name string, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.of[name] += n
}

func (c *counts) Observe(name string, _ float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.observed == nil {
		c.observed = map[string]int{}
	}
	c.observed[name]++
}

func (c *counts) count(name string) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.of[name]
}

func TestACallEndsWithItsContext(t *testing.T) {
	t.Parallel()
	tr := started(t, &journal.Memory{}, tracker.NewManual(dirtylog.OnDay(2)), tracker.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	e := approval("e2", "london", "us", dirtylog.OnDay(1))
	calls := map[string]func() error{
		"Add":     func() error { _, err := tr.Add(ctx, agreementOf("paris")); return err },
		"Record":  func() error { _, err := tr.Record(ctx, e); return err },
		"Apply":   func() error { _, err := tr.Apply(ctx, e); return err },
		"Check":   func() error { _, err := tr.Check(ctx, e); return err },
		"At":      func() error { _, err := tr.At(ctx, "london", dealstate.View{}); return err },
		"Explain": func() error { _, err := tr.Explain(ctx, "london", dealstate.View{}); return err },
		"Deal":    func() error { _, err := tr.Deal(ctx, "london"); return err },
		"Deals":   func() error { _, err := tr.Deals(ctx, tracker.Query{}); return err },
		"Due":     func() error { _, err := tr.Due(ctx, dirtylog.OnDay(0), dirtylog.OnDay(1)); return err },
		"Events": func() (err error) {
			for _, err = range tr.Events(ctx, "london") {
			}
			return err
		},
		"Watch": func() (err error) {
			for _, err = range tr.Watch(ctx, tracker.Filter{}) {
			}
			return err
		},
	}
	for name, call := range calls {
		require.ErrorIs(t, call(), context.Canceled, name)
	}
	require.NoError(t, tr.Close())
	cancel = func() {}
	ctx = t.Context()
	for name, call := range calls {
		require.ErrorIs(t, call(), tracker.ErrClosed, name)
	}
}

func TestAClosedJournalEndsWatching(t *testing.T) {
	t.Parallel()
	j := &journal.Memory{}
	tr := started(t, j, tracker.NewManual(dirtylog.OnDay(2)), tracker.Options{})
	require.NoError(t, j.Close())
	var last error
	for _, err := range tr.Watch(t.Context(), tracker.Filter{From: tr.Place()}) {
		last = err
	}
	require.ErrorIs(t, last, tracker.ErrClosed)
	_, err := tr.Record(t.Context(), approval("e2", "london", "us", dirtylog.OnDay(1)))
	require.True(t, errors.Is(err, tracker.ErrClosed) || errors.Is(err, journal.ErrClosed))
}

package tracker_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"

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

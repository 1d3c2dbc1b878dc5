package tracker_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// london opens a tracker on the London framework and its first events, at noon of a day
// on which all of them were known.
func london(t *testing.T, j journal.Journal) *tracker.Tracker {
	t.Helper()
	tr, err := tracker.Open(t.Context(), j, tracker.Options{Clock: tracker.NewManual(time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC))})
	require.NoError(t, err)
	t.Cleanup(func() { tr.Close() })
	_, err = tr.Add(journal.WithRecorder(t.Context(), "desk"), uschina.London())
	require.NoError(t, err)
	var events []dealstate.Event
	for e := range uschina.Events() {
		if e.Deal == uschina.London().ID && len(events) < 6 {
			events = append(events, e)
		}
	}
	_, err = tr.Record(journal.WithRecorder(t.Context(), "desk"), events...)
	require.NoError(t, err)
	return tr
}

// watched gives the changes that there are, in the order in which Watch tells them.
func watched(t *testing.T, tr *tracker.Tracker) (all []tracker.Change) {
	t.Helper()
	for c, err := range tr.Watch(t.Context(), tracker.Filter{}) {
		require.NoError(t, err)
		if all = append(all, c); c.Place == tr.Place() || len(all) == 7 {
			return all
		}
	}
	return all
}

func TestAChangeIsWrittenAsJSONInFull(t *testing.T) {
	t.Parallel()
	changes := watched(t, london(t, &journal.Memory{}))
	for i, c := range changes {
		text, err := json.Marshal(c)
		require.NoError(t, err)
		var read struct {
			Place     tracker.Place
			Deal, By  string
			From, To  dealstate.State
			Accepted  time.Time
			Event     *dealstate.Event
			Decisions []json.RawMessage
		}
		require.NoError(t, json.Unmarshal(text, &read), string(text))
		require.Equal(t, c.Place, read.Place)
		require.Equal(t, []any{c.Deal, "desk", c.From, c.To, len(c.Decisions)}, []any{read.Deal, read.By, read.From, read.To, len(read.Decisions)})
		require.Equal(t, i > 0, read.Event != nil, "the first change is the agreement's")
	}
	require.Contains(t, fmt.Sprint(changes[1]), uschina.London().ID)
}

// TestWhatIsDeliveredGoesOnAfterARestart has the receiver fail now and then, and the
// tracker close after each change: all are delivered, in their order, none twice.
func TestWhatIsDeliveredGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	var kept journal.Memory
	bookmark := filepath.Join(t.TempDir(), "told")
	want := watched(t, london(t, &kept))
	var told []tracker.Place
	for i := range want {
		tr := london(t, &kept)
		calls := 0
		ended := make(chan error)
		taken := make(chan struct{})
		go func() {
			ended <- tr.Deliver(t.Context(), tracker.Filter{}, bookmark, func(ctx context.Context, c tracker.Change) error {
				switch calls++; calls {
				case 1:
					return errors.New("the receiver is busy")
				case 2:
					told = append(told, c.Place)
					return nil
				}
				close(taken)
				<-ctx.Done() // the tracker closes meanwhile: this one counts as not delivered
				return ctx.Err()
			})
		}()
		if i+1 < len(want) {
			<-taken
		} else {
			require.Eventually(t, func() bool {
				_, err := os.Stat(bookmark)
				return err == nil && at(t, bookmark) == want[len(want)-1].Place
			}, time.Minute, time.Millisecond)
		}
		require.NoError(t, tr.Close())
		require.ErrorIs(t, <-ended, tracker.ErrClosed)
	}
	for i, c := range want {
		require.Equal(t, c.Place, told[i])
	}
	require.Len(t, told, len(want))
}

func at(t *testing.T, bookmark string) tracker.Place {
	t.Helper()
	text, err := os.ReadFile(bookmark)
	require.NoError(t, err)
	p, err := tracker.ParsePlace(string(text[:len(text)-1]))
	require.NoError(t, err)
	return p
}

func TestDeliverReturnsWhatIsWrong(t *testing.T) {
	t.Parallel()
	tr := london(t, &journal.Memory{})
	dir := t.TempDir()
	take := func(context.Context, tracker.Change) error { return nil }
	bad := filepath.Join(dir, "bad")
	require.NoError(t, os.WriteFile(bad, []byte("yesterday"), 0o600))
	require.EqualError(t, tr.Deliver(t.Context(), tracker.Filter{}, bad, take), `tracker: bookmark `+bad+`: place: "yesterday" is none; want one that the tracker gave, such as 12@2025-06-27T00:00:00Z`)

	beyond := filepath.Join(dir, "beyond")
	require.NoError(t, os.WriteFile(beyond, []byte("99@2025-06-27T00:00:00Z\n"), 0o600))
	var wrong *tracker.PlaceError
	require.ErrorAs(t, tr.Deliver(t.Context(), tracker.Filter{}, beyond, take), &wrong)

	require.ErrorIs(t, tr.Deliver(t.Context(), tracker.Filter{}, filepath.Join(dir, "none", "told"), take), os.ErrNotExist)
	var unknown *tracker.UnknownDealError
	require.ErrorAs(t, tr.Deliver(t.Context(), tracker.Filter{Deal: "paris"}, filepath.Join(dir, "told"), take), &unknown)

	ctx, cancel := context.WithCancel(t.Context())
	require.ErrorIs(t, tr.Deliver(ctx, tracker.Filter{}, filepath.Join(dir, "told"), func(context.Context, tracker.Change) error {
		cancel()
		return errors.New("the receiver is gone")
	}), context.Canceled)
	require.NoFileExists(t, filepath.Join(dir, "told"), "nothing was delivered")
	tr.Close()
	require.ErrorIs(t, tr.Deliver(t.Context(), tracker.Filter{}, filepath.Join(dir, "told"), take), tracker.ErrClosed)
}

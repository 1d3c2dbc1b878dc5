package postgres_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/postgres"
)

// A trap: numbers of an identity column are given out before the commit, so that a reader who
// asks for those after the last it has seen never sees one that is committed late. The first half
// shows it; the second, that two writers of a journal take turns instead.
func TestPositionsAreCommittedInTheirOrderAndIdentityValuesAreNot(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := open(t, server.url(), fresh())
	slow, fast := analyst(t, s), analyst(t, s)
	_, err := fast.Exec(ctx, "CREATE TABLE naive (position bigint GENERATED ALWAYS AS IDENTITY, id text)")
	require.NoError(t, err)
	begin(t, slow, "INSERT INTO naive (id) VALUES ('first')")
	_, err = fast.Exec(ctx, "INSERT INTO naive (id) VALUES ('second')")
	require.NoError(t, err)
	seen := texts(t, fast, "SELECT id FROM naive WHERE position > 0 ORDER BY position")
	_, err = slow.Exec(ctx, "COMMIT")
	require.NoError(t, err)
	seen = append(seen, texts(t, fast, "SELECT id FROM naive WHERE position > 2 ORDER BY position")...)
	require.Equal(t, []string{"second"}, seen, "the first is lost for ever")

	begin(t, slow, s.TakeLock())
	_, err = slow.Exec(ctx, s.BareInsert(), postgres.BareRow(at(note("first", 1), 1))...)
	require.NoError(t, err)
	appended := make(chan []int64, 1)
	go func() {
		positions, err := s.Append(ctx, []journal.Entry{note("second", 1)})
		if err != nil {
			t.Error(err)
		}
		appended <- positions
	}()
	awaitBlocked(t, fast, s)
	last, err := s.Last(ctx)
	require.NoError(t, err)
	require.Zero(t, last, "the second is not there before the first")
	_, err = slow.Exec(ctx, "COMMIT")
	require.NoError(t, err)
	require.Equal(t, []int64{2}, <-appended)
	require.Equal(t, []string{"first", "second"}, texts(t, fast, "SELECT id FROM entries WHERE position > 0 ORDER BY position"))
}

// begin begins a transaction with a statement.
func begin(t *testing.T, c *pgx.Conn, text string) {
	t.Helper()
	for _, text := range []string{"BEGIN", text} {
		_, err := c.Exec(context.Background(), text)
		require.NoError(t, err)
	}
}

func at(e journal.Entry, position int64) journal.Entry {
	e.Position = position
	return e
}

// awaitBlocked waits until a writer waits for its turn.
func awaitBlocked(t *testing.T, c *pgx.Conn, s *postgres.Store) {
	t.Helper()
	require.Eventually(t, func() bool {
		return texts(t, c, "SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid::text = $1", s.LockNumber())[0] != "0"
	}, time.Minute, time.Millisecond)
}

func TestALockThatSomebodyHoldsIsABusyErrorAndNoHarm(t *testing.T) {
	t.Parallel()
	o := fresh()
	o.Busy = 20 * time.Millisecond
	s := open(t, server.url(), o)
	c := analyst(t, s)
	begin(t, c, s.TakeLock())
	var busy *postgres.BusyError
	for _, on := range [][]journal.Version{nil, {{Deal: "deal-1"}}} {
		_, err := s.Append(t.Context(), []journal.Entry{note("1", 1)}, on...)
		require.ErrorAs(t, err, &busy)
	}
	last, err := s.Last(t.Context())
	require.NoError(t, err)
	require.Zero(t, last)
	_, err = c.Exec(t.Context(), "ROLLBACK")
	require.NoError(t, err)
	at, err := s.Append(t.Context(), []journal.Entry{note("1", 1)})
	require.NoError(t, err)
	require.Equal(t, []int64{1}, at)
}

// A caller who commits his own append does not wait beyond his context, and what he has begun
// is finished without him: the entries that wait behind it are kept, each once.
func TestACallerWhoseContextEndsLeavesHisAppendToOthers(t *testing.T) {
	t.Parallel()
	for _, on := range [][]journal.Version{nil, {{Deal: "deal-1", Position: 1}}} {
		s := open(t, server.url(), fresh())
		_, err := s.Append(t.Context(), []journal.Entry{note("1", 1)}) // there is a connection
		require.NoError(t, err)
		c := analyst(t, s)
		begin(t, c, s.TakeLock())
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		_, err = s.Append(ctx, []journal.Entry{note("2", 1)}, on...)
		cancel()
		require.ErrorIs(t, err, context.DeadlineExceeded)
		behind := make(chan error, 1)
		go func() {
			_, err := s.Append(t.Context(), []journal.Entry{note("3", 1)})
			behind <- err
		}()
		awaitBlocked(t, analyst(t, s), s)
		_, err = c.Exec(t.Context(), "ROLLBACK")
		require.NoError(t, err)
		require.NoError(t, <-behind)
		at, err := s.Append(t.Context(), []journal.Entry{note("1", 1), note("2", 1), note("3", 1)})
		require.NoError(t, err)
		require.Equal(t, []int64{1, 2, 3}, at)
	}
}

// The versions of a caller who has left are his again: what he does with them does not change
// on what his append is.
func TestVersionsAreOfTheCallerOnceAppendHasReturned(t *testing.T) {
	t.Parallel()
	s := open(t, server.url(), fresh())
	c := analyst(t, s)
	begin(t, c, s.TakeLock())
	ctx, cancel := context.WithCancel(t.Context())
	on := []journal.Version{{Deal: "deal-1"}}
	left := make(chan error, 1)
	go func() {
		_, err := s.Append(ctx, []journal.Entry{note("1", 1)}, on...)
		left <- err
	}()
	awaitBlocked(t, c, s)
	cancel()
	require.ErrorIs(t, <-left, context.Canceled)
	on[0].Position = 7
	_, err := c.Exec(t.Context(), "ROLLBACK")
	require.NoError(t, err)
	at, err := s.Append(t.Context(), []journal.Entry{note("2", 1), note("1", 1)})
	require.NoError(t, err)
	require.Equal(t, []int64{2, 1}, at, "it was kept")
}

// A writer that stops while it holds the lock, as a frozen machine does, loses it.
func TestAWriterThatStopsInTheMiddleLosesItsTurn(t *testing.T) {
	t.Parallel()
	o := fresh()
	stuck, o2 := o, o
	stuck.Busy, o2.Busy = 50*time.Millisecond, time.Minute
	s := open(t, server.url(), stuck)
	begin(t, s.Connection(t.Context()), s.TakeLock())
	other := open(t, server.url(), o2)
	at, err := other.Append(t.Context(), []journal.Entry{note("1", 1)})
	require.NoError(t, err)
	require.Equal(t, []int64{1}, at)
}

// What the server finds wrong only when it commits was not kept, and is not acknowledged.
func TestAnErrorAtTheCommitIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	s := open(t, server.url(), fresh())
	c := analyst(t, s)
	_, err := c.PgConn().Exec(t.Context(), `CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''late''; END';
		CREATE CONSTRAINT TRIGGER fails AFTER INSERT ON entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fails()`).ReadAll()
	require.NoError(t, err)
	for _, n := range []int{1, 3} {
		var entries []journal.Entry
		for i := range n {
			entries = append(entries, note(fmt.Sprint(i), 1))
		}
		for _, on := range [][]journal.Version{nil, {{Deal: "deal-1"}}} {
			_, err := s.Append(t.Context(), entries, on...)
			require.ErrorContains(t, err, "late")
		}
	}
	_, err = c.Exec(t.Context(), "DROP TRIGGER fails ON entries")
	require.NoError(t, err)
	at, err := s.Append(t.Context(), []journal.Entry{note("1", 1)})
	require.NoError(t, err)
	require.Equal(t, []int64{1}, at)
}

// What another process appends, be it by a store of its own, is heard by who waits, without
// looking for it; also what is appended while the connection that hears is lost.
func TestAWaiterHearsOfWhatAnotherStoreAppendsAlsoAfterItsConnectionWasLost(t *testing.T) {
	t.Parallel()
	o := fresh()
	o.Poll = time.Hour
	one, other := open(t, server.url()+"&application_name=waiter", o), open(t, server.url(), o)
	c := analyst(t, one)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for at := range int64(10) {
		waited := make(chan error, 1)
		go func() { waited <- one.Wait(ctx, at) }()
		if at%3 == 2 {
			_, err := c.Exec(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'waiter'")
			require.NoError(t, err)
		}
		have, err := other.Append(ctx, []journal.Entry{note(fmt.Sprint(at), int(at))})
		require.NoError(t, err)
		require.Equal(t, []int64{at + 1}, have)
		require.NoError(t, <-waited)
	}
}

// A writer that dies between its commit and the notification has told nobody: who waits finds
// out by looking. And whatever anybody else notifies of does no harm.
func TestAWaiterFindsWhatNobodyNotifiedOf(t *testing.T) {
	t.Parallel()
	o := fresh()
	o.Poll = time.Millisecond
	s := open(t, server.url(), o)
	c := analyst(t, s)
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	waited := make(chan error, 1)
	go func() { waited <- s.Wait(short, 0) }()
	for _, payload := range []string{"", "nonsense", "9000000000000000000", "-1"} {
		_, err := c.Exec(t.Context(), "SELECT pg_notify($1, $2)", s.Schema()+".entries", payload)
		require.NoError(t, err)
	}
	require.ErrorIs(t, <-waited, context.DeadlineExceeded, "there is nothing")
	go func() { waited <- s.Wait(t.Context(), 0) }()
	_, err := c.Exec(t.Context(), s.BareInsert(), postgres.BareRow(at(note("1", 1), 1))...)
	require.NoError(t, err)
	require.NoError(t, <-waited)
}

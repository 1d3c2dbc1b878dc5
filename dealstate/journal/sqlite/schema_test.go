package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/sqlite"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// made makes a database by SQL.
func made(t *testing.T, text string) string {
	t.Helper()
	path := fresh(t)
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer db.Close()
	_, err = db.Exec(text)
	require.NoError(t, err)
	return path
}

func TestADatabaseOfAnEarlierVersionIsBroughtToTheNewest(t *testing.T) {
	t.Parallel()
	first, err := os.ReadFile("migrations/1_entries.sql")
	require.NoError(t, err)
	path := made(t, string(first)+`; PRAGMA application_id = 1684365676; PRAGMA user_version = 1;
		INSERT INTO entries (position, accepted, deal, id, kind, at) VALUES (1, '2025-06-10T00:00:00.000000000Z', 'london', '1', 'note', '2025-06-10T00:00:00.000000000Z')`)
	for range 2 {
		s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
		require.NoError(t, err)
		for e, err := range s.Read(t.Context(), 0) {
			require.NoError(t, err)
			require.Equal(t, "london", e.Deal())
		}
		_, err = s.Materialise(t.Context(), dealstate.View{})
		require.NoError(t, err)
		require.NoError(t, s.Close())
	}
}

func TestWhatIsNoJournalIsRefusedAndNotChanged(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"another program's": "CREATE TABLE users (id)",
		"another id":        "PRAGMA application_id = 7; CREATE TABLE entries (position)",
		"a newer version":   "PRAGMA application_id = 1684365676; PRAGMA user_version = 99; CREATE TABLE entries (position)",
		"a version below 0": "PRAGMA application_id = 1684365676; PRAGMA user_version = -1; CREATE TABLE entries (position)",
		"no entries":        "PRAGMA application_id = 1684365676; PRAGMA user_version = 3; CREATE TABLE folds (fold)",
		"other columns":     "PRAGMA application_id = 1684365676; PRAGMA user_version = 3; CREATE TABLE entries (position)",
		"no version":        "PRAGMA application_id = 1684365676; PRAGMA user_version = 0; CREATE TABLE entries (position)",
	} {
		path := made(t, text)
		before, err := os.ReadFile(path)
		require.NoError(t, err)
		_, err = sqlite.Open(t.Context(), path, sqlite.Options{})
		var schema *sqlite.SchemaError
		require.ErrorAs(t, err, &schema, name)
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, before, after, "%s: no byte of it changes, not even those of the journal mode", name)
		db, err := sql.Open("sqlite", path)
		require.NoError(t, err)
		require.Equal(t, []string{"1"}, texts(t, db, "SELECT count(*) FROM sqlite_schema"), name)
		require.NoError(t, db.Close())
	}
	half := fresh(t)
	s, err := sqlite.Open(t.Context(), half, sqlite.Options{})
	require.NoError(t, err)
	require.NoError(t, s.Close())
	whole, err := os.ReadFile(half)
	require.NoError(t, err)
	for problem, content := range map[string][]byte{
		"not a database": []byte("this is a text of some length and no database of any kind\n"),
		"malformed":      whole[:len(whole)/2],
	} {
		require.NoError(t, os.WriteFile(half, content, 0o600))
		_, err := sqlite.Open(t.Context(), half, sqlite.Options{})
		var schema *sqlite.SchemaError
		require.ErrorAs(t, err, &schema)
		require.ErrorContains(t, err, problem)
		after, err := os.ReadFile(half)
		require.NoError(t, err)
		require.Equal(t, content, after)
	}
	_, err = sqlite.Open(t.Context(), "/no/such/directory/deals.db", sqlite.Options{})
	require.ErrorContains(t, err, "/no/such/directory/deals.db")
}

func TestOptionsThatCannotBeMeantNameTheirField(t *testing.T) {
	t.Parallel()
	before := fresh(t)
	for _, c := range []struct {
		field, path string
		o           sqlite.Options
	}{
		{"path", "", sqlite.Options{}}, {"path", before + "\x00after", sqlite.Options{}},
		{"options.busy", "x", sqlite.Options{Busy: -1}}, {"options.poll", "x", sqlite.Options{Poll: -1}},
	} {
		_, err := sqlite.Open(t.Context(), c.path, c.o)
		var wrong *dealstate.FieldError
		require.ErrorAs(t, err, &wrong, "%+v", c)
		require.Equal(t, c.field, wrong.Field)
	}
	require.NoFileExists(t, before)
}

// Every connection must have it, and a driver may forget it: a commit is synced.
func TestEachConnectionSyncsItsCommits(t *testing.T) {
	t.Parallel()
	s := open(t, fresh(t), sqlite.Options{})
	for _, have := range s.Pragmas(t.Context(), "synchronous") {
		require.Equal(t, "2", have, "synchronous is FULL")
	}
	for _, have := range s.Pragmas(t.Context(), "journal_mode") {
		require.Equal(t, "wal", have)
	}
}

func TestALockThatSomebodyHoldsIsABusyErrorAndNoHarm(t *testing.T) {
	t.Parallel()
	s := open(t, fresh(t), sqlite.Options{Busy: 20 * time.Millisecond})
	c, err := analyst(t, s).Conn(t.Context())
	require.NoError(t, err)
	defer c.Close()
	_, err = c.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	_, err = s.Append(t.Context(), []journal.Entry{note("1", 1)})
	var busy *sqlite.BusyError
	require.ErrorAs(t, err, &busy)
	last, err := s.Last(t.Context())
	require.NoError(t, err)
	require.Zero(t, last)
	_, err = c.ExecContext(t.Context(), "ROLLBACK")
	require.NoError(t, err)
	at, err := s.Append(t.Context(), []journal.Entry{note("1", 1)})
	require.NoError(t, err)
	require.Equal(t, []int64{1}, at)
}

// A reader that stands still keeps nobody from appending, and the log is taken in.
func TestAReaderThatStandsStillHoldsNothing(t *testing.T) {
	t.Parallel()
	s := open(t, fresh(t), sqlite.Options{})
	for i := range 200 {
		_, err := s.Append(t.Context(), []journal.Entry{note(string(rune('a'+i%26))+"-"+time.Duration(i).String(), i)})
		require.NoError(t, err)
		if i == 100 {
			for range s.Read(t.Context(), 0) {
				_, err := s.Append(t.Context(), []journal.Entry{note("within", 1)})
				require.NoError(t, err)
				var busy, log, taken int
				require.NoError(t, analyst(t, s).QueryRow("PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &taken))
				require.Zero(t, busy, "the reading holds a transaction")
				break
			}
		}
	}
}

// What another process appends, be it by a store of its own, is seen by who waits.
func TestAWaiterHearsOfWhatAnotherStoreAppends(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	one, other := open(t, path, sqlite.Options{Poll: time.Millisecond}), open(t, path, sqlite.Options{})
	for at := range int64(5) {
		waited := make(chan error, 1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		go func() { waited <- one.Wait(ctx, at) }()
		have, err := other.Append(t.Context(), []journal.Entry{note(time.Duration(at).String(), int(at))})
		require.NoError(t, err)
		require.Equal(t, []int64{at + 1}, have)
		require.NoError(t, <-waited)
		cancel()
	}
}

// Who changes the tables behind the journal's back is found out, where it can be seen.
func TestEntriesThatWereChangedOrRemovedAreDamage(t *testing.T) {
	t.Parallel()
	for change, at := range map[string]int64{
		"DELETE FROM entries WHERE position = 2":                                            2,
		"DELETE FROM entries WHERE position = 1":                                            1,
		"UPDATE entries SET kind = 'nonsense' WHERE position = 3":                           3,
		"UPDATE entries SET at = '2025-06-10' WHERE position = 2":                           2,
		"UPDATE entries SET accepted = 'yesterday' WHERE position = 1":                      1,
		"UPDATE entries SET id = NULL, agreement = '{}' WHERE position = 2":                 2,
		"UPDATE entries SET position = 9 WHERE position = 3":                                3,
		"UPDATE entries SET kind = NULL WHERE position = 2":                                 2,
		"UPDATE entries SET at = NULL WHERE position = 2":                                   2,
		"UPDATE entries SET deal = '' WHERE position = 2":                                   2,
		"UPDATE entries SET id = '' WHERE position = 2":                                     2,
		"UPDATE entries SET id = '1' WHERE position = 3":                                    3,
		"UPDATE entries SET id = '1', note = 'other' WHERE position = 2":                    2,
		"UPDATE entries SET revision = -5 WHERE position = 2":                               2,
		"UPDATE entries SET published = 'garbage' WHERE position = 2":                       2,
		"UPDATE entries SET note = CAST(x'ff' AS TEXT) WHERE position = 2":                  2,
		"UPDATE entries SET accepted = '2024-01-01T00:00:00.000000000Z' WHERE position = 2": 2,
	} {
		s := open(t, fresh(t), sqlite.Options{})
		_, err := s.Append(t.Context(), []journal.Entry{note("1", 1), note("2", 1), note("3", 1)})
		require.NoError(t, err)
		_, err = analyst(t, s).Exec("DROP TRIGGER entries_never_change; DROP TRIGGER entries_are_never_removed; " + change)
		require.NoError(t, err)
		var damage *sqlite.DamageError
		n := int64(0)
		for _, err := range s.Read(t.Context(), 0) {
			if n++; err != nil {
				require.ErrorAs(t, err, &damage, change)
			}
		}
		require.NotNil(t, damage, change)
		require.Equal(t, []int64{at, at}, []int64{damage.Position, n}, change)
	}
}

// An event that was recorded earlier comes again under its id, and is no damage, on whatever
// page the first of them is.
func TestAnEventThatIsKnownEarlierIsReadAgain(t *testing.T) {
	t.Parallel()
	s := open(t, fresh(t), sqlite.Options{})
	for recorded := 3; recorded > 0; recorded-- {
		e := note("1", 1)
		e.Event.Recorded = e.Event.At.Add(time.Duration(recorded) * time.Hour)
		entries := []journal.Entry{e}
		for i := range 300 {
			entries = append(entries, note(fmt.Sprint(recorded, "-", i), 1))
		}
		_, err := s.Append(t.Context(), entries)
		require.NoError(t, err)
	}
	require.Len(t, all(t, s), 903)
	n := 0
	for _, err := range s.ReadDeal(t.Context(), "deal-1", 0) {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 903, n)
}

// A trigger of somebody else may have an insert ignored. Nothing is acknowledged that is not there.
func TestAnInsertThatATriggerIgnoresIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	s := open(t, fresh(t), sqlite.Options{})
	_, err := analyst(t, s).Exec("CREATE TRIGGER ignores BEFORE INSERT ON entries BEGIN SELECT RAISE(IGNORE); END")
	require.NoError(t, err)
	_, err = s.Append(t.Context(), []journal.Entry{note("1", 1)})
	var full *journal.ReadOnlyError
	require.ErrorAs(t, err, &full)
	var damage *sqlite.DamageError
	require.ErrorAs(t, err, &damage)
	require.Empty(t, all(t, s))
}

// REPLACE removes the row that it replaces without a DELETE trigger.
func TestTheTablesRefuseToReplaceAnEntry(t *testing.T) {
	t.Parallel()
	s := open(t, fresh(t), sqlite.Options{})
	a := uschina.London()
	_, err := s.Append(t.Context(), []journal.Entry{{Accepted: time.Now(), Agreement: &a}, note("1", 1), note("2", 1)})
	require.NoError(t, err)
	before := all(t, s)
	for _, text := range []string{
		"REPLACE INTO entries (position, accepted, deal, id, kind, at, note) SELECT position, accepted, deal, id, kind, at, 'changed' FROM entries WHERE position = 2",
		"INSERT OR REPLACE INTO entries (rowid, accepted, deal, id, kind, at, note) SELECT position, accepted, deal, id, kind, at, 'changed' FROM entries WHERE position = 3",
		"REPLACE INTO entries (position, accepted, deal, agreement) SELECT 4, accepted, deal, agreement FROM entries WHERE position = 1",
		"INSERT INTO entries (position, accepted, deal, id, kind, at) SELECT 2, accepted, deal, id, kind, at FROM entries WHERE position = 2 ON CONFLICT DO UPDATE SET note = 'changed'",
	} {
		_, err := analyst(t, s).Exec(text)
		require.ErrorContains(t, err, "only added", text)
		require.Equal(t, before, all(t, s), text)
	}
}

// all gives every entry.
func all(t *testing.T, s *sqlite.Store) (entries []journal.Entry) {
	t.Helper()
	for e, err := range s.Read(t.Context(), 0) {
		require.NoError(t, err)
		entries = append(entries, e)
	}
	return entries
}

package postgres_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/postgres"
)

// connect connects to the server without a store.
func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(context.Background(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

// made makes a schema by several statements, within which names need not be qualified.
func made(t *testing.T, text string) postgres.Options {
	t.Helper()
	o, c := fresh(), connect(t, server.url())
	schema := pgx.Identifier{o.Schema}.Sanitize()
	_, err := c.PgConn().Exec(t.Context(), "CREATE SCHEMA "+schema+"; SET search_path = "+schema+"; "+text).ReadAll()
	require.NoError(t, err)
	return o
}

func TestASchemaOfAnEarlierVersionIsBroughtToTheNewest(t *testing.T) {
	t.Parallel()
	first, err := os.ReadFile("migrations/1_entries.sql")
	require.NoError(t, err)
	o := made(t, string(first)+`; CREATE TABLE journal_versions (version integer PRIMARY KEY, migration text NOT NULL, applied timestamptz NOT NULL DEFAULT now());
		INSERT INTO journal_versions VALUES (1, '1_entries.sql');
		INSERT INTO entries (position, accepted, deal, id, kind, at) VALUES (1, '2025-06-10T00:00:00.000000000Z', 'london', '1', 'note', '2025-06-10T00:00:00.000000000Z')`)
	for range 2 {
		s, err := postgres.Open(t.Context(), server.url(), o)
		require.NoError(t, err)
		for e, err := range s.Read(t.Context(), 0) {
			require.NoError(t, err)
			require.Equal(t, "london", e.Deal())
		}
		_, err = s.Materialise(t.Context(), dealstate.View{})
		require.NoError(t, err)
		require.Equal(t, []string{"1 1_entries.sql", "2 2_folds.sql"}, texts(t, analyst(t, s), "SELECT version || ' ' || migration FROM journal_versions ORDER BY version"))
		require.NoError(t, s.Close())
	}
}

func TestWhatIsNoJournalIsRefusedAndNotChanged(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"another program's": "CREATE TABLE entries (id text)",
		"a newer version":   "CREATE TABLE journal_versions (version integer); INSERT INTO journal_versions VALUES (99)",
		"a version below 1": "CREATE TABLE journal_versions (version integer); INSERT INTO journal_versions VALUES (-1)",
		"no version":        "CREATE TABLE journal_versions (version integer)",
		"no such column":    "CREATE TABLE journal_versions (x integer)",
		"no entries":        "CREATE TABLE journal_versions (version integer); INSERT INTO journal_versions VALUES (2)",
	} {
		o := made(t, text)
		_, err := postgres.Open(t.Context(), server.url(), o)
		var schema *postgres.SchemaError
		require.ErrorAs(t, err, &schema, name)
		require.Equal(t, []string{"1"}, texts(t, connect(t, server.url()), "SELECT count(*)::text FROM pg_tables WHERE schemaname = $1", o.Schema), name)
	}
}

// A schema that holds what is no table is another program's too.
func TestASchemaWithAFunctionOrATypeIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE TYPE t AS ENUM ('a')", "CREATE DOMAIN d AS text", "CREATE SEQUENCE s", "CREATE VIEW v AS SELECT 1",
	} {
		_, err := postgres.Open(t.Context(), server.url(), made(t, text))
		var schema *postgres.SchemaError
		require.ErrorAs(t, err, &schema, text)
	}
}

// The server empties an unlogged table when it crashes.
func TestAJournalWhoseTableIsNotLoggedIsRefused(t *testing.T) {
	t.Parallel()
	o := fresh()
	s, err := postgres.Open(t.Context(), server.url(), o)
	require.NoError(t, err)
	_, err = analyst(t, s).Exec(t.Context(), "ALTER TABLE entries SET UNLOGGED")
	require.NoError(t, err)
	require.NoError(t, s.Close())
	_, err = postgres.Open(t.Context(), server.url(), o)
	var schema *postgres.SchemaError
	require.ErrorAs(t, err, &schema)
	require.ErrorContains(t, err, "SET LOGGED")
}

// Of several who open a journal that is not there yet, one makes it.
func TestSeveralWhoOpenANewJournalAtOnceShareIt(t *testing.T) {
	t.Parallel()
	o := fresh()
	var opening sync.WaitGroup
	for i := range 6 {
		opening.Go(func() {
			s, err := postgres.Open(t.Context(), server.url(), o)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if _, err := s.Append(t.Context(), []journal.Entry{note(fmt.Sprint(i), i)}); err != nil {
				t.Error(err)
			}
		})
	}
	opening.Wait()
	last, err := open(t, server.url(), o).Last(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 6, last)
}

// Any name is a schema's, and what stands in it is never a statement.
func TestTheSchemaMayHaveAnyName(t *testing.T) {
	t.Parallel()
	again := fmt.Sprint(schemas.Add(1)) // so that a second run has names of its own
	for _, name := range []string{`a"; DROP SCHEMA public; --`, "SELECT", "deals.entries", "$schema", "$selected", "it's", "  ", "\n", strings.Repeat("长", 15)} {
		name += again
		s := open(t, server.url(), postgres.Options{Schema: name})
		at, err := s.Append(t.Context(), []journal.Entry{note("1", 1), note("2", 1)})
		require.NoError(t, err, "%q", name)
		require.Equal(t, []int64{1, 2}, at)
		_, err = s.Materialise(t.Context(), dealstate.View{})
		require.NoError(t, err, "%q", name)
		require.Equal(t, []string{"2"}, texts(t, connect(t, server.url()), "SELECT count(*)::text FROM "+pgx.Identifier{name}.Sanitize()+".entries"), "%q", name)
	}
	require.Equal(t, []string{"public"}, texts(t, connect(t, server.url()), "SELECT nspname FROM pg_namespace WHERE nspname = 'public'"))
}

// Somebody who may make no schema can have one made for him.
func TestARoleThatMayMakeNothingOpensASchemaThatWasMadeForIt(t *testing.T) {
	t.Parallel()
	o, c := fresh(), connect(t, server.url())
	desk := fmt.Sprint("desk", schemas.Add(1))
	_, err := c.PgConn().Exec(t.Context(), "CREATE ROLE "+desk+" LOGIN; CREATE SCHEMA "+pgx.Identifier{o.Schema}.Sanitize()+" AUTHORIZATION "+desk).ReadAll()
	require.NoError(t, err)
	url := strings.Replace(server.url(), "dealstate@", desk+"@", 1)
	_, err = postgres.Open(t.Context(), url, fresh())
	require.ErrorContains(t, err, "permission denied")
	s := open(t, url, o)
	_, err = s.Append(t.Context(), []journal.Entry{note("1", 1)})
	require.NoError(t, err)
}

func TestOptionsThatCannotBeMeantNameTheirField(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		field, where string
		o            postgres.Options
	}{
		{"where", "postgres://:port/", postgres.Options{}}, {"where", "\x00", postgres.Options{}}, {"where", "nonsense", postgres.Options{}},
		{"options.schema", "", postgres.Options{Schema: strings.Repeat("a", 51)}}, {"options.schema", "", postgres.Options{Schema: "a\x00b"}}, {"options.schema", "", postgres.Options{Schema: "\xff"}},
		{"options.schema", "", postgres.Options{Schema: "pg_mine"}}, {"options.schema", "", postgres.Options{Schema: "information_schema"}},
		{"options.busy", "", postgres.Options{Busy: -1}}, {"options.outage", "", postgres.Options{Outage: -1}}, {"options.poll", "", postgres.Options{Poll: -1}},
	} {
		_, err := postgres.Open(t.Context(), c.where, c.o)
		var wrong *dealstate.FieldError
		require.ErrorAs(t, err, &wrong, "%+v", c)
		require.Equal(t, c.field, wrong.Field)
	}
}

// An error says where the journal is, and never the password.
func TestNoErrorHasThePassword(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"postgres://desk:secret@127.0.0.1:1/deals", "postgres://desk:secret@127.0.0.1:port/deals", "host=127.0.0.1 port=1 user=desk password=secret"} {
		_, err := postgres.Open(t.Context(), where, postgres.Options{})
		require.Error(t, err)
		require.NotContains(t, err.Error(), "secret")
	}
}

// Every connection must have it, whatever the server, the database or the role is set to: a
// commit is synced, and a statement sees what was committed before it.
func TestEachConnectionSyncsItsCommitsAndSeesWhatIsCommitted(t *testing.T) {
	t.Parallel()
	weak := server.url() + "&options=-c%20synchronous_commit%3Doff%20-c%20default_transaction_isolation%3Dserializable%20-c%20statement_timeout%3D60000%20-c%20default_transaction_read_only%3Don"
	require.Equal(t, []string{"off"}, texts(t, connect(t, weak), "SHOW synchronous_commit"), "the test sets it")
	s := open(t, weak, fresh())
	require.Equal(t, []string{"on", "on"}, s.Settings(t.Context(), "synchronous_commit"))
	require.Equal(t, []string{"read committed", "read committed"}, s.Settings(t.Context(), "default_transaction_isolation"))
	require.Equal(t, []string{"0", "0"}, s.Settings(t.Context(), "statement_timeout"))
	_, err := s.Append(t.Context(), []journal.Entry{note("1", 1)})
	require.NoError(t, err, "a role that is read-only unless it says otherwise may open and append")
	strong := open(t, server.url()+"&options=-c%20synchronous_commit%3Dremote_apply", fresh())
	require.Equal(t, []string{"remote_apply", "remote_apply"}, strong.Settings(t.Context(), "synchronous_commit"), "what is stricter stays")
}

// A server that cannot keep a journal is refused, by the name of its setting.
func TestAServerThatCannotKeepAJournalIsRefused(t *testing.T) {
	t.Parallel()
	c := connect(t, server.url())
	latin := fmt.Sprint("latin", schemas.Add(1))
	_, err := c.Exec(t.Context(), "CREATE DATABASE "+latin+" ENCODING 'LATIN1' TEMPLATE template0")
	require.NoError(t, err)
	var setting *postgres.SettingError
	_, err = postgres.Open(t.Context(), strings.Replace(server.url(), "/postgres?", "/"+latin+"?", 1), fresh())
	require.ErrorAs(t, err, &setting)
	require.Equal(t, "server_encoding", setting.Setting)
	lax, err := newCluster("-c", "fsync=off")
	require.NoError(t, err)
	t.Cleanup(lax.remove)
	_, err = postgres.Open(t.Context(), lax.url(), postgres.Options{})
	require.ErrorAs(t, err, &setting)
	require.Equal(t, "fsync", setting.Setting)
	s := open(t, lax.url(), postgres.Options{Unsynced: true})
	_, err = s.Append(t.Context(), []journal.Entry{note("1", 1)})
	require.NoError(t, err)
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
		"UPDATE entries SET id = '', agreement = '{}' WHERE position = 2":                   2,
		"UPDATE entries SET exact = 'no JSON' WHERE position = 2":                           2,
		`UPDATE entries SET exact = '{"event":{"deal":"another"}}' WHERE position = 2`:      2,
		"UPDATE entries SET position = 9 WHERE position = 3":                                3,
		"UPDATE entries SET kind = NULL WHERE position = 2":                                 2,
		"UPDATE entries SET at = NULL WHERE position = 2":                                   2,
		"UPDATE entries SET deal = '' WHERE position = 2":                                   2,
		"UPDATE entries SET id = '1', again = 1 WHERE position = 3":                         3,
		"UPDATE entries SET id = '1', again = 1, note = 'other' WHERE position = 2":         2,
		"UPDATE entries SET again = 5 WHERE position = 2":                                   2,
		"UPDATE entries SET again = -1 WHERE position = 2":                                  2,
		"UPDATE entries SET revision = -5 WHERE position = 2":                               2,
		"UPDATE entries SET revision = 99999999999 WHERE position = 2":                      2,
		"UPDATE entries SET published = 'garbage' WHERE position = 2":                       2,
		"UPDATE entries SET accepted = '2024-01-01T00:00:00.000000000Z' WHERE position = 2": 2,
	} {
		s := open(t, server.url(), fresh())
		_, err := s.Append(t.Context(), []journal.Entry{note("1", 1), note("2", 1), note("3", 1)})
		require.NoError(t, err)
		_, err = analyst(t, s).PgConn().Exec(t.Context(), "DROP TRIGGER entries_are_only_added ON entries; "+change).ReadAll()
		require.NoError(t, err)
		var damage *postgres.DamageError
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

// A damaged entry is an error to who appends it again, and to nobody else.
func TestADamagedEntryStopsOnlyWhoAppendsItAgain(t *testing.T) {
	t.Parallel()
	s := open(t, server.url(), fresh())
	_, err := s.Append(t.Context(), []journal.Entry{note("1", 1), note("2", 1)})
	require.NoError(t, err)
	_, err = analyst(t, s).PgConn().Exec(t.Context(), "DROP TRIGGER entries_are_only_added ON entries; UPDATE entries SET kind = 'nonsense' WHERE position = 1").ReadAll()
	require.NoError(t, err)
	var damage *postgres.DamageError
	_, err = s.Append(t.Context(), []journal.Entry{note("1", 1)})
	require.ErrorAs(t, err, &damage)
	require.EqualValues(t, 1, damage.Position)
	at, err := s.Append(t.Context(), []journal.Entry{note("2", 1), note("3", 1)})
	require.NoError(t, err)
	require.Equal(t, []int64{2, 3}, at)
}

// The plan of a statement is made when the tables are empty, and read all of them later if it
// did not go by an index.
func TestNoStatementReadsAWholeTable(t *testing.T) {
	t.Parallel()
	s := open(t, server.url(), fresh())
	c := analyst(t, s)
	for round := range 20 {
		var many []journal.Entry
		for i := range 100 {
			many = append(many, note(fmt.Sprintf("%d-%d", round, i), i))
		}
		for _, entries := range [][]journal.Entry{many, many[:1], {note(fmt.Sprint(round), 1)}} {
			at, err := s.Append(t.Context(), entries)
			require.NoError(t, err)
			_, err = s.Append(t.Context(), entries[:1], journal.Version{Deal: "none"})
			require.NoError(t, err)
			for range s.Read(t.Context(), at[0]-1) {
			}
		}
		for range s.ReadDeal(t.Context(), "deal-1", 0) {
		}
	}
	_, err := s.Materialise(t.Context(), dealstate.View{})
	require.NoError(t, err)
	require.NoError(t, s.Close())
	var whole, indexed int64
	require.Eventually(t, func() bool { // the server counts with a delay
		err := c.QueryRow(context.Background(), "SELECT seq_scan, idx_scan FROM pg_stat_all_tables WHERE schemaname = $1 AND relname = 'entries'", s.Schema()).Scan(&whole, &indexed)
		return err == nil && indexed > 100
	}, time.Minute, 10*time.Millisecond)
	require.LessOrEqual(t, whole, int64(3), "what made the indexes reads the table")
}

// An append takes the instant of the last entry where its own is earlier: damage there must not
// get into what is acknowledged.
func TestADamagedLastInstantIsNotCopiedIntoTheNextEntry(t *testing.T) {
	t.Parallel()
	for _, accepted := range []string{"zzz", "2025-13-10T00:00:00.000000000Z", "2025-02-31T00:00:00.000000000Z", "9999-12-31T23:59:60.000000000Z", "infinity"} {
		s := open(t, server.url(), fresh())
		_, err := s.Append(t.Context(), []journal.Entry{note("1", 1)})
		require.NoError(t, err)
		c := analyst(t, s)
		_, err = c.Exec(t.Context(), "ALTER TABLE entries DISABLE TRIGGER ALL")
		require.NoError(t, err)
		_, err = c.Exec(t.Context(), "UPDATE entries SET accepted = $1", accepted)
		require.NoError(t, err)
		for _, entries := range [][]journal.Entry{{note("2", 2)}, {note("2", 2), note("3", 2)}} {
			_, err = s.Append(t.Context(), entries)
			var damage *postgres.DamageError
			require.ErrorAs(t, err, &damage, accepted)
			require.EqualValues(t, 1, damage.Position)
		}
		last, err := s.Last(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, last, accepted)
	}
}

// Whoever locks the table keeps a reader waiting for Options.Busy at most.
func TestALockedTableIsABusyErrorToReadersToo(t *testing.T) {
	t.Parallel()
	o := fresh()
	o.Busy = 50 * time.Millisecond
	s := open(t, server.url(), o)
	c := analyst(t, s)
	_, err := c.Exec(t.Context(), "BEGIN; LOCK TABLE entries IN ACCESS EXCLUSIVE MODE")
	require.NoError(t, err)
	var busy *postgres.BusyError
	_, err = s.Last(t.Context())
	require.ErrorAs(t, err, &busy)
	for _, err := range s.Read(t.Context(), 0) {
		require.ErrorAs(t, err, &busy)
	}
	_, err = s.Deals(t.Context())
	require.ErrorAs(t, err, &busy)
	_, err = s.Append(t.Context(), []journal.Entry{note("1", 1)})
	require.ErrorAs(t, err, &busy)
}

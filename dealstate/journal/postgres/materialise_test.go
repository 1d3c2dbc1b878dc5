package postgres_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/postgres"
)

// logged is a deal with its log.
type logged struct {
	machine *dealstate.Machine
	events  []dealstate.Event
}

// fillDeals appends untidy logs of so many deals, with every kind of event and clock.
func fillDeals(t testing.TB, s journal.Journal, deals int) []logged {
	t.Helper()
	rng := rand.New(rand.NewPCG(16, 1))
	all := append(append([]dealstate.Agreement(nil), dirtylog.Agreements...), dirtylog.Intricate...)
	var logs []logged
	for i := range deals {
		a := all[i%len(all)]
		a.ID = fmt.Sprintf("deal-%03d", i)
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		events := dirtylog.Log(rng, a, a.ID, 12, dirtylog.Kinds)
		entries := []journal.Entry{{Accepted: dirtylog.OnDay(0), By: "desk", Agreement: &a}}
		for _, e := range events {
			entries = append(entries, journal.Entry{Accepted: dirtylog.OnDay(60), Event: e})
		}
		_, err = s.Append(context.Background(), entries)
		require.NoError(t, err)
		logs = append(logs, logged{m, events})
	}
	return logs
}

// analyst connects as somebody else's tool does, and finds the views of a journal.
func analyst(t testing.TB, s *postgres.Store) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(context.Background(), server.url())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close(context.Background())) })
	_, err = c.Exec(context.Background(), "SET search_path = "+pgx.Identifier{s.Schema()}.Sanitize())
	require.NoError(t, err)
	return c
}

// texts gives the rows of a query, each as one text.
func texts(t testing.TB, c *pgx.Conn, query string, args ...any) []string {
	t.Helper()
	rows, err := c.Query(context.Background(), query, args...)
	require.NoError(t, err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return all
}

// tidy is JSON with its keys in the order of Go's maps, so that two can be compared.
func tidy(t testing.TB, text []byte) string {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal(text, &v))
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

func TestLaw14TheTablesHoldWhatTheLibraryFolds(t *testing.T) {
	t.Parallel()
	s := open(t, server.url(), fresh())
	logs := fillDeals(t, s, 30)
	c, asOf := analyst(t, s), dirtylog.OnDay(40)
	for _, p := range dealstate.Policies() {
		for _, v := range []dealstate.View{{Policy: p, AsOf: asOf}, {Policy: p, AsOf: asOf, KnownBy: dirtylog.OnDay(15)}} {
			done, err := s.Materialise(t.Context(), v)
			require.NoError(t, err)
			requireFolded(t, c, logs, v, done)
		}
	}
	require.Equal(t, []string{"3"}, texts(t, c, "SELECT count(*)::text FROM current_folds"), "one of each policy")
}

// requireFolded holds the views to a fold of the logs.
func requireFolded(t *testing.T, c *pgx.Conn, logs []logged, v dealstate.View, done postgres.Fold) {
	t.Helper()
	var states, decisions, spells []string
	for _, l := range logs {
		s, all, err := l.machine.Fold(l.events, v)
		require.NoError(t, err)
		text, err := s.MarshalJSON()
		require.NoError(t, err)
		states = append(states, fmt.Sprintln(tidy(t, text), s.State, s.Approval.Verdict, s.Awaiting))
		var measure analytics.Spells
		for _, d := range all {
			text, err := d.MarshalJSON()
			require.NoError(t, err)
			decisions = append(decisions, fmt.Sprintln(tidy(t, text), d.To, d.Outcome, d.At.UnixMicro()))
			require.NoError(t, measure.Add(d))
		}
		for spell := range measure.All(v.AsOf) {
			spells = append(spells, fmt.Sprint(spell.Deal, spell.State, spell.Next, spell.By, spell.From.Unix(), spell.To.Unix(), spell.Censored, spell.Unseen))
		}
	}
	have := func(query string) (all []string) {
		rows, err := c.Query(context.Background(), query, v.Policy.Name)
		require.NoError(t, err)
		all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
			values, err := row.Values()
			for i, value := range values {
				if text, ok := value.(map[string]any); ok {
					tidied, err := json.Marshal(text)
					require.NoError(t, err)
					values[i] = string(tidied)
				}
				if at, ok := value.(time.Time); ok {
					values[i] = at.UnixMicro()
				}
			}
			return fmt.Sprintln(values...), err
		})
		require.NoError(t, err)
		return all
	}
	require.Equal(t, states, have("SELECT snapshot, state, approval, awaiting FROM states WHERE policy = $1 ORDER BY deal"))
	require.Equal(t, decisions, have("SELECT decision, to_state, outcome, at FROM decisions WHERE policy = $1 ORDER BY deal, number"))
	require.Equal(t, spells, texts(t, c, `SELECT concat(deal, state, next_state, ended_by, ' ', extract(epoch FROM date_trunc('second', begins))::bigint, ' ', extract(epoch FROM date_trunc('second', ends))::bigint, ' ',
		censored::text, ' ', unseen::text) FROM spells WHERE policy = $1 ORDER BY deal, number`, v.Policy.Name))
	require.Equal(t, []int{len(logs), len(decisions), len(spells), 0}, []int{done.Deals, done.Decisions, done.Spells, done.Aside})
}

func TestTheViewsSayWhatTheyWereMadeOfAndHowFarTheJournalHasMovedOn(t *testing.T) {
	t.Parallel()
	s := open(t, server.url(), fresh())
	logs := fillDeals(t, s, 2)
	c := analyst(t, s)
	stray := journal.Entry{Accepted: dirtylog.OnDay(61), Event: dealstate.Event{ID: "1", Deal: "unknown", Kind: dealstate.Note, At: dirtylog.OnDay(1)}}
	at, err := s.Append(t.Context(), []journal.Entry{stray})
	require.NoError(t, err)
	done, err := s.Materialise(t.Context(), dealstate.View{})
	require.NoError(t, err)
	require.Equal(t, []any{"strict", at[0], dirtylog.OnDay(61), 1}, []any{done.Policy, done.Position, done.AsOf, done.Aside})
	stray.Event.ID = "2"
	_, err = s.Append(t.Context(), []journal.Entry{stray})
	require.NoError(t, err)
	require.Equal(t, []string{fmt.Sprintf("strict %d 1", at[0])}, texts(t, c, "SELECT policy || ' ' || position || ' ' || entries_since FROM current_folds"))
	require.Equal(t, []string{logs[0].machine.Deal(), logs[1].machine.Deal()}, texts(t, c, "SELECT deal FROM states ORDER BY deal"))
}

// A fold that fails half way leaves the views as they were: it is one transaction.
func TestAFoldThatIsCutShortLeavesTheViewsAsTheyWere(t *testing.T) {
	t.Parallel()
	s := open(t, server.url(), fresh())
	fillDeals(t, s, 3)
	c := analyst(t, s)
	before, err := s.Materialise(t.Context(), dealstate.View{AsOf: dirtylog.OnDay(10)})
	require.NoError(t, err)
	_, err = c.Exec(t.Context(), `CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''cut short''; END';
		CREATE TRIGGER fails BEFORE UPDATE ON folds FOR EACH ROW WHEN (new.as_of > '2025-07-01') EXECUTE FUNCTION fails()`)
	require.NoError(t, err)
	_, err = s.Materialise(t.Context(), dealstate.View{AsOf: dirtylog.OnDay(30)})
	require.ErrorContains(t, err, "cut short")
	require.Equal(t, []string{fmt.Sprint(before.Spells)}, texts(t, c, "SELECT count(*)::text FROM spells"))
	require.Equal(t, []string{before.AsOf.Format(time.RFC3339)}, texts(t, c, `SELECT DISTINCT to_char(as_of AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') FROM states`))
}

func TestMaterialisingWantsANameAndAJournalThatIsOpen(t *testing.T) {
	t.Parallel()
	s, err := postgres.Open(t.Context(), server.url(), fresh())
	require.NoError(t, err)
	done, err := s.Materialise(t.Context(), dealstate.View{})
	require.NoError(t, err)
	require.Equal(t, postgres.Fold{Policy: "strict"}, done, "of an empty journal")
	nameless := dealstate.Official
	nameless.Name = ""
	_, err = s.Materialise(t.Context(), dealstate.View{Policy: nameless})
	var wrong *dealstate.FieldError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, "view.policy.name", wrong.Field)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.Materialise(ended, dealstate.View{})
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, s.Close())
	_, err = s.Materialise(t.Context(), dealstate.View{})
	require.ErrorIs(t, err, journal.ErrClosed)
}

// The views of the entries show each event once, as it counts, with what a text of the
// server can hold; instants are cut to the microsecond and never rounded into the next day.
func TestTheViewsOfEntriesShowEachEventOnce(t *testing.T) {
	t.Parallel()
	s := open(t, server.url(), fresh())
	last := dirtylog.OnDay(2).Add(-1) // the last nanosecond of a day
	late := journal.Entry{Accepted: dirtylog.OnDay(3), By: "a\x00b", Event: dealstate.Event{ID: "1", Deal: "d", Kind: dealstate.Note, At: dirtylog.OnDay(1), Recorded: dirtylog.OnDay(2), Note: "x\x00y"}}
	early := late
	early.Event.Recorded = last
	a := dirtylog.Standard[0]
	a.ID, a.Title = "d", "Frame\x00work"
	entries := []journal.Entry{late, {Accepted: dirtylog.OnDay(3), By: "a\x00b", Agreement: &a}, early}
	_, err := s.Append(t.Context(), entries)
	require.NoError(t, err)
	c := analyst(t, s)
	_, err = c.Exec(t.Context(), "SET timezone = 'UTC'")
	require.NoError(t, err)
	require.Equal(t, []string{"3 1 asserted 2025-06-11 23:59:59.999999+00 x\ufffdy a\ufffdb"}, texts(t, c, "SELECT concat_ws(' ', position, id, modality, recorded, note, recorder) FROM events"))
	require.Equal(t, []string{"2 d Frame\ufffdwork"}, texts(t, c, "SELECT position || ' ' || deal || ' ' || title FROM agreements"))
	n := 0
	for e, err := range s.Read(t.Context(), 0) {
		require.NoError(t, err)
		require.Equal(t, "a\x00b", e.By)
		if e.Agreement == nil {
			require.Equal(t, "x\x00y", e.Event.Note)
		} else {
			require.Equal(t, a.Title, e.Agreement.Title)
		}
		n++
	}
	require.Equal(t, 3, n)
	_, err = s.Materialise(t.Context(), dealstate.View{})
	require.NoError(t, err)
	require.Equal(t, []string{"Frame\ufffdwork Frame\ufffdwork"}, texts(t, c, "SELECT title || ' ' || (snapshot->>'title') FROM states"))
	for _, change := range []string{"UPDATE entries SET note = 'x'", "DELETE FROM entries", "TRUNCATE entries"} {
		_, err := c.Exec(t.Context(), change)
		require.ErrorContains(t, err, "entries are only added")
	}
}

// An escaped NUL is replaced, and what only looks like one is not.
func TestJSONIsShownWithoutNUL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"a":"x"}`:          `{"a":"x"}`,
		`{"a":"x\u0000y"}`:   `{"a":"x\ufffdy"}`,
		`"\u0000\u0000"`:     `"\ufffd\ufffd"`,
		`"\\u0000"`:          `"\\u0000"`,
		`"\\\u0000"`:         `"\\\ufffd"`,
		`"\"\n\u0001\u0000"`: `"\"\n\u0001\ufffd"`,
		`"\u00001"`:          `"\ufffd1"`,
	} {
		require.Equal(t, want, postgres.Shown(text))
		require.True(t, json.Valid([]byte(postgres.Shown(text))))
	}
}

// The views show a fold under the policy's name: it must be one that can be kept, and the name of
// a standard policy means that policy.
func TestAPolicyNeedsANameOfItsOwn(t *testing.T) {
	t.Parallel()
	s := open(t, server.url(), fresh())
	for _, name := range []string{"", "a\x00b", "\xff", "official", strings.Repeat("a", 5000)} {
		p := dealstate.Strict
		p.Name = name
		_, err := s.Materialise(t.Context(), dealstate.View{Policy: p})
		var wrong *dealstate.FieldError
		require.ErrorAs(t, err, &wrong, "%.20q", name)
		require.Equal(t, "view.policy.name", wrong.Field)
	}
	p := dealstate.Strict
	p.Name = "mine"
	for _, p := range append(dealstate.Policies(), p) {
		_, err := s.Materialise(t.Context(), dealstate.View{Policy: p})
		require.NoError(t, err)
	}
}

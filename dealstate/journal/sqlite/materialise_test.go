package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/sqlite"
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

// analyst opens the database as somebody else's tool does.
func analyst(t testing.TB, s *sqlite.Store) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", s.Path())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// texts gives the rows of a query, each as one text.
func texts(t testing.TB, db *sql.DB, query string, args ...any) (all []string) {
	t.Helper()
	rows, err := db.Query(query, args...)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var text string
		require.NoError(t, rows.Scan(&text))
		all = append(all, text)
	}
	require.NoError(t, rows.Err())
	return all
}

func TestLaw14TheTablesHoldWhatTheLibraryFolds(t *testing.T) {
	t.Parallel()
	s := open(t, fresh(t), sqlite.Options{})
	logs := fillDeals(t, s, 30)
	db, asOf := analyst(t, s), dirtylog.OnDay(40)
	for _, p := range dealstate.Policies() {
		for _, v := range []dealstate.View{{Policy: p, AsOf: asOf}, {Policy: p, AsOf: asOf, KnownBy: dirtylog.OnDay(15)}} {
			done, err := s.Materialise(t.Context(), v)
			require.NoError(t, err)
			requireFolded(t, db, logs, v, done)
		}
	}
	require.Equal(t, []string{"3"}, texts(t, db, "SELECT count(*) FROM folds"), "the folds before were removed")
	require.Equal(t, []string{"3"}, texts(t, db, "SELECT count(DISTINCT fold) FROM fold_spells"))
}

// requireFolded holds the views to a fold of the logs.
func requireFolded(t *testing.T, db *sql.DB, logs []logged, v dealstate.View, done sqlite.Fold) {
	t.Helper()
	var states, decisions, spells []string
	for _, l := range logs {
		s, all, err := l.machine.Fold(l.events, v)
		require.NoError(t, err)
		text, err := s.MarshalJSON()
		require.NoError(t, err)
		states = append(states, string(text)+string(s.State)+s.Approval.Verdict.String())
		var measure analytics.Spells
		for _, d := range all {
			text, err := d.MarshalJSON()
			require.NoError(t, err)
			decisions = append(decisions, string(text)+string(d.To)+d.Outcome.String())
			require.NoError(t, measure.Add(d))
		}
		for spell := range measure.All(v.AsOf) {
			spells = append(spells, fmt.Sprint(spell.Deal, spell.State, spell.Next, spell.By, spell.From.Unix(), spell.To.Unix(), spell.Censored, spell.Unseen))
		}
	}
	require.Equal(t, states, texts(t, db, "SELECT snapshot || state || approval FROM states WHERE policy = ? ORDER BY deal", v.Policy.Name))
	require.Equal(t, decisions, texts(t, db, "SELECT decision || to_state || outcome FROM decisions WHERE policy = ? ORDER BY deal, number", v.Policy.Name))
	require.Equal(t, spells, texts(t, db, "SELECT deal || state || coalesce(next_state, '') || coalesce(ended_by, '') || ' ' || unixepoch(begins) || ' ' || unixepoch(ends) || ' ' || iif(censored, 'true', 'false') || ' ' || iif(unseen, 'true', 'false') FROM spells WHERE policy = ? ORDER BY deal, number", v.Policy.Name))
	require.Equal(t, []int{len(logs), len(decisions), len(spells), 0}, []int{done.Deals, done.Decisions, done.Spells, done.Aside})
}

func TestTheViewsSayWhatTheyWereMadeOfAndHowFarTheJournalHasMovedOn(t *testing.T) {
	t.Parallel()
	s := open(t, fresh(t), sqlite.Options{})
	logs := fillDeals(t, s, 2)
	db := analyst(t, s)
	stray := journal.Entry{Accepted: dirtylog.OnDay(61), Event: dealstate.Event{ID: "1", Deal: "unknown", Kind: dealstate.Note, At: dirtylog.OnDay(1)}}
	at, err := s.Append(t.Context(), []journal.Entry{stray})
	require.NoError(t, err)
	done, err := s.Materialise(t.Context(), dealstate.View{})
	require.NoError(t, err)
	require.Equal(t, []any{"strict", at[0], dirtylog.OnDay(61), 1}, []any{done.Policy, done.Position, done.AsOf, done.Aside})
	stray.Event.ID = "2"
	_, err = s.Append(t.Context(), []journal.Entry{stray})
	require.NoError(t, err)
	require.Equal(t, []string{fmt.Sprintf("strict %d 1", at[0])}, texts(t, db, "SELECT policy || ' ' || position || ' ' || entries_since FROM current_folds"))
	require.Equal(t, []string{logs[0].machine.Deal(), logs[1].machine.Deal()}, texts(t, db, "SELECT deal FROM states ORDER BY deal"))
}

func TestAFoldThatIsCutShortLeavesTheViewsAsTheyWereAndTheNextTidiesUp(t *testing.T) {
	t.Parallel()
	s := open(t, fresh(t), sqlite.Options{})
	fillDeals(t, s, 3)
	db := analyst(t, s)
	before, err := s.Materialise(t.Context(), dealstate.View{AsOf: dirtylog.OnDay(10)})
	require.NoError(t, err)
	_, err = db.Exec("INSERT INTO folds (policy, position, as_of) VALUES ('strict', 1, '2025-06-10T00:00:00.000000000Z')")
	require.NoError(t, err)
	_, err = db.Exec("INSERT INTO fold_spells VALUES ((SELECT max(fold) FROM folds), 'half', 1, 'negotiated', NULL, NULL, '', '', 0, 0, 0)")
	require.NoError(t, err)
	require.Equal(t, []string{fmt.Sprint(before.Spells)}, texts(t, db, "SELECT count(*) FROM spells"))
	after, err := s.Materialise(t.Context(), dealstate.View{AsOf: dirtylog.OnDay(30)})
	require.NoError(t, err)
	require.Equal(t, []string{fmt.Sprint(after.Spells)}, texts(t, db, "SELECT count(*) FROM fold_spells"))
	require.Equal(t, []string{"1"}, texts(t, db, "SELECT count(*) FROM folds"))
}

func TestAnEarlierFoldThatEndsLaterIsOvertaken(t *testing.T) {
	t.Parallel()
	s := open(t, fresh(t), sqlite.Options{})
	fillDeals(t, s, 1)
	db := analyst(t, s)
	_, err := db.Exec(`CREATE TRIGGER another_is_faster AFTER INSERT ON folds WHEN new.policy = 'official'
		BEGIN UPDATE folds SET stage = 'dropped' WHERE fold = new.fold; END`)
	require.NoError(t, err)
	_, err = s.Materialise(t.Context(), dealstate.View{Policy: dealstate.Official})
	require.ErrorIs(t, err, sqlite.ErrOvertaken)
	require.Empty(t, texts(t, db, "SELECT deal FROM states"))
}

func TestMaterialisingWantsANameAndAJournalThatIsOpen(t *testing.T) {
	t.Parallel()
	s, err := sqlite.Open(t.Context(), fresh(t), sqlite.Options{})
	require.NoError(t, err)
	done, err := s.Materialise(t.Context(), dealstate.View{})
	require.NoError(t, err)
	require.Equal(t, sqlite.Fold{Policy: "strict"}, done, "of an empty journal")
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

// The views of the entries show each event once, as it counts.
func TestTheViewsOfEntriesShowEachEventOnce(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "with space?and#50%.db"), sqlite.Options{})
	late := journal.Entry{Accepted: dirtylog.OnDay(3), Event: dealstate.Event{ID: "1", Deal: "d", Kind: dealstate.Note, At: dirtylog.OnDay(1), Recorded: dirtylog.OnDay(2)}}
	early := late
	early.Event.Recorded = time.Time{}
	a := dirtylog.Standard[0]
	a.ID, a.Title = "d", "Framework"
	_, err := s.Append(t.Context(), []journal.Entry{late, {Accepted: dirtylog.OnDay(3), Agreement: &a}, early})
	require.NoError(t, err)
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Dir(s.Path()))+"/with%20space%3fand%2350%25.db")
	require.NoError(t, err)
	defer db.Close()
	require.Equal(t, []string{"3 1 asserted 2025-06-11"}, texts(t, db, "SELECT position || ' ' || id || ' ' || modality || ' ' || date(recorded) FROM events"))
	require.Equal(t, []string{"2 d Framework"}, texts(t, db, "SELECT position || ' ' || deal || ' ' || title FROM agreements"))
	for _, change := range []string{"UPDATE entries SET note = 'x'", "DELETE FROM entries"} {
		_, err := db.Exec(change)
		require.ErrorContains(t, err, "entries are only added")
	}
}

// The views show a fold under the policy's name: it must be one that can be kept, and the name of
// a standard policy means that policy.
func TestAPolicyNeedsANameOfItsOwn(t *testing.T) {
	t.Parallel()
	s := open(t, fresh(t), sqlite.Options{})
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

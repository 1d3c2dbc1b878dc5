package postgres_test

import (
	"context"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/postgres"
	"github.com/fe115bb3/dealtracker/dealstate/tracker/trackertest"
)

// openNamed opens a journal over connections that the server knows by the schema's name.
func openNamed(t testing.TB, o postgres.Options) *postgres.Store {
	t.Helper()
	return open(t, server.url()+"&application_name="+url.QueryEscape(o.Schema), o)
}

// killed opens a journal once more, after the server has ended all connections of the store
// that had it, as it does when their process is killed.
func killed(t testing.TB, s *postgres.Store) *postgres.Store {
	t.Helper()
	_, err := connect(t, server.url()).Exec(context.Background(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", s.Schema())
	require.NoError(t, err)
	return openNamed(t, postgres.Options{Schema: s.Schema()})
}

// After a kill, the journal is what the server has. Another tracker has a store of its own, as
// another process has.
func TestLaw14ATrackerOverAServerKeepsItsPromisesAfterKills(t *testing.T) {
	t.Parallel()
	trackertest.Run(t, trackertest.Store{
		Rounds: proof.Times(16, 3),
		Fresh:  func(t testing.TB) journal.Journal { return openNamed(t, fresh()) },
		Again:  func(t testing.TB, j journal.Journal) journal.Journal { return killed(t, j.(*postgres.Store)) },
		Beside: func(t testing.TB, j journal.Journal) journal.Journal {
			return open(t, server.url(), postgres.Options{Schema: j.(*postgres.Store).Schema()})
		},
	})
}

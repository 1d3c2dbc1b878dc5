package journal_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

func TestTheRecorderIsInTheContextAndNobodyByDefault(t *testing.T) {
	t.Parallel()
	require.Empty(t, journal.Recorder(context.Background()))
	ctx := journal.WithRecorder(context.Background(), "desk")
	require.Equal(t, "desk", journal.Recorder(ctx))
	require.Equal(t, "night desk", journal.Recorder(journal.WithRecorder(ctx, "night desk")))
}

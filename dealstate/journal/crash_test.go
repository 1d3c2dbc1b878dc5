package journal_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/journaltest"
)

// small segments rotate within a short run.
func onDisk(ctx context.Context, d *journaltest.Disk) (journal.Journal, error) {
	return journal.Open(ctx, "", journal.Options{FS: d, SegmentSize: 2000})
}

func isWhole(ctx context.Context, d *journaltest.Disk, entries int64) error {
	_, err := journal.Verify(ctx, "", journal.Head{}, journal.Options{FS: d})
	return err
}

func TestLaw13WhatWasAcknowledgedSurvivesACrashAtEveryStep(t *testing.T) {
	t.Parallel()
	c := journaltest.Crashes{Open: onDisk, Seed: 1, Steps: 40, Check: isWhole}
	n, err := c.Everywhere(context.Background())
	require.NoError(t, err)
	t.Log(n, "crashes")
}

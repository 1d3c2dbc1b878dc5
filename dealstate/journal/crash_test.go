package journal_test

import (
	"context"
	"fmt"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/journaltest"
)

// small segments rotate within a short run.
func onDisk(ctx context.Context, d *journaltest.Disk) (journal.Journal, error) {
	return journal.Open(ctx, "", journal.Options{FS: d, SegmentSize: 2000})
}

func isWhole(ctx context.Context, d *journaltest.Disk, entries int64) error {
	head, err := journal.Verify(ctx, "", journal.Head{}, journal.Options{FS: d})
	if err == nil && head.Position != entries {
		err = fmt.Errorf("verify finds %d entries; want %d", head.Position, entries)
	}
	return err
}

func TestLaw13WhatWasAcknowledgedSurvivesACrashAtEveryStep(t *testing.T) {
	t.Parallel()
	c := journaltest.Crashes{Open: onDisk, Seed: 1, Steps: proof.Times(60, 12), Check: isWhole}
	n, err := c.Everywhere(context.Background())
	require.NoError(t, err)
	t.Log(n, "crashes")
	require.Greater(t, n, proof.Times(10_000, 1000))
}

func TestLaw13WhatManyWritersWereToldSurvivesACrash(t *testing.T) {
	t.Parallel()
	for _, size := range []int64{500, 1 << 20} {
		c := journaltest.Crashes{Seed: 7, Steps: 12, Open: func(ctx context.Context, d *journaltest.Disk) (journal.Journal, error) {
			return journal.Open(ctx, "", journal.Options{FS: d, SegmentSize: size})
		}}
		require.NoError(t, c.Together(context.Background(), 8, proof.Times(3000, 100)))
	}
}

// eager is a disk on which a sync returns before it is done: a journal on it
// acknowledges what is not durable yet.
type eager struct{ *journaltest.Disk }

func (d eager) Open(name string) (journal.Handle, error)   { return sooner(d.Disk.Open(name)) }
func (d eager) Create(name string) (journal.Handle, error) { return sooner(d.Disk.Create(name)) }

func sooner(h journal.Handle, err error) (journal.Handle, error) {
	if err != nil {
		return nil, err
	}
	return &eagerHandle{Handle: h}, nil
}

// eagerHandle syncs when it is next written to. The headers are synced in time.
type eagerHandle struct {
	journal.Handle
	owes    bool
	written int64
}

func (h *eagerHandle) WriteAt(p []byte, at int64) (int, error) {
	if h.owes {
		h.owes = false
		if err := h.Handle.Sync(); err != nil {
			return 0, err
		}
	}
	h.written = at
	return h.Handle.WriteAt(p, at)
}

func (h *eagerHandle) Sync() error {
	if h.written == 0 {
		return h.Handle.Sync()
	}
	h.owes = true
	return nil
}

func TestWhatWasAcknowledgedSurvivesAFaultAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, fault := range []error{syscall.EIO, syscall.ENOSPC} {
		c := journaltest.Crashes{Open: onDisk, Seed: 2, Steps: proof.Times(60, 12), Check: isWhole}
		n, err := c.Faults(context.Background(), fault)
		require.NoError(t, err)
		t.Log(n, "faults")
	}
}

func TestAJournalThatAcknowledgesBeforeTheSyncFailsTheSuite(t *testing.T) {
	t.Parallel()
	c := journaltest.Crashes{Seed: 1, Steps: 40, Open: func(ctx context.Context, d *journaltest.Disk) (journal.Journal, error) {
		return journal.Open(ctx, "", journal.Options{FS: eager{d}, SegmentSize: 2000})
	}}
	_, err := c.Everywhere(context.Background())
	require.Error(t, err)
}

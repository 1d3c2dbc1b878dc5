package benchguard

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/tracker"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// Processor time does not tell how long a disk takes to sync. So an append is one of many
// entries, which the sync costs next to nothing.

func journalPairs(t testing.TB) []pair {
	return []pair{
		{Name: "journal_append", Begin: func() (ours, reference side) { return appending(t), writing(t) }},
		{Name: "journal_open", Begin: func() (ours, reference side) {
			dir, text := kept(t, entries(1_000, 50_000))
			return opening(t, dir, 50_000), scanning(t, text)
		}},
		{Name: "tracker_open", Begin: func() (ours, reference side) {
			dir, text := kept(t, agreedEntries(2_000, 8))
			return recovering(t, dir, 2_000*8), decoding(t, text, nil)
		}},
	}
}

// entries are the reports of so many deals, as a desk that takes them makes them.
func entries(deals, n int) []journal.Entry {
	var all []journal.Entry
	for _, e := range reports(deals, n, "ev") {
		all = append(all, journal.Entry{Accepted: e.Recorded, By: "desk", Event: e})
	}
	return all
}

// agreedEntries are the agreements of so many deals, and so many reports of each, in the
// order of time.
func agreedEntries(deals, each int) []journal.Entry {
	all := entries(deals, deals*each)
	var agreed []journal.Entry
	for i, id := range columns(deals, 0).Deals {
		a := uschina.London()
		a.ID = id
		agreed = append(agreed, journal.Entry{Accepted: june, Agreement: &a})
		for n := range each {
			all[n*deals+i].Event.Deal = id
		}
	}
	return append(agreed, all...)
}

// kept makes a journal in files, and gives the lines of its events.
func kept(t testing.TB, all []journal.Entry) (dir string, text []byte) {
	dir = t.TempDir()
	j, err := journal.Open(context.Background(), dir, journal.Options{})
	require.NoError(t, err)
	for some := range slices.Chunk(all, 1_000) { // what is written at once last is written again by each Open
		_, err = j.Append(context.Background(), some)
		require.NoError(t, err)
	}
	require.NoError(t, j.Close())
	text, err = os.ReadFile(filepath.Join(dir, "0000000001.jsonl"))
	require.NoError(t, err)
	return dir, text
}

const appended = 5_000

// appending appends many entries at once to a new journal.
func appending(t testing.TB) side {
	all, dir := entries(1_000, appended), t.TempDir()
	return side{Units: appended, Do: func() {
		require.NoError(t, os.RemoveAll(dir))
		j, err := journal.Open(context.Background(), dir, journal.Options{})
		require.NoError(t, err)
		_, err = j.Append(context.Background(), all)
		require.NoError(t, err)
		require.NoError(t, j.Close())
	}}
}

// writing writes the same events to a file, one line each, and syncs it.
func writing(t testing.TB) side {
	events, name := reports(1_000, appended, "ev"), filepath.Join(t.TempDir(), "events.jsonl")
	return side{Units: appended, Do: func() {
		file, err := os.Create(name)
		require.NoError(t, err)
		var out bytes.Buffer
		for _, e := range events {
			line, err := e.MarshalJSON()
			require.NoError(t, err)
			out.Write(append(line, '\n'))
		}
		_, err = io.Copy(file, &out)
		require.NoError(t, err)
		require.NoError(t, file.Sync())
		require.NoError(t, file.Close())
	}}
}

func opening(t testing.TB, dir string, events int) side {
	return side{Units: events, Do: func() {
		j, err := journal.Open(context.Background(), dir, journal.Options{})
		require.NoError(t, err)
		require.NoError(t, j.Close())
	}}
}

// scanning reads the same lines with bulk.
func scanning(t testing.TB, text []byte) side {
	agreements := london(t)
	return side{Units: bytes.Count(text, []byte("\n")), Do: func() {
		_, err := bulk.ReadLines(context.Background(), bytes.NewReader(text), agreements, bulk.Options{Workers: 1})
		require.NoError(t, err)
	}}
}

// recovering opens a journal and a tracker over it, which folds every deal.
func recovering(t testing.TB, dir string, events int) side {
	now := tracker.NewManual(june.Add(365 * 24 * time.Hour))
	return side{Units: events, Do: func() {
		j, err := journal.Open(context.Background(), dir, journal.Options{})
		require.NoError(t, err)
		deals, err := tracker.Open(context.Background(), j, tracker.Options{Policy: dealstate.Official, Clock: now})
		require.NoError(t, err)
		require.NoError(t, deals.Close())
		require.NoError(t, j.Close())
	}}
}

package journal_test

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/journaltest"
)

func TestAListerListsTheDealsInTheOrderOfTheirAgreements(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, err := journal.Open(t.Context(), dir, journal.Options{})
	require.NoError(t, err)
	for name, j := range map[string]journal.Journal{"memory": &journal.Memory{}, "file": file} {
		deals := func() []string {
			ids, err := j.(journal.Lister).Deals(t.Context())
			require.NoError(t, err)
			return ids
		}
		require.Empty(t, deals(), name)
		var entries []journal.Entry
		for _, id := range []string{"zulu", "alpha", "mike"} {
			a := dirtylog.Standard[0]
			a.ID = id
			entries = append(entries, journal.Entry{Accepted: dirtylog.OnDay(1), Agreement: &a})
		}
		stray := dealstate.Event{ID: "e1", Deal: "unsigned", Kind: dealstate.Note, At: dirtylog.OnDay(0)}
		entries = append(entries, journal.Entry{Accepted: dirtylog.OnDay(1), Event: stray})
		_, err := j.Append(t.Context(), entries)
		require.NoError(t, err)
		require.Equal(t, []string{"zulu", "alpha", "mike"}, deals(), name)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = j.(journal.Lister).Deals(ended)
		require.ErrorIs(t, err, context.Canceled, name)
		require.NoError(t, j.Close())
		_, err = j.(journal.Lister).Deals(t.Context())
		require.ErrorIs(t, err, journal.ErrClosed, name)
	}
	again, err := journal.Open(t.Context(), dir, journal.Options{})
	require.NoError(t, err)
	ids, err := again.Deals(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"zulu", "alpha", "mike"}, ids)
	require.NoError(t, again.Close())
}

// ReadDeals gives what ReadDeal gives of each, in the order of positions, whatever lies
// between and in how many segments.
func TestManyDealsAreReadAsOneByOne(t *testing.T) {
	t.Parallel()
	for _, size := range []int64{1, 2 << 10, 64 << 10} {
		file, err := journal.Open(t.Context(), t.TempDir(), journal.Options{SegmentSize: size})
		require.NoError(t, err)
		rng := rand.New(rand.NewPCG(7, uint64(size)))
		deal := func() string { return fmt.Sprint("deal-", rng.IntN(40)) }
		for n := range 400 {
			e := journal.Entry{Accepted: dirtylog.OnDay(1), By: "desk", Event: dealstate.Event{ID: fmt.Sprint("e", n), Deal: deal(), Kind: dealstate.Note, At: dirtylog.OnDay(0), Note: strings.Repeat("said ", rng.IntN(400))}}
			if n%9 == 0 {
				a := dirtylog.Standard[0]
				a.ID = fmt.Sprint("deal-", n/9)
				e = journal.Entry{Accepted: dirtylog.OnDay(1), Agreement: &a}
			}
			_, err := file.Append(t.Context(), []journal.Entry{e})
			require.NoError(t, err)
			if n%50 == 49 { // the last segment has grown since it was read
				requireReadAsOne(t, file, []string{deal(), "none", deal(), deal(), deal(), deal()})
			}
		}
		requireReadAsOne(t, file, nil)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, drained(file.ReadDeals(ended, []string{"deal-1"})), context.Canceled)
		reading := file.ReadDeals(t.Context(), []string{"deal-1"})
		require.NoError(t, file.Close())
		require.ErrorIs(t, drained(reading), journal.ErrClosed)
		require.ErrorIs(t, drained(file.ReadDeals(t.Context(), nil)), journal.ErrClosed)
	}
}

func requireReadAsOne(t *testing.T, file *journal.File, deals []string) {
	t.Helper()
	var want []journal.Entry
	for i, deal := range deals {
		if slices.Contains(deals[:i], deal) {
			continue
		}
		for e, err := range file.ReadDeal(t.Context(), deal, 0) {
			require.NoError(t, err)
			want = append(want, e)
		}
	}
	slices.SortFunc(want, func(a, b journal.Entry) int { return cmp.Compare(a.Position, b.Position) })
	var have []journal.Entry
	for e, err := range file.ReadDeals(t.Context(), deals) {
		require.NoError(t, err)
		have = append(have, e)
	}
	require.Equal(t, want, have)
}

// Agreements that differ in id and title share what was read of them, and are those that
// were appended.
func TestAgreementsAlikeAreReadBackAsTheyWereAppended(t *testing.T) {
	t.Parallel()
	file, err := journal.Open(t.Context(), t.TempDir(), journal.Options{SegmentSize: 2 << 10})
	require.NoError(t, err)
	var want []string
	for i, from := range append(dirtylog.Agreements, dirtylog.Intricate...) {
		for n, title := range []string{"", "An accord", "An accord", `A "quoted" one`, "Über", "", "Another"} {
			a := from
			a.ID, a.Title = fmt.Sprintf("a%d-%d", i, n), title
			switch n {
			case 2, 5:
				a.Implements = []string{"a0-0"}
			case 3, 6:
				a.Implements = []string{"a0-0", `a"quoted"one`, "third"}[:n/3+1]
			}
			_, err := file.Append(t.Context(), []journal.Entry{{Accepted: dirtylog.OnDay(1), Agreement: &a}})
			require.NoError(t, err)
			text, err := a.MarshalJSON()
			require.NoError(t, err)
			want = append(want, string(text))
		}
	}
	for range 2 {
		n := 0
		for e, err := range file.Read(t.Context(), 0) {
			require.NoError(t, err)
			text, err := e.Agreement.MarshalJSON()
			require.NoError(t, err)
			require.Equal(t, want[n], string(text))
			n++
		}
		require.Equal(t, len(want), n)
	}
	require.NoError(t, file.Close())
}

// counted is a disk that counts how often it is read from.
type counted struct {
	*journaltest.Disk
	reads *atomic.Int64
}

func (d counted) Open(name string) (journal.Handle, error) {
	h, err := d.Disk.Open(name)
	return countedHandle{h, d.reads}, err
}

type countedHandle struct {
	journal.Handle
	reads *atomic.Int64
}

func (h countedHandle) ReadAt(p []byte, at int64) (int, error) {
	h.reads.Add(1)
	return h.Handle.ReadAt(p, at)
}

func TestWhatLiesTogetherIsReadAtOnce(t *testing.T) {
	t.Parallel()
	const deals, each = 500, 8
	disk := counted{journaltest.NewDisk(1), new(atomic.Int64)}
	file, err := journal.Open(t.Context(), "", journal.Options{FS: disk})
	require.NoError(t, err)
	var entries []journal.Entry
	var ids []string
	for i := range deals * each {
		e := journal.Entry{Accepted: dirtylog.OnDay(1), Event: dealstate.Event{ID: fmt.Sprint("e", i), Deal: fmt.Sprint("deal-", i%deals), Kind: dealstate.Note, At: dirtylog.OnDay(0)}}
		if entries = append(entries, e); i < deals {
			ids = append(ids, e.Event.Deal)
		}
	}
	_, err = file.Append(t.Context(), entries)
	require.NoError(t, err)
	require.NoError(t, file.Close())
	file, err = journal.Open(t.Context(), "", journal.Options{FS: disk})
	require.NoError(t, err)
	reads := func(of iter.Seq2[journal.Entry, error]) int {
		before := disk.reads.Load()
		require.NoError(t, drained(of))
		return int(disk.reads.Load() - before)
	}
	require.Less(t, reads(file.Read(t.Context(), 0)), 20)
	require.Less(t, reads(file.Read(t.Context(), deals)), 20)
	require.Less(t, reads(file.ReadDeals(t.Context(), ids)), deals*each/10)
	require.Less(t, reads(file.ReadDeals(t.Context(), ids[:deals/10])), deals*each/10/2)
	require.LessOrEqual(t, reads(file.ReadDeal(t.Context(), "deal-7", 0)), 2*each)
	require.NoError(t, file.Close())
}

package journal_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/journaltest"
)

// A journal of 64 KiB, of which every bit is flipped and every byte is the last one, is
// found damaged each time: by Verify, and by Open, which refuses it or says what it cut off.

func verifyReports(t *testing.T, d *journaltest.Disk, what string) {
	t.Helper()
	if verify(d, journal.Head{}) == nil {
		t.Fatalf("Verify does not report %s", what)
	}
}

// openReports puts back what Open repairs.
func openReports(t *testing.T, files rest, d *journaltest.Disk, what string) {
	t.Helper()
	j, err := journal.Open(ctx, "", journal.Options{FS: d})
	if err != nil {
		return
	}
	if j.Recovery().Torn == nil {
		t.Fatalf("Open does not report %s", what)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range j.Recovery().Torn.KeptIn {
		d.Delete(name)
	}
	for name, data := range files {
		d.Overwrite(name, data)
	}
}

// of64KiB is a journal of some 64 KiB, in a few segments.
func of64KiB(t *testing.T) (rest, journal.Head) {
	t.Helper()
	d := journaltest.NewDisk(1)
	f, err := journal.Open(ctx, "", journal.Options{FS: d, SegmentSize: 12_000})
	require.NoError(t, err)
	fillLondon(t, f)
	size := func() (n int) {
		for _, data := range filesOf(t, d) {
			n += len(data)
		}
		return n
	}
	for i := 0; size() < 63<<10; i++ {
		_, err := f.Append(ctx, []journal.Entry{ofMany(3*i, 7), ofMany(3*i+1, 7), ofMany(3*i+2, 7)}[:1+i%3])
		require.NoError(t, err)
	}
	require.NoError(t, f.Close())
	require.InDelta(t, 64<<10, size(), 2<<10)
	return filesOf(t, d), f.Head()
}

// every is 1 in the proof, and else so many.
func every(n int) int {
	if proof.Whole() {
		return 1
	}
	return n
}

func TestEveryFlippedBitIsReported(t *testing.T) {
	t.Parallel()
	files, _ := of64KiB(t)
	d, step := files.disk(), every(61)
	for _, name := range slices.Concat(files.names(".records"), files.names(".jsonl")) {
		for bit := 0; bit < 8*len(files[name]); bit += step {
			d.Overwrite(name, files.flipped(name, bit))
			what := fmt.Sprintf("bit %d of %s flipped", bit, name)
			verifyReports(t, d, what)
			if !proof.Whole() || bit%9 == 0 { // a bit of almost every byte, by another way
				openReports(t, files, d, what)
			}
		}
		d.Overwrite(name, files[name])
	}
}

func TestEveryCutIsReported(t *testing.T) {
	t.Parallel()
	files, head := of64KiB(t)
	d, step := files.disk(), every(61)
	closed := closedLine(head)
	for _, name := range slices.Concat(files.names(".records"), files.names(".jsonl")) {
		for size := len(files[name]) - 1; size >= 0; size -= step {
			if string(files[name][size:]) == closed {
				continue // no entry is cut off, as if the journal had not been closed
			}
			d.Overwrite(name, files[name][:size])
			what := fmt.Sprintf("%s cut off after %d bytes", name, size)
			verifyReports(t, d, what)
			openReports(t, files, d, what)
		}
		d.Overwrite(name, files[name])
	}
	cutTogether(t, files, head)
}

// cutTogether cuts both files of the last segment at the end of each record.
func cutTogether(t *testing.T, files rest, head journal.Head) {
	t.Helper()
	names := files.names(".records")
	last := names[len(names)-1]
	lines := strings.SplitAfter(strings.TrimSuffix(string(files[last]), closedLine(head)), "\n")
	require.Greater(t, len(lines), 4)
	whole := 0
	for n := 1; n < len(lines)-1; n++ {
		d, events := files.disk(), strings.Replace(last, "records", "jsonl", 1)
		d.Overwrite(last, []byte(strings.Join(lines[:n], "")))
		d.Overwrite(events, []byte(strings.Join(strings.SplitAfter(string(files[events]), "\n")[:n-1], "")))
		err := verify(d, head)
		require.Error(t, err, "cut after %d records", n-1)
		if verify(d, journal.Head{}) == nil {
			var cut *journal.HeadError
			require.ErrorAs(t, err, &cut)
			whole++
		}
	}
	require.Positive(t, whole, "some cuts are found against a head only")
}

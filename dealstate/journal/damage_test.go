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

// reported requires that both report the damage.
func reported(t *testing.T, files rest, d *journaltest.Disk, what string) {
	t.Helper()
	if verify(d, journal.Head{}) == nil {
		t.Fatalf("Verify does not report %s", what)
	}
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

// of64KiB is a disk with files of some 64 KiB together.
func of64KiB(t *testing.T) (rest, journal.Head) {
	t.Helper()
	d, head := filled(t, 65)
	files := filesOf(t, d)
	size := 0
	for _, data := range files {
		size += len(data)
	}
	require.InDelta(t, 64<<10, size, 2<<10)
	return files, head
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
			reported(t, files, d, fmt.Sprintf("bit %d of %s flipped", bit, name))
		}
		d.Overwrite(name, files[name])
	}
}

func TestEveryCutIsReported(t *testing.T) {
	t.Parallel()
	files, head := of64KiB(t)
	d, step := files.disk(), every(61)
	for _, name := range slices.Concat(files.names(".records"), files.names(".jsonl")) {
		for size := len(files[name]) - 1; size >= 0; size -= step {
			d.Overwrite(name, files[name][:size])
			reported(t, files, d, fmt.Sprintf("%s cut off after %d bytes", name, size))
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
	lines := strings.SplitAfter(string(files[last]), "\n")
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

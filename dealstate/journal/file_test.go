package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/journaltest"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

var ctx = context.Background()

// fillLondon puts London's agreement and log into a journal.
func fillLondon(t testing.TB, j journal.Journal) {
	t.Helper()
	london := uschina.London()
	at := time.Date(2025, 6, 10, 0, 0, 0, 0, time.UTC)
	_, err := j.Append(ctx, []journal.Entry{{Accepted: at, By: "desk", Agreement: &london}})
	require.NoError(t, err)
	for e, err := range uschina.Events() {
		require.NoError(t, err)
		if e.Deal != london.ID {
			continue
		}
		at = at.Add(time.Hour + 1)
		_, err := j.Append(ctx, []journal.Entry{{Accepted: at, By: "desk", Event: e}})
		require.NoError(t, err)
	}
}

func read(t testing.TB, j journal.Journal) []journal.Entry {
	t.Helper()
	var all []journal.Entry
	for e, err := range j.Read(ctx, 0) {
		require.NoError(t, err)
		all = append(all, e)
	}
	return all
}

func TestEventsFilesAreReadAsTheyLie(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := open(t, dir, journal.Options{SegmentSize: 2000})
	fillLondon(t, f)
	var want []dealstate.Event
	for _, e := range read(t, f)[1:] {
		want = append(want, e.Event)
	}
	require.Greater(t, len(want), 10)
	require.NoError(t, f.Close())
	names, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	require.NoError(t, err)
	require.Greater(t, len(names), 2)
	var have []dealstate.Event
	var lines strings.Builder
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		lines.Write(text)
		for e, err := range dealstate.ReadEvents(strings.NewReader(string(text))) {
			require.NoError(t, err)
			have = append(have, e)
		}
	}
	require.Equal(t, want, have)
	var written strings.Builder
	require.NoError(t, dealstate.WriteEvents(&written, func(yield func(dealstate.Event, error) bool) {
		for _, e := range want {
			yield(e, nil)
		}
	}))
	require.Equal(t, written.String(), lines.String(), "an event's line is what WriteEvents writes")
	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	require.Equal(t, len(want), readBulk(t, ctx, dir, bulk.Template(m)))
}

func TestASecondWriterIsToldWhoHoldsTheJournal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := open(t, dir, journal.Options{})
	_, err := journal.Open(ctx, dir, journal.Options{})
	var locked *journal.LockedError
	require.ErrorAs(t, err, &locked)
	require.Contains(t, err.Error(), fmt.Sprintf("process %d", os.Getpid()))
	require.NotContains(t, err.Error(), "temporarily unavailable", "who holds it is enough")
	require.NoError(t, f.Close())
	require.NoError(t, open(t, dir, journal.Options{}).Close(), "the lock is given back")
}

func TestAFileIsNoDirectoryForAJournal(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "notes.txt")
	require.NoError(t, os.WriteFile(name, nil, 0o600))
	_, err := journal.Open(ctx, name, journal.Options{})
	require.EqualError(t, err, "journal: "+name+" is a file; want a directory")
}

func TestASecondWriterIsRefusedThoughTheLockFileWasRemoved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := open(t, dir, journal.Options{})
	if err := os.Remove(filepath.Join(dir, "LOCK")); err != nil {
		t.Skip("this system removes no file that is open:", err)
	}
	_, err := journal.Open(ctx, dir, journal.Options{})
	var locked *journal.LockedError
	require.ErrorAs(t, err, &locked)
	require.NoError(t, f.Close())
}

// Its entries would come among those of whoever has the path now.
func TestAWriterWhoseDirectoryWasMovedMakesNoSegmentElsewhere(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "journal")
	f := open(t, dir, journal.Options{SegmentSize: 1})
	_, err := f.Append(ctx, []journal.Entry{ofMany(0, 1)})
	require.NoError(t, err)
	if err := os.Rename(dir, dir+".old"); err != nil {
		t.Skip("this system moves no directory with open files:", err)
	}
	other := open(t, dir, journal.Options{})
	var broken *journal.ReadOnlyError
	_, err = f.Append(ctx, []journal.Entry{ofMany(1, 1)})
	require.ErrorAs(t, err, &broken)
	require.ErrorContains(t, err, "moved")
	require.NoError(t, f.Close())
	require.NoError(t, other.Close())
	for path, entries := range map[string]int64{dir: 0, dir + ".old": 1} {
		j := open(t, path, journal.Options{})
		require.Equal(t, entries, j.Recovery().Entries)
		require.NoError(t, j.Close())
	}
}

func TestOptionsOutOfRangeAreRefused(t *testing.T) {
	t.Parallel()
	for _, size := range []int64{-1, 1<<30 + 1} {
		_, err := journal.Open(ctx, t.TempDir(), journal.Options{SegmentSize: size})
		var bad *dealstate.FieldError
		require.ErrorAs(t, err, &bad)
		require.Equal(t, "SegmentSize", bad.Field)
	}
}

// filled is a disk with a small journal, of several segments and of batches of several
// entries, closed in good order.
func filled(t testing.TB, appends int) (*journaltest.Disk, journal.Head) {
	t.Helper()
	d := journaltest.NewDisk(1)
	f, err := onDisk(ctx, d)
	require.NoError(t, err)
	fillLondon(t, f)
	for i := range appends {
		entries := []journal.Entry{ofMany(3*i, 7), ofMany(3*i+1, 7), ofMany(3*i+2, 7)}[:1+i%3]
		_, err := f.Append(ctx, entries)
		require.NoError(t, err)
	}
	require.NoError(t, f.Close())
	return d, f.(*journal.File).Head()
}

func verify(d *journaltest.Disk, kept journal.Head) error {
	_, err := journal.Verify(ctx, "", kept, journal.Options{FS: d})
	return err
}

func TestAJournalIsVerifiedAgainstAHead(t *testing.T) {
	t.Parallel()
	d, head := filled(t, 20)
	have, err := journal.Verify(ctx, "", head, journal.Options{FS: d})
	require.NoError(t, err)
	require.Equal(t, head, have)
	again, err := journal.ParseHead(head.String())
	require.NoError(t, err)
	require.Equal(t, head, again)

	other := head
	other.Chain[7] ^= 1
	var differs *journal.HeadError
	require.ErrorAs(t, verify(d, other), &differs)
	require.Contains(t, differs.Error(), "not those of which the head was taken")
	other = head
	other.Position++
	require.ErrorAs(t, verify(d, other), &differs)
	require.Contains(t, differs.Error(), "cut off")
	for _, text := range []string{"", "1", "1 ab", "-1 " + strings.Repeat("0", 64), "x " + strings.Repeat("0", 64), "1 " + strings.Repeat("g", 64)} {
		_, err := journal.ParseHead(text)
		require.Error(t, err, text)
	}
}

func TestTheHeadDependsOnTheEntriesAlone(t *testing.T) {
	t.Parallel()
	var m journal.Memory
	fillLondon(t, &m)
	var heads []journal.Head
	for _, size := range []int64{1, 1500, 0} {
		f := open(t, t.TempDir(), journal.Options{SegmentSize: size})
		n, err := journal.Copy(ctx, f, &m)
		require.NoError(t, err)
		require.Len(t, read(t, &m), int(n))
		require.Equal(t, read(t, &m), read(t, f))
		heads = append(heads, f.Head())
		require.NoError(t, f.Close())
	}
	require.Equal(t, heads[0], heads[1])
	require.Equal(t, heads[0], heads[2])
}

func TestACopyGoesOnFromThePrefixAndRefusesAnythingElse(t *testing.T) {
	t.Parallel()
	var from, to journal.Memory
	fillLondon(t, &from)
	n, err := journal.Copy(ctx, &to, &from)
	require.NoError(t, err)
	require.Len(t, read(t, &from), int(n))
	_, err = from.Append(ctx, []journal.Entry{ofMany(1, 1), ofMany(2, 1)})
	require.NoError(t, err)
	n, err = journal.Copy(ctx, &to, &from)
	require.NoError(t, err)
	require.EqualValues(t, 2, n)
	require.Equal(t, read(t, &from), read(t, &to))

	var other *journal.CopyError
	_, err = to.Append(ctx, []journal.Entry{ofMany(3, 1)})
	require.NoError(t, err)
	_, err = journal.Copy(ctx, &to, &from)
	require.ErrorAs(t, err, &other)
	require.Equal(t, int64(len(read(t, &to))), other.Position)
	late := ofMany(4, 1)
	_, err = from.Append(ctx, []journal.Entry{late})
	require.NoError(t, err)
	_, err = journal.Copy(ctx, &to, &from)
	require.ErrorAs(t, err, &other)

	first := ofMany(1, 1)
	first.By = "another desk"
	var wrong journal.Memory
	_, err = wrong.Append(ctx, []journal.Entry{first})
	require.NoError(t, err)
	_, err = journal.Copy(ctx, &wrong, &from)
	require.ErrorAs(t, err, &other)
	require.EqualValues(t, 1, other.Position)
}

// rest are the files of a disk, to be put back after damage.
type rest map[string][]byte

func filesOf(t testing.TB, d *journaltest.Disk) rest {
	t.Helper()
	names, err := d.Names()
	require.NoError(t, err)
	files := rest{}
	for _, name := range names {
		files[name] = d.Bytes(name)
	}
	return files
}

func (r rest) names(suffix string) []string {
	var names []string
	for name := range r {
		if strings.HasSuffix(name, suffix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// disk makes a disk with these files.
func (r rest) disk() *journaltest.Disk {
	d := journaltest.NewDisk(1)
	for name, data := range r {
		d.Overwrite(name, data)
	}
	return d
}

func TestDamageInTheMiddleIsRefusedAndNothingIsChanged(t *testing.T) {
	t.Parallel()
	d, _ := filled(t, 20)
	files := filesOf(t, d)
	for i, name := range files.names(".jsonl") {
		if i == len(files.names(".jsonl"))-1 || len(files[name]) == 0 {
			continue
		}
		for what, spoil := range map[string]func(d *journaltest.Disk){
			"a flipped bit":   func(d *journaltest.Disk) { spoilt := files.flipped(name, 8*40); d.Overwrite(name, spoilt) },
			"a cut":           func(d *journaltest.Disk) { d.Overwrite(name, files[name][:len(files[name])-1]) },
			"a line too many": func(d *journaltest.Disk) { d.Overwrite(name, append(slices.Clone(files[name]), "{}\n"...)) },
			"no such file":    func(d *journaltest.Disk) { d.Delete(name) },
			"no records":      func(d *journaltest.Disk) { d.Delete(strings.TrimSuffix(name, ".jsonl") + ".records") },
		} {
			d := files.disk()
			spoil(d)
			before := filesOf(t, d)
			_, err := onDisk(ctx, d)
			var damage *journal.DamageError
			require.ErrorAs(t, err, &damage, "%s of %s", what, name)
			require.False(t, damage.Tail)
			require.ErrorAs(t, verify(d, journal.Head{}), &damage, "%s of %s", what, name)
			require.False(t, damage.Tail)
			require.Contains(t, err.Error(), "Salvage")
			require.Equal(t, before, filesOf(t, d), "Open changes nothing")
		}
	}
}

// No crash leaves the records of many batches whole and their events not: somebody has cut
// the events file, put an old one in its place, or had an editor write other line ends.
func TestLostEventsOfManyBatchesAreNoTornTail(t *testing.T) {
	t.Parallel()
	d := journaltest.NewDisk(1)
	f, err := journal.Open(ctx, "", journal.Options{FS: d})
	require.NoError(t, err)
	for i := range 20 {
		_, err := f.Append(ctx, []journal.Entry{ofMany(2*i, 3), ofMany(2*i+1, 3)})
		require.NoError(t, err)
	}
	files, name := filesOf(t, d), "0000000001.jsonl" // as a crash leaves them, that comes now
	require.NoError(t, f.Close())
	for what, spoilt := range map[string][]byte{
		"cut to nothing":   {},
		"cut in half":      files[name][:len(files[name])/2],
		"other line ends":  bytes.ReplaceAll(files[name], []byte("\n"), []byte("\r\n")),
		"zeros at the end": append(slices.Clone(files[name][:len(files[name])/2]), make([]byte, len(files[name])/2)...),
	} {
		d := files.disk()
		d.Overwrite(name, spoilt)
		before := filesOf(t, d)
		_, err := onDisk(ctx, d)
		var damage *journal.DamageError
		require.ErrorAs(t, err, &damage, what)
		require.False(t, damage.Tail, what)
		require.ErrorAs(t, verify(d, journal.Head{}), &damage, what)
		require.False(t, damage.Tail, what)
		require.Equal(t, before, filesOf(t, d), "Open changes nothing")
	}
}

func (r rest) flipped(name string, bit int) []byte {
	data := slices.Clone(r[name])
	data[bit/8] ^= 1 << (bit % 8)
	return data
}

func TestRecordsThatWereSwappedAreFound(t *testing.T) {
	t.Parallel()
	d, _ := filled(t, 20)
	files := filesOf(t, d)
	for _, suffix := range []string{".records", ".jsonl"} {
		name := files.names(suffix)[1]
		lines := strings.SplitAfter(string(files[name]), "\n")
		lines[1], lines[2] = lines[2], lines[1]
		d := files.disk()
		d.Overwrite(name, []byte(strings.Join(lines, "")))
		require.Error(t, verify(d, journal.Head{}))
		_, err := onDisk(ctx, d)
		require.Error(t, err)
	}
	// Two segments that change places.
	names := files.names(".records")
	d = files.disk()
	d.Overwrite(names[1], files[names[2]])
	d.Overwrite(names[2], files[names[1]])
	require.Error(t, verify(d, journal.Head{}))
}

// The records of both journals are whole; only the chain tells that one is of another
// journal.
func TestAnEntryInThePlaceOfAnotherIsFound(t *testing.T) {
	t.Parallel()
	var disks [2]*journaltest.Disk
	for i := range disks {
		disks[i] = journaltest.NewDisk(1)
		f, err := journal.Open(ctx, "", journal.Options{FS: disks[i]})
		require.NoError(t, err)
		for k := range 6 {
			e := ofMany(k, 3)
			if k == 2 {
				e.Event.Note = []string{"yes", "no "}[i]
			}
			_, err := f.Append(ctx, []journal.Entry{e})
			require.NoError(t, err)
		}
		require.NoError(t, f.Close())
	}
	const name = "0000000001.records"
	mine, theirs := strings.SplitAfter(string(disks[0].Bytes(name)), "\n"), strings.SplitAfter(string(disks[1].Bytes(name)), "\n")
	mine[4] = theirs[4]
	disks[0].Overwrite(name, []byte(strings.Join(mine, "")))
	var damage *journal.DamageError
	require.ErrorAs(t, verify(disks[0], journal.Head{}), &damage)
	require.EqualValues(t, 4, damage.Position)
	require.Contains(t, damage.Problem, "chain")
}

// Whoever starts it again and again on a full disk fills it no further.
func TestATailThatCannotBeKeptAsideLeavesNoPartOfIt(t *testing.T) {
	t.Parallel()
	d, head := filled(t, 20)
	files := filesOf(t, d)
	last := files.names(".records")[len(files.names(".records"))-1]
	files[last] = append(files[last], `57 event`...)
	failed := 0
	for n := 1; ; n++ {
		d := files.disk()
		d.FailAt(d.Steps()+n, journaltest.ErrFull)
		_, err := onDisk(ctx, d)
		if err == nil {
			break
		}
		failed++
		if torn := filesOf(t, d)[last+".torn-1"]; torn != nil {
			require.Equal(t, closedLine(head)+"57 event", string(torn), "step %d", n)
		}
	}
	require.Greater(t, failed, 4)
}

// closedLine is what Close writes.
func closedLine(h journal.Head) string {
	line := fmt.Sprintf("closed %d", h.Position)
	return line + " " + castagnoli(line) + "\n"
}

func TestATornTailIsCutOffKeptAsideAndReported(t *testing.T) {
	t.Parallel()
	d, head := filled(t, 20)
	files := filesOf(t, d)
	events, records := files.names(".jsonl"), files.names(".records")
	last, lastRecords := events[len(events)-1], records[len(records)-1]
	entries := []byte(strings.TrimSuffix(string(files[lastRecords]), closedLine(head)))
	d.Overwrite(last, append(slices.Clone(files[last]), `{"id":"torn`...))
	d.Overwrite(lastRecords, append(entries, `57 event`...))

	var damage *journal.DamageError
	require.ErrorAs(t, verify(d, journal.Head{}), &damage)
	require.True(t, damage.Tail)
	j, err := onDisk(ctx, d)
	require.NoError(t, err)
	f := j.(*journal.File)
	torn := f.Recovery().Torn
	require.NotNil(t, torn)
	require.Equal(t, head.Position, torn.After)
	require.Equal(t, head.Position, f.Recovery().Entries)
	require.EqualValues(t, len(`{"id":"torn`)+len(`57 event`), torn.Bytes)
	require.Equal(t, []string{lastRecords + ".torn-1", last + ".torn-1"}, torn.KeptIn)
	require.Equal(t, `57 event`, string(d.Bytes(torn.KeptIn[0])))
	require.Equal(t, `{"id":"torn`, string(d.Bytes(torn.KeptIn[1])))
	require.Equal(t, head, f.Head())
	require.NoError(t, f.Close())
	require.NoError(t, verify(d, head))

	f2, err := onDisk(ctx, d)
	require.NoError(t, err)
	require.Nil(t, f2.(*journal.File).Recovery().Torn)
	require.NoError(t, f2.Close())
}

// Nothing in the files tells a crash from a disk that has lost what it had synced, unless
// the journal was closed.
func TestDamageAtTheEndOfAClosedJournalIsNoTornTail(t *testing.T) {
	t.Parallel()
	d, head := filled(t, 20)
	files := filesOf(t, d)
	events := files.names(".jsonl")
	last := events[len(events)-1]
	records := strings.Replace(last, "jsonl", "records", 1)
	require.True(t, strings.HasSuffix(string(files[records]), closedLine(head)))
	flipped := files.flipped(last, 8*(len(files[last])-10))
	var damage *journal.DamageError

	d.Overwrite(last, flipped)
	_, err := onDisk(ctx, d)
	require.ErrorAs(t, err, &damage)
	require.False(t, damage.Tail)

	d.Overwrite(records, []byte(strings.TrimSuffix(string(files[records]), closedLine(head))))
	require.ErrorAs(t, verify(d, journal.Head{}), &damage)
	require.True(t, damage.Tail)
	f, err := onDisk(ctx, d)
	require.NoError(t, err)
	require.NotNil(t, f.(*journal.File).Recovery().Torn)
	require.NoError(t, f.Close())
}

func TestAFullDiskTurnsTheJournalReadOnlyAndLosesNothing(t *testing.T) {
	t.Parallel()
	d, head := filled(t, 5)
	f, err := journal.Open(ctx, "", journal.Options{FS: d})
	require.NoError(t, err)
	d.Fill()
	for range 2 {
		_, err = f.Append(ctx, []journal.Entry{ofMany(100, 1)})
		var readOnly *journal.ReadOnlyError
		require.ErrorAs(t, err, &readOnly)
		require.ErrorIs(t, err, journaltest.ErrFull)
	}
	require.Len(t, read(t, f), int(head.Position), "what was acknowledged can be read")
	require.NoError(t, f.Close())
	require.NoError(t, verify(d, head), "what was not acknowledged was taken back")

	full, err := onDisk(ctx, d)
	require.NoError(t, err, "it opens on the full disk, to be read")
	require.Len(t, read(t, full), int(head.Position))
	_, err = full.Append(ctx, []journal.Entry{ofMany(100, 1)})
	require.ErrorIs(t, err, journaltest.ErrFull, "which a new segment wants too")
	require.NoError(t, full.Close())
	d.Free()
	f, err = journal.Open(ctx, "", journal.Options{FS: d})
	require.NoError(t, err)
	require.Nil(t, f.Recovery().Torn)
	at, err := f.Append(ctx, []journal.Entry{ofMany(100, 1)})
	require.NoError(t, err)
	require.Equal(t, []int64{head.Position + 1}, at)
	require.NoError(t, f.Close())
}

func TestASyncThatFailsIsNotTrusted(t *testing.T) {
	t.Parallel()
	for step := range 4 { // the writes and the syncs of both files
		d, head := filled(t, 5)
		f, err := journal.Open(ctx, "", journal.Options{FS: d})
		require.NoError(t, err)
		d.FailAt(d.Steps()+1+step, syscall.EIO)
		_, err = f.Append(ctx, []journal.Entry{ofMany(100, 1)})
		var readOnly *journal.ReadOnlyError
		require.ErrorAs(t, err, &readOnly)
		require.Contains(t, []string{"write", "sync"}, readOnly.Op)
		_, err = f.Append(ctx, []journal.Entry{ofMany(101, 1)})
		require.ErrorAs(t, err, &readOnly)
		require.Equal(t, head, f.Head())
		require.NoError(t, f.Close())
		d = d.Crash(journaltest.Dropped, 1)
		f, err = journal.Open(ctx, "", journal.Options{FS: d})
		require.NoError(t, err)
		require.Equal(t, head, f.Head())
		require.NoError(t, f.Close())
		require.NoError(t, verify(d, head))
	}
}

// Any lines of the records or the events may be damaged, the last ones too: their entries are
// lost, by their positions, and no others.
func TestSalvageNamesEachLostPosition(t *testing.T) {
	t.Parallel()
	d, head := filled(t, 20)
	whole := filesOf(t, d)
	rng := rand.New(rand.NewPCG(14, 16))
	for range 100 {
		files, damaged := maps.Clone(whole), map[int64]bool{}
		at := int64(0)
		for _, name := range whole.names(".records") {
			lines := bytes.SplitAfter(bytes.Clone(whole[name]), []byte("\n"))
			for _, line := range lines[1:] {
				if len(line) == 0 {
					continue
				}
				if bytes.HasPrefix(line, []byte("closed")) { // no entry's, whole or not
					line[0] = "c#"[rng.IntN(2)]
					continue
				}
				if at++; rng.IntN(3) == 0 || at == head.Position && rng.IntN(2) == 0 {
					damaged[at] = true
					line[rng.IntN(len(line)-1)] = '#'
				}
			}
			files[name] = bytes.Join(lines, nil)
		}
		require.Equal(t, head.Position, at)
		requireLost(t, files, damaged, head.Position)
	}
}

// requireLost salvages, and compares what was lost with what was damaged.
func requireLost(t *testing.T, files rest, damaged map[int64]bool, n int64) {
	t.Helper()
	var to journal.Memory
	found, err := journal.Salvage(ctx, &to, "", journal.Options{FS: files.disk()})
	require.NoError(t, err)
	lost, named := map[int64]bool{}, map[int64]bool{}
	for _, gap := range found.Lost {
		for at := gap.From; at <= gap.To; at++ {
			lost[at] = true
		}
	}
	for _, p := range found.Problems {
		named[p.Position] = true
	}
	require.Equal(t, damaged, lost)
	for at := range damaged {
		require.True(t, named[at], "position %d is among the problems", at)
	}
	require.Equal(t, n-int64(len(damaged)), found.Kept)
}

func TestSalvageCopiesWhatIsWhole(t *testing.T) {
	t.Parallel()
	d, head := filled(t, 20)
	f, err := onDisk(ctx, d)
	require.NoError(t, err)
	whole := read(t, f)
	require.NoError(t, f.Close())
	files := filesOf(t, d)
	events := files.names(".jsonl")

	var to journal.Memory
	found, err := journal.Salvage(ctx, &to, "", journal.Options{FS: d})
	require.NoError(t, err)
	require.Equal(t, journal.Salvaged{Kept: head.Position}, found)
	require.Equal(t, whole, read(t, &to))

	d.Overwrite(events[1], files.flipped(events[1], 8*40)) // the first event of the segment
	d.Delete(events[2])
	d.Overwrite(strings.Replace(events[4], "jsonl", "records", 1), files.flipped(strings.Replace(events[4], "jsonl", "records", 1), 8*3))
	d.Delete(strings.Replace(events[5], "jsonl", "records", 1))
	before := filesOf(t, d)
	var again journal.Memory
	found, err = journal.Salvage(ctx, &again, "", journal.Options{FS: d})
	require.NoError(t, err)
	require.Equal(t, before, filesOf(t, d), "the damaged journal is not changed")
	require.NotEmpty(t, found.Problems)
	lost := int64(0)
	for _, gap := range found.Lost {
		lost += gap.To - gap.From + 1
	}
	require.Len(t, found.Lost, 3, "%v", found.Lost)
	require.Equal(t, head.Position, found.Kept+lost)
	kept := read(t, &again)
	require.Len(t, kept, int(found.Kept))
	for _, e := range kept {
		i := slices.IndexFunc(whole, func(w journal.Entry) bool { return w.Deal() == e.Deal() && w.Event.ID == e.Event.ID })
		w := whole[i]
		w.Position = e.Position
		require.Equal(t, w, e)
	}
}

func TestTheEndOfTheJournalIsFoundCutAgainstAHeadOnly(t *testing.T) {
	t.Parallel()
	d, head := filled(t, 20)
	files := filesOf(t, d)
	names := files.names(".records")
	d.Delete(names[len(names)-1])
	d.Delete(strings.Replace(names[len(names)-1], "records", "jsonl", 1))
	require.NoError(t, verify(d, journal.Head{}), "nothing else can tell")
	var cut *journal.HeadError
	require.ErrorAs(t, verify(d, head), &cut)
	require.Less(t, cut.Have.Position, head.Position)
}

func TestAReadingUnderWayEndsWhenTheJournalIsClosed(t *testing.T) {
	t.Parallel()
	f := open(t, t.TempDir(), journal.Options{SegmentSize: 2000})
	fillLondon(t, f)
	n := 0
	for _, err := range f.Read(ctx, 0) {
		if n++; n == 1 {
			require.NoError(t, err)
			require.NoError(t, f.Close())
			continue
		}
		if err != nil {
			require.True(t, errors.Is(err, journal.ErrClosed), "%v", err)
		}
	}
}

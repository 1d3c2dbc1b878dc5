package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Recovery is what Open found in a directory, and what it did about it.
type Recovery struct {
	Entries int64 // that are kept
	Torn    *Torn // nil where the journal was whole
}

// Torn is the tail that Open cut off: what a crash left of the entries that were
// being written. They had not been acknowledged, unless the disk has lost what it
// had synced.
type Torn struct {
	After  int64    // the position after which it was cut
	Bytes  int64    // how much
	Reason string   // what was not whole
	KeptIn []string // the files of the directory that hold the bytes now
}

// Open opens the journal in a directory, which it makes if need be, for this writer
// alone: a *[LockedError] says who has it. It reads all files once and holds every
// entry to its checksum, in about the time that package bulk takes to read the events.
//
// A tail that a crash has torn is cut off, its bytes are kept aside, and
// [File.Recovery] says so. Any other damage is a *[DamageError], and changes nothing.
func Open(ctx context.Context, dir string, o Options) (*File, error) {
	o, err := o.checked()
	if err != nil {
		return nil, err
	}
	if o.FS == nil {
		if o.FS, err = makeDir(dir); err != nil {
			return nil, err
		}
	}
	lock, err := o.FS.Lock()
	if err != nil {
		return nil, err
	}
	f := &File{dir: dir, opt: o, fs: o.FS, lock: lock, index: newIndex()}
	if err := f.recover(ctx); err != nil {
		return nil, errors.Join(err, f.release())
	}
	return f, nil
}

// recover reads what is there, and leaves a last segment to which entries can be added.
func (f *File) recover(ctx context.Context) error {
	names, err := f.removeUnfinished()
	if err != nil {
		return err
	}
	found := segmentsIn(names, recordsSuffix)
	for i, after := range found {
		if err := f.recoverSegment(ctx, after, i == len(found)-1); err != nil {
			return err
		}
	}
	if len(found) == 0 {
		seg, err := createSegment(f.fs, Head{})
		if err != nil {
			return err
		}
		f.segments = []*segment{seg}
	} else if err := f.fs.Sync(); err != nil {
		return err
	}
	f.recovery.Entries = f.durable.Position
	f.tail.last = f.durable.Position
	return f.recallAccepted()
}

func (f *File) recallAccepted() error {
	if f.durable.Position == 0 {
		return nil
	}
	e, err := f.load(f.durable.Position)
	f.accepted = e.Accepted
	return err
}

// removeUnfinished removes what was left of a segment that was being made, and lists
// the files.
func (f *File) removeUnfinished() ([]string, error) {
	names, err := f.fs.Names()
	if err != nil {
		return nil, err
	}
	for _, after := range segmentsIn(names, newSuffix) {
		if err := f.fs.Remove(nameOf(after, newSuffix)); err != nil {
			return nil, err
		}
	}
	for _, after := range segmentsIn(names, eventsSuffix) {
		if slices.Contains(names, nameOf(after, recordsSuffix)) {
			continue
		}
		if err := f.removeEmpty(after); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// removeEmpty removes an events file without a records file. Only an empty one can be
// left of a segment that was being made.
func (f *File) removeEmpty(after int64) error {
	name := nameOf(after, eventsSuffix)
	h, err := f.fs.Open(name)
	if err != nil {
		return err
	}
	size, err := h.Size()
	if err := errors.Join(err, h.Close()); err != nil {
		return err
	}
	if size > 0 {
		return &DamageError{Position: after + 1, File: nameOf(after, recordsSuffix), Problem: "the file is missing, and " + name + " has events"}
	}
	return f.fs.Remove(name)
}

// recoverSegment reads a segment into the index. What a crash may leave is repaired
// in the last one.
func (f *File) recoverSegment(ctx context.Context, after int64, last bool) error {
	seg, err := nextSegment(f.fs, after, f.durable)
	var damage *DamageError
	if last && errors.As(err, &damage) && damage.Tail {
		seg, err = f.withEvents(after)
	}
	if err != nil {
		return err
	}
	f.segments = append(f.segments, seg)
	t := newRecovering(seg)
	err = t.fill(ctx, f.index)
	if last && errors.As(err, &damage) && damage.Position == t.at+1 {
		err = f.repair(t, damage)
	}
	if err != nil {
		return err
	}
	if f.durable, err = ParseHead(fmt.Sprintf("%d %s", t.whole.at, t.whole.chain)); err != nil {
		return seg.damage(t.begun.records, err.Error())
	}
	if last {
		return seg.settle(t.begun)
	}
	return nil
}

// nextSegment opens the segment after a position, and holds it to the end of the one
// before.
func nextSegment(files FS, after int64, end Head) (*segment, error) {
	if after != end.Position {
		return nil, &DamageError{Position: end.Position + 1, File: nameOf(end.Position, recordsSuffix), Problem: fmt.Sprintf("the file is missing, or %s should not be there", nameOf(after, recordsSuffix))}
	}
	seg, err := openSegment(files, after)
	if err == nil && seg.head != end {
		defer seg.close()
		return nil, seg.damage(0, "the header has not the chain with which the segment before ends")
	}
	return seg, err
}

// withEvents makes the events file of a segment without entries, which a crash may
// have lost while the segment was being made.
func (f *File) withEvents(after int64) (*segment, error) {
	events, err := f.fs.Create(nameOf(after, eventsSuffix))
	if err != nil {
		return nil, err
	}
	if err := errors.Join(f.fs.Sync(), events.Close()); err != nil {
		return nil, err
	}
	return nextSegment(f.fs, after, f.durable)
}

// place is a point between two records.
type place struct {
	at      int64 // position of the record before it
	chain   chainText
	records int64 // where the next line begins
	events  int64 // where the next event begins
}

// recovering reads the records of one segment, and remembers where batches begin and
// end. One goroutine reads, and another one fills the index.
type recovering struct {
	*scan
	begun place // where the last batch begins that is whole
	whole place // where it ends
	open  place // where the batch begins that is being read
	found found // since the last part was handed over
	sure  int   // how many of these are of whole batches
	parts chan found
}

// found is what the index wants to know of some records in a row.
type found struct {
	names   []byte // the deal and the id of each, one after the other
	records []foundRecord
}

// foundRecord is one of them.
type foundRecord struct {
	line        int64 // where its line begins
	deal, id    int   // where its names end
	isAgreement bool
}

func newRecovering(seg *segment) *recovering {
	t := &recovering{scan: newScan(seg), parts: make(chan found, 4)}
	t.found = newFound(int(min(foundPart, 1+seg.recordsSize/recordSize)))
	t.whole, t.begun = t.place(), t.place()
	return t
}

func (t *recovering) place() place { return place{t.at, t.chain, t.next, t.offset} }

// fill reads all records, and adds those of whole batches to the index.
func (t *recovering) fill(ctx context.Context, x *index) (err error) {
	go func() {
		err = t.each(ctx, maxPosition, t.take)
		t.found.records = t.found.records[:t.sure]
		t.parts <- t.found
		close(t.parts)
	}()
	for part := range t.parts {
		x.addAll(part)
	}
	return err
}

// foundPart is how many records are handed over at once, if batches are small.
const foundPart = 1 << 10

// take remembers the record, and hands over what is of whole batches.
func (t *recovering) take() error {
	deal, id, err := t.record.namesOf(t.json)
	if err != nil {
		return t.unreadable(err)
	}
	if t.record.part == 1 {
		t.open = t.whole
	}
	t.found.add(deal, id, t.from)
	if t.record.part < t.record.of {
		return nil
	}
	t.begun, t.whole, t.sure = t.open, t.place(), len(t.found.records)
	if t.sure >= foundPart {
		t.parts <- t.found
		t.found, t.sure = newFound(foundPart), 0
	}
	return nil
}

func newFound(n int) found {
	return found{make([]byte, 0, 32*n), make([]foundRecord, 0, n)}
}

func (p *found) add(deal, id []byte, line int64) {
	p.names = append(append(p.names, deal...), id...)
	p.records = append(p.records, foundRecord{line, len(p.names) - len(id), len(p.names), id == nil})
}

// addAll adds the records to the index.
func (x *index) addAll(part found) {
	from := 0
	for _, r := range part.records {
		deal, id := part.names[from:r.deal], part.names[r.deal:r.id]
		if from = r.id; r.isAgreement {
			id = nil
		}
		x.add(deal, id, r.line)
	}
}

// repair cuts off a tail that a crash may have left, and keeps its bytes aside. It is
// no such tail where a later batch is there, for that was written when what stands
// before it had been synced.
func (f *File) repair(t *recovering, damage *DamageError) error {
	later, err := t.isFollowed(damage.Position)
	if err != nil {
		return err
	}
	if later {
		return damage
	}
	torn := &Torn{After: t.whole.at, Reason: damage.Problem}
	for _, cut := range t.seg.tailAfter(t.whole) {
		if err := f.setAside(cut, torn); err != nil {
			return err
		}
	}
	if err := f.fs.Sync(); err != nil {
		return err
	}
	f.recovery.Torn = torn
	return t.seg.cut(t.whole)
}

// cutting is the end of a file that is to be cut off.
type cutting struct {
	handle   Handle
	name     string
	from, to int64
}

// tailAfter gives what both files have behind the place.
func (s *segment) tailAfter(p place) []cutting {
	return []cutting{{s.records, s.recordsName(), p.records, s.recordsSize}, {s.events, s.eventsName(), p.events, s.eventsSize}}
}

// setAside copies the end of a file into a new one.
func (f *File) setAside(c cutting, torn *Torn) error {
	if c.to <= c.from {
		return nil
	}
	name, err := f.freeName(c.name)
	if err != nil {
		return err
	}
	h, err := f.fs.Create(name)
	if err != nil {
		return err
	}
	torn.Bytes, torn.KeptIn = torn.Bytes+c.to-c.from, append(torn.KeptIn, name)
	return errors.Join(copyRange(h, c.handle, c.from, c.to), h.Close())
}

// freeName gives the first name for the end of a file that is not taken.
func (f *File) freeName(of string) (string, error) {
	names, err := f.fs.Names()
	for n := 1; ; n++ {
		if name := fmt.Sprintf("%s.torn-%d", of, n); err != nil || !slices.Contains(names, name) {
			return name, err
		}
	}
}

// copyRange copies the bytes to the beginning of a file, and syncs it.
func copyRange(to, from Handle, at, end int64) error {
	w := &window{r: from, next: at, end: end, once: readAhead}
	for done := int64(0); w.left() > 0; {
		part, err := w.take(int(min(w.left(), readAhead)))
		if err != nil {
			return err
		}
		if n, err := to.WriteAt(part, done); err != nil || n < len(part) {
			return shortWrite(n, len(part), err)
		}
		done += int64(len(part))
	}
	return to.Sync()
}

func shortWrite(n, of int, err error) error {
	if err == nil {
		err = fmt.Errorf("%d of %d bytes written: %w", n, of, io.ErrShortWrite)
	}
	return err
}

// cut makes both files end at the place.
func (s *segment) cut(p place) error {
	if err := errors.Join(s.records.Truncate(p.records), s.events.Truncate(p.events)); err != nil {
		return err
	}
	s.recordsSize, s.eventsSize = p.records, p.events
	return errors.Join(s.records.Sync(), s.events.Sync())
}

// settle writes the last batch once more, and syncs it. It may be there to be read and
// not on the disk: where a sync fails, a system may take for written what was not, and
// the next sync of the same bytes does nothing.
func (s *segment) settle(begun place) error {
	for _, c := range s.tailAfter(begun) {
		w := &window{r: c.handle, next: c.from, end: c.to, once: int(c.to - c.from)}
		data, err := w.take(int(c.to - c.from))
		if err != nil {
			return err
		}
		if _, err := writeSynced(c.handle, data, c.from); err != nil {
			return err
		}
	}
	return nil
}

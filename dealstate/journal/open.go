package journal

import (
	"context"
	"errors"
	"fmt"
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
// entry to its checksum, in up to twice the time that package bulk takes to read the events.
//
// A tail that a crash has torn is cut off, its bytes are kept aside, and
// [File.Recovery] says so. Any other damage is a *[DamageError], and changes nothing.
func Open(ctx context.Context, dir string, o Options) (*File, error) {
	o, err := o.checked()
	if err != nil {
		return nil, err
	}
	if o.FS == nil {
		if o.FS, err = openDir(dir); err != nil {
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
	if err := checkNoEvents(f.fs, after); err != nil {
		return err
	}
	return f.fs.Remove(name)
}

// checkNoEvents says of a segment without its records file whether events are lost by it.
func checkNoEvents(fs FS, after int64) error {
	name := nameOf(after, eventsSuffix)
	h, err := fs.Open(name)
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
	return nil
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
	seg.recordsSize = t.whole.records
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

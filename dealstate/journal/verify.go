package journal

import (
	"context"
	"errors"
	"slices"
)

// Verify reads a journal that nobody is writing to, whole, and holds every byte to
// its checksum and every entry to the chain, at some two microseconds an entry. It
// gives the head that the journal has, and changes nothing.
//
// The error is a *[DamageError] at the first entry that is not whole. Where a head
// is given that was kept before, a *[HeadError] says that the journal is not the one
// of which it was taken. Nothing but a head tells that a journal was cut off at the
// end of a record, or written anew from there on: such a journal is whole in itself.
func Verify(ctx context.Context, dir string, kept Head, o Options) (Head, error) {
	if o.FS == nil {
		o.FS = osDir(dir)
	}
	names, err := o.FS.Names()
	if err != nil {
		return Head{}, err
	}
	v := &verifying{files: o.FS, kept: kept}
	found := segmentsIn(names, recordsSuffix)
	for i, after := range found {
		if err := v.segment(ctx, after, i == len(found)-1); err != nil {
			return v.end, err
		}
	}
	if err := v.strays(names, found); err != nil {
		return v.end, err
	}
	if kept.Position > v.end.Position {
		return v.end, &HeadError{Want: kept, Have: v.end}
	}
	return v.end, nil
}

// verifying goes along the segments.
type verifying struct {
	files FS
	kept  Head
	end   Head // of what is whole
}

func (v *verifying) segment(ctx context.Context, after int64, last bool) error {
	seg, err := nextSegment(v.files, after, v.end)
	if err != nil {
		return err
	}
	defer seg.close()
	s := newScan(seg)
	err = s.each(ctx, maxPosition, func() error { return v.take(s) })
	var damage *DamageError
	if last && errors.As(err, &damage) && damage.Position == s.at+1 {
		followed, bad := s.isFollowed(damage.Position)
		damage.Tail = !followed && bad == nil
	}
	return err
}

// take holds the record to the chain, and to the head that was kept.
func (v *verifying) take(s *scan) error {
	end, ok := s.chained(v.end)
	if !ok {
		return &DamageError{Position: s.at, File: s.seg.recordsName(), Offset: s.from, Problem: "the chain does not follow from the entry and the chain before"}
	}
	v.end = end
	if v.end.Position == v.kept.Position && v.end != v.kept {
		return &HeadError{Want: v.kept, Have: v.end}
	}
	return nil
}

// strays finds events without a records file. Where they are empty, a crash left them.
func (v *verifying) strays(names []string, found []int64) error {
	for _, after := range segmentsIn(names, eventsSuffix) {
		if slices.Contains(found, after) {
			continue
		}
		if err := checkNoEvents(v.files, after); err != nil {
			return err
		}
	}
	return nil
}

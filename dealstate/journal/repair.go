package journal

import (
	"errors"
	"fmt"
	"io"
	"slices"
)

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
	if err := errors.Join(copyRange(h, c.handle, c.from, c.to), h.Close()); err != nil {
		return errors.Join(err, f.fs.Remove(name)) // else each try on a full disk would leave one more
	}
	return nil
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

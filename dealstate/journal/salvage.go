package journal

import (
	"context"
	"errors"
	"io/fs"
)

// Salvaged says what [Salvage] found.
type Salvaged struct {
	Kept     int64          // entries that were whole, and are in the other journal now
	Lost     []Gap          // positions of which there is no whole entry
	Problems []*DamageError // each place that is not whole, in order, by the position of its entry; of each file, at most 1,000
}

// Gap is a run of positions, both ends included.
type Gap struct{ From, To int64 }

// Salvage copies what is whole of a damaged journal into another one, which should be
// empty: every entry whose record and JSON pass the checksum, in order, with its
// Accepted and By. An entry behind a lost one gets another position. Positions behind the
// last whole entry are counted by the lines that stand there, one an entry. A line without
// its end is among the problems and not among the gaps: it may never have been acknowledged.
//
// An event whose record is lost is not taken, for nothing says whether it is what was
// acknowledged; it may be there to be read in the events file, which Problems names.
// The damaged journal is not changed.
func Salvage(ctx context.Context, to Journal, dir string, o Options) (Salvaged, error) {
	if o.FS == nil {
		o.FS = osDir(dir)
	}
	names, err := o.FS.Names()
	if err != nil {
		return Salvaged{}, err
	}
	s := &salvaging{files: o.FS, to: appending{to: to, moved: true}}
	err = s.segments(ctx, segmentsIn(names, recordsSuffix))
	s.found.Kept = s.to.n
	return s.found, err
}

// salvaging goes along the segments.
type salvaging struct {
	files FS
	to    appending
	found Salvaged
	last  int64 // position of the last whole entry
	seen  int64 // position of the last entry that there was, whole or not
}

func (s *salvaging) segments(ctx context.Context, found []int64) error {
	for _, after := range found {
		if err := s.segment(ctx, after); err != nil {
			return err
		}
	}
	s.lose(s.seen)
	return s.to.flush(ctx)
}

// lose notes that there is no whole entry from the last one on, up to a position.
func (s *salvaging) lose(to int64) {
	if to > s.last {
		s.found.Lost = append(s.found.Lost, Gap{s.last + 1, to})
	}
}

func (s *salvaging) segment(ctx context.Context, after int64) error {
	seg := &segment{head: Head{Position: after}}
	defer seg.close()
	err := seg.open(s.files)
	var damage *DamageError
	switch {
	case err == nil: // its header is whole, and says what stood before it
		s.seen = max(s.last, after)
	case errors.As(err, &damage):
		s.found.Problems = append(s.found.Problems, damage)
	default:
		return err
	}
	if seg.events == nil {
		if err := seg.openDamaged(s.files); err != nil {
			return err
		}
	}
	return s.lines(ctx, seg)
}

// openDamaged opens what there is of a segment of which the header or the events file
// is not as it should be.
func (s *segment) openDamaged(files FS) (err error) {
	if s.events, err = files.Open(s.eventsName()); errors.Is(err, fs.ErrNotExist) {
		s.events = nil
		return nil
	}
	if err == nil {
		s.eventsSize, err = s.events.Size()
	}
	return err
}

// lines takes every whole record of a records file.
func (s *salvaging) lines(ctx context.Context, seg *segment) error {
	w := &window{r: seg.records, end: seg.recordsSize, once: readAhead}
	problems := 0
	for at := int64(0); w.left() > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		line, err := w.line(maxRecord)
		if err != nil {
			return err
		}
		problem, err := s.line(ctx, seg, line, at)
		if err != nil {
			return err
		}
		if problem != nil && problems < 1000 {
			problems++
			s.found.Problems = append(s.found.Problems, problem)
		}
		at += int64(len(line))
	}
	return nil
}

// line takes one line, or says what is wrong with it.
func (s *salvaging) line(ctx context.Context, seg *segment, line []byte, at int64) (*DamageError, error) {
	if _, err := parseHeader(line); err == nil && at == 0 {
		return nil, nil
	}
	if last, ok := parseEnd(line); ok {
		s.seen = max(s.last, last)
		return nil, nil
	}
	e, problem, err := s.entry(seg, line)
	if err != nil {
		return nil, err
	}
	if problem != "" {
		damage := &DamageError{Position: s.seen + 1, File: seg.recordsName(), Offset: at, Problem: problem}
		if at > 0 && isForEntry(line) {
			s.seen++
		}
		return damage, nil
	}
	if e.Position <= s.last {
		return &DamageError{Position: e.Position, File: seg.recordsName(), Offset: at, Problem: "a later position stood before it"}, nil
	}
	s.lose(e.Position - 1)
	s.last, s.seen = e.Position, e.Position
	return nil, s.to.add(ctx, e)
}

// isForEntry reports whether a damaged line behind the header was the record of an entry that
// may have been acknowledged. One that Close wrote is shorter than any record's chain.
func isForEntry(line []byte) bool {
	return line[len(line)-1] == '\n' && len(line) > len(chainText{})
}

// entry reads the entry of a record, if both are whole.
func (s *salvaging) entry(seg *segment, line []byte) (e Entry, problem string, err error) {
	if line[len(line)-1] != '\n' {
		return e, "the line has no end", nil
	}
	var r record
	if problem := r.parse(line[:len(line)-1]); problem != "" {
		return e, problem, nil
	}
	json, ok, err := seg.wholeJSON(&r)
	if !ok || err != nil {
		return e, "the checksum is not that of the record and its entry", err
	}
	if e, err = r.entry(json, &agreements{}); err != nil {
		return e, err.Error(), nil
	}
	return e, "", nil
}

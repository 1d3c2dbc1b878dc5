package journal

import (
	"context"
	"io"
)

// scan goes along the records of one segment, in order, and takes only what is
// whole: the line, its place among the others, its checksum.
type scan struct {
	seg     *segment
	records *window
	events  *window
	at      int64 // position of the last record taken
	chain   chainText
	from    int64 // where the last line taken begins, in the records file
	next    int64 // where the next line begins
	offset  int64 // where the next event begins, in the events file; -1: as the next record says
	part    int64 // of the last record taken, and of how many; 0: not known
	of      int64
	record  record
	json    []byte // of the record's entry; valid until the next call
	text    []byte
}

// newScan begins at the first record.
func newScan(seg *segment) *scan {
	s := scanFrom(seg, seg.head.Position, seg.begin, readAhead)
	s.chain, s.offset, s.part, s.of = seg.head.chainText(), 0, 1, 1
	return s
}

// scanFrom begins after the position, where its line ends in the records file, and
// reads so many bytes at once, at least. The chain there is not known, nor what was
// written at once.
func scanFrom(seg *segment, after, next int64, least int) *scan {
	most := max(least, readSome)
	return &scan{seg: seg, at: after, next: next, offset: -1,
		records: &window{r: seg.records, next: next, end: seg.recordsSize, once: least, least: least, most: most},
		events:  &window{r: seg.events, next: 0, end: seg.eventsSize, once: least, least: least, most: most}}
}

// seek goes to after another position of the segment, as scanFrom does.
func (s *scan) seek(after, next int64) {
	s.at, s.next, s.offset, s.part, s.of = after, next, -1, 0, 0
	s.records.seek(next)
}

// step takes the next record. It gives io.EOF where both files end, a *DamageError
// where there is no whole record, and else the error of reading.
func (s *scan) step() error {
	if s.records.left() == 0 {
		return s.end()
	}
	line, err := s.records.line(maxRecord)
	if err != nil {
		return err
	}
	if line[len(line)-1] != '\n' {
		return s.damage("the line has no end")
	}
	if last, ok := parseEnd(line); ok && last == s.at && s.records.left() == 0 {
		return s.end()
	}
	if problem := s.record.parse(line[:len(line)-1]); problem != "" {
		return s.damage(problem)
	}
	if err := s.check(); err != nil {
		return err
	}
	s.at, s.chain, s.part, s.of = s.record.position, s.record.chain, s.record.part, s.record.of
	s.from, s.next = s.next, s.next+int64(len(line))
	if s.record.kind == ofEvent {
		s.offset += int64(s.record.length) + 1
	}
	return nil
}

// end gives io.EOF where no entry lacks one of its parts.
func (s *scan) end() error {
	if s.events.left() > 0 {
		return s.damageIn(s.seg.eventsName(), s.offset, "there are events without a record")
	}
	if s.part < s.of {
		return s.damage("the records that were written at once are not all there")
	}
	return io.EOF
}

// check holds the record to its place and to its checksum.
func (s *scan) check() error {
	r := &s.record
	if s.offset < 0 {
		s.offset = r.offset
		s.events.seek(r.offset)
	}
	switch {
	case r.position != s.at+1:
		return s.damage("another position stands here")
	case r.offset != s.offset:
		return s.damage("its place in the events file does not follow that of the record before")
	case !s.isNextPart():
		return s.damage("it is not the next of those that were written at once")
	}
	s.json = r.json
	if r.kind == ofEvent {
		line, err := s.events.take(r.length + 1)
		if err == io.ErrUnexpectedEOF {
			return s.damageIn(s.seg.eventsName(), s.offset, "the event is not whole")
		}
		if err != nil {
			return err
		}
		if s.json = line[:r.length]; line[r.length] != '\n' {
			return s.damageIn(s.seg.eventsName(), s.offset, "the line of the event has another end")
		}
	}
	if !r.isSummed(s.json) {
		return s.damage("the checksum is not that of the record and its entry")
	}
	return nil
}

// isNextPart reports whether the record follows on the one before, or begins what was
// written at once.
func (s *scan) isNextPart() bool {
	if s.of == 0 {
		return true
	}
	if s.part < s.of {
		return s.record.part == s.part+1 && s.record.of == s.of
	}
	return s.record.part == 1
}

// chained gives the head with the record, and whether the record has its chain.
func (s *scan) chained(before Head) (Head, bool) {
	h := Head{s.at, before.next(s.record.about, s.json, &s.text)}
	return h, h.chainText() == s.chain
}

func (s *scan) damage(problem string) *DamageError {
	return s.damageIn(s.seg.recordsName(), s.next, problem)
}

// unreadable is an error about the record taken last: its checksum is right, and it is
// not to be understood all the same.
func (s *scan) unreadable(err error) *DamageError {
	return &DamageError{Position: s.at, File: s.seg.recordsName(), Offset: s.from, Problem: err.Error()}
}

func (s *scan) damageIn(file string, offset int64, problem string) *DamageError {
	return &DamageError{Position: s.at + 1, File: file, Offset: offset, Problem: problem}
}

// each hands on the records up to the position, or all, until there is an error.
func (s *scan) each(ctx context.Context, to int64, take func() error) error {
	for s.at < to {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := s.step()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := take(); err != nil {
			return err
		}
	}
	return nil
}

// isFollowed reports whether behind the damage a batch begins after the position, or the
// line of a Close that came later stands there. Of a batch there is a whole record, or its
// first record behind the last one of the batch before: then its events are lost, for no
// crash leaves records of two batches that are not whole.
func (s *scan) isFollowed(position int64) (bool, error) {
	w := &window{r: s.seg.records, next: s.next, end: s.seg.recordsSize, once: readAhead}
	var before, r record
	for w.left() > 0 {
		line, err := w.line(maxRecord)
		if err != nil {
			return false, err
		}
		if last, ok := parseEnd(line); ok && last >= position {
			return true, nil
		}
		before = record{position: r.position, part: r.part, of: r.of}
		if line[len(line)-1] != '\n' || r.parse(line[:len(line)-1]) != "" {
			r = record{}
			continue
		}
		if r.first() <= position {
			continue
		}
		if r.begins(&before) {
			return true, nil
		}
		if _, ok, err := s.seg.wholeJSON(&r); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// begins reports whether the record is the first of a batch, and the other one the last of
// the batch before.
func (r *record) begins(before *record) bool {
	return r.part == 1 && before.position > 0 && before.position == r.position-1 && before.part == before.of
}

// wholeJSON gives the JSON of the record's entry, wherever its place is in the
// segment, if the checksum is right.
func (s *segment) wholeJSON(r *record) (json []byte, ok bool, err error) {
	json = r.json
	if r.kind == ofEvent {
		w := &window{r: s.events, next: r.offset, end: s.eventsSize, once: r.length + 1}
		line, err := w.take(r.length + 1)
		if err == io.ErrUnexpectedEOF || err == nil && line[r.length] != '\n' {
			return nil, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		json = line[:r.length]
	}
	return json, r.isSummed(json), nil
}

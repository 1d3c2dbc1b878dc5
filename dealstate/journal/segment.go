package journal

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// The names of the files of a segment: the position of its first entry, and one of
// these.
const (
	eventsSuffix  = ".jsonl"
	recordsSuffix = ".records"
	newSuffix     = ".records.new" // a records file that is being made
)

// format is what a records file begins with; the number is the version.
const format = "dealstate-journal 1 after "

// segment is a pair of files: the events of some successive entries, and the
// records of all of them. The last segment grows at its end by the one writer; the
// others never change.
type segment struct {
	head    Head // before its first entry
	events  Handle
	records Handle
	begin   int64 // where the first record begins
	// The sizes of what is durable and whole.
	eventsSize  int64
	recordsSize int64
}

// nameOf gives the name of a file of the segment after that position.
func nameOf(after int64, suffix string) string { return fmt.Sprintf("%010d%s", after+1, suffix) }

func (s *segment) eventsName() string  { return nameOf(s.head.Position, eventsSuffix) }
func (s *segment) recordsName() string { return nameOf(s.head.Position, recordsSuffix) }

// positionOf reads the position of the last entry before the segment out of the name.
func positionOf(name, suffix string) (after int64, ok bool) {
	digits, ok := strings.CutSuffix(name, suffix)
	n, err := strconv.ParseInt(digits, 10, 64)
	return n - 1, ok && err == nil && n > 0 && nameOf(n-1, suffix) == name
}

// segmentsIn lists, in order, the positions before the segments of which there is a
// file with the suffix.
func segmentsIn(names []string, suffix string) []int64 {
	var found []int64
	for _, name := range names {
		if after, ok := positionOf(name, suffix); ok {
			found = append(found, after)
		}
	}
	slices.Sort(found)
	return found
}

// headerOf is the first line of a records file.
func headerOf(h Head) []byte {
	line := append([]byte(format), h.String()...)
	return append(appendSum(append(line, ' '), crc32.Checksum(line, castagnoli)), '\n')
}

// maxHeader is how long the first line of a records file may be.
var maxHeader = len(headerOf(Head{Position: maxPosition}))

// parseHeader reads the first line of a records file.
func parseHeader(line []byte) (Head, error) {
	text, ok := bytes.CutPrefix(line, []byte(format))
	if len(text) > 10 {
		text = text[:len(text)-10] // a space, the sum, and the end of the line
	}
	h, err := ParseHead(string(text))
	if !ok || err != nil || !bytes.Equal(line, headerOf(h)) {
		return Head{}, field.Errorf("header", "%q is none", field.Clip(string(line)))
	}
	return h, nil
}

// endWord begins the line that Close writes behind the records: all of them are durable.
// The next record is written over it.
const endWord = "closed "

// endOf is that line, for the position of the last record. It is shorter than any record.
func endOf(position int64) []byte {
	line := strconv.AppendInt([]byte(endWord), position, 10)
	return append(appendSum(append(line, ' '), crc32.Checksum(line, castagnoli)), '\n')
}

// parseEnd reads such a line.
func parseEnd(line []byte) (position int64, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte(endWord))
	if !ok {
		return 0, false
	}
	s := fields{rest: rest}
	position = s.number(' ')
	return position, bytes.Equal(line, endOf(position))
}

// createSegment makes an empty segment durable. The records file gets its name when
// it is whole, so what a crash leaves behind is an events file without entries, a
// file with newSuffix, or records without an events file.
func createSegment(files FS, h Head) (*segment, error) {
	s := &segment{head: h}
	if err := s.create(files); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *segment) create(files FS) error {
	header, name := headerOf(s.head), nameOf(s.head.Position, newSuffix)
	err := writeNew(files, name, header)
	if err != nil {
		return err
	}
	if s.events, err = files.Create(s.eventsName()); err != nil {
		return err
	}
	if err = files.Rename(name, s.recordsName()); err != nil {
		return err
	}
	if s.records, err = files.Open(s.recordsName()); err != nil {
		return err
	}
	s.begin, s.recordsSize = int64(len(header)), int64(len(header))
	return files.Sync()
}

// writeNew makes a file with this in it, durably but for its name. It is closed, for some
// systems do not rename a file that is open.
func writeNew(files FS, name string, data []byte) error {
	h, err := files.Create(name)
	if err != nil {
		return err
	}
	_, err = writeSynced(h, data, 0)
	return errors.Join(err, h.Close())
}

// openSegment opens the files of a segment and reads its header.
func openSegment(files FS, after int64) (*segment, error) {
	s := &segment{head: Head{Position: after}}
	if err := s.open(files); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *segment) open(files FS) (err error) {
	if s.records, err = files.Open(s.recordsName()); err != nil {
		return err
	}
	if s.recordsSize, err = s.records.Size(); err != nil {
		return err
	}
	line, err := (&window{r: s.records, end: s.recordsSize, once: maxHeader}).line(maxHeader)
	if err != nil {
		return err
	}
	h, err := parseHeader(line)
	if err != nil || h.Position != s.head.Position {
		return s.damage(0, "the header is not that of a records file with this name")
	}
	s.head, s.begin = h, int64(len(line))
	if s.events, err = files.Open(s.eventsName()); errors.Is(err, fs.ErrNotExist) {
		return &DamageError{Position: h.Position + 1, File: s.eventsName(), Problem: "the file is missing", Tail: s.recordsSize == s.begin}
	}
	if err != nil {
		return err
	}
	s.eventsSize, err = s.events.Size()
	return err
}

// damage is an error about the records file.
func (s *segment) damage(offset int64, problem string) *DamageError {
	return &DamageError{Position: s.head.Position + 1, File: s.recordsName(), Offset: offset, Problem: problem}
}

func (s *segment) close() error {
	var first error
	for _, h := range []Handle{s.events, s.records} {
		if h == nil {
			continue
		}
		if err := h.Close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

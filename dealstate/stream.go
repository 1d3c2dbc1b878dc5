package dealstate

import (
	"bufio"
	"bytes"
	"io"
	"iter"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// ReadEvents reads an event log, one JSON object a line. Blank lines are
// passed over. A line that is not well-formed yields a *[LineError] around a
// *[FieldError], and so does an event that a check refuses, such as
// [Machine.Admit]; the caller may stop there or go on to the next line. A line
// of more than [MaxLine] bytes ends the stream, and so does an error of the
// reader, with what it broke off in the middle of left out; LineError.Ends says
// so. It keeps one line in memory at a time.
func ReadEvents(r io.Reader, checks ...func(Event) error) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		lines := lineReader{r: bufio.NewReaderSize(r, 64<<10)}
		for {
			line, err := lines.next()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(Event{}, &LineError{Line: lines.n, Err: err, Ends: true})
				return
			}
			if len(line) == 0 {
				continue
			}
			e, err := readEvent(line, checks)
			if err != nil {
				err = &LineError{Line: lines.n, Err: err}
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

func readEvent(line []byte, checks []func(Event) error) (Event, error) {
	var e Event
	if err := e.UnmarshalJSON(line); err != nil {
		return Event{}, err
	}
	return checked(e, checks)
}

func checked(e Event, checks []func(Event) error) (Event, error) {
	for _, check := range checks {
		if err := check(e); err != nil {
			return Event{}, err
		}
	}
	return e, nil
}

// lineReader gives the lines of a stream without the white space around them.
type lineReader struct {
	r   *bufio.Reader
	buf []byte
	n   int // of the line last given, from 1
}

// maxLineEnd bounds what may end a line: a flood of \r is no line end.
const maxLineEnd = 16

func (l *lineReader) next() ([]byte, error) {
	l.n++
	l.buf = l.buf[:0]
	for {
		part, err := l.r.ReadSlice('\n')
		l.buf = append(l.buf, part...)
		line := bytes.TrimRight(l.buf, "\r\n")
		switch {
		case len(line) > MaxLine || len(l.buf) > MaxLine+maxLineEnd:
			return nil, field.Errorf("json", "the line is longer than %d bytes", MaxLine)
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && len(l.buf) > 0, err == nil:
			return l.trimmed(line), nil
		default:
			return nil, err
		}
	}
}

// trimmed passes over the mark that some editors put at the start of a file.
func (l *lineReader) trimmed(line []byte) []byte {
	if l.n == 1 {
		line = bytes.TrimPrefix(line, strictjson.ByteOrderMark)
	}
	return bytes.TrimSpace(line)
}

// WriteEvents writes an event log, one JSON object a line, and stops at the
// first error of either side.
func WriteEvents(w io.Writer, events iter.Seq2[Event, error]) error {
	out := bufio.NewWriter(w)
	for e, err := range events {
		if err != nil {
			return err
		}
		line, err := e.MarshalJSON()
		if err != nil {
			return err
		}
		out.Write(line) // an error sticks, and Flush reports it
		out.WriteByte('\n')
	}
	return out.Flush()
}

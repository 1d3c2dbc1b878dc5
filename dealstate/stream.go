package dealstate

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
)

// ReadEvents reads an event log, one JSON object a line. Blank lines are
// passed over. A line that is not well-formed yields a *[LineError] around a
// *[FieldError], and so does an event that a check refuses, such as
// [Machine.Admit]; the caller may stop there or go on to the next line. A line
// of more than [MaxLine] bytes, or an error of the reader, ends the stream. It
// keeps one line in memory at a time.
func ReadEvents(r io.Reader, checks ...func(Event) error) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(make([]byte, 0, 64<<10), MaxLine+2) // a full line and its end
		n := 0
		for lines.Scan() {
			n++
			line := bytes.TrimSpace(lines.Bytes())
			if len(line) == 0 {
				continue
			}
			var e Event
			err := e.UnmarshalJSON(line)
			for i := 0; err == nil && i < len(checks); i++ {
				err = checks[i](e)
			}
			if err != nil {
				err = &LineError{Line: n, Err: err}
			}
			if !yield(e, err) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			if errors.Is(err, bufio.ErrTooLong) {
				err = fieldErr("json", "the line is longer than %d bytes", MaxLine)
			}
			yield(Event{}, &LineError{Line: n + 1, Err: err})
		}
	}
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

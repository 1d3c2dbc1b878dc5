package dealstate_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

const noteLine = `{"id":"%s","deal":"d","kind":"note","at":"2025-06-27T00:00:00Z"}`

func noteText(id string) string { return fmt.Sprintf(noteLine, id) }

// longNote is an event's line of exactly n bytes.
func longNote(n int) string {
	head := strings.TrimSuffix(noteText("long"), "}")
	return head + strings.Repeat(" ", n-len(head)-1) + "}"
}

// heard reads a stream to its end, and says what came: "id", or "line N: field".
func heard(r io.Reader) []string {
	var got []string
	for e, err := range dealstate.ReadEvents(r) {
		got = append(got, said(e, err))
	}
	return got
}

func said(e dealstate.Event, err error) string {
	var at *dealstate.LineError
	var bad *dealstate.FieldError
	switch {
	case err == nil:
		return e.ID
	case !errors.As(err, &at):
		return "no line: " + err.Error()
	case errors.As(err, &bad):
		return fmt.Sprintf("line %d: %s", at.Line, bad.Field)
	}
	return fmt.Sprintf("line %d: %v", at.Line, at.Err)
}

func TestStreamGivesEventsAndNamesBadLinesByNumber(t *testing.T) {
	t.Parallel()
	a, b := noteText("a"), noteText("b")
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"nothing":                        {"", nil},
		"blank lines only":               {"\n\r\n \t\n", nil},
		"one line":                       {a + "\n", []string{"a"}},
		"last line without newline":      {a + "\n" + b, []string{"a", "b"}},
		"carriage returns":               {a + "\r\n" + b + "\r\n", []string{"a", "b"}},
		"blank lines count":              {"\n\r\n" + a + "\n\n{}\n", []string{"a", "line 5: id"}},
		"blanks around an event":         {"  " + a + "\t\n", []string{"a"}},
		"goes on after a bad line":       {a + "\nnot json\n" + b, []string{"a", "line 2: json", "b"}},
		"two events on a line":           {a + b + "\n" + b, []string{"line 1: json", "b"}},
		"an event over two lines":        {a[:20] + "\n" + a[20:] + "\n" + b, []string{"line 1: json", "line 2: json", "b"}},
		"cut off":                        {a + "\n" + b[:len(b)-1], []string{"a", "line 2: json"}},
		"a NUL line":                     {"\x00\n" + a, []string{"line 1: json", "a"}},
		"a torn page of NULs at the end": {a + "\n" + strings.Repeat("\x00", 4096), []string{"a", "line 2: json"}},
		"invalid UTF-8":                  {strings.Replace(a, "note", "n\xffte", 1) + "\n" + b, []string{"line 1: json", "b"}},
		"a comment":                      {"# log\n" + a, []string{"line 1: json", "a"}},
		"an array":                       {"[" + a + "]\n", []string{"line 1: json"}},
		"the same event twice":           {a + "\n" + a, []string{"a", "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, heard(strings.NewReader(c.text)))
			require.Equal(t, c.want, heard(iotest.OneByteReader(strings.NewReader(c.text))))
			require.Equal(t, c.want, heard(iotest.DataErrReader(strings.NewReader(c.text))))
		})
	}
}

// Windows editors and spreadsheets write a byte order mark; RFC 8259, section
// 8.1, lets a reader pass over it. It is no part of the first event.
func TestByteOrderMarkAtTheStartIsPassedOver(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"a", "b"}, heard(strings.NewReader("\ufeff"+noteText("a")+"\r\n"+noteText("b")+"\r\n")))
	_, err := dealstate.ReadAgreement(strings.NewReader("\ufeff" + `{"id":"d","parties":[{"id":"a"}]}`))
	require.NoError(t, err)
}

func TestByteOrderMarkElsewhereIsABadLine(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"a", "line 2: json"}, heard(strings.NewReader(noteText("a")+"\n\ufeff"+noteText("b"))))
}

func TestLineOfExactlyTheBoundIsRead(t *testing.T) {
	t.Parallel()
	line := longNote(dealstate.MaxLine)
	require.Len(t, line, dealstate.MaxLine)
	for _, end := range []string{"", "\n", "\r\n", "\n" + noteText("a")} {
		want := []string{"long"}
		if strings.HasSuffix(end, "}") {
			want = append(want, "a")
		}
		require.Equal(t, want, heard(strings.NewReader(line+end)))
	}
}

func TestLineOverTheBoundIsAnErrorAtItsLine(t *testing.T) {
	t.Parallel()
	for _, over := range []int{1, 2, 3, 4, 1000} {
		for _, end := range []string{"", "\n", "\r\n"} {
			got := heard(strings.NewReader(noteText("a") + "\n" + longNote(dealstate.MaxLine+over) + end))
			require.Equal(t, []string{"a", "line 2: json"}, got, "%d over, end %q", over, end)
		}
	}
}

// The documentation says that a line over the bound ends the stream; one byte
// over must not mean something else than a thousand over.
func TestLineOverTheBoundEndsTheStreamByHoweverMuch(t *testing.T) {
	t.Parallel()
	for _, over := range []int{1, 2, 3, 1000} {
		got := heard(strings.NewReader(longNote(dealstate.MaxLine+over) + "\n" + noteText("a")))
		require.Equal(t, []string{"line 1: json"}, got, "%d over", over)
	}
}

func TestErrorOfTheReaderEndsTheStreamAtItsLine(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection lost")
	a := noteText("a")
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"at once":           {"", []string{"line 1: connection lost"}},
		"between two lines": {a + "\n", []string{"a", "line 2: connection lost"}},
		// The rest of a torn line is not a line: to call it bad JSON would blame the file for what the network did.
		"within a line":          {a + "\n" + a[:30], []string{"a", "line 2: connection lost"}},
		"before a line's end":    {a + "\n" + a, []string{"a", "line 2: connection lost"}},
		"within a line of blank": {a + "\n  ", []string{"a", "line 2: connection lost"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, heard(io.MultiReader(strings.NewReader(c.text), iotest.ErrReader(broken))))
		})
	}
}

func TestErrorOfTheReaderCanBeUnwrapped(t *testing.T) {
	t.Parallel()
	for _, err := range dealstate.ReadEvents(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(noteText("a"))))) {
		require.ErrorIs(t, err, iotest.ErrTimeout)
		return
	}
	require.Fail(t, "no error came")
}

func TestCallerMayStopAtTheFirstBadLine(t *testing.T) {
	t.Parallel()
	n := 0
	for _, err := range dealstate.ReadEvents(strings.NewReader("x\ny\nz")) {
		n++
		if err != nil {
			require.EqualError(t, err, "line 1: json: at column 1: invalid character 'x' looking for beginning of value")
			break
		}
	}
	require.Equal(t, 1, n)
}

func TestBadLineYieldsNoPartOfAnEvent(t *testing.T) {
	t.Parallel()
	for e, err := range dealstate.ReadEvents(strings.NewReader(`{"id":"a","deal":"d","kind":"note","at":"never"}`)) {
		require.Error(t, err)
		require.Zero(t, e)
	}
}

func TestWrittenLogReadsBackAsItWas(t *testing.T) {
	t.Parallel()
	text := noteText("a") + "\n" + fullEvent + "\n"
	var out bytes.Buffer
	require.NoError(t, dealstate.WriteEvents(&out, dealstate.ReadEvents(strings.NewReader(text))))
	require.Equal(t, text, out.String())
}

func TestWritingStopsAtTheFirstErrorOfEitherSide(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := dealstate.WriteEvents(&out, dealstate.ReadEvents(strings.NewReader(noteText("a")+"\nx\n")))
	require.ErrorContains(t, err, "line 2")
	full := errors.New("disk full")
	err = dealstate.WriteEvents(failingWriter{full}, dealstate.ReadEvents(strings.NewReader(noteText("a"))))
	require.ErrorIs(t, err, full)
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

type endless byte

func (b endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(b)
	}
	return len(p), nil
}

func TestEndlessLineEndsTheStreamInBoundedMemory(t *testing.T) {
	t.Parallel()
	for _, b := range []byte{'x', '\r', ' '} {
		require.Equal(t, []string{"line 1: json"}, heard(endless(b)))
	}
}

func TestTextIsWrittenAsEncodingJSONWritesIt(t *testing.T) {
	t.Parallel()
	for c := range rune(0x2100) {
		e := dealstate.Event{ID: "1", Deal: "d", Kind: dealstate.Note, At: onDay(1), Note: "a" + string(c) + "b"}
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		require.NoError(t, enc.Encode(e.Note))
		line, err := e.MarshalJSON()
		require.NoError(t, err)
		require.Contains(t, string(line), `"note":`+strings.TrimSpace(want.String()))
	}
}

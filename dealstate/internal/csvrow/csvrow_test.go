package csvrow_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/csvrow"
)

// row is what comes of one row: its cells, or what is wrong with it and where.
type row struct {
	cells        []string
	line, column int
	err          error
}

func reader(text []byte) *csv.Reader {
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	return r
}

func rowOf(cells []string, err error, before int) row {
	var bad *csv.ParseError
	if errors.As(err, &bad) {
		return row{line: bad.Line + before, column: bad.Column, err: bad.Err}
	}
	return row{cells: cells}
}

// whole reads a text by encoding/csv alone, and piecewise each row by itself.
func whole(text []byte) (rows []row) {
	for r := reader(text); ; {
		cells, err := r.Read()
		if err == io.EOF {
			return rows
		}
		rows = append(rows, rowOf(cells, err, 0))
	}
}

func piecewise(t *testing.T, text []byte) (rows []row) {
	for line := 0; len(text) > 0; {
		end := csvrow.End(text)
		if end < 0 {
			end = len(text)
		}
		one := text[:end]
		text = text[end:]
		read := whole(one)
		require.LessOrEqual(t, len(read), 1, "%q is no row by itself", one)
		for _, r := range read {
			if r.err != nil {
				r.line += line
			}
			rows = append(rows, r)
		}
		if spans, simple := csvrow.Split(nil, one); simple {
			var cells []string
			for _, c := range spans {
				cells = append(cells, string(one[c.From:c.To]))
			}
			if len(read) == 0 {
				require.Equal(t, []string{""}, cells)
			} else {
				require.Equal(t, row{cells: cells}, read[0], "%q", one)
			}
		} else {
			require.Contains(t, string(one), `"`)
		}
		line += bytes.Count(one, []byte("\n"))
	}
	return rows
}

func requireAlike(t *testing.T, text []byte) {
	t.Helper()
	require.Equal(t, whole(text), piecewise(t, text), "%q", text)
	last := csvrow.LastEnd(text)
	for at := 0; at != last; {
		end := csvrow.End(text[at:])
		require.Positive(t, end)
		at += end
	}
	require.Negative(t, csvrow.End(text[last:]))
}

var texts = []string{
	"", "\n", "\r\n", "\r", "a", "a,b\n", "a,b\r\n,\r\n\n\"\",\"b\"\nc", "\"a\"\n", "\"a\",\"b,c\"\r\nd\n", "\"a\"\"b\",c\nd\n", "\"a\nb\r\n\"\"c\",d\ne\n",
	"a\"b,c\nd\n", "\"a\"b,\"c\nd\n", "\"a", "\"a\"", "\"a\"\r", "\"a\"\r\r\n", "\"a\n\n", "\"\"\"\n\"\n", "\"\"\"\"\n", "a,\"b\nc\",\"d\"e\nf,\"g\n", ",\"\",\n", "a\rb,\"c\rd\"\n", "\"a\",\nb\n", "\"\"a\"\"\nb",
}

func TestRowsAndCellsAreThoseOfEncodingCSV(t *testing.T) {
	t.Parallel()
	for _, text := range texts {
		requireAlike(t, []byte(text))
		for i := range text {
			for _, odd := range []string{"\"", ",", "\n", "\r", "\"\"", "x", "", "\"\n", "\x00"} {
				requireAlike(t, []byte(text[:i]+odd+text[i:]))
				requireAlike(t, []byte(text[:i]+odd+text[i+1:]))
			}
		}
	}
}

func TestALongTextOfQuotesIsPassedOnce(t *testing.T) {
	t.Parallel()
	requireAlike(t, []byte("\""+strings.Repeat("\"\"", 1<<16)+"\n"))
	requireAlike(t, []byte(strings.Repeat("\"a\",", 1<<16)+"\n\"b"))
}

func TestEveryCommaIsFoundAtEveryPlace(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		text := bytes.Repeat([]byte{byte(c)}, 19)
		for i := range text {
			text[i] = ','
			requireAlike(t, text[i/2:])
			text[i] = byte(c)
		}
	}
}

func FuzzRows(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text))
	}
	f.Fuzz(requireAlike)
}

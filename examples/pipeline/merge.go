package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
)

// merger writes an output from all its parts.
type merger func(parts []*partFile, out *bufio.Writer) error

// partFile is a part that is being read, one line after the other.
type partFile struct {
	name  string
	head  partHead
	lines *bufio.Reader
	read  int    // lines, without the head
	line  []byte // the last one that was read
	ended bool
}

// mergeParts writes the output of which the files are the parts.
func mergeParts(names []string, stderr io.Writer, out *bufio.Writer) error {
	start, parts := time.Now(), make([]*partFile, 0, len(names))
	for _, name := range names {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		p, err := openPart(name, file)
		if err != nil {
			return err
		}
		parts = append(parts, p)
	}
	if err := checkTogether(parts); err != nil {
		return err
	}
	of, _ := outputOf(parts[0].head.Part)
	if err := of.merge(parts, out); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "pipeline: %s as of %s merged from %d parts in %s\n", of.name, parts[0].head.AsOf, len(parts), time.Since(start).Round(time.Millisecond))
	return nil
}

// openPart reads the head of a part.
func openPart(name string, r io.Reader) (*partFile, error) {
	p := &partFile{name: name, lines: bufio.NewReaderSize(r, 1<<16)}
	line, err := p.lines.ReadSlice('\n') // the head is short
	if err != nil || strict(line, &p.head) != nil || p.head.Version == 0 {
		return nil, p.fail("its first line is not the head of a part, as -shard writes it")
	}
	of, known := outputOf(p.head.Part)
	switch {
	case p.head.Version != partVersion:
		return nil, p.fail("it is of version %d; this program reads %d", p.head.Version, partVersion)
	case !known || of.merge == nil:
		return nil, p.fail("it is a part of %q, which is not merged", p.head.Part)
	case p.head.Of < 1 || p.head.Of > maxShards || p.head.Shard < 1 || p.head.Shard > p.head.Of:
		return nil, p.fail("it is shard %d of %d", p.head.Shard, p.head.Of)
	}
	return p, nil
}

func (p *partFile) fail(format string, args ...any) error {
	return fmt.Errorf("-merge: %q: %s", p.name, fmt.Sprintf(format, args...))
}

// checkTogether refuses parts that are not of one output, and a shard that is missing or
// there twice. Parts of a log that somebody else split by deal are each shard 1/1: of those, two
// that begin with one deal are one part twice, or hold that deal in pieces.
func checkTogether(parts []*partFile) error {
	first, seen, holds := parts[0].head, make([]string, parts[0].head.Of), map[string]string{}
	for _, p := range parts {
		if key, here, there := difference(first, p.head); key != "" {
			return p.fail("its %s is %s; that of %q is %s", key, there, parts[0].name, here)
		}
		if before := seen[p.head.Shard-1]; before != "" && first.Of > 1 {
			return p.fail("shard %d/%d is in %q already", p.head.Shard, p.head.Of, before)
		}
		deal := p.head.FirstDeal
		if before := holds[deal]; before != "" {
			return p.fail("its first deal, %q, is in %q already; want each deal whole, in one part", deal, before)
		}
		if seen[p.head.Shard-1] = p.name; deal != "" {
			holds[deal] = p.name
		}
	}
	if i := slices.Index(seen, ""); i >= 0 {
		return fmt.Errorf("-merge: shard %d/%d is missing", i+1, first.Of)
	}
	return nil
}

// difference names what two parts of one output do not have in common.
func difference(a, b partHead) (key, here, there string) {
	b.Shard, b.FirstDeal = a.Shard, a.FirstDeal
	if a == b {
		return "", "", ""
	}
	for _, of := range []struct {
		key  string
		a, b any
	}{
		{"output", a.Part, b.Part}, {"number of shards", a.Of, b.Of}, {"policy", a.Policy, b.Policy}, {"-asof", a.AsOf, b.AsOf}, {"-known", a.KnownBy, b.KnownBy},
		{"-from", a.From, b.From}, {"-every", a.Every, b.Every}, {"agreement's digest", a.Agreement, b.Agreement},
	} {
		if of.a != of.b {
			return of.key, fmt.Sprintf("%q", fmt.Sprint(of.a)), fmt.Sprintf("%q", fmt.Sprint(of.b))
		}
	}
	return "head", "another", "one"
}

// next reads the next line into a value; io.EOF behind the last, if the part is whole.
func (p *partFile) next(to any) error {
	if p.ended {
		return io.EOF
	}
	line, err := p.lines.ReadBytes('\n')
	if err != nil {
		return p.fail("it ends in the middle; let its shard run again")
	}
	var end partEnd
	if bytes.HasPrefix(line, []byte(`{"lines":`)) && strict(line, &end) == nil {
		return p.end(end)
	}
	p.read++
	p.line = line
	if err := strict(line, to); err != nil {
		return p.fail("line %d: %v", p.read+1, err)
	}
	return nil
}

// end checks that a part is whole, and that nothing follows it.
func (p *partFile) end(said partEnd) error {
	p.ended = true
	if said.Lines != p.read {
		return p.fail("it has %d lines; want %d, as its end says", p.read, said.Lines)
	}
	switch _, err := p.lines.ReadByte(); {
	case err == nil:
		return p.fail("line %d: more follows the end of the part; want one part in a file", p.read+3)
	case err != io.EOF:
		return p.fail("%v", err)
	}
	return io.EOF
}

// encoded is a line of a part.
func encoded(value any) ([]byte, error) {
	var line bytes.Buffer
	err := lineEncoder(&line).Encode(value)
	return line.Bytes(), err
}

// strict reads one JSON value without unknown fields.
func strict(line []byte, to any) error {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	return dec.Decode(to)
}

// mergeRows writes the rows of all parts in the order in which their deals first appear in
// the log. Of parts of a log that somebody else split, deals of one place come in the order of
// the files. Until all parts are known to be whole, the rows are in a temporary file: out gets
// all of them or none.
func mergeRows[R analytics.Row](dealOf func(R) string) merger {
	return func(parts []*partFile, out *bufio.Writer) error {
		file, err := os.CreateTemp("", "pipeline-merge-")
		if err != nil {
			return err
		}
		defer os.Remove(file.Name())
		defer file.Close()
		m := rowMerger[R]{parts: parts, rows: make([]partRow[R], len(parts)), dealOf: dealOf}
		rows := bufio.NewWriterSize(file, 1<<16)
		if err := cmp.Or(m.write(rows), rows.Flush()); err != nil {
			return err
		}
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		_, err = io.Copy(out, file)
		return err
	}
}

// rowMerger merges the rows of parts, and holds one row of each. It also holds the deals of parts
// of a log that somebody else split, to know one that is in two of them.
type rowMerger[R analytics.Row] struct {
	parts  []*partFile
	rows   []partRow[R]   // by part; behind its last one, the place is -1
	holds  map[string]int // which part a deal is in; nil: its shard says so
	dealOf func(R) string
	failed error // the first one
}

// write writes all rows.
func (m *rowMerger[R]) write(out io.Writer) error {
	if len(m.parts) > 1 && m.parts[0].head.Of == 1 {
		m.holds = map[string]int{}
	}
	for i := range m.parts {
		m.advance(i)
	}
	err := analytics.WriteCSV(out, func(yield func(R) bool) {
		for i := first(m.rows); i >= 0 && m.failed == nil && yield(m.rows[i].Row); i = first(m.rows) {
			m.advance(i)
		}
	})
	return cmp.Or(m.failed, err)
}

// advance reads the next row of a part.
func (m *rowMerger[R]) advance(i int) {
	last := m.rows[i].Place
	m.rows[i] = partRow[R]{}
	err := m.parts[i].next(&m.rows[i])
	if err == io.EOF {
		m.rows[i].Place = -1
		return
	}
	m.failed = cmp.Or(m.failed, err)
	if err == nil {
		m.failed = cmp.Or(m.failed, m.check(i, last))
	}
}

// check refuses a row that is not written as a shard writes it, for a key that is unknown or left
// out would be lost without a word, or that cannot follow the one before in its part, or is of a deal that another
// part holds.
func (m *rowMerger[R]) check(i, last int) error {
	p, row := m.parts[i], m.rows[i]
	switch again, err := encoded(row); {
	case err != nil:
		return p.fail("line %d: %v", p.read+1, err)
	case !bytes.Equal(again, p.line) || m.dealOf(row.Row) == "":
		return p.fail("line %d: no shard writes it so; want %s", p.read+1, bytes.TrimSpace(again))
	case row.Place < last:
		return p.fail("line %d: its place is %d, behind %d", p.read+1, row.Place, last)
	}
	if m.holds == nil {
		return nil
	}
	deal := m.dealOf(row.Row)
	if part, held := m.holds[deal]; held && part != i {
		return p.fail("line %d: deal %q is in %q too; want each deal whole, in one part", p.read+1, deal, m.parts[part].name)
	}
	m.holds[deal] = i
	return nil
}

// first is which of the rows comes first; below 0: there is none.
func first[R any](rows []partRow[R]) int {
	at := -1
	for i, row := range rows {
		if row.Place >= 0 && (at < 0 || row.Place < rows[at].Place) {
			at = i
		}
	}
	return at
}

func mergeSummaries(parts []*partFile, out *bufio.Writer) error {
	var all bulk.Totals
	err := eachMeasure(parts, func(one *bulk.Totals) error {
		all.Merge(*one)
		return nil
	})
	if err != nil {
		return err
	}
	summarise(out, all, parts[0].head.Policy)
	return nil
}

// eachMeasure hands over the one measure of each part.
func eachMeasure[M any](parts []*partFile, take func(*M) error) error {
	for _, p := range parts {
		var one, more M
		if err := p.next(&one); err != nil {
			return notWhole(p, err)
		}
		if err := take(&one); err != nil {
			return p.fail("%v", err)
		}
		if err := p.next(&more); err != io.EOF {
			return cmp.Or(err, p.fail("more than one measure"))
		}
	}
	return nil
}

// notWhole is the error for a part that ended before its measure.
func notWhole(p *partFile, err error) error {
	if errors.Is(err, io.EOF) {
		return p.fail("there is no measure in it")
	}
	return err
}

// text writes an instant of a head; none is "".
func text(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

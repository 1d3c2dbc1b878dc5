package parquet

import (
	"encoding"
	"math"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go/format"

	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// statements finds which rows of a group say the same: column by column it numbers the
// combinations that there are. A worker has one, with memory that it uses again.
type statements struct {
	numbers []uint32 // by row: the combination of the columns so far
	firsts  []uint32 // by combination: the first row that has it
	next    []uint32 // scratch: firsts, of one column more
	table   []uint32 // scratch: combinations by the one before and the column's word
	large   map[uint64]uint32
}

// begin has all rows say the same.
func (s *statements) begin(rows int) {
	s.numbers = slices.Grow(s.numbers[:0], rows)[:rows]
	clear(s.numbers)
	s.firsts = s.firsts[:0]
	if rows > 0 {
		s.firsts = append(s.firsts, 0)
	}
}

// maxTable is up to how many cells, of 4 bytes, there is a table; beyond, there is a map.
const maxTable = 1 << 20

// add takes in a column: of each row the number of its word, less than words.
func (s *statements) add(codes []uint32, words int) {
	if len(codes) == 0 || isUniform(codes) {
		return
	}
	s.next = s.next[:0]
	if cells := len(s.firsts) * words; cells <= maxTable {
		s.addByTable(codes, words, cells)
	} else {
		s.addByMap(codes)
	}
	s.firsts, s.next = s.next, s.firsts
}

func isUniform(codes []uint32) bool {
	odd := uint32(0)
	for _, n := range codes {
		odd |= n ^ codes[0]
	}
	return odd == 0
}

func (s *statements) addByTable(codes []uint32, words, cells int) {
	s.table = slices.Grow(s.table[:0], cells)[:cells]
	clear(s.table)
	for row, code := range codes {
		cell := &s.table[int(s.numbers[row])*words+int(code)]
		if *cell == 0 {
			s.next = append(s.next, uint32(row))
			*cell = uint32(len(s.next))
		}
		s.numbers[row] = *cell - 1
	}
}

func (s *statements) addByMap(codes []uint32) {
	if s.large == nil {
		s.large = map[uint64]uint32{}
	}
	clear(s.large)
	for row, code := range codes {
		pair := uint64(s.numbers[row])<<32 | uint64(code)
		n, ok := s.large[pair]
		if !ok {
			n = uint32(len(s.next))
			s.next, s.large[pair] = append(s.next, uint32(row)), n
		}
		s.numbers[row] = n
	}
}

// said are the columns of a group that make its statements. A worker has one.
type said struct {
	kind, party, role, modality, commitment, by, publisher words
	revision                                               []int64 // 0: left out; nil: every row leaves it out
	numbers                                                []int64 // memory of the revisions
	unsigned                                               bool    // the revisions
	revisions                                              []uint32
	statements                                             statements
}

// read reads what the rows say. What is no statement is told, row by row.
func (s *said) read(v *values, f *file, g *group, to *bulk.Columns, bad func(row int, err error)) error {
	s.statements.begin(g.rows)
	for _, c := range []struct {
		name string
		to   *words
	}{{"kind", &s.kind}, {"role", &s.role}, {"modality", &s.modality}, {"party", &s.party}, {"commitment", &s.commitment}, {"by", &s.by}, {"source.publisher", &s.publisher}} {
		if err := v.readWords(f, g, c.name, c.to); err != nil {
			return err
		}
		s.statements.add(c.to.codes, len(c.to.list))
	}
	if err := s.readRevisions(v, f, g); err != nil {
		return err
	}
	s.give(to, bad)
	return nil
}

func (s *said) readRevisions(v *values, f *file, g *group) (err error) {
	s.revision = nil
	c, ok := f.columns["revision"]
	if !ok {
		return nil
	}
	var some bool
	if s.numbers, some, err = v.readNumbers(f, g, c, s.numbers, 0); err != nil || !some {
		return err
	}
	s.revision, s.unsigned = s.numbers, c.unsigned
	if c.unsigned && c.physical == format.Int32 {
		for row, n := range s.revision {
			s.revision[row] = int64(uint32(n))
		}
	}
	s.revisions = slices.Grow(s.revisions[:0], g.rows)[:g.rows]
	known := map[int64]uint32{}
	for row, n := range s.revision {
		code, ok := known[n]
		if !ok {
			code = uint32(len(known))
			known[n] = code
		}
		s.revisions[row] = code
	}
	s.statements.add(s.revisions, len(known))
	return nil
}

// give gives the rows their statements, and tells which are none.
func (s *said) give(to *bulk.Columns, bad func(row int, err error)) {
	to.Statement, s.statements.numbers = s.statements.numbers, to.Statement // whose memory is used again
	to.Statements = to.Statements[:0]
	errs, wrong := make([]error, len(s.statements.firsts)), false
	for n, row := range s.statements.firsts {
		statement, err := s.at(int(row))
		to.Statements, errs[n] = append(to.Statements, statement), err
		wrong = wrong || err != nil
	}
	if !wrong {
		return
	}
	for row, n := range to.Statement {
		if errs[n] != nil {
			bad(row, errs[n])
		}
	}
}

// at is the statement of a row. Its texts are copies, for a log keeps statements longer than
// the page from which they are.
func (s *said) at(row int) (bulk.Statement, error) {
	to := bulk.Statement{Party: s.party.copyAt(row), Commitment: s.commitment.copyAt(row), By: s.by.copyAt(row), Publisher: s.publisher.copyAt(row)}
	err := parseWord(&to.Kind, s.kind.at(row))
	if err == nil {
		err = parseWord(&to.Role, s.role.at(row))
	}
	if err == nil {
		err = parseWord(&to.Modality, s.modality.at(row))
	}
	if s.revision != nil && err == nil {
		if s.unsigned && s.revision[row] < 0 {
			return to, field.Errorf("revision", "%d is out of range; want at most %d", uint64(s.revision[row]), math.MaxInt32)
		}
		if to.Revision = int(s.revision[row]); int64(to.Revision) != s.revision[row] {
			err = field.Errorf("revision", "%d is out of range; want 0 (the current one) or a number counted from 1", s.revision[row])
		}
	}
	return to, err
}

// at is the text of a row; empty if it leaves it out.
func (w *words) at(row int) string {
	if w.codes == nil {
		return ""
	}
	return w.list[w.codes[row]]
}

func (w *words) copyAt(row int) string { return strings.Clone(w.at(row)) }

// parseWord reads a word of one of the library's lists. An empty one leaves the zero value.
func parseWord(to encoding.TextUnmarshaler, word string) error {
	if word == "" {
		return nil
	}
	return to.UnmarshalText([]byte(word))
}
